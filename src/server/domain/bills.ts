import type { Answer } from '../../contract/shapes.ts';
import { DomainError } from './errors.ts';
import type { BillLine, StoredBill } from './ports/subscriptions.ts';
import { subscriptionOf } from './subscriptions.ts';
import type { AccountWork, Input } from './work.ts';

function shownLine(line: BillLine): Answer<'billing.show'>['lines'][number] {
  const { kind, plan, priceCents, from, days, amountCents, at } = line;
  return { kind, plan, price_cents: priceCents, from, days, amount_cents: amountCents, at };
}

function sumOf(lines: readonly BillLine[], ...kinds: readonly BillLine['kind'][]): number {
  return lines.reduce((sum, { kind, amountCents }) => (kinds.includes(kind) ? sum + amountCents : sum), 0);
}

/** What was given back or taken from the balance, as the amount that people speak of. */
const positive = (cents: number): number => (cents === 0 ? 0 : -cents);

function shownBill(accountId: string, bill: StoredBill): Answer<'billing.show'> {
  const { lines, periodStart, periodEnd, previous, next } = bill;
  return {
    account_id: accountId,
    period_start: periodStart,
    period_end: periodEnd,
    lines: lines.map(shownLine),
    charges_cents: sumOf(lines, 'period', 'prorated'),
    credits_cents: positive(sumOf(lines, 'unused')),
    credit_kept_cents: sumOf(lines, 'credit_kept'),
    credit_used_cents: positive(sumOf(lines, 'credit_used')),
    due_cents: lines.reduce((sum, { amountCents }) => sum + amountCents, 0),
    previous,
    next,
  };
}

/** The running period's, or that of the period that a day falls in. */
export async function showBill(
  work: AccountWork,
  { query }: Input<'billing.show'>,
): Promise<Answer<'billing.show'>> {
  const { periodStart } = await subscriptionOf(work.tenant);
  const day = query.period ?? periodStart;
  const bill = await work.tenant.subscription.bill(day);
  if (bill !== null) return shownBill(work.tenant.accountId, bill);
  const text = `${work.standing.account.slug} has no bill of ${day}: its running period began on ${periodStart}.`;
  throw new DomainError('not_found', text);
}

import type { PlanChange } from '../../contract/types.ts';
import { type Day, daysBetween } from './calendar.ts';

/** A line before it is known which revision it belongs to. */
export type Line = Readonly<PlanChange['lines'][number]>;

/** What one moment comes to: its lines, what is due of them, and the balance after it. */
export interface Statement {
  readonly lines: readonly Line[];
  readonly dueCents: number;
  readonly balanceCents: number;
}

interface Priced {
  readonly name: string;
  readonly priceCents: number;
}

interface Period {
  readonly start: Day;
  readonly end: Day;
}

/** Rounded down: what is given back is never more than the days are worth. Exact, for the product is a whole number. */
function creditFor(priceCents: number, days: number, ofDays: number): number {
  const worth = priceCents * days;
  return (worth - (worth % ofDays)) / ofDays;
}

/** Rounded up, so that no change back and forth can be gained by. */
function chargeFor(priceCents: number, days: number, ofDays: number): number {
  const worth = priceCents * days;
  return (worth + ((ofDays - (worth % ofDays)) % ofDays)) / ofDays;
}

const planLine = (kind: Line['kind'], plan: Priced, from: Day, days: number, amount: number): Line => ({
  kind,
  plan: plan.name,
  price_cents: plan.priceCents,
  from,
  days,
  amount_cents: amount,
});

/** Sets charges and credits of one moment off against each other and against the balance, which never gets below 0. */
function settled(lines: readonly Line[], balance: number): Statement {
  const net = lines.reduce((sum, { amount_cents }) => sum + amount_cents, 0);
  const moved = net < 0 ? -net : -Math.min(balance, net);
  if (moved === 0) return { lines, dueCents: net, balanceCents: balance };
  const none = { plan: null, price_cents: null, from: null, days: null };
  const kind = moved > 0 ? ('credit_kept' as const) : ('credit_used' as const);
  return {
    lines: [...lines, { kind, ...none, amount_cents: moved }],
    dueCents: net + moved,
    balanceCents: balance + moved,
  };
}

/** A period begins: it is charged whole. What is charged is written also where it is nothing. */
export function periodBegins(plan: Priced, period: Period, balance: number): Statement {
  const days = daysBetween(period.start, period.end);
  return settled([planLine('period', plan, period.start, days, plan.priceCents)], balance);
}

/**
 * The plan changes in the middle of a period. A day costs what the plan costs that it ends on: so today counts among
 * the days given back of the old plan, and among those charged of the new one.
 */
export function planChanges(
  from: Priced,
  to: Priced,
  period: Period,
  today: Day,
  balance: number,
): Statement {
  const total = daysBetween(period.start, period.end);
  const left = daysBetween(today, period.end);
  const credit = creditFor(from.priceCents, left, total);
  const charge = chargeFor(to.priceCents, left, total);
  return settled(
    [
      ...(credit === 0 ? [] : [planLine('unused', from, today, left, -credit)]),
      planLine('prorated', to, today, left, charge),
    ],
    balance,
  );
}

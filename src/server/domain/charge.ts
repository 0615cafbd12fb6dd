import type { CreditUnit } from '../../contract/limits.ts';
import { dayOf, monthOf } from './calendar.ts';
import { SubscriptionDue } from './due.ts';
import { grantOf, turnMonth } from './monthly-credits.ts';
import type { Consumer } from './ports/ledger.ts';
import { Posting, type PostingContext } from './posting.ts';

/** One use of credits that an account asks for. */
export interface Use {
  /** Id or slug of the account that uses them: of a form, its owner, whoever acts (R39). */
  readonly account: string;
  readonly unit: CreditUnit;
  readonly amount: number;
  readonly cause: string;
  /** What is charged under a key of the account, is charged once for ever. */
  readonly key: string | null;
  /** RFC 3339; now unless given. */
  readonly usedAt?: string | undefined;
}

/** A payer that is due has another plan in a moment, perhaps: what is due comes first. */
function payerMustBeSettled({ accountId, dueOn }: Consumer['payer'], now: Date): void {
  if (dueOn !== null && dueOn <= dayOf(now)) throw new SubscriptionDue(accountId);
}

interface Of {
  readonly consumer: Consumer;
}

/** What became of a use. Whatever is not `recorded` changed nothing. */
export type Charged =
  | { readonly outcome: 'unknown_account' }
  | ({ readonly outcome: 'recorded' } & Of)
  | ({ readonly outcome: 'repeated' } & Of)
  | ({ readonly outcome: 'account_suspended' | 'payer_suspended' } & Of)
  | ({ readonly outcome: 'conflict'; readonly earlier: Pick<Use, 'unit' | 'amount'> } & Of)
  | ({ readonly outcome: 'insufficient'; readonly left: number } & Of)
  | ({ readonly outcome: 'cap_reached'; readonly cap: number; readonly used: number } & Of);

const named = (...parts: readonly string[]): string => parts.join(' ');

/** What is known before the first use is judged; it goes along with each that is recorded. */
class Known {
  readonly charged = new Map<string, Pick<Use, 'unit' | 'amount'>>();
  readonly used = new Map<string, number>();

  static async read(
    { ledger, now }: PostingContext,
    uses: readonly Use[],
    consumers: ReadonlyMap<string, Consumer>,
  ): Promise<Known> {
    const known = new Known();
    const keys = uses.flatMap(({ account, key }) => {
      const consumer = consumers.get(account);
      return consumer && key !== null ? [{ consumerId: consumer.accountId, key }] : [];
    });
    for (const { consumerId, key, unit, amount } of await ledger.charged(keys))
      if (key !== null) known.charged.set(named(consumerId, key), { unit, amount });
    const capped = new Map(
      [...consumers.values()].flatMap(({ accountId: consumerId, payer, caps }) =>
        caps === null ? [] : [[consumerId, { consumerId, payerId: payer.accountId }] as const],
      ),
    );
    const firstDay = `${monthOf(now)}-01`;
    for (const sum of await ledger.usedSince(firstDay, [...capped.values()]))
      known.used.set(named(sum.consumerId, sum.unit), sum.amount);
    return known;
  }
}

function judge(posting: Posting, known: Known, use: Use, consumer: Consumer): Charged {
  const { unit, amount, key } = use;
  const { accountId, payer, caps } = consumer;
  const earlier = key === null ? undefined : known.charged.get(named(accountId, key));
  if (earlier !== undefined) {
    const same = earlier.unit === unit && earlier.amount === amount;
    return same ? { outcome: 'repeated', consumer } : { outcome: 'conflict', earlier, consumer };
  }
  if (payer.state === 'suspended') return { outcome: 'payer_suspended', consumer };
  if (consumer.state === 'suspended') return { outcome: 'account_suspended', consumer };
  const used = known.used.get(named(accountId, unit)) ?? 0;
  const cap = caps?.[unit] ?? null;
  if (cap !== null && used + amount > cap) return { outcome: 'cap_reached', cap, used, consumer };
  const unlimited = grantOf(payer.limits, unit) === null;
  const left = posting.purse(payer.accountId, unit).balance;
  if (!unlimited && amount > left) return { outcome: 'insufficient', left, consumer };
  const { cause, usedAt } = use;
  const spent = { payerId: payer.accountId, consumerId: accountId, unit, amount, cause, key };
  posting.spend({ ...spent, ...(usedAt !== undefined && { usedAt }) }, unlimited);
  known.used.set(named(accountId, unit), used + amount);
  if (key !== null) known.charged.set(named(accountId, key), { unit, amount });
  return { outcome: 'recorded', consumer };
}

/**
 * Charges uses one after the other, each wholly or not at all, to whoever pays for the account: what is there decides,
 * and the month's turn of the payer comes first. A fixed number of statements, however many uses there are.
 */
export async function charge(context: PostingContext, uses: readonly Use[]): Promise<readonly Charged[]> {
  const consumers = await context.ledger.consumers([...new Set(uses.map(({ account }) => account))]);
  for (const { payer } of consumers.values()) payerMustBeSettled(payer, context.now);
  const known = await Known.read(context, uses, consumers);
  const payers = new Map([...consumers.values()].map(({ payer }) => [payer.accountId, payer]));
  const posting = await Posting.begin(context, [...payers.keys()]);
  for (const payer of payers.values()) turnMonth(posting, payer, context.now);
  const charged = uses.map((use): Charged => {
    const consumer = consumers.get(use.account);
    return consumer ? judge(posting, known, use, consumer) : { outcome: 'unknown_account' };
  });
  await posting.write();
  return charged;
}

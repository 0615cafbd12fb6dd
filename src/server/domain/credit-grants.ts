import type { Answer } from '../../contract/shapes.ts';
import { accountTarget } from './account-view.ts';
import { postingOf } from './credits.ts';
import { listAnswer, pageRequest } from './list.ts';
import { turnMonth } from './monthly-credits.ts';
import { Posting } from './posting.ts';
import type { AccountWork, Input, Work } from './work.ts';

/** Credits beside those of the plan: they do not expire, and are spent after those that do. */
export async function grantCredits(
  work: AccountWork,
  { body }: Input<'credits.grant'>,
): Promise<Answer<'credits.grant'>> {
  const { unit, amount, reason } = body;
  const { account } = work.standing;
  const posting = await Posting.begin(postingOf(work), [account.id]);
  turnMonth(posting, { accountId: account.id, limits: account.terms.limits }, work.now);
  const before = posting.purse(account.id, unit).balance;
  const books = { debit: 'granted', credit: 'balance', monthly: 0 } as const;
  posting.move({ payerId: account.id, unit, ...books, amount, cause: 'credits.grant', reason });
  await posting.write();
  const { balance } = posting.purse(account.id, unit);
  work.record({
    target: accountTarget(account),
    reason,
    before: { unit, balance: before },
    after: { unit, balance, granted: amount },
  });
  return { changed: true, granted: amount, unit, balance };
}

/** A page of payers, each recomputed from its entries; `data` is what is not as it should be. */
export async function verifyLedger(
  { platform }: Work,
  input: Input<'credits.verify'>,
): Promise<Answer<'credits.verify'>> {
  const { limit, after } = pageRequest(input);
  const { drift, next, payers, entries } = await platform.ledger.check({ limit, after: after?.[0] ?? null });
  const items = drift.map(({ payerId, ...each }) => ({ payer: payerId, ...each }));
  return { ...listAnswer({ items, next: next === null ? null : [next] }), payers, entries };
}

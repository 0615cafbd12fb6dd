import { charge, type Use } from './charge.ts';
import { refusalOf } from './credit-refusals.ts';
import type { Terms } from './entitlements.ts';
import { notFound } from './errors.ts';
import { grantFirstMonth } from './monthly-credits.ts';
import type { Consumer } from './ports/ledger.ts';
import type { PostingContext } from './posting.ts';
import type { Work } from './work.ts';

export function postingOf({ platform, deps, actor, now }: Pick<Work, 'platform' | 'deps' | 'actor' | 'now'>) {
  return { ledger: platform.ledger, newId: deps.newId, actor, now } satisfies PostingContext;
}

export async function consumerOf({ platform }: Pick<Work, 'platform'>, account: string): Promise<Consumer> {
  const consumer = (await platform.ledger.consumers([account])).get(account);
  if (consumer === undefined) throw notFound('account', account);
  return consumer;
}

/**
 * All that one payer pays for changes one purse, whichever accounts use it: such changes line up, by the payer's id, and do
 * not run into each other. Those that several pay for line up behind all such.
 */
export async function payerLine(
  { platform }: Pick<Work, 'platform'>,
  accounts: readonly string[],
): Promise<string | undefined> {
  const consumers = await platform.ledger.consumers(accounts);
  const [payer, ...others] = new Set([...consumers.values()].map((consumer) => consumer.payer.accountId));
  return others.length === 0 ? payer : 'usage';
}

/** Of an operation that uses credits of the account that its path names. */
export async function payerOfPath(
  transaction: Pick<Work, 'platform'>,
  { params }: { readonly params: { readonly account: string } },
): Promise<string | undefined> {
  return await payerLine(transaction, [params.account]);
}

/** A new account has the credits of its first month at once. */
export async function beginCredits(
  { platform, deps, now }: Pick<Work, 'platform' | 'now'> & { readonly deps: Pick<Work['deps'], 'newId'> },
  accountId: string,
  limits: Terms['limits'],
): Promise<void> {
  await grantFirstMonth(
    { ledger: platform.ledger, newId: deps.newId, actor: 'system', now },
    accountId,
    limits,
  );
}

/**
 * Takes credits for something that an account does, in the transaction in which it does it: with too few the whole
 * operation is refused (D11), 402. Under a key that was charged before it takes nothing.
 */
export async function spend(
  work: Pick<Work, 'platform' | 'deps' | 'actor' | 'now' | 'authorise'>,
  use: Use,
): Promise<{ readonly repeated: boolean; readonly payer: Consumer['payer'] }> {
  const [charged] = await charge(postingOf(work), [use]);
  if (charged === undefined) throw new Error('a use was not judged');
  if (charged.outcome === 'unknown_account') throw notFound('account', use.account);
  if (charged.outcome !== 'recorded' && charged.outcome !== 'repeated')
    throw await refusalOf(work, charged, use);
  return { repeated: charged.outcome === 'repeated', payer: charged.consumer.payer };
}

import type { CreditUnit } from '../../contract/limits.ts';
import type { Action } from './access-table.ts';
import { endOf, monthOf } from './calendar.ts';
import type { Charged, Use } from './charge.ts';
import { DomainError } from './errors.ts';
import type { Work } from './work.ts';

export type Uncharged = Exclude<Charged, { outcome: 'recorded' | 'repeated' | 'unknown_account' }>;

/** `1 upload`. */
const counted = (amount: number, unit: CreditUnit): string => `${amount} ${unit}${amount === 1 ? '' : 's'}`;

async function may(work: Pick<Work, 'authorise'>, action: Action, accountId: string): Promise<boolean> {
  try {
    await work.authorise(accountId, action);
    return true;
  } catch (error) {
    if (error instanceof DomainError) return false;
    throw error;
  }
}

/**
 * Why a use was refused (D11), and no more than whoever asked may know: what a payer has left is told to who reads its
 * credits, a cap to who reads those of either end, and the umbrella's name to who may know of the account that it pays
 * for. Somebody with whom a form is shared may submit to it, and is none of these.
 */
export async function refusalOf(
  work: Pick<Work, 'authorise' | 'now'>,
  charged: Uncharged,
  { unit, amount }: Use,
): Promise<DomainError> {
  const { slug, accountId, payer } = charged.consumer;
  const takes = `This takes ${counted(amount, unit)}`;
  const named = await may(work, 'accounts.show', accountId);
  const pays = named || (await may(work, 'credits.show', payer.accountId)) ? payer.slug : null;
  switch (charged.outcome) {
    case 'account_suspended': {
      const text = `${slug} is suspended: it uses no credits.`;
      return new DomainError('account_suspended', text, {
        reasons: [{ check: 'account_state', ok: false, text }],
      });
    }
    case 'payer_suspended': {
      const who = pays === null ? `Whoever pays for ${slug}` : `${pays}, which pays for ${slug},`;
      return new DomainError('payer_suspended', `${who} is suspended; nothing was used.`);
    }
    case 'conflict': {
      const { earlier } = charged;
      const text = `Something else was charged under this key before: ${counted(earlier.amount, earlier.unit)}. Use a new key.`;
      return new DomainError('conflict', text);
    }
    case 'insufficient': {
      const who = pays === null ? `whoever pays for ${slug}` : `${pays}, which pays,`;
      const left = (await may(work, 'credits.show', payer.accountId)) ? charged.left : 'too few';
      const text = `${takes}, and ${who} has ${left}; nothing was used. The next monthly ones come at ${endOf(monthOf(work.now))}.`;
      return new DomainError('insufficient_credits', text);
    }
    case 'cap_reached': {
      const reads =
        (await may(work, 'credits.show', accountId)) || (await may(work, 'credits.show', payer.accountId));
      const text = reads
        ? `${takes}; ${payer.slug} lets ${slug} use ${charged.cap} a month, of which ${charged.used} are used. Nothing was used.`
        : `${takes}, more than ${pays ?? 'whoever pays'} lets ${slug} use this month. Nothing was used.`;
      return new DomainError('cap_reached', text);
    }
  }
}

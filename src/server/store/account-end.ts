import { sql } from 'kysely';
import type { AccountHoldings } from '../domain/ports/accounts.ts';
import { counted } from './count.ts';
import type { Trx } from './transaction.ts';

/** What a deletion takes along, counted. */
export async function holdingsOf(trx: Trx, accountId: string, now: string): Promise<AccountHoldings> {
  return trx
    .selectNoFrom((eb) => {
      const liveTokens = eb
        .selectFrom('tokens')
        .where('account_id', '=', accountId)
        .where('state', '=', 'active')
        .where('expires_at', '>', now);
      const liveInvites = eb
        .selectFrom('invites')
        .where('account_id', '=', accountId)
        .where('state', '=', 'pending')
        .where('expires_at', '>', now);
      return [
        counted(eb.selectFrom('members').where('account_id', '=', accountId)).as('members'),
        counted(liveInvites).as('pendingInvites'),
        counted(eb.selectFrom('workspaces').where('account_id', '=', accountId)).as('workspaces'),
        counted(eb.selectFrom('parsers').where('account_id', '=', accountId)).as('parsers'),
        counted(eb.selectFrom('forms').where('account_id', '=', accountId)).as('forms'),
        counted(eb.selectFrom('form_records').where('account_id', '=', accountId)).as('records'),
        counted(eb.selectFrom('resources').where('account_id', '=', accountId)).as('resources'),
        counted(liveTokens.where('kind', '<>', 'key')).as('tokens'),
        counted(liveTokens.where('kind', '=', 'key')).as('keys'),
      ];
    })
    .executeTakeFirstOrThrow();
}

/** Ends everything that a deleted account held; the rows that others name stay, so that the trail can be read. */
export async function closeAccount(trx: Trx, accountId: string, at: string): Promise<void> {
  const next = { updated_at: at, revision: sql<number>`revision + 1` };
  await trx
    .updateTable('tokens')
    .set({ state: 'revoked', revoked_at: at, ...next })
    .where('account_id', '=', accountId)
    .where('state', '=', 'active')
    .execute();
  await trx
    .updateTable('outbox')
    .set({ state: 'cancelled', payload: null, claimed_by: null, claimed_until: null, updated_at: at })
    .where('account_id', '=', accountId)
    .where('invite_id', 'is not', null)
    .where('state', 'in', ['queued', 'sending'])
    .execute();
  // Nobody is asked in the name of an account that is gone.
  await trx
    .updateTable('messages')
    .set({
      state: 'failed',
      error: 'the account was deleted',
      claimed_by: null,
      claimed_until: null,
      updated_at: at,
    })
    .where('account_id', '=', accountId)
    .where('state', 'in', ['queued', 'sending'])
    .execute();
  await trx
    .updateTable('invites')
    .set({ state: 'revoked', closed_at: at, ...next })
    .where('account_id', '=', accountId)
    .where('state', '=', 'pending')
    .execute();
  // An invitation under its umbrella leads nowhere any more, nor does its mail.
  await trx
    .updateTable('outbox')
    .set({ state: 'cancelled', payload: null, claimed_by: null, claimed_until: null, updated_at: at })
    .where('account_id', '=', accountId)
    .where('kind', '=', 'sub_invite')
    .where('state', 'in', ['queued', 'sending'])
    .execute();
  await trx
    .updateTable('sub_invites')
    .set({ state: 'revoked', closed_at: at, ...next })
    .where('account_id', '=', accountId)
    .where('state', '=', 'invited')
    .execute();
  await trx
    .updateTable('batches')
    .set({ state: 'cancelled', finished_at: at, ...next })
    .where('account_id', '=', accountId)
    .where('state', '=', 'open')
    .execute();
  // What is left of its balance goes with it; its bills stay.
  await trx.deleteFrom('subscriptions').where('account_id', '=', accountId).execute();
  // Revisions and secrets go with the parsers.
  await trx.deleteFrom('parsers').where('account_id', '=', accountId).execute();
  // And shares with the forms; what others chose for this account is for nobody any more.
  await trx.deleteFrom('forms').where('account_id', '=', accountId).execute();
  await trx.deleteFrom('form_shares').where('to_account_id', '=', accountId).execute();
  await trx.deleteFrom('promotion_paths').where('account_id', '=', accountId).execute();
  // People who know nothing of the account any more.
  await trx.deleteFrom('contacts').where('account_id', '=', accountId).execute();
  // What they hold may be anything; the trail says what was there.
  await trx.deleteFrom('resources').where('account_id', '=', accountId).execute();
  // Workspace places and grants of children go with the members.
  await trx.deleteFrom('members').where('account_id', '=', accountId).execute();
  // The master's members lose their grants of this child (R14).
  await trx
    .deleteFrom('member_children')
    .where((eb) =>
      eb.exists(
        eb
          .selectFrom('links')
          .whereRef('links.parent_id', '=', 'member_children.account_id')
          .whereRef('links.id', '=', 'member_children.link_id')
          .where('links.child_id', '=', accountId)
          .select('links.id'),
      ),
    )
    .execute();
  await trx
    .updateTable('links')
    .set({ state: 'ended', ended_at: at, ...next })
    .where((eb) => eb.or([eb('child_id', '=', accountId), eb('parent_id', '=', accountId)]))
    .where('state', '=', 'active')
    .execute();
  await trx
    .updateTable('accounts')
    .set({ state: 'gone', gone_at: at, suspended_by: null, ...next })
    .where('id', '=', accountId)
    .execute();
}

import { sql } from 'kysely';
import { keysOf } from '../../contract/keys.ts';
import type { OutboxPort } from '../domain/ports/outbox.ts';
import { inIds, jsonRows } from './json-rows.ts';
import type { Trx } from './transaction.ts';

/** The state of a mail as whoever caused it sees it. */
export const mailStates = {
  queued: 'queued',
  sending: 'queued',
  sent: 'sent',
  failed: 'failed',
  cancelled: 'cancelled',
} as const;

const columns = {
  id: 'text',
  account_id: 'text',
  invite_id: 'text',
  kind: 'text',
  recipient: 'text',
  recipient_folded: 'text',
  payload: 'text',
  state: 'text',
  not_before: 'text',
  created_at: 'text',
  updated_at: 'text',
} as const;

const names = keysOf(columns);

export function outboxStore(trx: Trx): OutboxPort {
  return {
    async enqueue(messages) {
      if (messages.length === 0) return;
      const rows = messages.map((message) => ({
        id: message.id,
        account_id: message.accountId,
        invite_id: message.inviteId,
        kind: message.kind,
        recipient: message.recipient,
        recipient_folded: message.recipientFolded,
        payload: JSON.stringify(message.payload),
        state: 'queued' as const,
        not_before: message.at,
        created_at: message.at,
        updated_at: message.at,
      }));
      await trx
        .insertInto('outbox')
        .columns(names)
        .expression((eb) =>
          eb.selectFrom(jsonRows(trx, 'r', columns, rows)).select(names.map((name) => `r.${name}` as const)),
        )
        .execute();
    },

    async cancelForInvites(accountId, inviteIds, at) {
      const ids = inviteIds.map((id) => ({ id }));
      await trx
        .updateTable('outbox')
        .set({ state: 'cancelled', payload: null, claimed_by: null, claimed_until: null, updated_at: at })
        .where('account_id', '=', accountId)
        .where('state', 'in', ['queued', 'sending'])
        .where('id', 'in', (eb) =>
          eb
            .selectFrom(jsonRows(trx, 'r', { id: 'text' }, ids))
            .innerJoin('invites as i', (join) =>
              join.on('i.account_id', '=', accountId).onRef('i.id', '=', 'r.id'),
            )
            .select('i.message_id'),
        )
        .execute();
    },

    async cancelMessages(accountId, ids, at) {
      if (ids.length === 0) return;
      await trx
        .updateTable('outbox')
        .set({ state: 'cancelled', payload: null, claimed_by: null, claimed_until: null, updated_at: at })
        .where('account_id', '=', accountId)
        .where('state', 'in', ['queued', 'sending'])
        .where('id', 'in', inIds(trx, ids))
        .execute();
    },

    async backlog() {
      const rows = await trx
        .selectFrom('outbox')
        .where('state', 'in', ['queued', 'sending', 'failed'])
        .groupBy('state')
        .select(['state', sql<number>`cast(count(*) as integer)`.as('n')])
        .execute();
      const of = (state: string) => rows.find((row) => row.state === state)?.n ?? 0;
      return { queued: of('queued'), sending: of('sending'), failed: of('failed') };
    },

    async toRecipientSince(recipientFolded, at) {
      const row = await trx
        .selectFrom('outbox')
        .where('recipient_folded', '=', recipientFolded)
        .where('account_id', 'is not', null)
        .where('created_at', '>=', at)
        .where('state', '<>', 'cancelled')
        .select(sql<number>`cast(count(*) as integer)`.as('n'))
        .executeTakeFirstOrThrow();
      return row.n;
    },
  };
}

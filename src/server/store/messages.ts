import { sql } from 'kysely';
import { keysOf } from '../../contract/keys.ts';
import type {
  CapturedMessage,
  DueMessage,
  MessageBody,
  MessageQueuePort,
  MessagesPort,
} from '../domain/ports/messages.ts';
import { forgetIn, nextDueIn } from './due-queue.ts';
import { inIds, jsonRows } from './json-rows.ts';
import { toPage } from './keyset.ts';
import type { Row } from './schema.ts';
import { dialectOf, type Trx } from './transaction.ts';

/** Nobody's: every state but `sending` has no claim. */
const unclaimed = { claimed_by: null, claimed_until: null };

const columns = {
  account_id: 'text',
  id: 'text',
  form_id: 'text',
  mode: 'text',
  recipient: 'text',
  body: 'text',
  credits: 'integer',
  state: 'text',
  not_before: 'text',
  created_by: 'text',
  created_at: 'text',
  updated_at: 'text',
} as const;
const names = keysOf(columns);

/** Written by this server, from this type. */
function toBody(json: string): MessageBody {
  // oxlint-disable-next-line typescript/no-unsafe-return -- the port's own shape, which `enqueue` alone writes
  return JSON.parse(json);
}

const dueColumns = ['id', 'account_id', 'mode', 'recipient', 'body', 'attempts'] as const;

function toDue(row: Pick<Row<'messages'>, (typeof dueColumns)[number]>): DueMessage {
  const { id, account_id: accountId, mode, recipient, body, attempts } = row;
  return { id, accountId, mode, recipient, body: toBody(body), attempts };
}

export function messagesStore(trx: Trx, accountId: string): MessagesPort {
  return {
    async enqueue(messages) {
      if (messages.length === 0) return;
      const rows = messages.map((message) => ({
        account_id: accountId,
        id: message.id,
        form_id: message.formId,
        mode: message.mode,
        recipient: message.recipient,
        body: JSON.stringify(message.body),
        credits: message.credits,
        state: 'queued' as const,
        not_before: message.at,
        created_by: message.by,
        created_at: message.at,
        updated_at: message.at,
      }));
      await trx
        .insertInto('messages')
        .columns(names)
        .expression((eb) =>
          eb.selectFrom(jsonRows(trx, 'r', columns, rows)).select(names.map((name) => `r.${name}` as const)),
        )
        .execute();
    },

    async creditsSince(at) {
      const row = await trx
        .selectFrom('messages')
        .where('account_id', '=', accountId)
        .where('created_at', '>=', at)
        .select(sql<number>`cast(coalesce(sum(credits), 0) as integer)`.as('n'))
        .executeTakeFirstOrThrow();
      return row.n;
    },
  };
}

/** Ids of messages whose time has come, then of those whose claim ran out. */
async function dueIds(trx: Trx, now: string, limit: number): Promise<string[]> {
  const of = async (state: 'queued' | 'sending', column: 'not_before' | 'claimed_until', most: number) => {
    if (most <= 0) return [];
    const query = trx
      .selectFrom('messages')
      .where('state', '=', state)
      .where(column, '<=', now)
      .orderBy(column)
      .orderBy('id')
      .select('id')
      .limit(most);
    // Several servers share one PostgreSQL: each takes what no other is taking. SQLite has one writer.
    const rows = await (dialectOf(trx) === 'postgres' ? query.forUpdate().skipLocked() : query).execute();
    return rows.map(({ id }) => id);
  };
  const queued = await of('queued', 'not_before', limit);
  return [...queued, ...(await of('sending', 'claimed_until', limit - queued.length))];
}

export function messageQueueStore(trx: Trx): MessageQueuePort {
  const mine = (ids: readonly string[], worker: string) =>
    trx
      .updateTable('messages')
      .where('id', 'in', inIds(trx, ids))
      .where('state', '=', 'sending')
      .where('claimed_by', '=', worker);
  return {
    async toRecipientsSince(recipients, at) {
      if (recipients.length === 0) return new Map();
      const rows = await trx
        .selectFrom('messages')
        .where('recipient', 'in', inIds(trx, recipients))
        .where('created_at', '>=', at)
        .groupBy('recipient')
        .select(['recipient', sql<number>`cast(count(*) as integer)`.as('n')])
        .execute();
      return new Map(rows.map(({ recipient, n }) => [recipient, n]));
    },

    async claim({ worker, until }, now, limit) {
      const ids = await dueIds(trx, now, limit);
      if (ids.length === 0) return [];
      const rows = await trx
        .selectFrom('messages')
        .where('id', 'in', inIds(trx, ids))
        .select(dueColumns)
        .orderBy('id')
        .execute();
      await trx
        .updateTable('messages')
        .where('id', 'in', inIds(trx, ids))
        .set((eb) => ({
          state: 'sending',
          attempts: eb('attempts', '+', 1),
          claimed_by: worker,
          claimed_until: until,
          updated_at: now,
        }))
        .execute();
      return rows.map(toDue);
    },

    async release(ids, worker, at) {
      if (ids.length === 0) return;
      await mine(ids, worker)
        .set((eb) => ({ state: 'queued', attempts: eb('attempts', '-', 1), ...unclaimed, updated_at: at }))
        .execute();
    },

    async sent(ids, worker, at) {
      if (ids.length === 0) return;
      await mine(ids, worker)
        .set({ state: 'sent', error: null, ...unclaimed, sent_at: at, updated_at: at })
        .execute();
    },

    async retry(id, worker, { error, notBefore }, at) {
      await mine([id], worker)
        .set({ state: 'queued', not_before: notBefore, error, ...unclaimed, updated_at: at })
        .execute();
    },

    async fail(ids, worker, error, at) {
      if (ids.length === 0) return;
      await mine(ids, worker)
        .set({ state: 'failed', error, ...unclaimed, updated_at: at })
        .execute();
    },

    nextDue: () => nextDueIn(trx, 'messages'),
    forget: (before, limit) => forgetIn(trx, 'messages', before, limit),

    async list(recipient, page) {
      let query = trx
        .selectFrom('messages')
        .select([...dueColumns, 'state', 'created_at'])
        .orderBy('id', 'desc')
        .limit(page.limit + 1);
      if (recipient !== null) query = query.where('recipient', '=', recipient);
      const [after] = page.after ?? [];
      if (after !== undefined) query = query.where('id', '<', after);
      return toPage(
        await query.execute(),
        page.limit,
        (row) => [row.id],
        (row): CapturedMessage => ({ ...toDue(row), state: row.state, at: row.created_at }),
      );
    },
  };
}

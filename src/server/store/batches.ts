import { sql } from 'kysely';
import { keysOf } from '../../contract/keys.ts';
import { type BatchKind, rowOutcomeNames } from '../../contract/limits.ts';
import type { Batch, RowResult } from '../../contract/types.ts';
import type { BatchesPort, BatchView, RowRecord } from '../domain/ports/batches.ts';
import { toObject } from './columns.ts';
import { jsonRows } from './json-rows.ts';
import { toPage } from './keyset.ts';
import type { Row } from './schema.ts';
import type { Trx } from './transaction.ts';

const MOST_RANGES = 1000;
/** Where the invitations are that batches of a kind send; null for none. */
const invitedIn = {
  invites: 'invites',
  removals: null,
  restores: null,
  workspace_members: null,
  contacts: 'sub_invites',
  sub_accounts: 'sub_invites',
} as const satisfies Record<BatchKind, string | null>;
const NO_MAIL = { queued: 0, sent: 0, failed: 0, waiting_until: null };
const count = sql<number>`cast(count(*) as integer)`;

const resultColumns = ['row', 'outcome', 'detail', 'invite_id', 'link_id'] as const;

function toResult(row: Pick<Row<'batch_rows'>, (typeof resultColumns)[number]>): RowResult {
  const { text, differs, receipt, contact } = toObject(row.detail ?? '{}');
  return {
    row: row.row,
    outcome: rowOutcomeNames.find((name) => name === row.outcome) ?? 'not_permitted',
    detail: typeof text === 'string' ? text : null,
    differs: differs === true,
    invite_id: row.invite_id,
    receipt_id: typeof receipt === 'string' ? receipt : null,
    link_id: row.link_id,
    contact_id: typeof contact === 'string' ? contact : null,
  };
}

/** Kind and defaults, which belong together, of each kind there is. */
type Kinds = Batch extends infer B ? (B extends Batch ? Pick<B, 'kind' | 'defaults'> : never) : never;

/** Written by `insert` from the contract's own shape. */
function ofItsKind({ kind, defaults }: Row<'batches'>): Kinds {
  const stored: unknown = JSON.parse(defaults);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written by this file, from this type
  return { kind, defaults: stored } as Kinds;
}

/** Kept small: most rows have nothing to say beyond their outcome. */
function detailOf(row: RowRecord): string | null {
  const { detail: text, differs, receipt_id: receipt, contact_id: contact } = row;
  if (text === null && !differs && receipt === null && contact === null) return null;
  return JSON.stringify({
    text,
    differs,
    ...(receipt !== null && { receipt }),
    ...(contact !== null && { contact }),
  });
}

const rowColumns = {
  row: 'integer',
  email: 'text',
  outcome: 'text',
  detail: 'text',
  invite_id: 'text',
  link_id: 'text',
} as const;

export function batchesStore(trx: Trx, accountId: string): BatchesPort {
  const rowsOf = (id: string) =>
    trx.selectFrom('batch_rows').where('account_id', '=', accountId).where('batch_id', '=', id);
  const batches = () => trx.selectFrom('batches').where('account_id', '=', accountId);

  /** Ranges of row numbers that have not come, found from the gaps between those that have. */
  async function missing(id: string, total: number): Promise<[number, number][]> {
    const gaps = await trx
      .selectFrom(
        rowsOf(id)
          .select(['row', sql<number>`lag(row, 1, 0) over (order by row)`.as('before')])
          .as('seen'),
      )
      .select(['seen.before', 'seen.row'])
      .whereRef(sql`seen.row - 1`, '>', sql`seen.before`)
      .orderBy('seen.row')
      .limit(MOST_RANGES)
      .execute();
    const ranges = gaps.map(({ before, row }): [number, number] => [before + 1, row - 1]);
    const last = await rowsOf(id).select(sql<number | null>`max(row)`.as('row')).executeTakeFirst();
    const end = last?.row ?? 0;
    if (end < total && ranges.length < MOST_RANGES) ranges.push([end + 1, total]);
    return ranges;
  }

  /** The last mail of each invitation that the batch sent. */
  async function mailOf(id: string, table: 'invites' | 'sub_invites', now: string): Promise<Batch['mail']> {
    const idColumn = table === 'invites' ? 'b.invite_id' : 'b.link_id';
    const states = await trx
      .selectFrom(trx.selectFrom(table).select(['account_id', 'id', 'message_id']).as('i'))
      .innerJoin('batch_rows as b', (join) =>
        join
          .onRef('b.account_id', '=', 'i.account_id')
          .onRef(idColumn, '=', 'i.id')
          .on('b.batch_id', '=', id),
      )
      .innerJoin('outbox as o', 'o.id', 'i.message_id')
      .where('i.account_id', '=', accountId)
      .where('b.outcome', '=', 'invited')
      .groupBy('o.state')
      .select(['o.state', count.as('n'), sql<string | null>`max(o.not_before)`.as('last')])
      .execute();
    const of = (...names: string[]) =>
      states.filter((row) => names.includes(row.state)).reduce((sum, row) => sum + row.n, 0);
    const last = states.find((row) => row.state === 'queued')?.last ?? null;
    // The daily limit holds mail until midnight (D23); any other time to come is that of a retry.
    const waiting = last !== null && last > now && last.endsWith('T00:00:00.000Z') ? last : null;
    return {
      queued: of('queued', 'sending'),
      sent: of('sent'),
      failed: of('failed'),
      waiting_until: waiting,
    };
  }

  async function view(row: Row<'batches'> & { creator: string | null }, now: string): Promise<BatchView> {
    const counts = await rowsOf(row.id)
      .groupBy('outcome')
      .select(['outcome', count.as('n')])
      .execute();
    const mailTable = invitedIn[row.kind];
    const received = counts.reduce((sum, entry) => sum + entry.n, 0);
    return {
      id: row.id,
      account_id: accountId,
      ...ofItsKind(row),
      state: row.state,
      digest: row.digest,
      allow_partial: row.partial === 'allow',
      rows_total: row.rows_total,
      rows_received: received,
      missing: received >= row.rows_total ? [] : await missing(row.id, row.rows_total),
      outcomes: Object.fromEntries(counts.map((entry) => [entry.outcome, entry.n])),
      mail: mailTable === null ? NO_MAIL : await mailOf(row.id, mailTable, now),
      created_by: row.creator,
      created_at: row.created_at,
      updated_at: row.updated_at,
    };
  }

  const selectViews = () =>
    trx
      .selectFrom('batches as b')
      .leftJoin('users as u', 'u.id', 'b.created_by_user_id')
      .leftJoin('tokens as t', 't.id', 'b.created_by_token_id')
      .where('b.account_id', '=', accountId)
      .selectAll('b')
      .select(sql<string | null>`coalesce(u.email, t.name)`.as('creator'));

  return {
    async insert(batch) {
      await trx
        .insertInto('batches')
        .values({
          account_id: accountId,
          id: batch.id,
          kind: batch.kind,
          digest: batch.digest,
          defaults: JSON.stringify(batch.defaults),
          state: 'open',
          rows_total: batch.rowsTotal,
          partial: batch.allowPartial ? 'allow' : 'refuse',
          created_by_user_id: 'userId' in batch.createdBy ? batch.createdBy.userId : null,
          created_by_token_id: 'tokenId' in batch.createdBy ? batch.createdBy.tokenId : null,
          created_at: batch.at,
          updated_at: batch.at,
        })
        .execute();
    },

    async row(id) {
      const row = await batches().where('id', '=', id).selectAll().executeTakeFirst();
      if (!row) return null;
      return {
        id: row.id,
        ...ofItsKind(row),
        state: row.state,
        allowPartial: row.partial === 'allow',
        rowsTotal: row.rows_total,
      };
    },

    async findOpen(kind, digest) {
      const row = await batches()
        .where('kind', '=', kind)
        .where('digest', '=', digest)
        .where('state', '=', 'open')
        .select('id')
        .executeTakeFirst();
      return row?.id ?? null;
    },

    async show(id, now) {
      const row = await selectViews().where('b.id', '=', id).executeTakeFirst();
      return row ? await view(row, now) : null;
    },

    async list({ kinds, state }, page, now) {
      let query = selectViews()
        .orderBy('b.id', 'desc')
        .limit(page.limit + 1);
      const [after] = page.after ?? [];
      if (after !== undefined) query = query.where('b.id', '<', after);
      if (kinds !== undefined) query = query.where('b.kind', 'in', kinds);
      if (state !== undefined) query = query.where('b.state', '=', state);
      const found = toPage(
        await query.execute(),
        page.limit,
        (row) => [row.id],
        (row) => row,
      );
      const items: BatchView[] = [];
      for (const row of found.items) items.push(await view(row, now));
      return { items, next: found.next };
    },

    async results(id, rows) {
      const numbers = rows.map((row) => ({ row }));
      const found = await rowsOf(id)
        // Keeps PostgreSQL to a range of the key: on a new table, without statistics, it would read the whole batch.
        .where(
          'row',
          '>=',
          rows.reduce((least, row) => Math.min(least, row), Number.MAX_SAFE_INTEGER),
        )
        .where(
          'row',
          '<=',
          rows.reduce((most, row) => Math.max(most, row), 0),
        )
        .where('row', 'in', (eb) =>
          eb.selectFrom(jsonRows(trx, 'r', { row: 'integer' }, numbers)).select('r.row'),
        )
        .select(resultColumns)
        .execute();
      return found.map(toResult);
    },

    async addRows(id, rows) {
      const values = rows.map((row) => ({
        row: row.row,
        email: row.email,
        outcome: row.outcome,
        detail: detailOf(row),
        invite_id: row.invite_id,
        link_id: row.link_id,
      }));
      const names = keysOf(rowColumns);
      await trx
        .insertInto('batch_rows')
        .columns([...names, 'account_id', 'batch_id'])
        .expression((eb) =>
          eb
            .selectFrom(jsonRows(trx, 'r', rowColumns, values))
            .select(names.map((name) => `r.${name}` as const))
            .select([eb.val(accountId).as('account_id'), eb.val(id).as('batch_id')]),
        )
        .execute();
    },

    async rows(id, outcome, page) {
      let query = rowsOf(id)
        .select([...resultColumns, 'email'])
        .orderBy('row')
        .limit(page.limit + 1);
      const [after] = page.after ?? [];
      if (after !== undefined) query = query.where('row', '>', Number(after));
      if (outcome !== undefined) query = query.where('outcome', '=', outcome);
      const toRecord = (row: Parameters<typeof toResult>[0] & { email: string | null }) => ({
        ...toResult(row),
        email: row.email ?? '',
      });
      return toPage(await query.execute(), page.limit, (row) => [String(row.row)], toRecord);
    },

    async firstRows(id, inviteIds) {
      const ids = inviteIds.map((invite) => ({ id: invite }));
      const found = await rowsOf(id)
        .where('invite_id', 'in', (eb) =>
          eb.selectFrom(jsonRows(trx, 'r', { id: 'text' }, ids)).select('r.id'),
        )
        .where('outcome', '=', 'invited')
        .select(['invite_id', 'row'])
        .execute();
      return new Map(
        found.flatMap((entry) => (entry.invite_id === null ? [] : [[entry.invite_id, entry.row]])),
      );
    },

    async close(id, state, at) {
      await trx
        .updateTable('batches')
        .set((eb) => ({ state, finished_at: at, updated_at: at, revision: eb('revision', '+', 1) }))
        .where('account_id', '=', accountId)
        .where('id', '=', id)
        .execute();
    },

    async invites(id) {
      const found = await trx
        .selectFrom('batch_rows as b')
        .innerJoin('invites as i', (join) =>
          join.onRef('i.account_id', '=', 'b.account_id').onRef('i.id', '=', 'b.invite_id'),
        )
        .where('b.account_id', '=', accountId)
        .where('b.batch_id', '=', id)
        .where('b.outcome', '=', 'invited')
        .select(['i.id', 'i.state'])
        .execute();
      const pending = found.filter((row) => row.state === 'pending').map((row) => row.id);
      const accepted = found.filter((row) => row.state === 'accepted').length;
      return { pending, accepted, other: found.length - pending.length - accepted };
    },

    async subInvites(id) {
      const found = await trx
        .selectFrom('batch_rows as b')
        .innerJoin('sub_invites as i', (join) =>
          join.onRef('i.account_id', '=', 'b.account_id').onRef('i.id', '=', 'b.link_id'),
        )
        .where('b.account_id', '=', accountId)
        .where('b.batch_id', '=', id)
        .where('b.outcome', '=', 'invited')
        .select(['i.id', 'i.state'])
        .execute();
      const pending = found.filter((row) => row.state === 'invited').map((row) => row.id);
      const accepted = found.filter((row) => row.state === 'accepted').length;
      return { pending, accepted, other: found.length - pending.length - accepted };
    },
  };
}

import { sql } from 'kysely';
import { foldAddress } from '../../contract/address.ts';
import { looksLikeId } from '../../contract/ids.ts';
import { keysOf } from '../../contract/keys.ts';
import type { Receipt } from '../../contract/types.ts';
import type { KeptReceipt, ReceiptData, ReceiptsPort } from '../domain/ports/receipts.ts';
import { inIds, jsonRows } from './json-rows.ts';
import { toPage } from './keyset.ts';
import type { Trx } from './transaction.ts';

/** Written by `insert` from the same type. */
function dataOf(json: string): ReceiptData {
  // oxlint-disable-next-line typescript/no-unsafe-return -- written by this file, from this type
  return JSON.parse(json);
}

function receiptsOf(trx: Trx, accountId: string) {
  return trx
    .selectFrom('receipts as r')
    .innerJoin('users as u', 'u.id', 'r.user_id')
    .where('r.account_id', '=', accountId)
    .select(['r.id', 'r.user_id', 'r.kind', 'r.data', 'r.created_by', 'r.expires_at'])
    .select([
      'r.restored_at',
      'r.created_at',
      'u.email',
      'u.email_folded',
      'u.name',
      'u.state as user_state',
    ]);
}

type ReceiptRow = Awaited<ReturnType<ReturnType<typeof receiptsOf>['executeTakeFirstOrThrow']>>;

function toKept(row: ReceiptRow): KeptReceipt {
  const here = row.user_state === 'active';
  return {
    id: row.id,
    userId: row.user_id,
    kind: row.kind,
    data: dataOf(row.data),
    createdBy: row.created_by,
    expiresAt: row.expires_at,
    at: row.created_at,
    restoredAt: row.restored_at,
    email: here ? row.email : null,
    emailFolded: here ? row.email_folded : null,
  };
}

function stateOf({ restored_at, expires_at }: ReceiptRow, now: string): Receipt['state'] {
  if (restored_at !== null) return 'restored';
  return expires_at <= now ? 'expired' : 'open';
}

const newColumns = {
  id: 'text',
  user_id: 'text',
  kind: 'text',
  data: 'text',
  created_by: 'text',
  expires_at: 'text',
  created_at: 'text',
} as const;

export function receiptsStore(trx: Trx, accountId: string): ReceiptsPort {
  /** What the receipts name, by id: links and workspaces that are still there, and who removed. */
  async function namesFor(rows: readonly ReceiptRow[]): Promise<ReadonlyMap<string, string>> {
    const data = rows.map((row) => dataOf(row.data));
    const ids = [
      ...data.flatMap(({ children }) => children),
      ...data.flatMap(({ workspaces }) => workspaces.map(({ workspace }) => workspace)),
      ...rows.flatMap(({ created_by }) => created_by ?? []),
    ].map((id) => ({ id }));
    if (ids.length === 0) return new Map();
    const asked = jsonRows(trx, 'q', { id: 'text' }, ids);
    const links = await trx
      .selectFrom('links as l')
      .innerJoin('accounts as c', 'c.id', 'l.child_id')
      .where('l.parent_id', '=', accountId)
      .where('l.state', '=', 'active')
      .where('l.id', 'in', (eb) => eb.selectFrom(asked).select('q.id'))
      .select(['l.id', 'c.slug as name'])
      .execute();
    const workspaces = await trx
      .selectFrom('workspaces')
      .where('account_id', '=', accountId)
      .where('id', 'in', (eb) => eb.selectFrom(asked).select('q.id'))
      .select(['id', 'slug as name'])
      .execute();
    const people = await trx
      .selectFrom('users')
      .where('id', 'in', (eb) => eb.selectFrom(asked).select('q.id'))
      .select(['id', 'email as name'])
      .execute();
    return new Map([...links, ...workspaces, ...people].map(({ id, name }) => [id, name]));
  }

  async function toShown(rows: readonly ReceiptRow[], now: string): Promise<Receipt[]> {
    const names = await namesFor(rows);
    return rows.map((row) => {
      const { role, state, modules, children, workspaces } = dataOf(row.data);
      return {
        id: row.id,
        account_id: accountId,
        user: { id: row.user_id, email: row.email, name: row.name },
        kind: row.kind,
        state: stateOf(row, now),
        role,
        member_state: state,
        modules: [...modules],
        children: children.map((link_id) => ({ link_id, slug: names.get(link_id) ?? null })),
        workspaces: workspaces.map((place) => ({ ...place, slug: names.get(place.workspace) ?? null })),
        removed_by: row.created_by === null ? null : (names.get(row.created_by) ?? null),
        created_at: row.created_at,
        expires_at: row.expires_at,
        restored_at: row.restored_at,
      };
    });
  }

  /** By the member id of then, user id or address; null for what can be none. */
  function named(reference: string) {
    const query = receiptsOf(trx, accountId).orderBy('r.id', 'desc');
    if (reference.startsWith('usr_')) return query.where('r.user_id', '=', reference);
    if (looksLikeId(reference)) {
      // Only a removal that is repeated asks by the old id, so it is not worth a column and an index.
      const pattern = `%"member_id":"${reference.replaceAll(/[\\%_]/g, (sign) => `\\${sign}`)}"%`;
      return query.where(sql<boolean>`r.data like ${pattern} escape '\\'`);
    }
    const folded = foldAddress(reference);
    if (folded === null) return null;
    return query.where('u.email_folded', '=', folded).where('u.state', '=', 'active');
  }

  return {
    async insert(receipts) {
      const rows = receipts.map((receipt) => ({
        id: receipt.id,
        user_id: receipt.userId,
        kind: receipt.kind,
        data: JSON.stringify(receipt.data),
        created_by: receipt.createdBy,
        expires_at: receipt.expiresAt,
        created_at: receipt.at,
      }));
      const names = keysOf(newColumns);
      await trx
        .insertInto('receipts')
        .columns([...names, 'account_id'])
        .expression((eb) =>
          eb
            .selectFrom(jsonRows(trx, 'n', newColumns, rows))
            .select(names.map((name) => `n.${name}` as const))
            .select(eb.val(accountId).as('account_id')),
        )
        .execute();
    },

    async list({ member, kind, state }, page, now) {
      const base = member === undefined ? receiptsOf(trx, accountId).orderBy('r.id', 'desc') : named(member);
      if (base === null) return { items: [], next: null };
      let query = base.limit(page.limit + 1);
      const [after] = page.after ?? [];
      if (after !== undefined) query = query.where('r.id', '<', after);
      if (kind !== undefined) query = query.where('r.kind', '=', kind);
      if (state === 'restored') query = query.where('r.restored_at', 'is not', null);
      else if (state !== undefined) {
        query = query
          .where('r.restored_at', 'is', null)
          .where('r.expires_at', state === 'expired' ? '<=' : '>', now);
      }
      const found = toPage(
        await query.execute(),
        page.limit,
        (row) => [row.id],
        (row) => row,
      );
      return { items: await toShown(found.items, now), next: found.next };
    },

    async find(id) {
      const row = await receiptsOf(trx, accountId).where('r.id', '=', id).executeTakeFirst();
      return row ? toKept(row) : null;
    },

    latest: async (reference) => (await named(reference)?.executeTakeFirst()) ?? null,

    async latestOf(emailsFolded) {
      const asked = emailsFolded.map((email) => ({ email }));
      const rows = await receiptsOf(trx, accountId)
        .where('u.state', '=', 'active')
        .where('u.email_folded', 'in', (eb) =>
          eb.selectFrom(jsonRows(trx, 'q', { email: 'text' }, asked)).select('q.email'),
        )
        .orderBy('r.id')
        .execute();
      // The newest comes last, and stays.
      return new Map(rows.map((row) => [row.email_folded, toKept(row)]));
    },

    async markRestored(ids, at) {
      await trx
        .updateTable('receipts')
        .set({ restored_at: at })
        .where('account_id', '=', accountId)
        .where('id', 'in', inIds(trx, ids))
        .execute();
    },
  };
}

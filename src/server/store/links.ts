import { sql } from 'kysely';
import { looksLikeId } from '../../contract/ids.ts';
import type { ChildLink, LinksPort } from '../domain/ports/links.ts';
import type { Trx } from './transaction.ts';

export function linksStore(trx: Trx, accountId: string): LinksPort {
  const children = () =>
    trx
      .selectFrom('links as l')
      .innerJoin('accounts as c', 'c.id', 'l.child_id')
      .where('l.parent_id', '=', accountId)
      .where('l.state', '=', 'active')
      .where('c.state', '<>', 'gone')
      .select(['l.id as linkId', 'l.kind', 'c.id as accountId', 'c.slug', 'c.name']);
  return {
    async insert({ id, childId, kind, caps, at }) {
      await trx
        .insertInto('links')
        .values({
          parent_id: accountId,
          id,
          child_id: childId,
          kind,
          state: 'active',
          ended_at: null,
          upload_cap: caps?.upload ?? null,
          message_cap: caps?.message ?? null,
          created_at: at,
          updated_at: at,
        })
        .execute();
    },

    async resolve(references) {
      const found = new Map<string, ChildLink>();
      if (references.length === 0) return found;
      const ids = references.filter(looksLikeId);
      const slugs = references.filter((reference) => !looksLikeId(reference));
      const rows = await children()
        .where((eb) =>
          eb.or([
            ...(ids.length > 0 ? [eb('l.id', 'in', ids), eb('c.id', 'in', ids)] : []),
            ...(slugs.length > 0 ? [eb('c.slug', 'in', slugs)] : []),
          ]),
        )
        .execute();
      for (const row of rows) for (const name of [row.linkId, row.accountId, row.slug]) found.set(name, row);
      return new Map(
        references.flatMap((reference) => {
          const child = found.get(reference);
          return child ? [[reference, child] as const] : [];
        }),
      );
    },

    managed: (limit) => children().where('l.kind', '=', 'managed').orderBy('l.id').limit(limit).execute(),

    subs: () => children().where('l.kind', '=', 'sub').orderBy('l.id').execute(),

    async sub(linkId) {
      const row = await trx
        .selectFrom('links')
        .where('parent_id', '=', accountId)
        .where('id', '=', linkId)
        .where('kind', '=', 'sub')
        .where('state', '=', 'active')
        .select(['upload_cap', 'message_cap', 'created_at'])
        .executeTakeFirst();
      if (!row) return null;
      return { caps: { upload: row.upload_cap, message: row.message_cap }, since: row.created_at };
    },

    async setCaps(linkId, { upload, message }, at) {
      await trx
        .updateTable('links')
        .set((eb) => ({
          upload_cap: upload,
          message_cap: message,
          updated_at: at,
          revision: eb('revision', '+', 1),
        }))
        .where('parent_id', '=', accountId)
        .where('id', '=', linkId)
        .where('state', '=', 'active')
        .execute();
    },

    async wasSub() {
      const row = await trx
        .selectFrom('links')
        .where('child_id', '=', accountId)
        .where('kind', '=', 'sub')
        .select('id')
        .limit(1)
        .executeTakeFirst();
      return row !== undefined;
    },

    async granted(linkId) {
      const row = await trx
        .selectFrom('member_children')
        .where('account_id', '=', accountId)
        .where('link_id', '=', linkId)
        .select((eb) => eb.cast<number>(eb.fn.countAll(), 'integer').as('n'))
        .executeTakeFirst();
      return row?.n ?? 0;
    },

    async count(kind) {
      const row = await trx
        .selectFrom('links as l')
        .innerJoin('accounts as c', 'c.id', 'l.child_id')
        .where('l.parent_id', '=', accountId)
        .where('l.kind', '=', kind)
        .where('l.state', '=', 'active')
        .where('c.state', '<>', 'gone')
        .select((eb) => eb.cast<number>(eb.fn.countAll(), 'integer').as('n'))
        .executeTakeFirst();
      return row?.n ?? 0;
    },

    async end(linkId, at) {
      const next = { updated_at: at, revision: sql<number>`revision + 1` };
      const granted = trx
        .selectFrom('member_children')
        .where('account_id', '=', accountId)
        .where('link_id', '=', linkId)
        .select('member_id');
      await trx
        .updateTable('members')
        .set(next)
        .where('account_id', '=', accountId)
        .where('id', 'in', granted)
        .execute();
      await trx
        .deleteFrom('member_children')
        .where('account_id', '=', accountId)
        .where('link_id', '=', linkId)
        .execute();
      await trx
        .updateTable('links')
        .set({ state: 'ended', ended_at: at, ...next })
        .where('parent_id', '=', accountId)
        .where('id', '=', linkId)
        .where('state', '=', 'active')
        .execute();
    },

    async formerMaster() {
      const row = await trx
        .selectFrom('links')
        .where('child_id', '=', accountId)
        .where('kind', '=', 'managed')
        .where('state', '=', 'ended')
        .orderBy('id', 'desc')
        .select('parent_id')
        .executeTakeFirst();
      return row?.parent_id ?? null;
    },
  };
}

import { looksLikeId } from '../../contract/ids.ts';
import type { Workspace } from '../../contract/types.ts';
import type { WorkspacesPort, WorkspaceViewer } from '../domain/ports/workspaces.ts';
import { toPage } from './keyset.ts';
import { retiredSlugs } from './retired-slugs.ts';
import { anyContains } from './search.ts';
import type { Trx } from './transaction.ts';
import { removeWorkspace, workspaceHoldings } from './workspace-end.ts';

function seen(trx: Trx, accountId: string, viewer: WorkspaceViewer) {
  const query = trx
    .selectFrom('workspaces as w')
    .leftJoin('workspace_members as p', (join) =>
      join
        .onRef('p.account_id', '=', 'w.account_id')
        .onRef('p.workspace_id', '=', 'w.id')
        .on('p.member_id', '=', viewer.memberId ?? ''),
    )
    .where('w.account_id', '=', accountId)
    .select(['w.id', 'w.account_id', 'w.slug', 'w.name', 'p.role'])
    .select(['w.revision', 'w.created_at', 'w.updated_at']);
  const { scope } = viewer;
  if (scope === 'account') return query;
  return scope === 'own' ? query.where('p.role', 'is not', null) : query.where('w.id', '=', scope.only);
}

export function workspacesStore(trx: Trx, accountId: string): WorkspacesPort {
  const retired = retiredSlugs(trx, accountId);
  return {
    async insert({ id, slug, name, createdBy, at }) {
      await trx
        .insertInto('workspaces')
        .values({
          account_id: accountId,
          id,
          slug,
          name,
          created_by: createdBy,
          created_at: at,
          updated_at: at,
        })
        .execute();
    },

    async place(workspaceId, memberId, role, at) {
      const placed = await trx
        .insertInto('workspace_members')
        .columns(['account_id', 'workspace_id', 'member_id', 'role', 'created_at', 'updated_at'])
        .expression((eb) =>
          eb
            .selectFrom('workspaces as w')
            .where('w.account_id', '=', accountId)
            .where('w.id', '=', workspaceId)
            .select(['w.account_id', 'w.id', eb.val(memberId).as('member_id')])
            .select([eb.val(role).as('role'), eb.val(at).as('created_at'), eb.val(at).as('updated_at')]),
        )
        .executeTakeFirst();
      return (placed.numInsertedOrUpdatedRows ?? 0n) > 0n;
    },

    async list(viewer, filter, page) {
      let query = seen(trx, accountId, viewer)
        .orderBy('w.id')
        .limit(page.limit + 1);
      const [after] = page.after ?? [];
      if (after !== undefined) query = query.where('w.id', '>', after);
      const { q } = filter;
      if (q !== undefined) query = query.where((eb) => anyContains([eb.ref('w.name'), eb.ref('w.slug')], q));
      return toPage(
        await query.execute(),
        page.limit,
        (row) => [row.id],
        (row): Workspace => row,
      );
    },

    async find(viewer, reference) {
      const column = looksLikeId(reference) ? 'w.id' : 'w.slug';
      return (await seen(trx, accountId, viewer).where(column, '=', reference).executeTakeFirst()) ?? null;
    },

    async count() {
      const row = await trx
        .selectFrom('workspaces')
        .where('account_id', '=', accountId)
        .select((eb) => eb.cast<number>(eb.fn.countAll(), 'integer').as('n'))
        .executeTakeFirstOrThrow();
      return row.n;
    },

    async slugTaken(slug, now, exceptId = '') {
      const used = await trx
        .selectFrom('workspaces')
        .where('account_id', '=', accountId)
        .where('slug', '=', slug)
        .where('id', '<>', exceptId)
        .select('id')
        .executeTakeFirst();
      return used !== undefined || (await retired.has(slug, now, exceptId));
    },

    async update(id, change, at) {
      await trx
        .updateTable('workspaces')
        .set((eb) => ({ ...change, updated_at: at, revision: eb('revision', '+', 1) }))
        .where('account_id', '=', accountId)
        .where('id', '=', id)
        .execute();
    },

    retireSlug: (slug, id, at, freeAt) => retired.retire(slug, id, at, freeAt),
    reclaimSlug: (slug, id) => retired.reclaim(slug, id),
    holdings: (id, now) => workspaceHoldings(trx, accountId, id, now),
    remove: (id, at) => removeWorkspace(trx, accountId, id, at),
  };
}

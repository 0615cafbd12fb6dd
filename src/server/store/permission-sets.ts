import type { PermissionSet } from '../../contract/types.ts';
import type { PermissionSetsPort, SavedSet } from '../domain/ports/permission-sets.ts';
import { toModules, toStrings, toWorkspaces } from './columns.ts';
import { toPage } from './keyset.ts';
import type { Row } from './schema.ts';
import { anyContains } from './search.ts';
import type { Trx } from './transaction.ts';

const columnsOf = ({ role, modules, children, workspaces }: SavedSet) => ({
  role,
  modules: JSON.stringify(modules),
  children: JSON.stringify(children),
  workspaces: JSON.stringify(workspaces),
});

export function permissionSetsStore(trx: Trx, accountId: string): PermissionSetsPort {
  const sets = () => trx.selectFrom('permission_sets').where('account_id', '=', accountId);
  const one = (name: string) => sets().where('name', '=', name);

  /** Slugs of what is still there: grants die with their link (R14), and so do their places in a set. */
  async function places(rows: readonly Row<'permission_sets'>[]) {
    const linkIds = rows.flatMap((row) => toStrings(row.children));
    const workspaceIds = rows.flatMap((row) =>
      toWorkspaces(row.workspaces).map(({ workspace }) => workspace),
    );
    const links =
      linkIds.length === 0
        ? []
        : await trx
            .selectFrom('links as l')
            .innerJoin('accounts as c', 'c.id', 'l.child_id')
            .where('l.parent_id', '=', accountId)
            .where('l.state', '=', 'active')
            .where('l.id', 'in', linkIds)
            .select(['l.id', 'c.slug'])
            .execute();
    const workspaces =
      workspaceIds.length === 0
        ? []
        : await trx
            .selectFrom('workspaces')
            .where('account_id', '=', accountId)
            .where('id', 'in', workspaceIds)
            .select(['id', 'slug'])
            .execute();
    return new Map([...links, ...workspaces].map(({ id, slug }) => [id, slug]));
  }

  async function toSets(rows: readonly Row<'permission_sets'>[]): Promise<PermissionSet[]> {
    const slugs = await places(rows);
    return rows.map((row) => ({
      account_id: accountId,
      name: row.name,
      role: row.role,
      modules: toModules(row.modules),
      children: toStrings(row.children).flatMap((link_id) => {
        const slug = slugs.get(link_id);
        return slug === undefined ? [] : [{ link_id, slug }];
      }),
      workspaces: toWorkspaces(row.workspaces).flatMap(({ workspace, role }) => {
        const slug = slugs.get(workspace);
        return slug === undefined ? [] : [{ workspace, slug, role }];
      }),
      revision: row.revision,
      created_at: row.created_at,
      updated_at: row.updated_at,
    }));
  }

  return {
    async list({ q }, page) {
      let query = sets()
        .selectAll()
        .orderBy('name')
        .limit(page.limit + 1);
      const [after] = page.after ?? [];
      if (after !== undefined) query = query.where('name', '>', after);
      if (q !== undefined) query = query.where((eb) => anyContains([eb.ref('name')], q));
      const found = toPage(
        await query.execute(),
        page.limit,
        (row) => [row.name],
        (row) => row,
      );
      return { items: await toSets(found.items), next: found.next };
    },

    async find(name) {
      const row = await one(name).selectAll().executeTakeFirst();
      return row ? ((await toSets([row]))[0] ?? null) : null;
    },

    async insert(set, createdBy, at) {
      await trx
        .insertInto('permission_sets')
        .values({
          account_id: accountId,
          name: set.name,
          ...columnsOf(set),
          created_by: createdBy,
          created_at: at,
          updated_at: at,
        })
        .execute();
    },

    async update(set, at) {
      await trx
        .updateTable('permission_sets')
        .set((eb) => ({ ...columnsOf(set), updated_at: at, revision: eb('revision', '+', 1) }))
        .where('account_id', '=', accountId)
        .where('name', '=', set.name)
        .execute();
    },

    async remove(name) {
      await trx
        .deleteFrom('permission_sets')
        .where('account_id', '=', accountId)
        .where('name', '=', name)
        .execute();
    },
  };
}

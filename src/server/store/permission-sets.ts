import type { PermissionSet } from '../../contract/types.ts';
import type { PermissionSetsPort, SavedSet } from '../domain/ports/permission-sets.ts';
import { toModules, toStrings, toWorkspaces } from './columns.ts';
import { toPage } from './keyset.ts';
import type { Row } from './schema.ts';
import { anyContains } from './search.ts';
import { slugsOf } from './slugs.ts';
import type { Trx } from './transaction.ts';

const columnsOf = ({ role, modules, children, workspaces }: SavedSet) => ({
  role,
  modules: JSON.stringify(modules),
  children: JSON.stringify(children),
  workspaces: JSON.stringify(workspaces),
});

/** What is not there any more is left out: grants die with their link (R14), and so do their places in a set. */
export async function toSets(
  trx: Trx,
  accountIds: readonly string[],
  rows: readonly Row<'permission_sets'>[],
): Promise<PermissionSet[]> {
  const slugs = await slugsOf(trx, accountIds, {
    links: rows.flatMap((row) => toStrings(row.children)),
    workspaces: rows.flatMap((row) => toWorkspaces(row.workspaces).map(({ workspace }) => workspace)),
  });
  return rows.map((row) => ({
    account_id: row.account_id,
    name: row.name,
    role: row.role,
    modules: toModules(row.modules),
    children: slugs.children(toStrings(row.children)),
    workspaces: slugs.places(toWorkspaces(row.workspaces)),
    revision: row.revision,
    created_at: row.created_at,
    updated_at: row.updated_at,
  }));
}

export function permissionSetsStore(trx: Trx, accountId: string): PermissionSetsPort {
  const sets = () => trx.selectFrom('permission_sets').where('account_id', '=', accountId);
  const one = (name: string) => sets().where('name', '=', name);

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
      return { items: await toSets(trx, [accountId], found.items), next: found.next };
    },

    async find(name) {
      const row = await one(name).selectAll().executeTakeFirst();
      return row ? ((await toSets(trx, [accountId], [row]))[0] ?? null) : null;
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

import type { WorkspaceMembersPort } from '../domain/ports/workspace-members.ts';
import { toPage } from './keyset.ts';
import { anyContains } from './search.ts';
import type { Trx } from './transaction.ts';

export function selectPlaced(trx: Trx) {
  return trx
    .selectFrom('workspace_members as p')
    .innerJoin('members as m', (join) =>
      join.onRef('m.account_id', '=', 'p.account_id').onRef('m.id', '=', 'p.member_id'),
    )
    .innerJoin('users as u', 'u.id', 'm.user_id')
    .select(['m.id', 'm.account_id', 'p.workspace_id', 'm.user_id', 'u.email', 'u.name', 'p.role'])
    .select(['m.role as account_role', 'm.state', 'p.revision', 'p.created_at', 'p.updated_at']);
}

function rowsOf(trx: Trx, accountId: string, workspaceId: string) {
  return selectPlaced(trx).where('p.account_id', '=', accountId).where('p.workspace_id', '=', workspaceId);
}

type PlacedRow = Awaited<ReturnType<ReturnType<typeof rowsOf>['executeTakeFirstOrThrow']>>;

export function toWorkspaceMember({ user_id, email, name, ...row }: PlacedRow) {
  return { ...row, user: { id: user_id, email, name } };
}

export function workspaceMembersStore(trx: Trx, accountId: string): WorkspaceMembersPort {
  return {
    async list(workspaceId, filter, page) {
      let query = rowsOf(trx, accountId, workspaceId)
        .orderBy('p.member_id')
        .limit(page.limit + 1);
      const [after] = page.after ?? [];
      if (after !== undefined) query = query.where('p.member_id', '>', after);
      if (filter.role !== undefined) query = query.where('p.role', '=', filter.role);
      const { q } = filter;
      if (q !== undefined) query = query.where((eb) => anyContains([eb.ref('u.name'), eb.ref('u.email')], q));
      return toPage(await query.execute(), page.limit, (row) => [row.id], toWorkspaceMember);
    },

    async find(workspaceId, memberId) {
      const row = await rowsOf(trx, accountId, workspaceId)
        .where('p.member_id', '=', memberId)
        .executeTakeFirst();
      return row ? toWorkspaceMember(row) : null;
    },

    async update(workspaceId, memberId, role, at) {
      await trx
        .updateTable('workspace_members')
        .set((eb) => ({ role, updated_at: at, revision: eb('revision', '+', 1) }))
        .where('account_id', '=', accountId)
        .where('workspace_id', '=', workspaceId)
        .where('member_id', '=', memberId)
        .execute();
    },

    async remove(workspaceId, memberId) {
      await trx
        .deleteFrom('workspace_members')
        .where('account_id', '=', accountId)
        .where('workspace_id', '=', workspaceId)
        .where('member_id', '=', memberId)
        .execute();
    },
  };
}

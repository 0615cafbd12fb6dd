import type { WorkspaceKey } from '../../contract/types.ts';
import type { WorkspaceKeysPort } from '../domain/ports/workspace-keys.ts';
import { toKeyRole } from './columns.ts';
import { toPage } from './keyset.ts';
import type { Row } from './schema.ts';
import { revoking, tokenState } from './tokens.ts';
import type { Trx } from './transaction.ts';

function toKey(row: Row<'tokens'>, now: string): WorkspaceKey {
  const role = toKeyRole(row.role);
  if (row.account_id === null || row.workspace_id === null || role === null)
    throw new Error(`the store holds a key of no workspace: ${row.id}`);
  return {
    id: row.id,
    account_id: row.account_id,
    workspace_id: row.workspace_id,
    name: row.name ?? '',
    role,
    state: tokenState(row, now),
    created_by: row.created_by,
    created_at: row.created_at,
    expires_at: row.expires_at,
    last_used_at: row.last_used_at,
  };
}

export function workspaceKeysStore(trx: Trx, accountId: string): WorkspaceKeysPort {
  const keysOf = (workspaceId: string) =>
    trx
      .selectFrom('tokens')
      .selectAll()
      .where('account_id', '=', accountId)
      .where('workspace_id', '=', workspaceId)
      .where('kind', '=', 'key');
  return {
    async insert(workspaceId, { id, hash, name, role, createdBy, expiresAt, at }) {
      await trx
        .insertInto('tokens')
        .values({
          id,
          hash,
          kind: 'key',
          owner: 'account',
          account_id: accountId,
          workspace_id: workspaceId,
          name,
          role,
          created_by: createdBy,
          state: 'active',
          expires_at: expiresAt,
          created_at: at,
          updated_at: at,
        })
        .execute();
    },

    async list(workspaceId, now, { limit, after }) {
      const [last] = after ?? [];
      const keys = keysOf(workspaceId);
      const rows = await (last === undefined ? keys : keys.where('id', '>', last))
        .orderBy('id')
        .limit(limit + 1)
        .execute();
      return toPage(
        rows,
        limit,
        (row) => [row.id],
        (row) => toKey(row, now),
      );
    },

    async find(workspaceId, id, now) {
      const row = await keysOf(workspaceId).where('id', '=', id).executeTakeFirst();
      return row ? toKey(row, now) : null;
    },

    async revoke(workspaceId, id, at) {
      const query = revoking(trx, at)
        .where('account_id', '=', accountId)
        .where('workspace_id', '=', workspaceId)
        .where('kind', '=', 'key')
        .where('id', '=', id);
      return (await query.executeTakeFirst()).numUpdatedRows > 0n;
    },
  };
}

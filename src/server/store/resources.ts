import { looksLikeId } from '../../contract/ids.ts';
import type { Resource } from '../../contract/types.ts';
import type { ResourcesPort } from '../domain/ports/resources.ts';
import { toObject } from './columns.ts';
import { toPage } from './keyset.ts';
import { anyContains } from './search.ts';
import type { Trx } from './transaction.ts';

function rowsOf(trx: Trx, accountId: string, workspaceId: string) {
  return trx
    .selectFrom('resources as r')
    .where('r.account_id', '=', accountId)
    .where('r.workspace_id', '=', workspaceId)
    .select(['r.id', 'r.account_id', 'r.workspace_id', 'r.kind', 'r.name', 'r.state', 'r.workflow_id'])
    .select(['r.finished_at', 'r.created_by', 'r.revision', 'r.created_at', 'r.updated_at']);
}

export function resourcesStore(trx: Trx, accountId: string): ResourcesPort {
  return {
    async insert(workspaceId, { id, kind, name, config, workflowId, createdBy, at }) {
      await trx
        .insertInto('resources')
        .values({
          account_id: accountId,
          workspace_id: workspaceId,
          id,
          kind,
          name,
          config: JSON.stringify(config),
          state: kind === 'job' ? 'queued' : null,
          workflow_id: workflowId,
          created_by: createdBy,
          created_at: at,
          updated_at: at,
        })
        .execute();
    },

    async list(workspaceId, filter, page) {
      let query = rowsOf(trx, accountId, workspaceId)
        .orderBy('r.id')
        .limit(page.limit + 1);
      const [after] = page.after ?? [];
      if (after !== undefined) query = query.where('r.id', '>', after);
      if (filter.kind !== undefined) query = query.where('r.kind', '=', filter.kind);
      if (filter.state !== undefined) query = query.where('r.state', '=', filter.state);
      if (filter.workflow !== undefined) query = query.where('r.workflow_id', '=', filter.workflow);
      const { q } = filter;
      if (q !== undefined) query = query.where((eb) => anyContains([eb.ref('r.name')], q));
      return toPage(
        await query.execute(),
        page.limit,
        (row) => [row.id],
        (row) => row,
      );
    },

    async named(workspaceId, reference, kind) {
      let query = rowsOf(trx, accountId, workspaceId)
        .where(looksLikeId(reference) ? 'r.id' : 'r.name', '=', reference)
        .select('r.config')
        .orderBy('r.kind');
      if (kind !== undefined) query = query.where('r.kind', '=', kind);
      return (await query.execute()).map((row): Resource => ({ ...row, config: toObject(row.config) }));
    },

    async countJobs(workspaceId, workflowId) {
      const row = await trx
        .selectFrom('resources')
        .where('account_id', '=', accountId)
        .where('workspace_id', '=', workspaceId)
        .where('workflow_id', '=', workflowId)
        .select((eb) => eb.cast<number>(eb.fn.countAll(), 'integer').as('n'))
        .executeTakeFirstOrThrow();
      return row.n;
    },

    async update(workspaceId, id, { name, config, state, finishedAt }, at) {
      await trx
        .updateTable('resources')
        .set((eb) => ({
          ...(name !== undefined && { name }),
          ...(config !== undefined && { config: JSON.stringify(config) }),
          ...(state !== undefined && { state }),
          ...(finishedAt !== undefined && { finished_at: finishedAt }),
          updated_at: at,
          revision: eb('revision', '+', 1),
        }))
        .where('account_id', '=', accountId)
        .where('workspace_id', '=', workspaceId)
        .where('id', '=', id)
        .execute();
    },

    async remove(workspaceId, id) {
      await trx
        .deleteFrom('resources')
        .where('account_id', '=', accountId)
        .where('workspace_id', '=', workspaceId)
        .where('id', '=', id)
        .execute();
    },
  };
}

import { sql } from 'kysely';
import type { WorkspaceHoldings } from '../../contract/types.ts';
import { counted } from './count.ts';
import { dialectOf, type Trx } from './transaction.ts';

/** Pending invitations of the account that name the workspace. Its id stands quoted in their JSON, and nowhere else. */
const naming = (trx: Trx, accountId: string, id: string) =>
  trx
    .selectFrom('invites')
    .where('account_id', '=', accountId)
    .where('state', '=', 'pending')
    .where('workspaces', 'like', `%"${id}"%`);

/** Everything that a workspace holds, counted: a line a kind of thing. */
export async function workspaceHoldings(
  trx: Trx,
  accountId: string,
  id: string,
  now: string,
): Promise<WorkspaceHoldings> {
  return trx
    .selectNoFrom((eb) => {
      const resources = (kind: 'connector' | 'workflow' | 'job') =>
        counted(
          eb
            .selectFrom('resources')
            .where('account_id', '=', accountId)
            .where('workspace_id', '=', id)
            .where('kind', '=', kind),
        );
      const parsers = eb
        .selectFrom('parsers')
        .where('account_id', '=', accountId)
        .where('workspace_id', '=', id);
      const forms = eb.selectFrom('forms').where('account_id', '=', accountId).where('workspace_id', '=', id);
      const records = eb
        .selectFrom('form_records')
        .where('account_id', '=', accountId)
        .where('form_id', 'in', forms.select('id'));
      const members = eb
        .selectFrom('workspace_members')
        .where('account_id', '=', accountId)
        .where('workspace_id', '=', id);
      const liveKeys = eb
        .selectFrom('tokens')
        .where('account_id', '=', accountId)
        .where('workspace_id', '=', id)
        .where('state', '=', 'active')
        .where('expires_at', '>', now);
      return [
        counted(members).as('members'),
        resources('connector').as('connectors'),
        resources('workflow').as('workflows'),
        resources('job').as('jobs'),
        counted(parsers).as('parsers'),
        counted(forms).as('forms'),
        counted(records).as('records'),
        counted(liveKeys).as('keys'),
        counted(naming(trx, accountId, id).where('expires_at', '>', now)).as('pending_invites'),
      ];
    })
    .executeTakeFirstOrThrow();
}

/** Takes the workspace out of the pending invitations that name it, and deletes it; what lies in it goes by its keys. */
export async function removeWorkspace(trx: Trx, accountId: string, id: string, at: string): Promise<void> {
  const others =
    dialectOf(trx) === 'sqlite'
      ? sql<string>`(select coalesce(json_group_array(json(value)), '[]') from json_each(workspaces)
          where value ->> 'workspace' <> ${id})`
      : sql<string>`(select coalesce(jsonb_agg(value), '[]')::text from jsonb_array_elements(workspaces::jsonb)
          where value ->> 'workspace' <> ${id})`;
  await trx
    .updateTable('invites')
    .set((eb) => ({ workspaces: others, updated_at: at, revision: eb('revision', '+', 1) }))
    .where('account_id', '=', accountId)
    .where('id', 'in', naming(trx, accountId, id).select('id'))
    .execute();
  await trx.deleteFrom('workspaces').where('account_id', '=', accountId).where('id', '=', id).execute();
}

import type { Ddl } from './ddl.ts';

/** What workspaces hold: connectors, workflows, and the jobs that workflows ran. Their keys are tokens. */
export const resources: Ddl = {
  both: [
    // config: JSON. created_by names a user or a token and is no reference: what they made outlives them (R31).
    // A workflow's jobs lie in its workspace and go with it.
    `create table resources (
      account_id text not null,
      workspace_id text not null,
      id text not null,
      kind text not null constraint resources_kind check (kind in ('connector', 'workflow', 'job')),
      name text not null,
      config text not null default '{}',
      state text constraint resources_state
        check (state in ('queued', 'running', 'succeeded', 'failed', 'cancelled')),
      workflow_id text,
      finished_at text,
      created_by text,
      revision integer not null default 1,
      created_at text not null,
      updated_at text not null,
      primary key (account_id, workspace_id, id),
      constraint resources_workspace foreign key (account_id, workspace_id)
        references workspaces (account_id, id) on delete cascade,
      constraint resources_workflow foreign key (account_id, workspace_id, workflow_id)
        references resources (account_id, workspace_id, id) on delete cascade,
      constraint resources_job
        check ((kind = 'job') = (state is not null) and (kind = 'job') = (workflow_id is not null)),
      constraint resources_end
        check ((finished_at is not null) = (coalesce(state, '') in ('succeeded', 'failed', 'cancelled')))
    )`,
    'create unique index resources_name on resources (account_id, workspace_id, kind, name)',
    'create index resources_by_workflow on resources (account_id, workspace_id, workflow_id, id)',
    // Every account begins with a workspace of this slug: what names no workspace means it.
    `update workspaces set slug = 'default'
      where account_id in (select id from accounts where kind = 'personal')`,
    // Lists a workspace's keys, and finds those that go with it.
    'create index tokens_by_workspace on tokens (account_id, workspace_id, id) where workspace_id is not null',
  ],
};

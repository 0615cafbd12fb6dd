import type { Ddl } from './ddl.ts';

const BATCH_KINDS = `('invites', 'removals', 'restores', 'contacts', 'sub_accounts', 'workspace_members')`;

/** Permission sets, saved under a name; batches that give back what removals took. */
export const permissionSets: Ddl = {
  both: [
    // modules, children, workspaces: JSON; children are link ids, of which those that have ended count for nothing.
    `create table permission_sets (
      account_id text not null constraint permission_sets_account references accounts (id),
      name text not null,
      role text not null constraint permission_sets_role
        check (role in ('admin', 'user', 'super_admin', 'billing_admin', 'member')),
      modules text not null default '[]',
      children text not null default '[]',
      workspaces text not null default '[]',
      created_by text,
      revision integer not null default 1,
      created_at text not null,
      updated_at text not null,
      primary key (account_id, name)
    )`,
  ],
  // SQLite changes no CHECK. The column takes its own along when it goes; the index that uses it has to go first.
  sqlite: [
    'drop index batches_open',
    'alter table batches rename column kind to old_kind',
    `alter table batches add column kind text not null default 'invites'
      constraint batches_kind check (kind in ${BATCH_KINDS})`,
    'update batches set kind = old_kind',
    'alter table batches drop column old_kind',
    `create unique index batches_open on batches (account_id, kind, digest) where state = 'open'`,
  ],
  postgres: [
    `alter table batches drop constraint batches_kind,
      add constraint batches_kind check (kind in ${BATCH_KINDS})`,
  ],
};

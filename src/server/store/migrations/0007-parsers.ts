import type { Ddl } from './ddl.ts';

const addCopyOut = (type: string): string =>
  `alter table accounts add column copy_out ${type} not null default 'family'
    constraint accounts_copy_out check (copy_out in ('family', 'anyone'))`;

/** Document parsers with their history and their secrets, whom an account lets copy them, and a master's promotion path. */
export const parsers: Ddl = {
  both: [
    // A source is text, not a reference: it may lie in another account, and outlives what it names.
    `create table parsers (
      account_id text not null,
      id text not null,
      workspace_id text not null,
      name text not null,
      document_type text not null,
      description text,
      definition text not null,
      declared_secrets text not null,
      digest text not null,
      source_account_id text,
      source_parser_id text,
      source_name text,
      source_revision integer,
      copied_revision integer,
      copied_digest text,
      created_by text,
      revision integer not null default 1,
      created_at text not null,
      updated_at text not null,
      primary key (account_id, id),
      constraint parsers_workspace foreign key (account_id, workspace_id)
        references workspaces (account_id, id) on delete cascade,
      constraint parsers_copied check (
        (source_account_id is null) = (source_parser_id is null)
        and (source_account_id is null) = (source_name is null)
        and (source_account_id is null) = (source_revision is null)
        and (source_account_id is null) = (copied_revision is null)
        and (source_account_id is null) = (copied_digest is null))
    )`,
    'create unique index parsers_name on parsers (account_id, workspace_id, name)',
    'create index parsers_by_source on parsers (account_id, workspace_id, source_parser_id)',

    `create table parser_revisions (
      account_id text not null,
      parser_id text not null,
      revision integer not null,
      change text not null constraint parser_revisions_change
        check (change in ('created', 'updated', 'copied', 'rolled_back', 'secrets')),
      rolled_back_to integer,
      name text not null,
      document_type text not null,
      description text,
      definition text not null,
      digest text not null,
      created_by text,
      created_at text not null,
      primary key (account_id, parser_id, revision),
      constraint parser_revisions_parser foreign key (account_id, parser_id)
        references parsers (account_id, id) on delete cascade,
      constraint parser_revisions_rollback check ((change = 'rolled_back') = (rolled_back_to is not null))
    )`,

    // Sealed by a key that is not in the database; key_id says by which.
    `create table parser_secrets (
      account_id text not null,
      parser_id text not null,
      name text not null,
      sealed text not null,
      key_id text not null,
      set_at text not null,
      primary key (account_id, parser_id, name),
      constraint parser_secrets_parser foreign key (account_id, parser_id)
        references parsers (account_id, id) on delete cascade
    )`,

    // One row an account: its accounts are ids in a JSON list, in order.
    `create table promotion_paths (
      account_id text not null primary key constraint promotion_paths_account references accounts (id),
      accounts text not null,
      revision integer not null default 1,
      created_at text not null,
      updated_at text not null
    )`,
  ],
  sqlite: [addCopyOut('text')],
  postgres: [addCopyOut('text collate "C"')],
};

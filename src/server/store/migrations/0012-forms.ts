import type { Ddl } from './ddl.ts';

/** Forms, and the roles that their owners chose for other accounts. What is shared by itself stands nowhere: a link says it. */
export const forms: Ddl = {
  both: [
    // A source is text, not a reference: it may lie in another account, and outlives what it names.
    `create table forms (
      account_id text not null,
      id text not null,
      workspace_id text not null,
      name text not null,
      title text not null,
      description text,
      questions text not null,
      question_count integer not null,
      example text not null default 'no' constraint forms_example check (example in ('yes', 'no')),
      source_account_id text,
      source_form_id text,
      source_name text,
      source_revision integer,
      created_by text,
      revision integer not null default 1,
      created_at text not null,
      updated_at text not null,
      primary key (account_id, id),
      constraint forms_workspace foreign key (account_id, workspace_id)
        references workspaces (account_id, id) on delete cascade,
      constraint forms_copied check (
        (source_account_id is null) = (source_form_id is null)
        and (source_account_id is null) = (source_name is null)
        and (source_account_id is null) = (source_revision is null))
    )`,
    'create unique index forms_name on forms (account_id, workspace_id, name)',
    `create index forms_examples on forms (account_id, id) where example = 'yes'`,

    // What the owner chose for one account. Chosen for its umbrella, it names the link under which that was, and ends with it (D10).
    `create table form_shares (
      account_id text not null,
      form_id text not null,
      to_account_id text not null constraint form_shares_target references accounts (id),
      role text not null constraint form_shares_role
        check (role in ('none', 'viewer', 'data_collector', 'data_manager', 'form_admin')),
      link_id text,
      created_by text,
      created_at text not null,
      updated_at text not null,
      primary key (account_id, form_id, to_account_id),
      constraint form_shares_form foreign key (account_id, form_id)
        references forms (account_id, id) on delete cascade,
      constraint form_shares_self check (account_id <> to_account_id)
    )`,
    'create index form_shares_by_target on form_shares (to_account_id, account_id, form_id)',
  ],
};

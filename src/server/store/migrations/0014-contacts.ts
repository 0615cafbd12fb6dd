import type { Ddl } from './ddl.ts';

/** The people whom an account keeps in touch with, and batches whose rows come to links. */
export const contacts: Ddl = {
  both: [
    // groups: JSON, names in the order given. link_id: the invitation that marking it sent or found, whatever became of it.
    `create table contacts (
      account_id text not null constraint contacts_account references accounts (id),
      id text not null,
      first_name text,
      last_name text,
      email text,
      email_folded text,
      mobile text,
      organization text,
      groups text not null default '[]',
      sub_account text not null default 'no' constraint contacts_sub_account check (sub_account in ('no', 'yes')),
      link_id text,
      created_by text,
      revision integer not null default 1,
      created_at text not null,
      updated_at text not null,
      primary key (account_id, id),
      constraint contacts_reached check (email is not null or mobile is not null),
      constraint contacts_address check ((email is null) = (email_folded is null))
    )`,
    'create unique index contacts_email on contacts (account_id, email_folded) where email_folded is not null',
    'create index contacts_by_mobile on contacts (account_id, mobile)',
    'create index contacts_by_link on contacts (account_id, link_id)',
  ],
  // What a row of a batch of sub-accounts or contacts came to; an invitation of a member has a column of its own.
  sqlite: [
    'alter table batch_rows add column link_id text',
    'create index batch_rows_by_link on batch_rows (account_id, batch_id, link_id)',
  ],
  postgres: [
    'alter table batch_rows add column link_id text collate "C"',
    'create index batch_rows_by_link on batch_rows (account_id, batch_id, link_id)',
  ],
};

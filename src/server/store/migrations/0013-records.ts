import type { Ddl } from './ddl.ts';

/** What forms gathered, and the messages that forms went out by. */
export const formRecords: Ddl = {
  both: [
    // digest: of the answers as they were submitted, so that a key that comes again is told from one that is reused.
    `create table form_records (
      account_id text not null,
      id text not null,
      form_id text not null,
      key text,
      digest text not null,
      form_revision integer not null,
      answers text not null,
      created_by text,
      updated_by text,
      revision integer not null default 1,
      created_at text not null,
      updated_at text not null,
      primary key (account_id, id),
      constraint form_records_form foreign key (account_id, form_id)
        references forms (account_id, id) on delete cascade
    )`,
    'create index form_records_by_form on form_records (account_id, form_id, id)',
    'create unique index form_records_key on form_records (account_id, form_id, key) where key is not null',

    // A message was paid for when it was asked for: it outlives the form. body: JSON, what the gateway is given.
    `create table messages (
      account_id text not null constraint messages_account references accounts (id),
      id text not null,
      form_id text not null,
      mode text not null constraint messages_mode check (mode in ('structured', 'interactive')),
      recipient text not null,
      body text not null,
      credits integer not null constraint messages_credits check (credits > 0),
      state text not null constraint messages_state check (state in ('queued', 'sending', 'sent', 'failed')),
      attempts integer not null default 0,
      not_before text not null,
      claimed_by text,
      claimed_until text,
      sent_at text,
      error text,
      created_by text,
      created_at text not null,
      updated_at text not null,
      primary key (account_id, id),
      constraint messages_claim check ((state = 'sending') = (claimed_by is not null and claimed_until is not null)),
      constraint messages_sent check ((state = 'sent') = (sent_at is not null))
    )`,
    'create index messages_by_id on messages (id)',
    'create index messages_by_state on messages (state, not_before, id)',
    // Messages per account and day, and per telephone and day.
    'create index messages_by_account on messages (account_id, created_at)',
    'create index messages_by_recipient on messages (recipient, created_at)',
  ],
};

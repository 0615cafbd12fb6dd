import type { Ddl } from './ddl.ts';

/**
 * Invites, batches and the mail they send. Thousands of rows are written here in one transaction, so
 * every index has a reader: a list, a count that a rule makes, or a look-up by secret.
 */
export const invites: Ddl = {
  both: [
    // defaults: JSON. digest: SHA-256 of the parsed rows and the defaults; it finds an open batch again.
    `create table batches (
      account_id text not null constraint batches_account references accounts (id),
      id text not null,
      kind text not null constraint batches_kind
        check (kind in ('invites', 'removals', 'contacts', 'sub_accounts', 'workspace_members')),
      digest text not null,
      defaults text not null default '{}',
      state text not null constraint batches_state check (state in ('open', 'finished', 'cancelled')),
      rows_total integer not null constraint batches_rows_total check (rows_total >= 0),
      partial text not null default 'refuse' constraint batches_partial check (partial in ('refuse', 'allow')),
      created_by_user_id text,
      created_by_token_id text,
      finished_at text,
      revision integer not null default 1,
      created_at text not null,
      updated_at text not null,
      primary key (account_id, id),
      constraint batches_end check ((state = 'open') = (finished_at is null))
    )`,
    `create unique index batches_open on batches (account_id, kind, digest) where state = 'open'`,

    // message_id is the outbox row of the last mail. An expired invite is a pending one past expires_at.
    `create table invites (
      account_id text not null constraint invites_account references accounts (id),
      id text not null,
      email text not null,
      email_folded text not null,
      first_name text,
      role text not null constraint invites_role
        check (role in ('admin', 'user', 'super_admin', 'billing_admin', 'member')),
      modules text not null default '[]',
      children text not null default '[]',
      workspaces text not null default '[]',
      state text not null constraint invites_state
        check (state in ('pending', 'accepted', 'declined', 'revoked', 'expired')),
      secret_hash text not null,
      sponsor_user_id text constraint invites_sponsor references users (id),
      sponsor_token_id text,
      batch_id text,
      message_id text,
      sent_at text not null,
      expires_at text not null,
      accepted_at text,
      accepted_user_id text,
      accepted_member_id text,
      closed_at text,
      revision integer not null default 1,
      created_at text not null,
      updated_at text not null,
      primary key (account_id, id),
      constraint invites_batch foreign key (account_id, batch_id) references batches (account_id, id),
      constraint invites_sponsored check (sponsor_user_id is not null or sponsor_token_id is not null),
      constraint invites_acceptance check ((state = 'accepted') = (accepted_user_id is not null))
    )`,
    'create unique index invites_secret on invites (secret_hash)',
    `create unique index invites_pending_email on invites (account_id, email_folded) where state = 'pending'`,
    // A chunk asks of each of its addresses whether it declined before.
    `create index invites_declined_email on invites (account_id, email_folded) where state = 'declined'`,
    // Counts the seats that unexpired pending invites hold (D6).
    'create index invites_by_state on invites (account_id, state, expires_at)',

    // The outcomes are a closed list of the contract. detail: JSON.
    `create table batch_rows (
      account_id text not null,
      batch_id text not null,
      row integer not null constraint batch_rows_row check (row >= 0),
      email text,
      outcome text not null,
      detail text,
      invite_id text,
      primary key (account_id, batch_id, row),
      constraint batch_rows_batch foreign key (account_id, batch_id)
        references batches (account_id, id) on delete cascade,
      constraint batch_rows_invite foreign key (account_id, invite_id) references invites (account_id, id)
    )`,
    'create index batch_rows_by_invite on batch_rows (account_id, batch_id, invite_id)',

    // payload: JSON, with the secret in it until the mail has left or never will.
    `create table outbox (
      id text not null primary key,
      account_id text constraint outbox_account references accounts (id),
      invite_id text,
      kind text not null,
      recipient text not null,
      recipient_folded text not null,
      payload text,
      state text not null constraint outbox_state
        check (state in ('queued', 'sending', 'sent', 'failed', 'cancelled')),
      attempts integer not null default 0,
      not_before text not null,
      claimed_by text,
      claimed_until text,
      sent_at text,
      error text,
      created_at text not null,
      updated_at text not null,
      constraint outbox_invite foreign key (account_id, invite_id) references invites (account_id, id),
      constraint outbox_erased check (state not in ('sent', 'cancelled') or payload is null),
      constraint outbox_claim check ((state = 'sending') = (claimed_by is not null and claimed_until is not null)),
      constraint outbox_sent check ((state = 'sent') = (sent_at is not null))
    )`,
    'create index outbox_by_state on outbox (state, not_before, id)',
    // Mail of people themselves goes before that of accounts.
    'create index outbox_own on outbox (state, not_before, id) where account_id is null',
    // D23: mails per account and day, and per recipient and day.
    'create index outbox_by_account on outbox (account_id, created_at)',
    'create index outbox_by_recipient on outbox (recipient_folded, created_at)',

    `create table captured_mail (
      id text not null primary key,
      recipient text not null,
      recipient_folded text not null,
      subject text not null,
      body_text text not null,
      body_html text,
      headers text not null default '{}',
      created_at text not null
    )`,
    'create index captured_mail_by_recipient on captured_mail (recipient_folded, id)',

    // D8. data: JSON of what the removal took away. kind left cannot be restored.
    `create table receipts (
      account_id text not null constraint receipts_account references accounts (id),
      id text not null,
      user_id text not null constraint receipts_user references users (id),
      kind text not null constraint receipts_kind check (kind in ('removed', 'left')),
      data text not null,
      created_by text,
      expires_at text not null,
      restored_at text,
      created_at text not null,
      primary key (account_id, id)
    )`,
    'create index receipts_by_user on receipts (account_id, user_id, id)',
  ],
};

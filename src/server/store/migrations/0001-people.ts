import type { Ddl } from './ddl.ts';

/** Users, their sessions, staff, and the secrets mailed to people. */
export const people: Ddl = {
  both: [
    // A user who is gone keeps the row, so that what refers to it stays true, and frees the address.
    `create table users (
      id text not null primary key,
      email text not null,
      email_folded text not null,
      name text,
      password_hash text,
      state text not null constraint users_state check (state in ('active', 'gone')),
      last_login_at text,
      password_changed_at text,
      revision integer not null default 1,
      created_at text not null,
      updated_at text not null
    )`,
    `create unique index users_email on users (email_folded) where state = 'active'`,

    `create table staff (
      user_id text not null primary key constraint staff_user references users (id),
      reason text not null,
      added_by text,
      created_at text not null
    )`,

    // Only hashes are stored; the mailed secret itself exists in the outbox until it is sent.
    `create table mailed_secrets (
      hash text not null primary key,
      purpose text not null constraint mailed_secrets_purpose
        check (purpose in ('signup', 'password_reset', 'email_change')),
      email text not null,
      email_folded text not null,
      name text,
      user_id text constraint mailed_secrets_user references users (id),
      state text not null constraint mailed_secrets_state check (state in ('pending', 'used', 'revoked')),
      expires_at text not null,
      used_at text,
      created_at text not null
    )`,
    'create index mailed_secrets_by_email on mailed_secrets (email_folded, purpose, created_at)',
    'create index mailed_secrets_by_user on mailed_secrets (user_id, purpose)',

    // A session is a family of refresh tokens; expires_at is its absolute end.
    `create table sessions (
      id text not null primary key,
      user_id text not null constraint sessions_user references users (id),
      label text,
      state text not null constraint sessions_state check (state in ('active', 'revoked')),
      revoked_reason text,
      revoked_at text,
      expires_at text not null,
      created_at text not null,
      constraint sessions_revocation check ((state = 'revoked') = (revoked_at is not null))
    )`,
    'create index sessions_by_user on sessions (user_id, state, id)',

    // Several tokens of one parent may be live: refreshes that ran at the same moment (within the grace
    // after used_at) each get their own; a later reuse of the parent ends the session.
    `create table refresh_tokens (
      hash text not null primary key,
      session_id text not null constraint refresh_tokens_session references sessions (id) on delete cascade,
      parent_hash text,
      state text not null constraint refresh_tokens_state check (state in ('live', 'used')),
      used_at text,
      expires_at text not null,
      created_at text not null,
      constraint refresh_tokens_use check ((state = 'used') = (used_at is not null))
    )`,
    'create index refresh_tokens_by_session on refresh_tokens (session_id, created_at)',
  ],
};

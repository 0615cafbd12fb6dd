import type { Ddl } from './ddl.ts';

/** What is written down about changes: the audit trail, idempotency records, settings. */
export const records: Ddl = {
  both: [
    // No foreign keys: the trail outlives what it tells of (D17). subject: JSON of whom the actor stood for.
    `create table audit_events (
      id text not null primary key,
      account_id text,
      actor_kind text not null,
      actor_id text,
      actor_name text,
      subject text,
      action text not null,
      target_kind text,
      target_id text,
      target_name text,
      before_json text,
      after_json text,
      reason text,
      request_id text,
      at text not null
    )`,
    'create index audit_events_by_account on audit_events (account_id, id)',

    // answer and made: JSON. An answer that holds a secret is not stored; made then names what was made.
    `create table idempotency_records (
      token_scope text not null,
      operation text not null,
      key text not null,
      body_hash text not null,
      status integer not null,
      answer text,
      made text,
      expires_at text not null,
      created_at text not null,
      primary key (token_scope, operation, key)
    )`,
    'create index idempotency_records_by_end on idempotency_records (expires_at)',

    `create table settings (
      key text not null primary key,
      value text not null,
      updated_at text not null
    )`,
  ],
  sqlite: ['update', 'delete'].map(
    (change) => `create trigger audit_events_no_${change} before ${change} on audit_events
      begin select raise(abort, 'audit_events_append_only'); end`,
  ),
  postgres: [
    `create function audit_events_refuse() returns trigger language plpgsql as $$
      begin
        raise exception 'audit_events_append_only'
          using errcode = 'restrict_violation', constraint = 'audit_events_append_only';
      end $$`,
    `create trigger audit_events_append_only before update or delete or truncate on audit_events
      for each statement execute function audit_events_refuse()`,
  ],
};

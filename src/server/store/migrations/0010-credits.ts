import type { Ddl } from './ddl.ts';

const large = {
  credit_totals: ['granted', 'balance', 'used', 'expired', 'monthly_granted', 'monthly_left'],
  credit_entries: ['amount', 'monthly'],
  credit_usage: ['amount'],
};

const refusal = 'credit_entries_append_only';

/** The ledger of credits, and what an umbrella lets each of its sub-accounts use of its own. */
export const credits: Ddl = {
  both: [
    // Of a link of kind sub: what the child may use of the parent's credits in a month; null is expressly no cap.
    'alter table links add column upload_cap integer constraint links_upload_cap check (upload_cap >= 0)',
    'alter table links add column message_cap integer constraint links_message_cap check (message_cap >= 0)',

    // What the ledger comes to. The database itself lets nobody use more than there is. month: the one that the plan's
    // grant was last made for, '' before the first; monthly_granted: what of it; monthly_left: what of that is unused.
    `create table credit_totals (
      payer_id text not null constraint credit_totals_payer references accounts (id),
      unit text not null constraint credit_totals_unit check (unit in ('upload', 'message')),
      granted integer not null default 0,
      balance integer not null default 0 constraint credit_totals_balance check (balance >= 0),
      used integer not null default 0 constraint credit_totals_used check (used >= 0),
      expired integer not null default 0 constraint credit_totals_expired check (expired >= 0),
      month text not null default '',
      monthly_granted integer not null default 0 constraint credit_totals_granted check (monthly_granted >= 0),
      monthly_left integer not null default 0
        constraint credit_totals_monthly check (monthly_left >= 0 and monthly_left <= balance),
      updated_at text not null,
      primary key (payer_id, unit),
      constraint credit_totals_balanced check (granted = balance + used + expired)
    )`,
    'create index credit_totals_by_month on credit_totals (month, payer_id)',

    // One row a transfer, from one book of the payer to another: it cannot but balance. monthly: the part of it that is
    // of the month's grant. entry_key: whatever is charged under it, is charged once for ever.
    `create table credit_entries (
      payer_id text not null,
      id text not null,
      unit text not null,
      debit text not null,
      credit text not null,
      amount integer not null constraint credit_entries_amount check (amount > 0),
      monthly integer not null constraint credit_entries_monthly check (monthly >= 0 and monthly <= amount),
      consumer_id text not null constraint credit_entries_consumer references accounts (id),
      cause text not null,
      entry_key text,
      reason text,
      actor_kind text not null,
      actor_id text,
      actor_name text,
      used_at text not null,
      at text not null,
      primary key (payer_id, id),
      constraint credit_entries_totals foreign key (payer_id, unit) references credit_totals (payer_id, unit),
      constraint credit_entries_books check (
        (debit = 'granted' and credit in ('balance', 'used'))
        or (debit = 'balance' and credit in ('used', 'expired')))
    )`,
    'create index credit_entries_by_consumer on credit_entries (consumer_id, id)',
    `create unique index credit_entries_key on credit_entries (consumer_id, entry_key) where entry_key is not null`,

    // What was used, by day in UTC: caps and sums of months are read from here, not from every entry.
    `create table credit_usage (
      payer_id text not null,
      consumer_id text not null constraint credit_usage_consumer references accounts (id),
      unit text not null,
      day text not null,
      amount integer not null constraint credit_usage_amount check (amount > 0),
      primary key (payer_id, consumer_id, unit, day),
      constraint credit_usage_totals foreign key (payer_id, unit) references credit_totals (payer_id, unit)
    )`,
    'create index credit_usage_by_consumer on credit_usage (consumer_id, unit, day)',

    // Accounts that were there before have had nothing granted yet: the worker makes up for it at its first round.
    ...['upload', 'message'].map(
      (unit) => `insert into credit_totals (payer_id, unit, updated_at)
        select id, '${unit}', updated_at from accounts where state <> 'gone'`,
    ),
  ],
  sqlite: ['update', 'delete'].map(
    (change) => `create trigger credit_entries_no_${change} before ${change} on credit_entries
      begin select raise(abort, '${refusal}'); end`,
  ),
  postgres: [
    // An integer of PostgreSQL ends at two thousand million; SQLite's has 64 bits by itself.
    ...Object.entries(large).map(
      ([table, names]) =>
        `alter table ${table} ${names.map((name) => `alter column ${name} type bigint`).join(', ')}`,
    ),
    `create function credit_entries_refuse() returns trigger language plpgsql as $$
      begin
        raise exception '${refusal}'
          using errcode = 'restrict_violation', constraint = '${refusal}';
      end $$`,
    `create trigger ${refusal} before update or delete or truncate on credit_entries
      for each statement execute function credit_entries_refuse()`,
  ],
};

import { type RawBuilder, sql } from 'kysely';
import { expect, it } from 'vitest';
import { constraintOf, FOREIGN_KEY, UNIQUE } from '../../../src/server/store/constraints.ts';
import type { Database } from '../../../src/server/store/database.ts';
import { jsonRows } from '../../../src/server/store/json-rows.ts';
import type { NewRow, Schema } from '../../../src/server/store/schema.ts';
import { dialectOf, type Trx } from '../../../src/server/store/transaction.ts';
import { describeOnEachDatabase } from '../../support/databases.ts';

const T = '2026-01-01T00:00:00.000Z';
const revised = { created_at: T, updated_at: T };
type Value = string | number | null;
type Table = keyof Schema;

const account = (id: string) =>
  ({ id, kind: 'standard', slug: id, name: id, state: 'active', plan: 'basic', ...revised }) as const;
const user = (id: string) =>
  ({
    id,
    email: `${id}@x.example`,
    email_folded: `${id}@x.example`,
    name: id,
    state: 'active',
    ...revised,
  }) as const;

/** One row a table, such that each partial unique index covers it; parents come before children. */
const SEED = {
  users: user('usr_1'),
  staff: { user_id: 'usr_1', reason: 'first', created_at: T },
  mailed_secrets: {
    hash: 'h',
    purpose: 'signup',
    email: 'a@x.example',
    email_folded: 'a@x.example',
    state: 'pending',
    expires_at: T,
    created_at: T,
  },
  device_logins: {
    hash: 'h',
    user_code: 'BCDFGHJK',
    address: '192.0.2.1',
    state: 'pending',
    expires_at: T,
    created_at: T,
  },
  sessions: { id: 'ses_1', user_id: 'usr_1', state: 'active', expires_at: T, created_at: T },
  refresh_tokens: { hash: 'h', session_id: 'ses_1', state: 'live', expires_at: T, created_at: T },
  accounts: { ...account('acc_1'), kind: 'personal', owner_user_id: 'usr_1' },
  retired_slugs: { scope: 'accounts', slug: 'old', target_id: 'acc_0', free_at: T, created_at: T },
  links: { parent_id: 'acc_1', id: 'lnk_1', child_id: 'acc_2', kind: 'managed', state: 'active', ...revised },
  members: {
    account_id: 'acc_1',
    id: 'mbr_1',
    user_id: 'usr_1',
    role: 'owner',
    state: 'active',
    joined_at: T,
    ...revised,
  },
  member_children: { account_id: 'acc_1', member_id: 'mbr_1', link_id: 'lnk_1', created_at: T },
  workspaces: { account_id: 'acc_1', id: 'wsp_1', slug: 'default', name: 'default', ...revised },
  workspace_members: {
    account_id: 'acc_1',
    workspace_id: 'wsp_1',
    member_id: 'mbr_1',
    role: 'viewer',
    ...revised,
  },
  resources: {
    account_id: 'acc_1',
    workspace_id: 'wsp_1',
    id: 'res_1',
    kind: 'workflow',
    name: 'nightly',
    ...revised,
  },
  tokens: {
    id: 'tok_1',
    hash: 'h',
    kind: 'api',
    owner: 'member',
    user_id: 'usr_1',
    account_id: 'acc_1',
    state: 'active',
    expires_at: T,
    ...revised,
  },
  delegations: {
    account_id: 'acc_2',
    id: 'tok_1',
    master_id: 'acc_1',
    link_id: 'lnk_1',
    mode: 'full',
    session_id: 'ses_1',
    created_at: T,
  },
  address_rules: { account_id: 'acc_1', domain: 'x.example', verdict: 'deny', created_at: T },
  permission_sets: { account_id: 'acc_1', name: 'editors', role: 'user', ...revised },
  contacts: {
    account_id: 'acc_1',
    id: 'ctc_1',
    email: 'c@x.example',
    email_folded: 'c@x.example',
    ...revised,
  },
  batches: {
    account_id: 'acc_1',
    id: 'bat_1',
    kind: 'invites',
    digest: 'd',
    state: 'open',
    rows_total: 1,
    ...revised,
  },
  sub_invites: {
    account_id: 'acc_1',
    id: 'lnk_2',
    email: 'b@x.example',
    email_folded: 'b@x.example',
    state: 'invited',
    secret_hash: 'h2',
    sponsor_user_id: 'usr_1',
    sent_at: T,
    expires_at: T,
    ...revised,
  },
  invites: {
    account_id: 'acc_1',
    id: 'inv_1',
    email: 'b@x.example',
    email_folded: 'b@x.example',
    role: 'user',
    state: 'pending',
    secret_hash: 'h',
    sponsor_user_id: 'usr_1',
    batch_id: 'bat_1',
    sent_at: T,
    expires_at: T,
    ...revised,
  },
  batch_rows: { account_id: 'acc_1', batch_id: 'bat_1', row: 1, outcome: 'invited', invite_id: 'inv_1' },
  outbox: {
    id: 'msg_1',
    account_id: 'acc_1',
    invite_id: 'inv_1',
    kind: 'invite',
    recipient: 'b@x.example',
    recipient_folded: 'b@x.example',
    payload: '{}',
    state: 'queued',
    not_before: T,
    created_at: T,
    updated_at: T,
  },
  captured_mail: {
    id: 'msg_1',
    recipient: 'b@x.example',
    recipient_folded: 'b@x.example',
    subject: 's',
    body_text: 't',
    created_at: T,
  },
  receipts: {
    account_id: 'acc_1',
    id: 'rcp_1',
    user_id: 'usr_1',
    kind: 'removed',
    data: '{}',
    expires_at: T,
    created_at: T,
  },
  audit_events: { id: 'evt_1', account_id: 'acc_1', actor_kind: 'user', action: 'invites.send', at: T },
  idempotency_records: {
    token_scope: 'tok_1',
    operation: 'invites.send',
    key: 'k',
    body_hash: 'h',
    status: 201,
    expires_at: T,
    created_at: T,
  },
  parsers: {
    account_id: 'acc_1',
    id: 'prs_1',
    workspace_id: 'wsp_1',
    name: 'Invoice',
    document_type: 'invoice',
    definition: '{}',
    declared_secrets: '[]',
    digest: 'd',
    ...revised,
  },
  parser_revisions: {
    account_id: 'acc_1',
    parser_id: 'prs_1',
    revision: 1,
    change: 'created',
    name: 'Invoice',
    document_type: 'invoice',
    definition: '{}',
    digest: 'd',
    created_at: T,
  },
  parser_secrets: {
    account_id: 'acc_1',
    parser_id: 'prs_1',
    name: 'key',
    sealed: 's',
    key_id: 'k',
    set_at: T,
  },
  forms: {
    account_id: 'acc_1',
    id: 'frm_1',
    workspace_id: 'wsp_1',
    name: 'Visit',
    title: 'Visit',
    questions: '[]',
    question_count: 0,
    ...revised,
  },
  form_records: {
    account_id: 'acc_1',
    id: 'rec_1',
    form_id: 'frm_1',
    key: 'k',
    digest: 'd',
    form_revision: 1,
    answers: '{}',
    ...revised,
  },
  messages: {
    account_id: 'acc_1',
    id: 'sms_1',
    form_id: 'frm_1',
    mode: 'structured',
    recipient: '+41791234567',
    body: '{}',
    credits: 1,
    state: 'queued',
    not_before: T,
    created_at: T,
    updated_at: T,
  },
  form_shares: {
    account_id: 'acc_1',
    form_id: 'frm_1',
    to_account_id: 'acc_2',
    role: 'viewer',
    created_at: T,
    updated_at: T,
  },
  promotion_paths: { account_id: 'acc_1', accounts: '[]', ...revised },
  settings: { key: 'clock', value: '0', updated_at: T },
  plans: {
    name: 'gold',
    place: 9,
    title: 'Gold',
    monthly_price_cents: 1,
    self_serve: 'yes',
    entitlements: '{}',
    limits: '{}',
  },
  plan_prices: { plan: 'gold', since: T, price_cents: 1 },
  subscriptions: {
    account_id: 'acc_1',
    price_cents: 1,
    anchor_day: 1,
    period_start: '2026-01-01',
    period_end: '2026-02-01',
    ...revised,
  },
  bill_lines: {
    account_id: 'acc_1',
    revision: 1,
    kind: 'period',
    period_start: '2026-01-01',
    period_end: '2026-02-01',
    plan: 'gold',
    amount_cents: 1,
    at: T,
  },
  credit_totals: { payer_id: 'acc_1', unit: 'upload', granted: 3, balance: 2, used: 1, updated_at: T },
  credit_entries: {
    payer_id: 'acc_1',
    id: 'ent_1',
    unit: 'upload',
    debit: 'balance',
    credit: 'used',
    amount: 1,
    monthly: 0,
    consumer_id: 'acc_1',
    cause: 'forms.submit',
    entry_key: 'k1',
    actor_kind: 'system',
    used_at: T,
    at: T,
  },
  credit_usage: { payer_id: 'acc_1', consumer_id: 'acc_1', unit: 'upload', day: '2026-01-01', amount: 1 },
} satisfies { [Name in Table]: NewRow<Name> };

const rowOf = (table: string): Record<string, Value> => {
  const row = Object.entries<Record<string, Value>>(SEED).find(([name]) => name === table)?.[1];
  if (row === undefined) throw new Error(`no seed for ${table}`);
  return row;
};

function insert(table: string, row: Record<string, Value>): RawBuilder<unknown> {
  const columns = Object.keys(row).map((name) => sql.ref(name));
  return sql`insert into ${sql.table(table)} (${sql.join(columns)}) values (${sql.join(Object.values(row))})`;
}

async function seed(db: Database): Promise<void> {
  await db.write(async (trx) => {
    await insert('users', user('usr_2')).execute(trx);
    await insert('accounts', account('acc_2')).execute(trx);
    for (const table of Object.keys(SEED)) await insert(table, rowOf(table)).execute(trx);
  });
}

async function violated(db: Database, table: string, row: Record<string, Value>): Promise<string | null> {
  try {
    await db.write((trx) => insert(table, row).execute(trx));
  } catch (error) {
    return constraintOf(error);
  }
  return 'nothing';
}

interface Index {
  table: string;
  name: string;
  columns: string;
}

async function uniqueIndexes(trx: Trx): Promise<Index[]> {
  const query =
    dialectOf(trx) === 'sqlite'
      ? sql<Index>`select m.name as "table", i.name as name,
          (select group_concat(name, ',') from (select name from pragma_index_info(i.name) order by seqno)) as columns
          from sqlite_master m, pragma_index_list(m.name) i
          where m.type = 'table' and m.name not like 'kysely_%' and i."unique" = 1`
      : sql<Index>`select t.relname::text as "table", i.relname::text as name,
          (select string_agg(a.attname::text, ',' order by k.n) from unnest(x.indkey::int[]) with ordinality k(att, n)
            join pg_attribute a on a.attrelid = t.oid and a.attnum = k.att) as columns
          from pg_index x join pg_class t on t.oid = x.indrelid join pg_class i on i.oid = x.indexrelid
          where t.relnamespace = 'public'::regnamespace and t.relname not like 'kysely_%' and x.indisunique`;
  return (await query.execute(trx)).rows;
}

interface Reference {
  source: string;
  target: string;
  columns: string;
}

async function foreignKeys(trx: Trx): Promise<Reference[]> {
  const query =
    dialectOf(trx) === 'sqlite'
      ? sql<Reference>`select m.name as source, f."table" as target, group_concat(f."from", ',') as columns
          from sqlite_master m, pragma_foreign_key_list(m.name) f where m.type = 'table'
          group by m.name, f.id, f."table"`
      : sql<Reference>`select s.relname::text as source, t.relname::text as target,
          (select string_agg(a.attname::text, ',' order by k.n) from unnest(c.conkey) with ordinality k(att, n)
            join pg_attribute a on a.attrelid = s.oid and a.attnum = k.att) as columns
          from pg_constraint c join pg_class s on s.oid = c.conrelid join pg_class t on t.oid = c.confrelid
          where c.contype = 'f'`;
  return (await query.execute(trx)).rows;
}

const unique = Object.entries(UNIQUE).map(([name, list]) => {
  const columns = list.split(', ').map((column) => column.split('.')[1] ?? '');
  return { name, table: list.slice(0, list.indexOf('.')), columns };
});

/** A second row that shares only the columns of one constraint with the seeded one. */
function twin(constraint: (typeof unique)[number]): Record<string, Value> {
  const others = unique.filter((other) => other.table === constraint.table).flatMap((other) => other.columns);
  const row = { ...rowOf(constraint.table) };
  for (const column of others) {
    if (constraint.columns.includes(column) || column === 'kind') continue;
    row[column] = typeof row[column] === 'number' ? 99 : `other ${column}`;
  }
  return row;
}

/** For every CHECK a change to the seeded row that violates it and no other. */
const CHECKS: Record<string, [Table, Record<string, Value>]> = {
  users_state: ['users', { state: 'x' }],
  mailed_secrets_purpose: ['mailed_secrets', { purpose: 'x' }],
  mailed_secrets_state: ['mailed_secrets', { state: 'x' }],
  device_logins_state: ['device_logins', { state: 'x' }],
  device_logins_approved: ['device_logins', { state: 'approved' }],
  sessions_state: ['sessions', { state: 'x' }],
  sessions_revocation: ['sessions', { state: 'revoked' }],
  refresh_tokens_state: ['refresh_tokens', { state: 'x' }],
  refresh_tokens_use: ['refresh_tokens', { state: 'used' }],
  accounts_kind: ['accounts', { kind: 'x', owner_user_id: null }],
  accounts_state: ['accounts', { state: 'x' }],
  accounts_suspended_by: ['accounts', { state: 'suspended', suspended_by: 'x' }],
  accounts_managed_accounts: ['accounts', { managed_accounts: 'x' }],
  accounts_owned: ['accounts', { owner_user_id: null }],
  accounts_suspension: ['accounts', { state: 'suspended' }],
  accounts_trial: ['accounts', { managed_accounts: 'trial' }],
  accounts_end: ['accounts', { state: 'gone' }],
  accounts_copy_out: ['accounts', { copy_out: 'x' }],
  links_kind: ['links', { kind: 'x' }],
  links_state: ['links', { state: 'x' }],
  links_self: ['links', { child_id: 'acc_1' }],
  members_role: ['members', { role: 'x' }],
  members_state: ['members', { state: 'x' }],
  members_deactivation: ['members', { state: 'deactivated' }],
  workspace_members_role: ['workspace_members', { role: 'x' }],
  resources_kind: ['resources', { kind: 'x' }],
  resources_state: ['resources', { kind: 'job', state: 'x', workflow_id: 'res_1' }],
  resources_job: ['resources', { state: 'queued' }],
  resources_end: ['resources', { finished_at: T }],
  tokens_kind: ['tokens', { kind: 'x' }],
  tokens_owner: ['tokens', { owner: 'x' }],
  tokens_state: ['tokens', { state: 'x' }],
  tokens_owned: ['tokens', { account_id: null }],
  tokens_session_kind: ['tokens', { kind: 'user' }],
  tokens_revocation: ['tokens', { state: 'revoked' }],
  delegations_mode: ['delegations', { mode: 'x' }],
  delegations_opened: ['delegations', { opening_token_id: 'tok_1' }],
  address_rules_verdict: ['address_rules', { verdict: 'x' }],
  permission_sets_role: ['permission_sets', { role: 'owner' }],
  contacts_sub_account: ['contacts', { sub_account: 'x' }],
  contacts_reached: ['contacts', { email: null, email_folded: null }],
  contacts_address: ['contacts', { email_folded: null }],
  batches_kind: ['batches', { kind: 'x' }],
  batches_state: ['batches', { state: 'x', finished_at: T }],
  batches_rows_total: ['batches', { rows_total: -1 }],
  batches_partial: ['batches', { partial: 'x' }],
  batches_end: ['batches', { state: 'finished' }],
  sub_invites_upload_cap: ['sub_invites', { upload_cap: -1 }],
  sub_invites_message_cap: ['sub_invites', { message_cap: -1 }],
  sub_invites_state: ['sub_invites', { state: 'x', closed_at: T }],
  sub_invites_sponsor: ['sub_invites', { sponsor_user_id: null }],
  sub_invites_acceptance: ['sub_invites', { accepted_account_id: 'acc_2' }],
  sub_invites_closing: ['sub_invites', { closed_at: T }],
  invites_role: ['invites', { role: 'owner' }],
  invites_state: ['invites', { state: 'x' }],
  invites_sponsored: ['invites', { sponsor_user_id: null }],
  invites_acceptance: ['invites', { state: 'accepted' }],
  batch_rows_row: ['batch_rows', { row: -1 }],
  outbox_state: ['outbox', { state: 'x' }],
  outbox_erased: ['outbox', { state: 'sent', sent_at: T }],
  outbox_claim: ['outbox', { state: 'sending' }],
  outbox_sent: ['outbox', { state: 'sent', payload: null }],
  receipts_kind: ['receipts', { kind: 'x' }],
  plans_price: ['plans', { monthly_price_cents: -1 }],
  plans_self_serve: ['plans', { self_serve: 'x' }],
  plan_prices_price: ['plan_prices', { price_cents: -1 }],
  subscriptions_price: ['subscriptions', { price_cents: -1 }],
  subscriptions_anchor: ['subscriptions', { anchor_day: 32 }],
  subscriptions_balance: ['subscriptions', { balance_cents: -1 }],
  subscriptions_period: ['subscriptions', { period_end: '2025-12-31' }],
  bill_lines_kind: ['bill_lines', { kind: 'x' }],
  bill_lines_sign: ['bill_lines', { amount_cents: -1 }],
  bill_lines_plan: ['bill_lines', { plan: null }],
  links_upload_cap: ['links', { upload_cap: -1 }],
  links_message_cap: ['links', { message_cap: -1 }],
  credit_totals_unit: ['credit_totals', { unit: 'x' }],
  credit_totals_balance: ['credit_totals', { balance: -1, granted: 0 }],
  credit_totals_used: ['credit_totals', { used: -1, granted: 1 }],
  credit_totals_expired: ['credit_totals', { expired: -1, granted: 2 }],
  credit_totals_granted: ['credit_totals', { monthly_granted: -1 }],
  credit_totals_monthly: ['credit_totals', { monthly_left: 3 }],
  credit_totals_balanced: ['credit_totals', { granted: 4 }],
  credit_entries_amount: ['credit_entries', { amount: 0 }],
  credit_entries_monthly: ['credit_entries', { monthly: 2 }],
  credit_entries_books: ['credit_entries', { credit: 'balance' }],
  credit_usage_amount: ['credit_usage', { amount: 0 }],
  messages_mode: ['messages', { mode: 'x' }],
  messages_credits: ['messages', { credits: 0 }],
  messages_state: ['messages', { state: 'x' }],
  messages_claim: ['messages', { state: 'sending' }],
  messages_sent: ['messages', { state: 'sent' }],
  forms_copied: ['forms', { source_account_id: 'acc_2' }],
  forms_example: ['forms', { example: 'x' }],
  form_shares_role: ['form_shares', { role: 'x' }],
  form_shares_self: ['form_shares', { to_account_id: 'acc_1' }],
  parsers_copied: ['parsers', { source_account_id: 'acc_2' }],
  parser_revisions_change: ['parser_revisions', { change: 'x' }],
  parser_revisions_rollback: ['parser_revisions', { rolled_back_to: 1 }],
};

async function checkNames(trx: Trx): Promise<string[]> {
  if (dialectOf(trx) === 'sqlite') {
    const { rows } = await sql<{ sql: string }>`select sql from sqlite_master where type = 'table'`.execute(
      trx,
    );
    return rows.flatMap((row) =>
      [...row.sql.matchAll(/constraint (\w+)\s+check/g)].map((match) => match[1] ?? ''),
    );
  }
  const { rows } = await sql<{ name: string }>`select conname::text as name from pg_constraint
    where contype = 'c' and connamespace = 'public'::regnamespace`.execute(trx);
  return rows.map((row) => row.name);
}

describeOnEachDatabase('constraints', (open) => {
  it("knows every unique index of the schema by its columns, and none has all of another's", async () => {
    const db = await open();
    const found = await db.read(uniqueIndexes);
    const list = found.map((index) => `${index.table}(${index.columns})`).sort();
    expect(list).toEqual(unique.map((known) => `${known.table}(${known.columns.join(',')})`).sort());
    const within = unique.filter((inner) =>
      unique.some(
        (outer) =>
          outer !== inner &&
          outer.table === inner.table &&
          inner.columns.every((c) => outer.columns.includes(c)),
      ),
    );
    expect(within).toEqual([]);
    // SQLite names its own indexes of primary keys.
    const named = found.filter((index) => !index.name.startsWith('sqlite_autoindex_'));
    expect(named.map((index) => index.name).filter((name) => !(name in UNIQUE))).toEqual([]);
  });

  it('names each unique constraint that is violated', async () => {
    const db = await open();
    await seed(db);
    const names: (string | null)[] = [];
    for (const constraint of unique) names.push(await violated(db, constraint.table, twin(constraint)));
    expect(names).toEqual(unique.map((constraint) => constraint.name));
  });

  it('names each CHECK that is violated', async () => {
    const db = await open();
    await seed(db);
    const names: (string | null)[] = [];
    for (const [table, change] of Object.values(CHECKS)) {
      names.push(await violated(db, table, { ...rowOf(table), ...change }));
    }
    expect(names).toEqual(Object.keys(CHECKS));
    expect((await db.read(checkNames)).sort()).toEqual(Object.keys(CHECKS).sort());
  });

  it('names a missing value by its column and refuses a wrong type', async () => {
    const db = await open();
    await seed(db);
    expect(await violated(db, 'users', { ...user('usr_9'), email: null })).toBe('users_email_not_null');
    await expect(
      db.write((trx) => insert('users', { ...user('usr_9'), revision: 'many' }).execute(trx)),
    ).rejects.toThrow(/integer/i);
  });

  it('says nothing about errors that are no constraint', async () => {
    const db = await open();
    const error = await db
      .read((trx) => sql`select nonsense`.execute(trx))
      .catch((caught: unknown) => caught);
    expect([constraintOf(error), constraintOf(new Error('UNIQUE')), constraintOf(undefined)]).toEqual([
      null,
      null,
      null,
    ]);
  });

  it('lets a slug, an address and a pending invite be taken again once the first is over', async () => {
    const db = await open();
    await seed(db);
    await db.write(async (trx) => {
      await trx.updateTable('users').set({ state: 'gone' }).where('id', '=', 'usr_2').execute();
      await trx
        .updateTable('accounts')
        .set({ state: 'gone', gone_at: T })
        .where('id', '=', 'acc_2')
        .execute();
      await trx.updateTable('invites').set({ state: 'revoked' }).execute();
      await insert('users', { ...user('usr_3'), email_folded: 'usr_2@x.example' }).execute(trx);
      await insert('accounts', { ...account('acc_3'), slug: 'acc_2' }).execute(trx);
      await insert('invites', { ...rowOf('invites'), id: 'inv_2', secret_hash: 'h2' }).execute(trx);
    });
    const states = await db.read((trx) => trx.selectFrom('invites').select('state').orderBy('id').execute());
    expect(states.map((row) => row.state)).toEqual(['revoked', 'pending']);
  });
});

const OTHER = 'acc_2';
/** Rows of another account that refer to something of the first. */
const FOREIGN: [Table, Record<string, Value>][] = [
  ['workspace_members', { account_id: OTHER }],
  ['member_children', { account_id: OTHER }],
  ['tokens', { account_id: OTHER, workspace_id: 'wsp_1', id: 'tok_9', hash: 'h9' }],
  ['invites', { account_id: OTHER, secret_hash: 'h9' }],
  ['batch_rows', { account_id: OTHER, invite_id: null }],
  ['batch_rows', { account_id: OTHER, batch_id: 'bat_2' }],
  ['outbox', { account_id: OTHER, id: 'msg_9' }],
  ['form_records', { account_id: OTHER, id: 'rec_9' }],
  ['form_records', { id: 'rec_9', key: null, form_id: 'frm_9' }],
  ['messages', { account_id: 'acc_9', id: 'sms_9' }],
  ['delegations', { master_id: OTHER, id: 'tok_1', account_id: 'acc_1' }],
  ['resources', { account_id: OTHER, id: 'res_9' }],
  ['resources', { id: 'res_9', kind: 'job', state: 'queued', workflow_id: 'res_8' }],
  ['members', { account_id: 'acc_9' }],
  ['workspaces', { account_id: 'acc_9' }],
  ['subscriptions', { account_id: 'acc_9' }],
  ['bill_lines', { account_id: 'acc_9' }],
  ['credit_totals', { payer_id: 'acc_9' }],
  ['credit_entries', { payer_id: 'acc_9', entry_key: null }],
  ['credit_usage', { payer_id: 'acc_9' }],
];

describeOnEachDatabase('tenants', (open) => {
  it('keep their rows from pointing into each other', async () => {
    const db = await open();
    await seed(db);
    await db.write((trx) =>
      insert('batches', { ...rowOf('batches'), account_id: OTHER, id: 'bat_2' }).execute(trx),
    );
    const names: (string | null)[] = [];
    for (const [table, change] of FOREIGN)
      names.push(await violated(db, table, { ...rowOf(table), ...change }));
    expect(names).toEqual(FOREIGN.map(() => FOREIGN_KEY));
  });

  it('are the first part of the key of all that is theirs, and of every reference between it', async () => {
    const db = await open();
    const columns = await db.read(uniqueIndexes);
    const keyed = new Set(
      columns.filter((index) => /^(account|parent)_id(,|$)/.test(index.columns)).map((index) => index.table),
    );
    const own = Object.keys(SEED).filter((table) => 'account_id' in rowOf(table) && !keyed.has(table));
    // These may also belong to no account.
    expect(own).toEqual(['tokens', 'outbox', 'audit_events']);
    const references = (await db.read(foreignKeys)).filter((reference) => keyed.has(reference.target));
    expect(references.length).toBeGreaterThanOrEqual(9);
    expect(
      references.filter((reference) => !/^(?:account|master)_id(?:,\w+)+$/.test(reference.columns)),
    ).toEqual([]);
  });

  it('take a removed member out of its workspaces and grants', async () => {
    const db = await open();
    await seed(db);
    await db.write((trx) => trx.deleteFrom('members').where('id', '=', 'mbr_1').execute());
    const left = await db.read(async (trx) => [
      ...(await trx.selectFrom('workspace_members').selectAll().execute()),
      ...(await trx.selectFrom('member_children').selectAll().execute()),
    ]);
    expect(left).toEqual([]);
  });
});

describeOnEachDatabase('a bill', (open) => {
  it('can be added to and neither changed nor deleted', async () => {
    const db = await open();
    await seed(db);
    const attempts = [
      (trx: Trx) => trx.updateTable('bill_lines').set({ amount_cents: 0 }).execute(),
      (trx: Trx) => trx.deleteFrom('bill_lines').execute(),
      ...(db.kind === 'postgres' ? [(trx: Trx) => sql`truncate bill_lines`.execute(trx)] : []),
    ];
    for (const attempt of attempts) {
      const error = await db.write<unknown>(attempt).catch((caught: unknown) => caught);
      expect(constraintOf(error)).toBe('bill_lines_append_only');
    }
    const kept = await db.read((trx) => trx.selectFrom('bill_lines').select('amount_cents').execute());
    expect(kept).toEqual([{ amount_cents: 1 }]);
  });
});

describeOnEachDatabase('the ledger of credits', (open) => {
  it('can be added to and neither changed nor deleted', async () => {
    const db = await open();
    await seed(db);
    const attempts = [
      (trx: Trx) => trx.updateTable('credit_entries').set({ amount: 9 }).execute(),
      (trx: Trx) => trx.deleteFrom('credit_entries').execute(),
      ...(db.kind === 'postgres' ? [(trx: Trx) => sql`truncate credit_entries`.execute(trx)] : []),
    ];
    for (const attempt of attempts) {
      const error = await db.write<unknown>(attempt).catch((caught: unknown) => caught);
      expect(constraintOf(error)).toBe('credit_entries_append_only');
    }
    const kept = await db.read((trx) => trx.selectFrom('credit_entries').select(['id', 'amount']).execute());
    expect(kept).toEqual([{ id: 'ent_1', amount: 1 }]);
  });

  it('refuses by itself what would be used beyond what there is', async () => {
    const db = await open();
    await seed(db);
    const overspent = db.write((trx) =>
      trx
        .updateTable('credit_totals')
        .set((eb) => ({ balance: eb('balance', '-', 3), used: eb('used', '+', 3) }))
        .execute(),
    );
    const error = await overspent.catch((caught: unknown) => caught);
    expect(constraintOf(error)).toMatch(/^credit_totals_(balance|monthly)$/);
  });
});

describeOnEachDatabase('the audit trail', (open) => {
  it('can be added to and neither changed nor deleted', async () => {
    const db = await open();
    await seed(db);
    const attempts = [
      (trx: Trx) => trx.updateTable('audit_events').set({ action: 'nothing' }).execute(),
      (trx: Trx) => trx.deleteFrom('audit_events').execute(),
      ...(db.kind === 'postgres' ? [(trx: Trx) => sql`truncate audit_events`.execute(trx)] : []),
    ];
    for (const attempt of attempts) {
      const error = await db.write<unknown>(attempt).catch((caught: unknown) => caught);
      expect(constraintOf(error)).toBe('audit_events_append_only');
    }
    const kept = await db.read((trx) => trx.selectFrom('audit_events').select(['id', 'action']).execute());
    expect(kept).toEqual([{ id: 'evt_1', action: 'invites.send' }]);
  });
});

/** Upper and lower case, accents in both forms, signs, and characters whose order differs in UTF-16. */
const ODD = [
  'a',
  'B',
  'b',
  'A',
  '-',
  '_',
  'é',
  'e\u0301',
  'ß',
  'ſ',
  'İ',
  'ı',
  ' ',
  '0',
  '10',
  '9',
  '\uffee',
  '😀',
  '中',
  'z',
];

describeOnEachDatabase('order', (open) => {
  it('is by bytes, whole and page by page', async () => {
    const db = await open();
    await db.write(async (trx) => {
      for (const key of ODD) await insert('settings', { key, value: '', updated_at: T }).execute(trx);
    });
    const bytes = [...ODD].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    const paged: string[] = [];
    for (let cursor = ''; ; ) {
      const page = await db.read((trx) =>
        trx.selectFrom('settings').select('key').where('key', '>', cursor).orderBy('key').limit(3).execute(),
      );
      paged.push(...page.map((row) => row.key));
      const last = page.at(-1);
      if (last === undefined) break;
      cursor = last.key;
    }
    expect(paged).toEqual(bytes);
  });
});

interface Incoming {
  row: number;
  outcome: string;
  email: string | null;
}

function insertRows(trx: Trx, rows: readonly Incoming[]) {
  const source = jsonRows<Incoming, 'r'>(trx, 'r', { row: 'integer', outcome: 'text', email: 'text' }, rows);
  return trx
    .insertInto('batch_rows')
    .columns(['account_id', 'batch_id', 'row', 'outcome', 'email'])
    .expression((eb) =>
      eb
        .selectFrom(source)
        .select([
          eb.val('acc_1').as('account_id'),
          eb.val('bat_1').as('batch_id'),
          'r.row',
          'r.outcome',
          'r.email',
        ])
        .where(sql<boolean>`true`),
    )
    .onConflict((oc) => oc.doNothing())
    .returning(['row', 'outcome', 'email'])
    .execute();
}

describeOnEachDatabase('rows as one JSON parameter', (open) => {
  it('are inserted as they are, but for those that are there', async () => {
    const db = await open();
    await seed(db);
    const incoming: Incoming[] = [
      { row: 0, outcome: 'invited', email: null },
      { row: 1, outcome: 'there already', email: null },
      { row: 2, outcome: `'";--\\ \n 😀 é`, email: '{"a": [1,  2]}' },
      { row: 3, outcome: '', email: '42' },
      { row: 4, outcome: 'true', email: 'null' },
    ];
    const added = await db.write((trx) => insertRows(trx, incoming));
    expect(added.sort((a, b) => a.row - b.row)).toEqual(incoming.filter((row) => row.row !== 1));
    expect(await db.write((trx) => insertRows(trx, incoming))).toEqual([]);
    expect(await db.write((trx) => insertRows(trx, []))).toEqual([]);
  });

  it('come a thousand at a time', async () => {
    const db = await open();
    await seed(db);
    const rows = Array.from({ length: 1000 }, (_, n) => ({
      row: n + 2,
      outcome: 'invited',
      email: `${n}@x.example`,
    }));
    expect(await db.write((trx) => insertRows(trx, rows))).toHaveLength(1000);
  });

  it.each([
    ['the same text and null', 'invited', null],
    ['text that looks like a number and like JSON', '42', '{"a": [1,  2]}'],
  ])('keep what is the same in all of very many: %s', async (_case, outcome, email) => {
    const db = await open();
    await seed(db);
    const rows = Array.from({ length: 500 }, (_, n): Incoming => ({ row: n + 2, outcome, email }));
    const added = await db.write((trx) => insertRows(trx, rows));
    expect(added.sort((a, b) => a.row - b.row)).toEqual(rows);
  });

  it('take a column for the same only if no row has another value', async () => {
    const db = await open();
    await seed(db);
    const rows = Array.from({ length: 500 }, (_, n): Incoming => {
      return { row: n + 2, outcome: 'invited', email: n === 499 ? 'last@x.example' : null };
    });
    const added = await db.write((trx) => insertRows(trx, rows));
    expect(added.sort((a, b) => a.row - b.row)).toEqual(rows);
  });

  it('join with tables', async () => {
    const db = await open();
    await seed(db);
    const asked = [{ id: 'usr_2' }, { id: 'usr_none' }, { id: 'usr_1' }];
    const found = await db.read((trx) =>
      trx
        .selectFrom(jsonRows<{ id: string }, 'asked'>(trx, 'asked', { id: 'text' }, asked))
        .innerJoin('users', 'users.id', 'asked.id')
        .select('users.name')
        .orderBy('asked.id')
        .execute(),
    );
    expect(found).toEqual([{ name: 'usr_1' }, { name: 'usr_2' }]);
  });
});

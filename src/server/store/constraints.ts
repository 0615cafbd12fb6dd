import { sqliteErrorCode, textProperty } from './failures.ts';

/**
 * Every unique constraint and index: its name on PostgreSQL, and its columns in the words of SQLite, which
 * names no unique constraint. None may have all the
 * columns of another: a row that violates both would be told differently by the two. A test compares this with both catalogues.
 */
export const UNIQUE = {
  users_pkey: 'users.id',
  users_email: 'users.email_folded',
  staff_pkey: 'staff.user_id',
  mailed_secrets_pkey: 'mailed_secrets.hash',
  device_logins_pkey: 'device_logins.hash',
  device_logins_code: 'device_logins.user_code',
  sessions_pkey: 'sessions.id',
  refresh_tokens_pkey: 'refresh_tokens.hash',
  accounts_pkey: 'accounts.id',
  accounts_slug: 'accounts.slug',
  accounts_owner: 'accounts.owner_user_id',
  retired_slugs_pkey: 'retired_slugs.scope, retired_slugs.slug',
  links_pkey: 'links.parent_id, links.id',
  links_active_parent: 'links.child_id',
  members_pkey: 'members.account_id, members.id',
  members_user: 'members.account_id, members.user_id',
  member_children_pkey: 'member_children.account_id, member_children.member_id, member_children.link_id',
  workspaces_pkey: 'workspaces.account_id, workspaces.id',
  workspaces_slug: 'workspaces.account_id, workspaces.slug',
  workspace_members_pkey:
    'workspace_members.account_id, workspace_members.workspace_id, workspace_members.member_id',
  resources_pkey: 'resources.account_id, resources.workspace_id, resources.id',
  resources_name: 'resources.account_id, resources.workspace_id, resources.kind, resources.name',
  tokens_pkey: 'tokens.id',
  tokens_hash: 'tokens.hash',
  delegations_pkey: 'delegations.account_id, delegations.id',
  address_rules_pkey: 'address_rules.account_id, address_rules.domain',
  permission_sets_pkey: 'permission_sets.account_id, permission_sets.name',
  contacts_pkey: 'contacts.account_id, contacts.id',
  contacts_email: 'contacts.account_id, contacts.email_folded',
  batches_pkey: 'batches.account_id, batches.id',
  batches_open: 'batches.account_id, batches.kind, batches.digest',
  invites_pkey: 'invites.account_id, invites.id',
  invites_secret: 'invites.secret_hash',
  invites_pending_email: 'invites.account_id, invites.email_folded',
  sub_invites_pkey: 'sub_invites.account_id, sub_invites.id',
  sub_invites_secret: 'sub_invites.secret_hash',
  sub_invites_open: 'sub_invites.account_id, sub_invites.email_folded, sub_invites.invitee',
  batch_rows_pkey: 'batch_rows.account_id, batch_rows.batch_id, batch_rows.row',
  outbox_pkey: 'outbox.id',
  captured_mail_pkey: 'captured_mail.id',
  receipts_pkey: 'receipts.account_id, receipts.id',
  audit_events_pkey: 'audit_events.id',
  idempotency_records_pkey:
    'idempotency_records.token_scope, idempotency_records.operation, idempotency_records.key',
  parsers_pkey: 'parsers.account_id, parsers.id',
  parsers_name: 'parsers.account_id, parsers.workspace_id, parsers.name',
  parser_revisions_pkey: 'parser_revisions.account_id, parser_revisions.parser_id, parser_revisions.revision',
  parser_secrets_pkey: 'parser_secrets.account_id, parser_secrets.parser_id, parser_secrets.name',
  promotion_paths_pkey: 'promotion_paths.account_id',
  forms_pkey: 'forms.account_id, forms.id',
  forms_name: 'forms.account_id, forms.workspace_id, forms.name',
  form_records_pkey: 'form_records.account_id, form_records.id',
  form_records_key: 'form_records.account_id, form_records.form_id, form_records.key',
  messages_pkey: 'messages.account_id, messages.id',
  form_shares_pkey: 'form_shares.account_id, form_shares.form_id, form_shares.to_account_id',
  settings_pkey: 'settings.key',
  plans_pkey: 'plans.name',
  plan_prices_pkey: 'plan_prices.plan, plan_prices.since',
  subscriptions_pkey: 'subscriptions.account_id',
  bill_lines_pkey: 'bill_lines.account_id, bill_lines.revision, bill_lines.kind',
  bill_lines_period: 'bill_lines.account_id, bill_lines.period_start',
  credit_totals_pkey: 'credit_totals.payer_id, credit_totals.unit',
  credit_entries_pkey: 'credit_entries.payer_id, credit_entries.id',
  credit_entries_key: 'credit_entries.consumer_id, credit_entries.entry_key',
  credit_usage_pkey: 'credit_usage.payer_id, credit_usage.consumer_id, credit_usage.unit, credit_usage.day',
} as const;

/** SQLite does not say which foreign key was violated, so neither do we: a rule checks references first. */
export const FOREIGN_KEY = 'foreign_key';

const UNIQUE_BY_COLUMNS = new Map<string, string>(
  Object.entries(UNIQUE).map(([name, columns]) => [columns, name]),
);

const SQLITE_CONSTRAINT = 19;
const POSTGRES_FOREIGN_KEY = '23503';
const POSTGRES_NOT_NULL = '23502';

function fromSqlite(message: string): string | null {
  if (message === 'FOREIGN KEY constraint failed') return FOREIGN_KEY;
  const [, kind, detail] = /^(UNIQUE|CHECK|NOT NULL) constraint failed: (.+)$/.exec(message) ?? [];
  if (detail === undefined) return /^\w+$/.test(message) ? message : null;
  if (kind === 'UNIQUE') return UNIQUE_BY_COLUMNS.get(detail) ?? null;
  return kind === 'CHECK' ? detail : `${detail.replace('.', '_')}_not_null`;
}

function fromPostgres(error: unknown, code: string): string | null {
  if (code === POSTGRES_FOREIGN_KEY) return FOREIGN_KEY;
  if (code === POSTGRES_NOT_NULL)
    return `${textProperty(error, 'table')}_${textProperty(error, 'column')}_not_null`;
  return textProperty(error, 'constraint') || null;
}

/**
 * The name of the constraint that an error says was violated, the same on both databases: a key of UNIQUE, a CHECK's
 * name, `foreign_key`, `<table>_<column>_not_null` or `<table>_append_only`. Null for every other error.
 *
 * On PostgreSQL the transaction is over once this has happened: let the error leave `write` and map it outside, or
 * avoid it with `on conflict do nothing`.
 */
export function constraintOf(error: unknown): string | null {
  if ((sqliteErrorCode(error) & 0xff) === SQLITE_CONSTRAINT)
    return fromSqlite(textProperty(error, 'message'));
  const code = textProperty(error, 'code');
  return /^23\w{3}$/.test(code) ? fromPostgres(error, code) : null;
}

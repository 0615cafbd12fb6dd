import type { Generated, Insertable, Selectable } from 'kysely';
import type { FormRole, SmsMode } from '../../contract/limits.ts';

/**
 * The tables as Kysely sees them; migrations/ makes them. Times are ISO 8601 UTC with milliseconds, in text, so
 * that they compare as text. `Json` columns hold JSON in text. Generated columns have a default.
 */
type Json = string;
type Time = string;
type CreditUnit = 'upload' | 'message';

interface Revised {
  revision: Generated<number>;
  created_at: Time;
  updated_at: Time;
}

export interface UsersTable extends Revised {
  id: string;
  email: string;
  /** email by the one folding function (D3); unique among active users. */
  email_folded: string;
  name: string | null;
  password_hash: string | null;
  state: 'active' | 'gone';
  last_login_at: Time | null;
  password_changed_at: Time | null;
}

export interface StaffTable {
  user_id: string;
  reason: string;
  added_by: string | null;
  created_at: Time;
}

export interface MailedSecretsTable {
  hash: string;
  purpose: 'signup' | 'password_reset' | 'email_change';
  email: string;
  email_folded: string;
  /** The name given at sign-up. */
  name: string | null;
  user_id: string | null;
  state: 'pending' | 'used' | 'revoked';
  expires_at: Time;
  used_at: Time | null;
  created_at: Time;
}

export interface DeviceLoginsTable {
  hash: string;
  user_code: string;
  client: string | null;
  address: string;
  state: 'pending' | 'approved' | 'denied' | 'used';
  /** Who approved it. */
  user_id: string | null;
  /** When the device last asked. */
  asked_at: Time | null;
  expires_at: Time;
  created_at: Time;
}

export interface SessionsTable {
  id: string;
  user_id: string;
  label: string | null;
  state: 'active' | 'revoked';
  revoked_reason: string | null;
  /** Set exactly when revoked. */
  revoked_at: Time | null;
  /** The absolute end, whatever is refreshed. */
  expires_at: Time;
  created_at: Time;
}

export interface RefreshTokensTable {
  hash: string;
  session_id: string;
  /** The token this one was got with; null for the first of a session. */
  parent_hash: string | null;
  state: 'live' | 'used';
  /** Set exactly when used: reuse is forgiven for a short time after it. */
  used_at: Time | null;
  expires_at: Time;
  created_at: Time;
}

export interface AccountsTable extends Revised {
  id: string;
  kind: 'personal' | 'standard' | 'organization';
  /** Unique among accounts that are not gone. */
  slug: string;
  name: string;
  state: 'provisioning' | 'active' | 'suspended' | 'gone';
  /** Set exactly when suspended. */
  suspended_by: 'staff' | 'master' | null;
  suspended_reason: string | null;
  plan: string;
  managed_accounts: Generated<'locked' | 'unlocked' | 'trial'>;
  /** Set exactly during a trial. */
  trial_ends_at: Time | null;
  /** Set exactly for personal accounts; one each user. */
  owner_user_id: string | null;
  labels: Generated<Json>;
  mail_preferences: Generated<Json>;
  /** Who may copy its parsers out (R7). */
  copy_out: Generated<'family' | 'anyone'>;
  created_by: string | null;
  /** Set exactly when gone. */
  gone_at: Time | null;
}

export interface RetiredSlugsTable {
  /** 'accounts', or an account's id for its workspaces' slugs. */
  scope: string;
  slug: string;
  target_id: string;
  free_at: Time;
  created_at: Time;
}

export interface LinksTable extends Revised {
  parent_id: string;
  id: string;
  child_id: string;
  kind: 'managed' | 'sub';
  state: 'invited' | 'active' | 'ended' | 'declined' | 'revoked' | 'expired';
  ended_at: Time | null;
  /** What a sub-account may use of its umbrella's credits in a month; null is expressly no cap. */
  upload_cap: Generated<number | null>;
  message_cap: Generated<number | null>;
}

export interface MembersTable extends Revised {
  account_id: string;
  id: string;
  user_id: string;
  role: 'owner' | 'admin' | 'user' | 'super_admin' | 'billing_admin' | 'member';
  state: 'active' | 'deactivated';
  modules: Generated<Json>;
  joined_at: Time;
  last_active_at: Time | null;
  /** Set exactly when deactivated. */
  deactivated_at: Time | null;
}

export interface MemberChildrenTable {
  account_id: string;
  member_id: string;
  link_id: string;
  created_at: Time;
}

export interface WorkspacesTable extends Revised {
  account_id: string;
  id: string;
  slug: string;
  name: string;
  created_by: string | null;
}

export interface WorkspaceMembersTable extends Revised {
  account_id: string;
  workspace_id: string;
  member_id: string;
  role: 'viewer' | 'operator' | 'developer' | 'workspace_admin';
}

export interface ResourcesTable extends Revised {
  account_id: string;
  workspace_id: string;
  id: string;
  kind: 'connector' | 'workflow' | 'job';
  name: string;
  config: Generated<Json>;
  /** The two are set exactly for jobs. */
  state: 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled' | null;
  workflow_id: string | null;
  /** Set exactly in a last state. */
  finished_at: Time | null;
  created_by: string | null;
}

export interface TokensTable extends Revised {
  id: string;
  /** SHA-256 of the token. */
  hash: string;
  kind: 'user' | 'api' | 'staff' | 'meter' | 'key' | 'dlg';
  owner: 'user' | 'member' | 'account';
  /** Set exactly for kind user. */
  session_id: string | null;
  user_id: string | null;
  account_id: string | null;
  /** Of a workspace's key. */
  workspace_id: string | null;
  name: string | null;
  role: string | null;
  modules: Generated<Json>;
  reason: string | null;
  created_by: string | null;
  state: 'active' | 'revoked';
  /** Set exactly when revoked. */
  revoked_at: Time | null;
  expires_at: Time;
  last_used_at: Time | null;
}

/** What a token of kind dlg is beside that. */
export interface DelegationsTable {
  /** The managed account. */
  account_id: string;
  /** Of the token too. */
  id: string;
  master_id: string;
  link_id: string;
  mode: 'full' | 'read_only';
  /** One of the two is set: what it was opened with, and ends with. */
  session_id: string | null;
  opening_token_id: string | null;
  /** Id of the user or token that ended it before its time. */
  revoked_by: string | null;
  created_at: Time;
}

export interface AddressRulesTable {
  account_id: string;
  domain: string;
  verdict: 'allow' | 'deny';
  created_at: Time;
}

export interface BatchesTable extends Revised {
  account_id: string;
  id: string;
  kind: 'invites' | 'removals' | 'restores' | 'workspace_members' | 'contacts' | 'sub_accounts';
  digest: string;
  defaults: Generated<Json>;
  state: 'open' | 'finished' | 'cancelled';
  rows_total: number;
  /** May a part be sent when the seats do not suffice for all? */
  partial: Generated<'refuse' | 'allow'>;
  created_by_user_id: string | null;
  created_by_token_id: string | null;
  /** Set exactly when finished or cancelled. */
  finished_at: Time | null;
}

export interface PermissionSetsTable extends Revised {
  account_id: string;
  name: string;
  role: 'admin' | 'user' | 'super_admin' | 'billing_admin' | 'member';
  modules: Generated<Json>;
  /** Link ids. */
  children: Generated<Json>;
  /** [{ workspace, role }] */
  workspaces: Generated<Json>;
  created_by: string | null;
}

export interface InvitesTable extends Revised {
  account_id: string;
  id: string;
  email: string;
  email_folded: string;
  first_name: string | null;
  role: 'admin' | 'user' | 'super_admin' | 'billing_admin' | 'member';
  modules: Generated<Json>;
  /** Link ids. */
  children: Generated<Json>;
  /** [{ workspace_id, role }] */
  workspaces: Generated<Json>;
  /** Also an expired one may still say pending: compare expires_at. */
  state: 'pending' | 'accepted' | 'declined' | 'revoked' | 'expired';
  secret_hash: string;
  /** One of the two sponsors is set. */
  sponsor_user_id: string | null;
  sponsor_token_id: string | null;
  batch_id: string | null;
  /** The outbox row of its last mail. */
  message_id: string | null;
  sent_at: Time;
  expires_at: Time;
  accepted_at: Time | null;
  /** Set exactly when accepted. */
  accepted_user_id: string | null;
  accepted_member_id: string | null;
  /** When it was declined or revoked. */
  closed_at: Time | null;
}

export interface SubInvitesTable extends Revised {
  /** The umbrella. */
  account_id: string;
  id: string;
  email: string;
  email_folded: string;
  /** Slug of the account that is meant; '' for whichever the invited person chooses. */
  invitee: Generated<string>;
  /** A month; null is no cap. */
  upload_cap: number | null;
  message_cap: number | null;
  first_name: string | null;
  mobile: string | null;
  /** An invited one may have expired: compare expires_at. An accepted one goes on as the link of the same id. */
  state: 'invited' | 'accepted' | 'declined' | 'revoked';
  secret_hash: string;
  /** The outbox row of its last mail. */
  message_id: string | null;
  /** One of the two sponsors is set. */
  sponsor_user_id: string | null;
  sponsor_token_id: string | null;
  batch_id: string | null;
  /** Set exactly when accepted. */
  accepted_account_id: string | null;
  accepted_by: string | null;
  sent_at: Time;
  expires_at: Time;
  /** When it was accepted, declined or revoked. */
  closed_at: Time | null;
}

export interface BatchRowsTable {
  account_id: string;
  batch_id: string;
  row: number;
  email: string | null;
  outcome: string;
  detail: Json | null;
  invite_id: string | null;
  link_id: string | null;
}

export interface ContactsTable extends Revised {
  account_id: string;
  id: string;
  first_name: string | null;
  last_name: string | null;
  email: string | null;
  email_folded: string | null;
  mobile: string | null;
  organization: string | null;
  groups: Generated<Json>;
  sub_account: Generated<'no' | 'yes'>;
  /** An invitation of a sub-account, and the link that came of it. */
  link_id: string | null;
  created_by: string | null;
}

export interface OutboxTable {
  id: string;
  account_id: string | null;
  invite_id: string | null;
  kind: string;
  recipient: string;
  recipient_folded: string;
  /** Null once sent or cancelled: it holds the secret. */
  payload: Json | null;
  state: 'queued' | 'sending' | 'sent' | 'failed' | 'cancelled';
  attempts: Generated<number>;
  not_before: Time;
  /** The two claims are set exactly while sending. */
  claimed_by: string | null;
  claimed_until: Time | null;
  /** Set exactly when sent. */
  sent_at: Time | null;
  error: string | null;
  created_at: Time;
  updated_at: Time;
}

export interface FormRecordsTable extends Revised {
  account_id: string;
  id: string;
  form_id: string;
  /** Unique in the form: what comes again under it is not recorded again. */
  key: string | null;
  /** Of the answers as they were submitted. */
  digest: string;
  /** Of the form, whose questions the answers were last checked against. */
  form_revision: number;
  answers: Json;
  /** Id of the user or token. */
  created_by: string | null;
  updated_by: string | null;
}

export interface MessagesTable {
  account_id: string;
  id: string;
  form_id: string;
  mode: SmsMode;
  recipient: string;
  body: Json;
  credits: number;
  state: 'queued' | 'sending' | 'sent' | 'failed';
  attempts: Generated<number>;
  not_before: Time;
  /** The two claims are set exactly while sending. */
  claimed_by: string | null;
  claimed_until: Time | null;
  /** Set exactly when sent. */
  sent_at: Time | null;
  error: string | null;
  created_by: string | null;
  created_at: Time;
  updated_at: Time;
}

export interface CapturedMailTable {
  id: string;
  recipient: string;
  recipient_folded: string;
  subject: string;
  body_text: string;
  body_html: string | null;
  headers: Generated<Json>;
  created_at: Time;
}

export interface ReceiptsTable {
  account_id: string;
  id: string;
  user_id: string;
  kind: 'removed' | 'left';
  data: Json;
  created_by: string | null;
  expires_at: Time;
  restored_at: Time | null;
  created_at: Time;
}

/** Rows can be added and never changed. */
export interface AuditEventsTable {
  id: string;
  account_id: string | null;
  actor_kind: string;
  actor_id: string | null;
  /** Address of a person, name of a token. */
  actor_name: string | null;
  subject: Json | null;
  action: string;
  target_kind: string | null;
  target_id: string | null;
  target_name: string | null;
  before_json: Json | null;
  after_json: Json | null;
  reason: string | null;
  request_id: string | null;
  at: Time;
}

export interface IdempotencyRecordsTable {
  token_scope: string;
  operation: string;
  key: string;
  body_hash: string;
  /** Of the HTTP answer. */
  status: number;
  answer: Json | null;
  made: Json | null;
  expires_at: Time;
  created_at: Time;
}

export interface PlansTable {
  name: string;
  /** In the catalogue. */
  place: number;
  title: string;
  monthly_price_cents: number;
  self_serve: 'yes' | 'no';
  entitlements: Json;
  limits: Json;
}

/** Rows stay when the catalogue changes. */
export interface PlanPricesTable {
  plan: string;
  since: Time;
  price_cents: number;
}

export interface SubscriptionsTable extends Revised {
  account_id: string;
  price_cents: number;
  anchor_day: number;
  /** Dates. */
  period_start: string;
  period_end: string;
  scheduled_plan: string | null;
  balance_cents: Generated<number>;
}

/** Rows can be added and never changed. */
export interface BillLinesTable {
  account_id: string;
  /** Of the subscription. */
  revision: number;
  kind: 'period' | 'unused' | 'prorated' | 'credit_kept' | 'credit_used';
  period_start: string;
  period_end: string;
  /** With price, day and days set for what concerns a plan, and not for what moves the balance. */
  plan: string | null;
  price_cents: number | null;
  from_day: string | null;
  days: number | null;
  amount_cents: number;
  at: Time;
}

export interface ParsersTable extends Revised {
  account_id: string;
  id: string;
  workspace_id: string;
  /** Unique in its workspace. */
  name: string;
  document_type: string;
  description: string | null;
  definition: Json;
  /** The names of the secrets that the definition declares, so that lists need not read it. */
  declared_secrets: Json;
  /** SHA-256 over document type, description and definition. */
  digest: string;
  /** The source and what the last copy brought are set exactly for copies. */
  source_account_id: string | null;
  source_parser_id: string | null;
  source_name: string | null;
  source_revision: number | null;
  copied_revision: number | null;
  copied_digest: string | null;
  /** Of a user or a token. */
  created_by: string | null;
}

/** Rows are added and never changed; they go with their parser. */
export interface ParserRevisionsTable {
  account_id: string;
  parser_id: string;
  revision: number;
  change: 'created' | 'updated' | 'copied' | 'rolled_back' | 'secrets';
  /** Set exactly when rolled back. */
  rolled_back_to: number | null;
  name: string;
  document_type: string;
  description: string | null;
  definition: Json;
  digest: string;
  created_by: string | null;
  created_at: Time;
}

export interface ParserSecretsTable {
  account_id: string;
  parser_id: string;
  name: string;
  /** By the key `key_id`, which is not in the database. */
  sealed: string;
  key_id: string;
  set_at: Time;
}

export interface PromotionPathsTable extends Revised {
  account_id: string;
  /** Ids, in order. */
  accounts: Json;
}

export interface FormsTable extends Revised {
  account_id: string;
  id: string;
  workspace_id: string;
  /** Unique in its workspace. */
  name: string;
  title: string;
  description: string | null;
  questions: Json;
  /** Those of groups counted. */
  question_count: number;
  /** R41: shown to every sub-account. */
  example: Generated<'yes' | 'no'>;
  /** The source is set exactly for saved copies. */
  source_account_id: string | null;
  source_form_id: string | null;
  source_name: string | null;
  source_revision: number | null;
  /** Of a user or a token. */
  created_by: string | null;
}

/** What the owner of a form chose for another account. */
export interface FormSharesTable {
  account_id: string;
  form_id: string;
  to_account_id: string;
  /** `none` takes the umbrella's automatic share away. */
  role: FormRole;
  /** The link to its umbrella under which it was chosen, and with which it ends (D10). */
  link_id: string | null;
  created_by: string | null;
  created_at: Time;
  updated_at: Time;
}

/** What the ledger comes to, a row for each payer and unit. */
export interface CreditTotalsTable {
  payer_id: string;
  unit: CreditUnit;
  /** granted = balance + used + expired. */
  granted: Generated<number>;
  balance: Generated<number>;
  used: Generated<number>;
  expired: Generated<number>;
  /** That the plan's grant was last made for, 2026-11; empty before the first. */
  month: Generated<string>;
  /** Of that month, and what of it is left. */
  monthly_granted: Generated<number>;
  monthly_left: Generated<number>;
  updated_at: Time;
}

/** Rows can be added and never changed. */
export interface CreditEntriesTable {
  payer_id: string;
  id: string;
  unit: CreditUnit;
  debit: 'granted' | 'balance';
  credit: 'balance' | 'used' | 'expired';
  amount: number;
  /** The part of it that is of the month's grant. */
  monthly: number;
  consumer_id: string;
  cause: string;
  entry_key: string | null;
  reason: string | null;
  actor_kind: string;
  actor_id: string | null;
  actor_name: string | null;
  used_at: Time;
  at: Time;
}

/** What was used, by day: the sums of the entries that credit `used`. */
export interface CreditUsageTable {
  payer_id: string;
  consumer_id: string;
  unit: CreditUnit;
  /** A date. */
  day: string;
  amount: number;
}

export interface SettingsTable {
  key: string;
  value: string;
  updated_at: Time;
}

export interface Schema {
  users: UsersTable;
  staff: StaffTable;
  mailed_secrets: MailedSecretsTable;
  device_logins: DeviceLoginsTable;
  sessions: SessionsTable;
  refresh_tokens: RefreshTokensTable;
  accounts: AccountsTable;
  retired_slugs: RetiredSlugsTable;
  links: LinksTable;
  members: MembersTable;
  member_children: MemberChildrenTable;
  workspaces: WorkspacesTable;
  workspace_members: WorkspaceMembersTable;
  resources: ResourcesTable;
  tokens: TokensTable;
  delegations: DelegationsTable;
  address_rules: AddressRulesTable;
  permission_sets: PermissionSetsTable;
  batches: BatchesTable;
  invites: InvitesTable;
  sub_invites: SubInvitesTable;
  batch_rows: BatchRowsTable;
  contacts: ContactsTable;
  outbox: OutboxTable;
  form_records: FormRecordsTable;
  messages: MessagesTable;
  captured_mail: CapturedMailTable;
  receipts: ReceiptsTable;
  audit_events: AuditEventsTable;
  idempotency_records: IdempotencyRecordsTable;
  parsers: ParsersTable;
  parser_revisions: ParserRevisionsTable;
  parser_secrets: ParserSecretsTable;
  promotion_paths: PromotionPathsTable;
  forms: FormsTable;
  form_shares: FormSharesTable;
  settings: SettingsTable;
  plans: PlansTable;
  plan_prices: PlanPricesTable;
  subscriptions: SubscriptionsTable;
  bill_lines: BillLinesTable;
  credit_totals: CreditTotalsTable;
  credit_entries: CreditEntriesTable;
  credit_usage: CreditUsageTable;
}

export type Row<Table extends keyof Schema> = Selectable<Schema[Table]>;
export type NewRow<Table extends keyof Schema> = Insertable<Schema[Table]>;

import type { ErrorCode } from '../contract/errors.ts';
import type { OperationId } from '../contract/operations.ts';

/** What was asked, as far as the way on hangs on it. */
type Asked = Readonly<{ account: string | undefined; url: string; operation: OperationId | undefined }>;

const seats = 'tenantctl invites list --state pending';
const signIn = 'tenantctl login';

interface Hint {
  readonly command: string;
  readonly inAccount?: true;
}
type Hints = Partial<Record<ErrorCode, Hint>>;

/** What to type next, by error code; ` --account X` is added where the command takes it. */
const hints: Hints = {
  unauthenticated: { command: signIn },
  invalid_token: { command: signIn },
  token_expired: { command: signIn },
  delegation_ended: { command: 'tenantctl accounts login ACCOUNT --reason TEXT, as yourself' },
  invalid_grant: { command: signIn },
  invalid_credentials: { command: 'tenantctl auth password reset' },
  wrong_address: { command: 'tenantctl whoami' },
  forbidden: { command: 'tenantctl whoami' },
  account_suspended: { command: 'tenantctl accounts show', inAccount: true },
  not_found: { command: 'tenantctl accounts list' },
  no_seat: { command: seats, inAccount: true },
  batch_too_large: { command: seats, inAccount: true },
  already_member: { command: 'tenantctl members list', inAccount: true },
  deactivated_member: { command: 'tenantctl members list --state deactivated', inAccount: true },
  already_invited: { command: seats, inAccount: true },
  invite_not_pending: { command: 'tenantctl invites list', inAccount: true },
  invite_expired: { command: 'ask the sender to run: tenantctl invites resend INVITE' },
  no_admin: { command: 'tenantctl invites send ADDRESS --role admin', inAccount: true },
  has_managed_accounts: { command: 'tenantctl accounts tree', inAccount: true },
  not_managed: { command: 'tenantctl accounts show', inAccount: true },
  name_taken: { command: 'choose another --name' },
  workspace_limit: { command: 'tenantctl workspaces list', inAccount: true },
  last_workspace: { command: 'tenantctl workspaces create NAME', inAccount: true },
  slug_taken: { command: 'tenantctl accounts list, or choose another --slug' },
  plan_not_self_serve: { command: 'tenantctl plans list' },
  plan_blocked: { command: 'tenantctl plans current', inAccount: true },
  last_staff: { command: 'tenantctl staff list' },
  last_admin: { command: 'tenantctl members list --role admin', inAccount: true },
  batch_incomplete: { command: 'tenantctl batches resume BATCH' },
  feature_locked: { command: 'ask the operators: tenantctl accounts unlock ACCOUNT' },
  mail_not_configured: { command: 'start the server with --smtp URL, or with --dev' },
  sms_not_configured: { command: 'start the server with --sms-webhook URL, or with --dev' },
  message_limit: { command: 'tenantctl plans current', inAccount: true },
  record_key_taken: { command: 'tenantctl forms records list FORM --key KEY', inAccount: true },
  form_name_taken: { command: 'tenantctl forms list', inAccount: true },
  form_limit: { command: 'tenantctl forms list', inAccount: true },
  parser_name_taken: { command: 'tenantctl parsers list', inAccount: true },
  parser_limit: { command: 'tenantctl parsers list', inAccount: true },
  insufficient_credits: { command: 'tenantctl credits balance', inAccount: true },
  cap_reached: { command: 'ask the umbrella to run: tenantctl sub-accounts cap SUB-ACCOUNT --cap N' },
  payer_suspended: { command: 'tenantctl umbrella show', inAccount: true },
  no_umbrella: { command: 'tenantctl plans current', inAccount: true },
  already_linked: { command: 'tenantctl sub-accounts list --state active', inAccount: true },
  declined_before: { command: 'to ask again all the same, add --reinvite-declined' },
  link_blocked: { command: 'clear that, then read again: tenantctl umbrella consent LINK --account ACCOUNT' },
  consent_changed: { command: 'tenantctl umbrella consent LINK --account ACCOUNT' },
  not_linked: { command: 'tenantctl umbrella invites' },
  contact_exists: { command: 'tenantctl contacts list', inAccount: true },
  stale: { command: 'read it again, then repeat the change' },
};

const subInvitations = 'tenantctl sub-accounts list';
const answered = 'tenantctl umbrella invites';
const contacts: Hints = {
  already_invited: { command: `${subInvitations} --state invited`, inAccount: true },
};

/** Where a code is about something else: invitations of accounts, not of members. By the noun of the operation. */
const ofNoun: Readonly<Record<string, Hints>> = {
  contacts,
  sub_accounts: { ...contacts, invite_not_pending: { command: subInvitations, inAccount: true } },
  umbrella_invites: {
    invite_expired: { command: 'ask the sender to run: tenantctl sub-accounts resend ADDRESS' },
    invite_accepted: { command: 'tenantctl umbrella show' },
    invite_declined: { command: answered },
    invite_revoked: { command: answered },
  },
};

const byCode = new Map(Object.entries(hints));
const byNoun = new Map(Object.entries(ofNoun).map(([noun, of]) => [noun, new Map(Object.entries(of))]));

/** What is not there may stand in its list; if even its account is not there, that list says so. */
const lists: readonly (readonly [RegExp, string])[] = [
  [/\/accounts\/[^/]+\/members\/./, 'tenantctl members list'],
  [/\/accounts\/[^/]+\/invites\/./, 'tenantctl invites list'],
  [/\/accounts\/[^/]+\/batches\/./, 'tenantctl batches list'],
  // Nobody can be added but members of the account.
  [/\/workspaces\/[^/]+\/members$/, 'tenantctl members list'],
  [/\/workspaces\/[^/]+\/members\/./, 'tenantctl workspaces members list'],
  [/\/workspaces\/[^/]+\/resources\/./, 'tenantctl workspaces resources list'],
  [/\/workspaces\/[^/]+\/keys\/./, 'tenantctl workspaces keys list'],
  [/\/accounts\/[^/]+\/workspaces\/./, 'tenantctl workspaces list'],
  [/\/accounts\/[^/]+\/parsers\/[^/]+\/revisions\/./, 'tenantctl parsers revisions NAME'],
  [/\/accounts\/[^/]+\/parsers\/(?!copy|diff)./, 'tenantctl parsers list'],
  [/\/accounts\/[^/]+\/sub-accounts\/./, subInvitations],
  [/\/accounts\/[^/]+\/contacts\/./, 'tenantctl contacts list'],
  [/\/accounts\/[^/]+\/forms\/[^/]+\/records\/./, 'tenantctl forms records list FORM'],
  [/\/accounts\/[^/]+\/tokens\/./, 'tenantctl tokens list --account-token'],
  [/\/accounts\/[^/]+\/delegations\/./, 'tenantctl accounts delegations list'],
  [/\/accounts\/[^/]+\/bill/, 'tenantctl billing show'],
  [/\/umbrella-invites\/./, `${answered}, and tenantctl accounts list`],
  [/\/plans\/./, 'tenantctl plans list'],
  [/\/tokens\/./, 'tenantctl tokens list'],
  [/\/staff\/./, 'tenantctl staff list'],
];

const listed = (list: (typeof lists)[number] | undefined, account: string | undefined): Hint | undefined =>
  list && { command: list[1], ...(account !== undefined && { inAccount: true }) };

export function hintFor(code: string, { account, url, operation }: Asked): string | undefined {
  // What stands in the way, and what would clear it, is a longer story than an error has room for.
  if (code === 'forbidden' && operation !== undefined && account !== undefined)
    return `tenantctl access explain --action ${operation} --account ${account}`;
  const list = code === 'not_found' ? lists.find(([pattern]) => pattern.test(url)) : undefined;
  const hint =
    byNoun.get(operation?.split('.')[0] ?? '')?.get(code) ?? listed(list, account) ?? byCode.get(code);
  if (hint === undefined) return undefined;
  return hint.inAccount && account !== undefined ? `${hint.command} --account ${account}` : hint.command;
}

// Writes docs/errors.md from the contract's table of codes; with --check only compares.
import { fileURLToPath } from 'node:url';
import { type ErrorCode, errorCodes } from '../src/contract/errors.ts';
import { exitCode, outcomeOfStatus } from '../src/errors.ts';
import { keepGenerated } from './generated-file.ts';

/** What to do about each; a code without advice does not compile. */
const advice = {
  malformed_json: 'Send valid JSON as UTF-8.',
  invalid_request: '`errors[]` names each field by a JSON pointer and says what it wants.',
  invalid_cursor:
    'Start the list again without a cursor. A cursor belongs to one list with one set of filters.',
  invalid_idempotency_key: 'Send 1 to 255 visible ASCII characters; a UUID will do.',
  weak_password:
    'Take 15 to 256 characters that are not on the list of common passwords. Any characters count.',
  authorization_pending: 'Ask again after `interval` seconds; `tenantctl login` does so by itself.',
  slow_down: 'Wait `interval` seconds between two questions.',
  access_denied:
    'Somebody said no in the browser, or the password was changed meanwhile. Sign in again if it was you.',
  expired_token: 'Run `tenantctl login` again, and approve it in time.',
  unauthenticated: 'Sign in with `tenantctl login`, or set `TENANTCTL_TOKEN`.',
  invalid_token: 'The token is mistyped, unknown or revoked. Sign in again, or make another one.',
  token_expired: 'The tool renews a session by itself. Any other token: make another one.',
  delegation_ended:
    'Log in to the managed account again: `tenantctl accounts login ACCOUNT --reason TEXT`, as yourself and not by the delegation.',
  invalid_credentials:
    'Try again, or `tenantctl auth password reset`. The answer is the same whether the address is known or not.',
  invalid_grant:
    'Sign in again. If you have not signed out, a copy of the refresh token was used: the whole session is ended.',
  insufficient_credits:
    'Nothing was used. `tenantctl credits balance` shows what there is and when the next monthly credits come; a higher plan has more, and staff may grant some.',
  cap_reached:
    'Nothing was used. The umbrella caps the month: ask its administrators to raise the cap, or wait for the next month (UTC).',
  payer_suspended: 'Wait until the account that pays is active again, or talk to its administrators.',
  forbidden:
    '`reasons[]` says what was looked at and what is missing. Ask an administrator of the account, or use another profile.',
  wrong_address: 'Sign in with the address that the invitation was sent to, or ask for one to your own.',
  account_suspended:
    'Who suspended the account activates it: staff or the master. Until then its administrators may read.',
  signup_closed: 'Ask for an invitation; this server makes no accounts of its own accord.',
  plan_not_self_serve: 'Ask the operators for this plan, or choose another: `tenantctl plans list`.',
  feature_locked: 'Ask the operators to run `tenantctl accounts unlock ACCOUNT`.',
  no_umbrella: 'Ask the operators for a plan with the umbrella: `tenantctl plans list` shows which have it.',
  not_found:
    'Check the name, and whether you are signed in as the right person: what you may not see is not there.',
  invalid_secret:
    'Copy the whole link. A link sent again makes the earlier one invalid: take the newest mail.',
  method_not_allowed: 'The `Allow` header and openapi.json say what there is at this path.',
  conflict: 'Read the object again, then decide.',
  slug_taken: 'Choose another. A slug rests for 90 days after its account or workspace is gone.',
  name_taken: 'Choose another name, or change the one that has it.',
  address_taken: 'Sign in with that address, or take another.',
  already_member: 'Nothing to do; change the role with `tenantctl members update`.',
  already_invited: 'Wait, or `tenantctl invites resend ADDRESS`.',
  contact_exists: '`tenantctl contacts update ADDRESS` changes the one that is there.',
  already_linked: 'Nothing to do: `tenantctl sub-accounts show ADDRESS`.',
  declined_before: 'Ask the person first; then send with `--reinvite-declined`.',
  disposable_address: "Ask for another address, or allow the domain in the account's address rules.",
  deactivated_member: '`tenantctl members activate MEMBER` gives the person back what they had.',
  invite_not_pending: 'Look at its state; only a pending invitation can be changed.',
  invite_accepted: 'Nothing to do: sign in.',
  invite_declined: 'Ask the sender to invite again.',
  sponsor_gone: 'Ask an administrator to invite again.',
  link_blocked:
    '`blockers[]` names all that stands in the way; `tenantctl umbrella consent LINK` shows it without changing anything.',
  consent_changed: 'Read the sheet again, `tenantctl umbrella consent LINK`, and accept with its digest.',
  not_linked: 'Nothing to do. `tenantctl umbrella invites` lists what one is invited to.',
  last_admin: 'Make somebody else an administrator first.',
  last_staff: 'Make somebody else staff first.',
  not_restorable:
    '`blockers[]` names all that stands in the way. What is gone can be left out: `tenantctl members restore --skip-missing`.',
  no_seat: 'Revoke an invitation, deactivate a member, or choose a larger plan.',
  no_admin: 'Invite an administrator into the account and wait until they accept.',
  not_managed: 'This works on managed accounts only.',
  plan_blocked:
    '`blockers[]` lists everything that stands in the way. Remove that first, or choose another plan; `tenantctl plans preview PLAN` shows it without changing anything.',
  catalogue_blocked:
    '`blockers[]` lists what is wrong with the new catalogue: plans that accounts still need, plans named twice, no free start plan.',
  has_managed_accounts: 'Delete or release the managed accounts first.',
  workspace_limit: 'Delete a workspace, or take a plan with more of them: `tenantctl plans list`.',
  last_workspace: 'Create another workspace first: `tenantctl workspaces create NAME`.',
  personal_account: 'Create a standard account for this.',
  parser_name_taken: 'Choose another name, or change the parser that has it.',
  copy_refused:
    '`blockers[]` lists everything that stands in the way. Put it right, or choose with `--on-conflict` and `--force` what is to happen.',
  form_name_taken: 'Choose another name, or change the form that has it.',
  record_key_taken:
    '`errors[]` names each: use another key, or change the record that has it with `tenantctl forms records update`.',
  form_limit: 'Delete forms that nobody needs, or take roles back from accounts that need them no more.',
  parser_limit: 'Delete parsers that nobody needs, or choose a larger plan.',
  batch_closed: 'Send the file again: that makes a new batch.',
  batch_incomplete: '`tenantctl batches resume BATCH`, or run the same command again.',
  batch_too_large: 'Free or buy seats; or `--allow-partial` invites as many as fit.',
  idempotency_in_flight: 'Wait, then repeat the same request with the same key.',
  idempotency_secret:
    'The first request succeeded. The detail names what it made: revoke that and make another.',
  invite_expired: 'Ask the sender to run `tenantctl invites resend`.',
  invite_revoked: 'Ask the sender.',
  secret_expired: 'Ask for a new link.',
  stale: 'Read the object again, then repeat the change with its new ETag.',
  body_too_large: 'Send less than 5 MiB at once.',
  unsupported_media_type: 'Send `Content-Type: application/json`.',
  idempotency_mismatch: 'Use a new key for a new request.',
  precondition_required: 'Read the object and send its ETag as If-Match.',
  rate_limited: 'Wait as long as `Retry-After` says. The tool does so by itself.',
  message_limit:
    'The account has used the messages of a day. Send the rest tomorrow, or choose a larger plan.',
  mail_limit:
    'The plan or the recipient has had its mails for today. A batch waits by itself; a single invitation goes tomorrow, or on a larger plan.',
  internal: 'Try again; if it stays, give the operators the request id.',
  busy: 'Try again in a moment. The tool does so by itself.',
  database_unavailable: 'Try again; the operators look at `/readyz`.',
  secrets_not_configured:
    'Start the server with `TENANTCTL_SECRETS_KEY` or `TENANTCTL_SECRETS_KEY_FILE` (docs/operating.md). Everything but secrets works without.',
  sms_not_configured:
    'Start the server with `--sms-webhook URL` and `TENANTCTL_SMS_SECRET`, or with `--dev` to capture messages.',
  mail_not_configured: 'Start the server with `--smtp URL`, or with `--dev` to capture mail.',
} as const satisfies Record<ErrorCode, string>;

function row(code: ErrorCode): string {
  const { status, title } = errorCodes[code];
  const exit = exitCode(outcomeOfStatus(status));
  return `| \`${code}\` | ${status} | ${exit} | ${title} | ${advice[code]} |`;
}

/** The whole page. */
export function errorsDoc(): string {
  const codes = Object.keys(errorCodes).filter((code): code is ErrorCode => code in advice);
  return `# Errors

<!-- Generated from src/contract/errors.ts by scripts/errors-doc.ts: edit those, then \`npm run docs\`. -->

Every refusal of the API is a problem (RFC 9457), \`application/problem+json\`, with \`type\`, \`title\`, \`status\`,
\`detail\`, \`code\` and \`request_id\`; for bad input \`errors[]\`, for a 403 \`reasons[]\`, and where something stands
in the way \`blockers[]\`. The code is stable: a program may rely on it. The detail is for people and may change.

The tool ends with the exit code of the third column (\`tenantctl help exit-codes\`), prints the code and the request
id, and with a machine format one JSON line on stderr.

| code | status | exit | what happened | what to do |
|---|---|---|---|---|
${codes.map(row).join('\n')}
`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) keepGenerated('docs/errors.md', errorsDoc());

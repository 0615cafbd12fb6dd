import type { ErrorCode } from '../contract/errors.ts';

const seats = 'tenantctl invites list --state pending';
const signIn = 'tenantctl login';

/** What to type next, by error code; ` --account X` is added where the command takes it. */
const hints: Partial<Record<ErrorCode, { command: string; inAccount?: true }>> = {
  unauthenticated: { command: signIn },
  invalid_token: { command: signIn },
  token_expired: { command: signIn },
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
  last_admin: { command: 'tenantctl members list --role admin', inAccount: true },
  batch_incomplete: { command: 'tenantctl invites batches resume BATCH' },
  feature_locked: { command: 'ask the operators: tenantctl accounts unlock ACCOUNT' },
  mail_not_configured: { command: 'start the server with --smtp URL, or with --dev' },
  stale: { command: 'read it again, then repeat the change' },
};

const byCode = new Map(Object.entries(hints));

export function hintFor(code: string, account: string | undefined): string | undefined {
  const hint = byCode.get(code);
  if (hint === undefined) return undefined;
  return hint.inAccount && account !== undefined ? `${hint.command} --account ${account}` : hint.command;
}

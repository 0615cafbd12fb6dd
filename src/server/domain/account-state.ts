import type { Account } from '../../contract/types.ts';
import type { Grant } from './access-table.ts';
import { accountTarget, shownAccount } from './account-view.ts';
import { type Condition, mustHold } from './condition.ts';
import { featureOf } from './entitlements.ts';
import { DomainError } from './errors.ts';
import type { AccountRow } from './ports/accounts.ts';
import type { AccountWork, Input } from './work.ts';

const DAY_MS = 86_400_000;

const byOf = (work: AccountWork): 'staff' | 'master' => (work.decision.as === 'staff' ? 'staff' : 'master');

/** A staff suspension outranks a master's: it takes its place, and is not replaced by it. */
export async function suspendAccount(work: AccountWork, input: Input<'accounts.suspend'>): Promise<Account> {
  const account = await work.tenant.account.read();
  if (account.state === 'provisioning') {
    throw new DomainError(
      'conflict',
      `${account.slug} is not open yet: its first administrator has not accepted.`,
    );
  }
  const by = byOf(work);
  const already = account.suspendedBy === by || account.suspendedBy === 'staff';
  if (already) return shownAccount(work, work.tenant);
  const reason = input.body.reason ?? null;
  await work.tenant.account.update({ state: { is: 'suspended', by, reason } }, work.now.toISOString());
  work.record({
    target: accountTarget(account),
    reason,
    before: { state: account.state, suspended_by: account.suspendedBy },
    after: { state: 'suspended', suspended_by: by },
  });
  return shownAccount(work, work.tenant);
}

/** A staff suspension is for staff to end. */
export function liftable({ slug, suspendedBy }: AccountRow, as: Grant | null): Condition {
  const ok = suspendedBy !== 'staff' || as === 'staff';
  const text =
    suspendedBy === null
      ? `${slug} is not suspended.`
      : `${slug} was suspended by ${suspendedBy === 'staff' ? 'staff, and only staff can activate it' : 'its master'}.`;
  return { check: 'staff', ok, text, code: 'forbidden' };
}

export async function activateAccount(
  work: AccountWork,
  input: Input<'accounts.activate'>,
): Promise<Account> {
  const account = await work.tenant.account.read();
  if (account.state !== 'suspended') return shownAccount(work, work.tenant);
  mustHold([liftable(account, work.decision.as)]);
  await work.tenant.account.update({ state: { is: 'active' } }, work.now.toISOString());
  work.record({
    target: accountTarget(account),
    reason: input.body.reason ?? null,
    before: { state: 'suspended', suspended_by: account.suspendedBy },
    after: { state: 'active', suspended_by: null },
  });
  return shownAccount(work, work.tenant);
}

function recordFeature(
  work: AccountWork,
  account: AccountRow,
  after: Feature,
  reason: string | undefined,
): void {
  work.record({
    target: accountTarget(account),
    reason: reason ?? null,
    before: { managed_accounts: account.managedAccounts, trial_ends_at: account.trialEndsAt },
    after: { managed_accounts: after.is, trial_ends_at: after.is === 'trial' ? after.endsAt : null },
  });
}

type Feature = { readonly is: 'locked' | 'unlocked' } | { readonly is: 'trial'; readonly endsAt: string };

/** R4: what is managed already stays; only new managed accounts are refused. */
export async function lockFeature(work: AccountWork, input: Input<'accounts.lock'>): Promise<Account> {
  const account = await work.tenant.account.read();
  if (featureOf(account, work.now).managed_accounts === 'locked') return shownAccount(work, work.tenant);
  await work.tenant.account.update({ managedAccounts: { is: 'locked' } }, work.now.toISOString());
  recordFeature(work, account, { is: 'locked' }, input.body.reason);
  return shownAccount(work, work.tenant);
}

/** R4: unlocking mails the guide to the account's administrators. */
async function mailGuide(work: AccountWork, account: AccountRow): Promise<void> {
  const admins = await work.tenant.members.admins();
  if (admins.length === 0) return;
  if (work.deps.setup.mail === 'none') {
    const text =
      'Unlocking mails the guide to the administrators, and this server has no mail. Start it with --smtp.';
    throw new DomainError('mail_not_configured', text);
  }
  const payload = { account_name: account.name, account_slug: account.slug };
  await work.platform.outbox.enqueue(
    admins.map(({ email, emailFolded }) => ({
      id: work.deps.newId('mail'),
      accountId: account.id,
      inviteId: null,
      kind: 'managed_accounts_guide',
      recipient: email,
      recipientFolded: emailFolded,
      payload,
      at: work.now.toISOString(),
    })),
  );
  work.afterCommit(work.deps.mailQueued);
}

/** A trial ends by locking: on a plan that has the feature it would only take away what is unlocked for good. */
function mustNotLoseBy({ standing }: AccountWork, { slug, plan }: AccountRow): void {
  if (!standing.account.terms.entitlements.managed_accounts) return;
  const text = `Managed accounts of ${slug} are unlocked already, and its plan ${plan} has them: a trial would end that. Lock them first if that is meant.`;
  throw new DomainError('conflict', text);
}

export async function unlockFeature(work: AccountWork, input: Input<'accounts.unlock'>): Promise<Account> {
  const account = await work.tenant.account.read();
  if (account.kind === 'personal') {
    throw new DomainError(
      'personal_account',
      `${account.slug} is a personal account: it has no managed accounts.`,
    );
  }
  if (work.standing.parent !== null) {
    throw new DomainError(
      'conflict',
      `${account.slug} has a parent itself, so it cannot have managed accounts.`,
    );
  }
  const { reason, trial_days: days } = input.body;
  const feature: Feature =
    days === undefined
      ? { is: 'unlocked' }
      : { is: 'trial', endsAt: new Date(work.now.getTime() + days * DAY_MS).toISOString() };
  const wasLocked = featureOf(account, work.now).managed_accounts === 'locked';
  if (account.managedAccounts === 'unlocked') {
    if (feature.is === 'unlocked') return shownAccount(work, work.tenant);
    mustNotLoseBy(work, account);
  }
  await work.tenant.account.update({ managedAccounts: feature }, work.now.toISOString());
  recordFeature(work, account, feature, reason);
  if (wasLocked) await mailGuide(work, account);
  return shownAccount(work, work.tenant);
}

import type { PlanName } from '../../contract/limits.ts';
import type { Answer } from '../../contract/shapes.ts';
import type { Standing } from './access.ts';
import { accountTarget, featureOf, shownAccount } from './account-view.ts';
import { makerOf, type UserActor } from './actor.ts';
import { planNamed } from './catalogue.ts';
import { DomainError, invalid, refused } from './errors.ts';
import { inviteFirstAdmin } from './first-admin.ts';
import type { NewAccount } from './ports/accounts.ts';
import { claimSlug, slugFrom } from './slugs.ts';
import type { Input, Work } from './work.ts';

type Body = Input<'accounts.create'>['body'];

/** D13: the plan a new account starts on. */
function planFor(work: Work, asked: PlanName | undefined): PlanName {
  const plan = planNamed(asked ?? 'basic', work.deps.setup);
  if (plan.self_serve || work.actor.kind === 'staff') return plan.name;
  const text = `The plan ${plan.name} is agreed with staff and set by them. Start on another one.`;
  throw refused('plan_not_self_serve', 'plan', text);
}

async function insertAccount(
  work: Work,
  body: Body,
  kind: 'standard' | 'organization',
): Promise<{ id: string; slug: string; plan: PlanName }> {
  const plan = planFor(work, body.plan);
  const { actor, deps } = work;
  if (body.slug !== undefined) await claimSlug(work, body.slug);
  const slug = body.slug ?? (await slugFrom(work, body.name));
  const createdBy = makerOf(actor);
  const at = work.now.toISOString();
  const account: NewAccount = {
    id: deps.newId('account'),
    kind,
    slug,
    name: body.name,
    state: kind === 'organization' ? 'provisioning' : 'active',
    plan,
    ownerUserId: null,
    labels: body.labels ?? {},
    createdBy,
    at,
  };
  await work.platform.accounts.insert(account);
  await work
    .tenantOf(account.id)
    .workspaces.insert({ id: deps.newId('workspace'), slug: 'default', name: 'Default', createdBy, at });
  return account;
}

function created(
  work: Work,
  account: { id: string; slug: string; plan: PlanName },
  body: Body,
  kind: string,
  accountId = account.id,
): void {
  const { name, labels = {} } = body;
  work.record({
    accountId,
    target: accountTarget(account),
    after: { kind, slug: account.slug, name, plan: account.plan, labels },
  });
}

/** R9: whoever creates a standard account for themselves is its administrator. */
async function createStandard(work: Work, actor: UserActor, body: Body): Promise<string> {
  if (body.admin_email !== undefined) {
    throw invalid('/admin_email', 'is not for this: you become the administrator. Invite others afterwards.');
  }
  const account = await insertAccount(work, body, 'standard');
  const member = { id: work.deps.newId('member'), userId: actor.userId, role: 'admin' } as const;
  await work
    .tenantOf(account.id)
    .members.insert({ ...member, modules: [], children: [], at: work.now.toISOString() });
  created(work, account, body, 'standard');
  return account.id;
}

/** R27: staff create an organization and name its first super admin; it opens when they accept. */
async function createOrganization(work: Work, body: Body): Promise<string> {
  if (body.admin_email === undefined) {
    throw invalid('/admin_email', 'is needed: the address of the first super admin of the organization.');
  }
  const account = await insertAccount(work, body, 'organization');
  created(work, account, body, 'organization');
  await inviteFirstAdmin(work, account.id, body.admin_email);
  return account.id;
}

/** R4: managed accounts need the feature unlocked, and a plan that has it or a trial that is not over. */
async function mustBeAbleToManage(work: Work, { account, parent }: Standing): Promise<void> {
  if (account.kind === 'personal') {
    throw new DomainError(
      'personal_account',
      `${account.slug} is a personal account: it has no managed accounts.`,
    );
  }
  if (parent !== null) {
    throw new DomainError(
      'conflict',
      `${account.slug} has a parent itself, so it cannot have managed accounts.`,
    );
  }
  const row = await work.tenantOf(account.id).account.read();
  const feature = featureOf(row, work.now).managed_accounts;
  if (feature === 'locked') {
    const text = `The managed accounts feature of ${account.slug} is locked. Ask staff to unlock it.`;
    throw refused('feature_locked', 'feature', text);
  }
  const plan = planNamed(row.plan, work.deps.setup);
  if (feature === 'unlocked' && !plan.entitlements.managed_accounts) {
    const text = `The plan ${plan.name} of ${account.slug} has no managed accounts: they come with professional and up.`;
    throw refused('feature_locked', 'plan', text);
  }
}

/**
 * R1-R3: a managed account has its own plan and at first no members. It concerns two accounts, so that each trail tells
 * of it once: the new one's begins with it, and the master's still has it when the new account is gone (D18).
 */
async function createManaged(work: Work, master: Standing, body: Body): Promise<string> {
  if (body.kind === 'organization') {
    throw invalid('/kind', 'must be standard: an organization has no master.');
  }
  await mustBeAbleToManage(work, master);
  const account = await insertAccount(work, body, 'standard');
  const link = { id: work.deps.newId('link'), childId: account.id, kind: 'managed' } as const;
  await work.tenantOf(master.account.id).links.insert({ ...link, at: work.now.toISOString() });
  created(work, account, body, 'managed');
  created(work, account, body, 'managed', master.account.id);
  if (body.admin_email !== undefined) await inviteFirstAdmin(work, account.id, body.admin_email);
  return account.id;
}

async function create(work: Work, body: Body): Promise<string> {
  const { actor } = work;
  if (body.master !== undefined) return createManaged(work, await work.authorise(body.master), body);
  if (body.kind === 'organization') {
    if (actor.kind === 'staff') return createOrganization(work, body);
    throw refused('forbidden', 'staff', 'Only staff create organizations, with a staff token (R27).');
  }
  if (actor.kind === 'user') return createStandard(work, actor, body);
  throw refused(
    'forbidden',
    'session',
    'Only a signed-in person creates a standard account, for themselves.',
  );
}

export async function createAccount(
  work: Work,
  input: Input<'accounts.create'>,
): Promise<Answer<'accounts.create'>> {
  const id = await create(work, input.body);
  return shownAccount(work, work.tenantOf(id));
}

import { firstWorkspace, startPlan } from '../../contract/limits.ts';
import type { Answer } from '../../contract/shapes.ts';
import type { Plan } from '../../contract/types.ts';
import type { Standing } from './access.ts';
import { accountTarget, shownAccount } from './account-view.ts';
import { makerOf, type UserActor } from './actor.ts';
import { mayChoose, planNamed } from './catalogue.ts';
import { type Condition, mustHold } from './condition.ts';
import { beginCredits } from './credits.ts';
import { featureOf, managedAccountsGrant } from './entitlements.ts';
import { DomainError, invalid, refused } from './errors.ts';
import { inviteFirstAdmin } from './first-admin.ts';
import type { NewAccount } from './ports/accounts.ts';
import { claimSlug, slugFrom } from './slugs.ts';
import { beginSubscription } from './subscriptions.ts';
import type { Input, Work } from './work.ts';

type Body = Input<'accounts.create'>['body'];

/** D13: the plan a new account starts on. */
async function planFor(work: Work, asked: string | undefined): Promise<Plan> {
  const plan = await planNamed(work, asked ?? startPlan);
  if (mayChoose(work, plan)) return plan;
  const text = `The plan ${plan.name} is agreed with staff and set by them. Start on another one.`;
  throw refused('plan_not_self_serve', 'plan', text);
}

const cheaper = (one: Plan, other: Plan): Plan =>
  other.monthly_price_cents < one.monthly_price_cents ? other : one;

/** An organization needs a plan that is for organizations: unless one is named, the cheapest. */
async function organizationPlan(work: Work, asked: string | undefined): Promise<Plan> {
  const plans = await work.platform.plans.list();
  const [first, ...others] = plans.filter(({ entitlements }) => entitlements.organization);
  if (first === undefined) {
    const text = 'No plan of the catalogue is for organizations. Add the entitlement to one of them first.';
    throw new DomainError('conflict', text);
  }
  if (asked === undefined) return others.reduce(cheaper, first);
  const plan = await planNamed(work, asked);
  if (plan.entitlements.organization) return plan;
  const names = [first, ...others].map(({ name }) => name).join(', ');
  throw invalid('/plan', `${plan.name} is not for organizations: these are: ${names}.`);
}

async function insertAccount(work: Work, body: Body, kind: 'standard' | 'organization'): Promise<NewAccount> {
  const plan =
    kind === 'organization' ? await organizationPlan(work, body.plan) : await planFor(work, body.plan);
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
    plan: plan.name,
    ownerUserId: null,
    labels: body.labels ?? {},
    createdBy,
    at,
  };
  await work.platform.accounts.insert(account);
  const tenant = work.tenantOf(account.id);
  await beginSubscription(tenant, plan, work.now);
  await beginCredits(work, account.id, plan.limits);
  await tenant.workspaces.insert({
    id: deps.newId('workspace'),
    slug: firstWorkspace,
    name: 'Default',
    createdBy,
    at,
  });
  return account;
}

function created(work: Work, account: NewAccount, body: Body, kind: string, accountId = account.id): void {
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

/** What an account must be to have managed accounts at all. */
function placeable({ account, parent }: Standing): Condition[] {
  const { slug, kind } = account;
  const personal = kind === 'personal';
  return [
    {
      check: 'account_kind',
      ok: !personal,
      code: 'personal_account',
      text: personal
        ? `${slug} is a personal account: it has no managed accounts.`
        : `${slug} is of kind ${kind}.`,
    },
    {
      check: 'link',
      ok: parent === null,
      code: 'conflict',
      text: parent
        ? `${slug} has a parent itself, so it cannot have managed accounts.`
        : `${slug} has no parent itself.`,
    },
  ];
}

async function planText(work: Work, { slug, plan, terms }: Standing['account']): Promise<string> {
  if (terms.entitlements.managed_accounts) return `The plan ${plan} of ${slug} has managed accounts.`;
  const plans = (await work.platform.plans.list()).filter(
    ({ entitlements }) => entitlements.managed_accounts,
  );
  const names = plans.map(({ name }) => name).join(', ') || 'none';
  return `The plan ${plan} of ${slug} has no managed accounts. Plans that have them: ${names}.`;
}

/** R4: managed accounts need the feature unlocked, and a plan that has it or a trial that is not over. */
export async function managing(work: Work, master: Standing): Promise<Condition[]> {
  const place = placeable(master);
  if (place.some(({ ok }) => !ok)) return place;
  const { id, slug, terms } = master.account;
  const row = await work.tenantOf(id).account.read();
  const feature = featureOf(row, work.now).managed_accounts;
  const { lacks } = managedAccountsGrant(terms, row, work.now);
  return [
    ...place,
    {
      check: 'feature',
      ok: lacks !== 'unlock',
      code: 'feature_locked',
      text:
        lacks === 'unlock'
          ? `The managed accounts feature of ${slug} is locked. Ask staff to unlock it.`
          : `The managed accounts feature of ${slug} is ${feature === 'trial' ? 'on trial' : 'unlocked'}.`,
    },
    {
      check: 'plan',
      ok: lacks !== 'plan',
      code: 'feature_locked',
      text: await planText(work, master.account),
    },
  ];
}

/**
 * R1-R3: a managed account has its own plan and at first no members. It concerns two accounts, so that each trail tells
 * of it once: the new one's begins with it, and the master's still has it when the new account is gone (D18).
 */
async function createManaged(work: Work, master: Standing, body: Body): Promise<string> {
  if (body.kind === 'organization') {
    throw invalid('/kind', 'must be standard: an organization has no master.');
  }
  mustHold(await managing(work, master));
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

import type { Plan } from '../../contract/types.ts';
import type { Standing } from './access.ts';
import { accountTarget } from './account-view.ts';
import { type Day, dayOf, followingPeriod, startOf } from './calendar.ts';
import { type Blocker, blockersOf } from './fit.ts';
import { grantByPlan, turnMonth } from './monthly-credits.ts';
import type { AccountRow } from './ports/accounts.ts';
import type { AuditEntry, Facts } from './ports/audit.ts';
import type { Subscription } from './ports/subscriptions.ts';
import type { Tenant, Transaction } from './ports.ts';
import { Posting, type PostingContext } from './posting.ts';
import { periodBegins } from './proration.ts';
import { billed } from './subscriptions.ts';
import type { Deps } from './work.ts';

/** The account's subscription has something to carry out first; whoever meets this settles it and begins again. */
export class SubscriptionDue extends Error {
  override readonly name = 'SubscriptionDue';
  readonly accountId: string;

  constructor(accountId: string) {
    super(`the subscription of ${accountId} is due`);
    this.accountId = accountId;
  }
}

/** Nobody acts on a plan whose time is over: throws SubscriptionDue, which the wrapper of every operation handles. */
export function mustBeSettled({ account }: Standing, now: Date): void {
  if (account.dueOn !== null && account.dueOn <= dayOf(now)) throw new SubscriptionDue(account.id);
}

/** What carrying out what is due needs: nobody asks for it, so there is no actor. */
export type Settler = Pick<Deps, 'transactions' | 'clock' | 'newId' | 'setup' | 'mailQueued'>;

/** Periods that one transaction begins at most; a server that was away for longer needs several. */
const MOST_PERIODS = 60;

interface Task {
  readonly deps: Settler;
  readonly transaction: Transaction;
  readonly tenant: Tenant;
  readonly now: Date;
}

function event(
  { deps, now, tenant }: Task,
  action: AuditEntry['action'],
  account: AccountRow,
  before: Facts,
  after: Facts,
): AuditEntry {
  return {
    id: deps.newId('event'),
    at: now.toISOString(),
    accountId: tenant.accountId,
    actor: 'system',
    action,
    target: accountTarget(account),
    reason: null,
    before,
    after,
    requestId: null,
  };
}

/** Whoever looks after the account: its own administrators, or where it has none those of its master. */
async function admins({ transaction, tenant }: Task) {
  const own = await tenant.members.admins();
  if (own.length > 0) return own;
  const standing = await transaction.platform.access.standing({ kind: 'anonymous' }, tenant.accountId);
  return standing?.parent?.kind === 'managed'
    ? transaction.tenant(standing.parent.account.id).members.admins()
    : [];
}

const sentence = ({ kind, detail }: Blocker): string => `${kind}: ${detail}`;

/** A server without mail has the audit trail to tell of it. */
async function tellAdmins(
  task: Task,
  account: AccountRow,
  missed: { readonly plan: string; readonly day: Day },
  blockers: readonly Blocker[],
) {
  const { deps, transaction, now } = task;
  const { plan, day } = missed;
  if (deps.setup.mail === 'none') return;
  const payload = {
    subject: `${account.name} stays on its plan`,
    text: [
      `The account ${account.slug} was to go to the plan ${plan} on ${day}. It does not fit that plan, so it stays on ${account.plan} and goes on being charged for it:`,
      ...blockers.map(sentence),
      `Once that is done, ask for the change again: tenantctl plans change ${plan} --account ${account.slug}`,
    ].join('\n'),
  };
  await transaction.platform.outbox.enqueue(
    (await admins(task)).map(({ email, emailFolded }) => ({
      id: deps.newId('mail'),
      accountId: account.id,
      inviteId: null,
      kind: 'notice',
      recipient: email,
      recipientFolded: emailFolded,
      payload,
      at: now.toISOString(),
    })),
  );
}

/** The plan of the period that begins: the scheduled one, if the account fits it still; else the one that it has. */
async function planOfNext(task: Task, subscription: Subscription, account: AccountRow): Promise<string> {
  const { plan, scheduledPlan } = subscription;
  if (scheduledPlan === null) return plan;
  const { platform } = task.transaction;
  const from = await platform.plans.find(plan);
  const to = await platform.plans.find(scheduledPlan);
  const blockers = from && to ? await blockersOf(task, account, from, to) : [gone(scheduledPlan)];
  const before = { plan, scheduled: scheduledPlan };
  if (blockers.length > 0) {
    const after = { plan, scheduled: null, blockers: blockers.map(sentence) };
    const action = 'system.subscription_change_refused';
    await platform.audit.append([event(task, action, account, before, after)]);
    await tellAdmins(task, account, { plan: scheduledPlan, day: subscription.periodEnd }, blockers);
    return plan;
  }
  const after = { plan: scheduledPlan, scheduled: null };
  await platform.audit.append([event(task, 'system.subscription_change', account, before, after)]);
  await task.tenant.account.update({ plan: scheduledPlan }, task.now.toISOString());
  if (to !== null) await grantByPlan(postingOf(task), account.id, to.limits);
  return scheduledPlan;
}

const gone = (plan: Plan['name']): Blocker => ({ kind: 'plan', detail: `there is no plan ${plan} any more` });

/** Begins the period that follows, at the price that its plan had on its first day. */
async function beginNext(task: Task, before: Subscription): Promise<Subscription> {
  const { transaction, tenant, now } = task;
  const plan = await planOfNext(task, before, await tenant.account.read());
  const periodStart = before.periodEnd;
  const periodEnd = followingPeriod(periodStart, before.anchorDay);
  const priceCents = await transaction.platform.plans.priceAt(plan, startOf(periodStart));
  const period = { start: periodStart, end: periodEnd };
  const { lines, balanceCents } = periodBegins({ name: plan, priceCents }, period, before.balanceCents);
  const revision = before.revision + 1;
  const after = {
    ...before,
    plan,
    priceCents,
    periodStart,
    periodEnd,
    scheduledPlan: null,
    balanceCents,
    revision,
  };
  await tenant.subscription.update(after, now.toISOString());
  await tenant.subscription.append(billed(lines, after, now));
  return after;
}

const postingOf = ({ deps, transaction, now }: Omit<Task, 'tenant'>): PostingContext => ({
  ledger: transaction.platform.ledger,
  newId: deps.newId,
  actor: 'system',
  now,
});

/** By the plan that is in force when all else that was due has been carried out. */
async function turnCredits(task: Task, planName: string): Promise<void> {
  const { accountId } = task.tenant;
  const plan = await task.transaction.platform.plans.find(planName);
  if (plan === null) throw new Error(`${accountId} is on a plan that is not in the catalogue`);
  const posting = await Posting.begin(postingOf(task), [accountId]);
  turnMonth(posting, { accountId, limits: plan.limits }, task.now);
  await posting.write();
}

async function settleSome(deps: Settler, accountId: string): Promise<number> {
  const periods = await deps.transactions.write(async (transaction) => {
    const task = { deps, transaction, tenant: transaction.tenant(accountId), now: deps.clock.now() };
    const today = dayOf(task.now);
    let subscription = await task.tenant.subscription.find();
    let begun = 0;
    while (subscription !== null && subscription.periodEnd <= today && begun < MOST_PERIODS) {
      subscription = await beginNext(task, subscription);
      begun += 1;
    }
    if (subscription !== null && begun < MOST_PERIODS) await turnCredits(task, subscription.plan);
    return begun;
  }, accountId);
  if (periods > 0) deps.mailQueued();
  return periods;
}

/**
 * Carries out what an account has due by the clock: every period of its subscription that has ended since, in order, with
 * its bill and a scheduled change; then the credits of a month that has begun. However often and wherever it is called, and whatever crashes, each happens once: it
 * is one transaction, and a period can be charged once only by a constraint.
 * @returns how many periods it began
 */
export async function settleAccount(deps: Settler, accountId: string): Promise<number> {
  let all = 0;
  for (let some = MOST_PERIODS; some === MOST_PERIODS; all += some) some = await settleSome(deps, accountId);
  return all;
}

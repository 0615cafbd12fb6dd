import type { Answer } from '../../contract/shapes.ts';
import type { Plan, PlanChange } from '../../contract/types.ts';
import { accountTarget } from './account-view.ts';
import { type Day, dayOf, dayOfMonth, followingPeriod } from './calendar.ts';
import { postingOf } from './credits.ts';
import { grantsOf } from './entitlements.ts';
import { DomainError, invalid, refused } from './errors.ts';
import { usageOf } from './fit.ts';
import { grantByPlan } from './monthly-credits.ts';
import { isSettled, plannedChange } from './plan-change.ts';
import type { BillLine, Subscription } from './ports/subscriptions.ts';
import type { Tenant } from './ports.ts';
import { type Line, periodBegins } from './proration.ts';
import type { AccountWork, Input } from './work.ts';

/** Lines of one moment as the bill keeps them. */
export function billed(
  lines: readonly Line[],
  of: { readonly revision: number; readonly periodStart: Day; readonly periodEnd: Day },
  now: Date,
): BillLine[] {
  return lines.map(({ kind, plan, price_cents, from, days, amount_cents }) => ({
    revision: of.revision,
    periodStart: of.periodStart,
    periodEnd: of.periodEnd,
    kind,
    plan,
    priceCents: price_cents,
    from,
    days,
    amountCents: amount_cents,
    at: now.toISOString(),
  }));
}

/** A new account's: its first period begins today and is charged whole. */
export async function beginSubscription(
  tenant: Tenant,
  plan: { readonly name: string; readonly monthly_price_cents: number },
  now: Date,
): Promise<void> {
  const periodStart = dayOf(now);
  const anchorDay = dayOfMonth(periodStart);
  const periodEnd = followingPeriod(periodStart, anchorDay);
  const priceCents = plan.monthly_price_cents;
  const begun = { priceCents, anchorDay, periodStart, periodEnd, revision: 1 };
  await tenant.subscription.begin(begun, now.toISOString());
  const period = { start: periodStart, end: periodEnd };
  const { lines } = periodBegins({ name: plan.name, priceCents }, period, 0);
  await tenant.subscription.append(billed(lines, begun, now));
}

/** It is there: the account is, and has one from its beginning. */
export async function subscriptionOf(tenant: Tenant): Promise<Subscription> {
  const subscription = await tenant.subscription.find();
  if (subscription === null) throw new Error(`${tenant.accountId} has no subscription`);
  return subscription;
}

async function shown(work: AccountWork, terms: Pick<Plan, 'entitlements' | 'limits'>) {
  const { tenant, now } = work;
  const holding = { terms, linked: work.standing.account.linked };
  const subscription = await subscriptionOf(tenant);
  const { scheduledPlan, periodEnd } = subscription;
  return {
    account_id: tenant.accountId,
    plan: subscription.plan,
    price_cents: subscription.priceCents,
    period_start: subscription.periodStart,
    period_end: periodEnd,
    scheduled: scheduledPlan === null ? null : { plan: scheduledPlan, at: periodEnd },
    balance_cents: subscription.balanceCents,
    entitlements: grantsOf(holding, await tenant.account.read(), now),
    limits: await usageOf(work, holding),
    revision: subscription.revision,
  };
}

export async function showSubscription(work: AccountWork): Promise<Answer<'subscription.show'>> {
  return shown(work, work.standing.account.terms);
}

export async function previewChange(
  work: AccountWork,
  { body }: Input<'subscription.preview'>,
): Promise<PlanChange> {
  return plannedChange(work, await subscriptionOf(work.tenant), body);
}

/** Not allowed is told before not possible; what stands in the way is told all at once. */
function mustNotBeBlocked({ slug }: { slug: string }, { to, blockers }: PlanChange): void {
  if (blockers.length === 0) return;
  if (blockers.some(({ kind }) => kind === 'not_self_serve')) {
    const text = `The plan ${to.name} is agreed with staff and set by them. Choose another one.`;
    throw refused('plan_not_self_serve', 'plan', text);
  }
  const text = `${slug} does not fit the plan ${to.name}; nothing was changed.`;
  throw new DomainError('plan_blocked', text, { blockers });
}

function mustBeAsShown(change: PlanChange, digest: string | undefined): void {
  if (digest === undefined || digest === change.digest) return;
  throw new DomainError(
    'stale',
    'What the change comes to is not what was previewed any more. Preview it again.',
  );
}

const facts = ({ plan, priceCents, scheduledPlan, balanceCents }: Subscription) => ({
  plan,
  price_cents: priceCents,
  scheduled: scheduledPlan,
  balance_cents: balanceCents,
});

async function carryOut(work: AccountWork, before: Subscription, change: PlanChange): Promise<Subscription> {
  const { tenant, now } = work;
  const revision = before.revision + 1;
  if (change.takes_effect === 'period_end') {
    const after = { ...before, scheduledPlan: change.to.name, revision };
    await tenant.subscription.update(after, now.toISOString());
    return after;
  }
  const after = {
    ...before,
    plan: change.to.name,
    priceCents: change.to.monthly_price_cents,
    scheduledPlan: null,
    balanceCents: change.balance_cents,
    revision,
  };
  await tenant.subscription.update(after, now.toISOString());
  await tenant.subscription.append(billed(change.lines, after, now));
  await tenant.account.update({ plan: after.plan }, now.toISOString());
  await grantByPlan(postingOf(work), tenant.accountId, change.to.limits);
  return after;
}

export async function changePlan(
  work: AccountWork,
  { body }: Input<'subscription.change'>,
): Promise<Answer<'subscription.change'>> {
  const { standing, tenant } = work;
  if (work.decision.as === 'staff' && body.reason === undefined) {
    throw invalid('/reason', 'staff must say why they set the plan of an account');
  }
  const before = await subscriptionOf(tenant);
  const change = await plannedChange(work, before, body);
  if (isSettled(change, before)) {
    return { changed: false, change, subscription: await shown(work, standing.account.terms) };
  }
  mustBeAsShown(change, body.digest);
  mustNotBeBlocked(standing.account, change);
  const after = await carryOut(work, before, change);
  work.record({
    target: accountTarget(standing.account),
    reason: body.reason ?? null,
    before: facts(before),
    after: { ...facts(after), due_cents: change.due_cents },
  });
  const terms = change.takes_effect === 'now' ? change.to : standing.account.terms;
  return { changed: true, change, subscription: await shown(work, terms) };
}

export async function cancelChange(work: AccountWork): Promise<Answer<'subscription.cancel_change'>> {
  const before = await subscriptionOf(work.tenant);
  if (before.scheduledPlan === null) return { changed: false };
  const after = { ...before, scheduledPlan: null, revision: before.revision + 1 };
  await work.tenant.subscription.update(after, work.now.toISOString());
  work.record({
    target: accountTarget(work.standing.account),
    before: { scheduled: before.scheduledPlan },
    after: { scheduled: null },
  });
  return { changed: true };
}

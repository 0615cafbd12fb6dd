import { createHash } from 'node:crypto';
import type { Plan, PlanChange } from '../../contract/types.ts';
import { dayOf } from './calendar.ts';
import { mayChoose } from './catalogue.ts';
import { invalid } from './errors.ts';
import { type Blocker, blockersOf } from './fit.ts';
import type { Subscription } from './ports/subscriptions.ts';
import { planChanges, type Statement } from './proration.ts';
import type { AccountWork } from './work.ts';

export interface Wanted {
  readonly plan: string;
  readonly now?: boolean | undefined;
}

/** What is left of a `PlanChange` when nothing has to be changed. */
function nothing(subscription: Subscription): Statement {
  return { lines: [], dueCents: 0, balanceCents: subscription.balanceCents };
}

/** The plan with the higher price is the higher one; of two that cost the same, the later in the catalogue. */
function directionOf(catalogue: readonly Plan[], from: Plan, to: Plan): PlanChange['direction'] {
  if (from.name === to.name) return 'none';
  const difference = to.monthly_price_cents - from.monthly_price_cents;
  const further = catalogue.indexOf(to) - catalogue.indexOf(from);
  return (difference === 0 ? further : difference) > 0 ? 'upgrade' : 'downgrade';
}

/** D13: an upgrade at once, a downgrade at the end of the period unless it is wanted now. Staff set a plan at once. */
function takesEffect(
  { decision }: AccountWork,
  direction: PlanChange['direction'],
  wanted: Wanted,
): PlanChange['takes_effect'] {
  return direction === 'downgrade' && decision.as !== 'staff' && wanted.now !== true ? 'period_end' : 'now';
}

const priced = (plan: Plan) => ({ name: plan.name, priceCents: plan.monthly_price_cents });

function nextOf(subscription: Subscription, plan: Plan, balance: number): PlanChange['next'] {
  const { periodEnd } = subscription;
  const price_cents = plan.monthly_price_cents;
  const credit_used_cents = Math.min(balance, price_cents);
  return {
    on: periodEnd,
    plan: plan.name,
    price_cents,
    credit_used_cents,
    due_cents: price_cents - credit_used_cents,
  };
}

async function allBlockers(work: AccountWork, from: Plan, to: Plan): Promise<Blocker[]> {
  const account = await work.tenant.account.read();
  const agreed = mayChoose(work, to)
    ? []
    : [{ kind: 'not_self_serve', detail: `${to.name} is agreed with staff and set by them` }];
  return [...agreed, ...(await blockersOf(work, account, from, to))];
}

/** Whether the change is made already, or already scheduled. */
export function isSettled(change: PlanChange, subscription: Subscription): boolean {
  const scheduled = change.takes_effect === 'period_end' && subscription.scheduledPlan === change.to.name;
  return change.direction === 'none' || scheduled;
}

/** What a change of plan is, costs and runs into, worked out and not carried out. */
export async function plannedChange(
  work: AccountWork,
  subscription: Subscription,
  wanted: Wanted,
): Promise<PlanChange> {
  const catalogue = await work.platform.plans.list();
  const named = (name: string) => catalogue.find((plan) => plan.name === name);
  const [from, to] = [named(subscription.plan), named(wanted.plan)];
  if (from === undefined) throw new Error(`the catalogue has lost ${subscription.plan}`);
  if (to === undefined) {
    throw invalid('/plan', `names no plan: there are ${catalogue.map(({ name }) => name).join(', ')}.`);
  }
  const { periodStart: start, periodEnd: end, scheduledPlan } = subscription;
  const direction = directionOf(catalogue, from, to);
  const takes_effect = takesEffect(work, direction, wanted);
  const today = dayOf(work.now);
  const running = { name: from.name, priceCents: subscription.priceCents };
  const atOnce = direction !== 'none' && takes_effect === 'now';
  const money = atOnce
    ? planChanges(running, priced(to), { start, end }, today, subscription.balanceCents)
    : nothing(subscription);
  const follows = direction === 'none' && scheduledPlan !== null ? (named(scheduledPlan) ?? to) : to;
  const change = {
    account_id: work.tenant.accountId,
    from,
    to,
    direction,
    takes_effect,
    on: takes_effect === 'now' ? today : end,
    replaces: direction === 'none' || scheduledPlan === null ? null : { plan: scheduledPlan, at: end },
    blockers: direction === 'none' ? [] : await allBlockers(work, from, to),
    lines: [...money.lines],
    due_cents: money.dueCents,
    balance_cents: money.balanceCents,
    next: nextOf(subscription, follows, money.balanceCents),
  };
  const text = JSON.stringify([subscription.revision, change]);
  return { ...change, digest: createHash('sha256').update(text).digest('hex') };
}

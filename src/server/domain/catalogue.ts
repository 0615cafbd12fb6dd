import { entitlementNames, planLimitNames, startPlan } from '../../contract/limits.ts';
import type { Answer } from '../../contract/shapes.ts';
import type { Plan } from '../../contract/types.ts';
import { mustBeCurrent } from './accounts.ts';
import { DomainError, invalid } from './errors.ts';
import type { PlansPort } from './ports/plans.ts';
import type { Input, Work } from './work.ts';

async function namesOf(plans: PlansPort): Promise<string> {
  return (await plans.list()).map(({ name }) => name).join(', ');
}

/** The plan that a request names in its body; the refusal lists what there is. */
export async function planNamed({ platform }: Pick<Work, 'platform'>, name: string): Promise<Plan> {
  const found = await platform.plans.find(name);
  if (found) return found;
  throw invalid('/plan', `names no plan: there are ${await namesOf(platform.plans)}.`);
}

/** D13: who may choose the plan. Under `--dev` everybody may, so that a script can go all the way (api.md, The server). */
export function mayChoose({ actor, deps }: Pick<Work, 'actor' | 'deps'>, plan: Plan): boolean {
  return plan.self_serve || actor.kind === 'staff' || deps.setup.dev;
}

/** One page holds them all. */
export async function listPlans({ platform }: Work): Promise<Answer<'plans.list'>> {
  const { plans } = platform;
  return { data: [...(await plans.list())], next_cursor: null, revision: await plans.revision() };
}

export async function showPlan(
  { platform }: Work,
  { params }: Input<'plans.show'>,
): Promise<Answer<'plans.show'>> {
  const found = await platform.plans.find(params.plan);
  if (found) return found;
  const text = `There is no plan ${JSON.stringify(params.plan)}: there are ${await namesOf(platform.plans)}.`;
  throw new DomainError('not_found', text);
}

type Blocker = { readonly kind: string; readonly detail: string };

function duplicates(plans: readonly Plan[]): Blocker[] {
  return [...Map.groupBy(plans, ({ name }) => name)].flatMap(([name, same]) =>
    same.length === 1
      ? []
      : [{ kind: 'duplicate_plan', detail: `${name} is there ${same.length} times: keep one` }],
  );
}

function startBlockers(plans: readonly Plan[]): Blocker[] {
  const start = plans.find(({ name }) => name === startPlan);
  if (start === undefined)
    return [{ kind: 'start_plan', detail: `${startPlan} is missing: new accounts start on it` }];
  if (start.self_serve && start.monthly_price_cents === 0) return [];
  return [
    {
      kind: 'start_plan',
      detail: `${startPlan} must be self-serve and free: everybody's account starts on it`,
    },
  ];
}

/** Accounts keep their plan whatever else changes: one that somebody has, or will have, cannot go. */
async function missingPlans(store: PlansPort, plans: readonly Plan[]): Promise<Blocker[]> {
  const missed = await store.missed(plans.map(({ name }) => name));
  return missed.map(({ plan, on, scheduled }) => ({
    kind: 'plan_in_use',
    detail: `${plan} is missing: accounts on it: ${on}, scheduled to go to it: ${scheduled}`,
  }));
}

const same = (left: Plan, right: Plan): boolean =>
  left.title === right.title &&
  left.monthly_price_cents === right.monthly_price_cents &&
  left.self_serve === right.self_serve &&
  entitlementNames.every((name) => left.entitlements[name] === right.entitlements[name]) &&
  planLimitNames.every((name) => left.limits[name] === right.limits[name]);

function difference(before: readonly Plan[], after: readonly Plan[]) {
  const old = new Map(before.map((plan) => [plan.name, plan]));
  const kept = new Set(after.map(({ name }) => name));
  const updated = after.filter((plan) => {
    const was = old.get(plan.name);
    return was !== undefined && !same(was, plan);
  });
  return {
    added: after.filter(({ name }) => !old.has(name)).map(({ name }) => name),
    updated: updated.map(({ name }) => name),
    removed: before.filter(({ name }) => !kept.has(name)).map(({ name }) => name),
  };
}

/** The plans that a replacement touched, whole, for the audit trail. */
const facts = (plans: readonly Plan[], names: readonly string[], revision: number) => ({
  revision,
  order: plans.map(({ name }) => name),
  plans: plans.filter(({ name }) => names.includes(name)).map((plan) => JSON.stringify(plan)),
});

/**
 * The new catalogue holds for everything new at once: limits for what is added from now on, prices from each account's
 * next period on. Nobody loses what they have by it.
 */
export async function replaceCatalogue(
  work: Work,
  { body, expected }: Input<'plans.replace'>,
): Promise<Answer<'plans.replace'>> {
  const store = work.platform.plans;
  const revision = await store.revision();
  mustBeCurrent('catalogue', revision, expected);
  const { plans } = body;
  const blockers = [...duplicates(plans), ...startBlockers(plans), ...(await missingPlans(store, plans))];
  if (blockers.length > 0) {
    const text = 'The catalogue cannot be replaced like this; nothing was changed.';
    throw new DomainError('catalogue_blocked', text, { blockers });
  }
  const before = await store.list();
  const { added, updated, removed } = difference(before, plans);
  const reordered = before.map(({ name }) => name).join() !== plans.map(({ name }) => name).join();
  const touched = [...added, ...updated, ...removed];
  if (touched.length === 0 && !reordered) return { changed: false, added, updated, removed, revision };
  await store.replace(plans, revision + 1, work.now.toISOString());
  work.record({
    target: { kind: 'catalogue', id: 'catalogue', name: null },
    before: facts(before, touched, revision),
    after: facts(plans, touched, revision + 1),
  });
  return { changed: true, added, updated, removed, revision: revision + 1 };
}

import type { PlanLimit } from '../../contract/limits.ts';
import { planLimitNames } from '../../contract/limits.ts';
import type { Plan, Subscription } from '../../contract/types.ts';
import { type Holding, limitSource, limitsOf, managedAccountsGrant } from './entitlements.ts';
import { dayStart } from './mail-limits.ts';
import type { AccountRow } from './ports/accounts.ts';
import type { Tenant } from './ports.ts';

/** What stands in the way of a plan: `kind` is a limit or an entitlement, `detail` how much of it and what to do. */
export interface Blocker {
  readonly kind: string;
  readonly detail: string;
}

interface Place {
  readonly tenant: Tenant;
  readonly now: Date;
}

/** How much of something that plans limit an account uses, and what to do about too much of it. */
interface Counter {
  readonly used: (place: Place) => Promise<number>;
  /** Of what an account has and keeps. What starts again by itself every day or month stands in nobody's way. */
  readonly remedy?: string;
}

/** A limit whose feature is there is counted here. One without a line is shown without use, and blocks nothing. */
const counters: Partial<Record<PlanLimit, Counter>> = {
  seats: {
    used: ({ tenant, now }) => tenant.account.seatsUsed(now.toISOString()),
    remedy: 'remove or deactivate members, or revoke invitations',
  },
  mails_per_day: { used: ({ tenant, now }) => tenant.invites.mailsSince(dayStart(now)) },
  parsers: {
    used: ({ tenant }) => tenant.parsers.count(),
    remedy: 'delete parsers',
  },
  workspaces: {
    used: ({ tenant }) => tenant.workspaces.count(),
    remedy: 'delete workspaces',
  },
};

/** What the account uses of each limit, and what gives it. */
export async function usageOf(place: Place, holding: Holding): Promise<Subscription['limits']> {
  const limits = limitsOf(holding);
  const used: Partial<Record<PlanLimit, number>> = {};
  for (const name of planLimitNames) {
    const counter = counters[name];
    if (counter) used[name] = await counter.used(place);
  }
  const of = (name: PlanLimit) => ({
    used: used[name] ?? null,
    limit: limits[name],
    by: limitSource(holding, name),
  });
  return {
    seats: of('seats'),
    mails_per_day: of('mails_per_day'),
    parsers: of('parsers'),
    workspaces: of('workspaces'),
    uploads_per_month: of('uploads_per_month'),
    messages_per_month: of('messages_per_month'),
  };
}

const less = (after: number | null, before: number | null): boolean =>
  after !== null && (before === null || after < before);

async function limitBlockers(place: Place, from: Plan, to: Plan): Promise<Blocker[]> {
  // Under an umbrella an account has at least what that gives, on whichever plan (R36).
  const { linked } = await place.tenant.account.view(null, place.now.toISOString());
  const [before, after] = [limitsOf({ terms: from, linked }), limitsOf({ terms: to, linked })];
  const blockers: Blocker[] = [];
  for (const name of planLimitNames) {
    const { used, remedy } = counters[name] ?? {};
    const limit = after[name];
    // What the account is over already is no reason against a plan that gives no less.
    if (!used || remedy === undefined || limit === null || !less(limit, before[name])) continue;
    const count = await used(place);
    if (count <= limit) continue;
    blockers.push({ kind: name, detail: `${count} in use, and ${to.name} has ${limit}; ${remedy}` });
  }
  return blockers;
}

/** What an account has more of than its own plan allows: it stays, and nothing new is allowed until it fits (D10). */
export async function excessOf(
  place: Place,
  own: Holding,
): Promise<{ limit: PlanLimit; used: number; own: number }[]> {
  const limits = limitsOf(own);
  const excess: { limit: PlanLimit; used: number; own: number }[] = [];
  for (const name of planLimitNames) {
    const { used, remedy } = counters[name] ?? {};
    const limit = limits[name];
    if (!used || remedy === undefined || limit === null) continue;
    const count = await used(place);
    if (count > limit) excess.push({ limit: name, used: count, own: limit });
  }
  return excess;
}

const NAMED = 20;

async function managedBlockers(place: Place, account: AccountRow, from: Plan, to: Plan): Promise<Blocker[]> {
  if (to.entitlements.managed_accounts || !from.entitlements.managed_accounts) return [];
  // A trial gives them on any plan; when it ends, what is there is left alone as after any other end (R4).
  if (managedAccountsGrant(to, account, place.now).granted) return [];
  const count = await place.tenant.links.count('managed');
  if (count === 0) return [];
  const names = (await place.tenant.links.managed(NAMED)).map(({ slug }) => slug).join(', ');
  const list = `${names}${count > NAMED ? ', …' : ''}`;
  const detail = `${count} (${list}), and ${to.name} has none; release or delete them`;
  return [{ kind: 'managed_accounts', detail }];
}

async function umbrellaBlockers({ tenant }: Place, from: Plan, to: Plan): Promise<Blocker[]> {
  if (to.entitlements.umbrella || !from.entitlements.umbrella) return [];
  const count = await tenant.links.count('sub');
  if (count === 0) return [];
  return [{ kind: 'umbrella', detail: `${count} linked, and ${to.name} has none; end the links` }];
}

function kindBlockers(account: AccountRow, to: Plan): Blocker[] {
  if (account.kind !== 'organization' || to.entitlements.organization) return [];
  return [
    { kind: 'organization', detail: `${to.name} is not for organizations, and ${account.slug} is one` },
  ];
}

/** Everything that a plan takes away and the account still uses, all at once (D13). */
export async function blockersOf(
  place: Place,
  account: AccountRow,
  from: Plan,
  to: Plan,
): Promise<readonly Blocker[]> {
  return [
    ...(await limitBlockers(place, from, to)),
    ...(await managedBlockers(place, account, from, to)),
    ...(await umbrellaBlockers(place, from, to)),
    ...kindBlockers(account, to),
  ];
}

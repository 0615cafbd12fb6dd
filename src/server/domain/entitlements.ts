import { monthlyCredits, type PlanLimit, planLimitNames } from '../../contract/limits.ts';
import type { Plan, Subscription } from '../../contract/types.ts';
import type { AccountRow } from './ports/accounts.ts';

/** What a plan gives. Stores read it together with the account that is on it. */
export type Terms = Pick<Plan, 'entitlements' | 'limits'>;

type Feature = Pick<AccountRow, 'managedAccounts' | 'trialEndsAt'>;
type Grant = Subscription['entitlements']['team'];

/** Everything that gives an account something. */
export interface Holding {
  readonly terms: Terms;
  /** What it has at least while it is under an umbrella (R36); null while it is under none. */
  readonly linked: Terms | null;
}

/** A plan that is not for teams is for one person, however many seats it names. */
function ofPlan({ entitlements, limits }: Terms): Plan['limits'] {
  return entitlements.team ? limits : { ...limits, seats: 1 };
}

const larger = (one: number | null, other: number | null): number | null =>
  one === null || other === null ? null : Math.max(one, other);

/** What an account may have, by everything that gives it something: THE place, whoever asks. */
export function limitsOf({ terms, linked }: Holding): Plan['limits'] {
  const own = ofPlan(terms);
  if (linked === null) return own;
  const given = ofPlan(linked);
  const most = { ...own };
  for (const name of planLimitNames)
    if (!monthlyCredits.includes(name)) most[name] = larger(own[name], given[name]);
  return most;
}

/** Messages a day at most, whoever pays for them: a month's of its plan, or of what its umbrella gives if that is more. */
export function messagesPerDay({ terms, linked }: Holding): number | null {
  const own = terms.limits.messages_per_month;
  return linked === null ? own : larger(own, linked.limits.messages_per_month);
}

/** Where a limit comes from: what is no more than the plan's own is the plan's. */
export function limitSource({ terms, linked }: Holding, name: PlanLimit): 'plan' | 'umbrella' {
  return limitsOf({ terms, linked })[name] === ofPlan(terms)[name] ? 'plan' : 'umbrella';
}

/** The managed accounts feature as it is now: a trial that is over reads as locked. */
export function featureOf(
  account: Feature,
  now: Date,
): { managed_accounts: AccountRow['managedAccounts']; trial_ends_at: string | null } {
  const over = account.trialEndsAt !== null && account.trialEndsAt <= now.toISOString();
  return over
    ? { managed_accounts: 'locked', trial_ends_at: null }
    : { managed_accounts: account.managedAccounts, trial_ends_at: account.trialEndsAt };
}

function byPlan(granted: boolean): Grant {
  return { granted, by: granted ? 'plan' : null, until: null, lacks: granted ? null : 'plan' };
}

/** R4: managed accounts need staff to unlock them, and a plan that has them or a trial that is not over. */
export function managedAccountsGrant(terms: Terms, feature: Feature, now: Date): Grant {
  const { managed_accounts: state, trial_ends_at: until } = featureOf(feature, now);
  if (state === 'trial') return { granted: true, by: 'trial', until, lacks: null };
  if (state === 'locked') return { granted: false, by: null, until: null, lacks: 'unlock' };
  return byPlan(terms.entitlements.managed_accounts);
}

/** R36: what the plan does not give, the umbrella may, but neither managed accounts nor an umbrella of its own. */
function byEither({ terms, linked }: Holding, name: 'organization' | 'team'): Grant {
  const own = byPlan(terms.entitlements[name]);
  if (own.granted || linked?.entitlements[name] !== true) return own;
  return { granted: true, by: 'umbrella', until: null, lacks: null };
}

export function grantsOf(holding: Holding, feature: Feature, now: Date): Subscription['entitlements'] {
  return {
    managed_accounts: managedAccountsGrant(holding.terms, feature, now),
    umbrella: byPlan(holding.terms.entitlements.umbrella),
    organization: byEither(holding, 'organization'),
    team: byEither(holding, 'team'),
  };
}

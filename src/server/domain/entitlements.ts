import type { Plan, Subscription } from '../../contract/types.ts';
import type { AccountRow } from './ports/accounts.ts';

/** What a plan gives. Stores read it together with the account that is on it. */
export type Terms = Pick<Plan, 'entitlements' | 'limits'>;

type Feature = Pick<AccountRow, 'managedAccounts' | 'trialEndsAt'>;
type Grant = Subscription['entitlements']['team'];

/**
 * What an account may have, by everything that gives it something: THE place, whoever asks. A plan that is not for
 * teams is for one person, however many seats it names.
 */
export function limitsOf({ terms }: { readonly terms: Terms }): Plan['limits'] {
  const { entitlements, limits } = terms;
  return entitlements.team ? limits : { ...limits, seats: 1 };
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

export function grantsOf(terms: Terms, feature: Feature, now: Date): Subscription['entitlements'] {
  const { umbrella, organization, team } = terms.entitlements;
  return {
    managed_accounts: managedAccountsGrant(terms, feature, now),
    umbrella: byPlan(umbrella),
    organization: byPlan(organization),
    team: byPlan(team),
  };
}

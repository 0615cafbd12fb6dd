import {
  type AccountKind,
  accountRoles,
  modules,
  type PlanName,
  workspaceRoles,
} from '../../contract/limits.ts';
import type { Plan, Role } from '../../contract/types.ts';
import type { Input, Work } from './work.ts';

/** The plan catalogue as data: price, seats, workspaces. Seats and mails a day share a number; null is no limit. */
const catalogue: readonly Plan[] = [
  plan('basic', 0, 5, 1, {}),
  plan('starter', 1_900, 25, 3, {}),
  plan('professional', 9_900, 100, 10, { managed_accounts: true }),
  plan('business', 29_900, 1_000, 100, { managed_accounts: true }),
  plan('enterprise', 99_900, null, null, { managed_accounts: true, umbrella: true }),
];

function plan(
  name: PlanName,
  price: number,
  seats: number | null,
  workspaces: number | null,
  entitlements: Partial<Plan['entitlements']>,
): Plan {
  return {
    name,
    title: name.charAt(0).toUpperCase() + name.slice(1),
    monthly_price_cents: price,
    // D13: enterprise is agreed with staff.
    self_serve: name !== 'enterprise',
    entitlements: { managed_accounts: false, umbrella: false, ...entitlements },
    limits: { seats, mails_per_day: seats, workspaces },
  };
}

const byName = new Map(catalogue.map((entry) => [entry.name, entry]));

/** A plan by name. Under `--dev` every plan is self-serve, so that a script can go all the way (api.md, The server). */
export function planNamed(name: PlanName, setup: { dev: boolean }): Plan {
  const found = byName.get(name);
  if (!found) throw new Error(`no plan ${name}`);
  return setup.dev ? { ...found, self_serve: true } : found;
}

/** Plans are few: one page holds them all. */
export async function listPlans(work: Work, _input: Input<'plans.list'>) {
  return { data: catalogue.map((entry) => planNamed(entry.name, work.deps.setup)), next_cursor: null };
}

const meanings: Record<string, string> = {
  owner: 'The person of a personal account',
  admin: 'Administers the account: people, settings, plan',
  user: 'Works with the modules granted to them, and nothing else',
  super_admin: 'Administers the account and acts in every workspace',
  billing_admin: 'Sees the bill and the members; never acts in a workspace',
  member: 'Works in the workspaces they were added to',
  viewer: 'Reads every resource of the workspace',
  operator: 'Also works with workflows, jobs and form records',
  developer: 'Also with connectors, parsers, forms and API keys',
  workspace_admin: 'Also adds and removes members of the workspace',
};

const kindsOf: Record<string, AccountKind[]> = {
  owner: ['personal'],
  admin: ['standard'],
  user: ['standard'],
  super_admin: ['organization'],
  billing_admin: ['organization'],
  member: ['organization'],
};

const never = ['pricing', 'payment', 'user_management'];

const roles: readonly Role[] = [
  ...accountRoles.map((name) => role(name, 'account_role', kindsOf[name] ?? [], name !== 'owner')),
  ...workspaceRoles.map((name) => role(name, 'workspace_role', ['organization'], true)),
  ...modules.map((name) => role(name, 'module', ['standard'], true, `Opens ${name} to a user`)),
  ...never.map((name) => role(name, 'module', ['standard'], false, 'Never granted to a user (R13)')),
];

function role(
  name: string,
  kind: Role['kind'],
  accountKinds: AccountKind[],
  grantable: boolean,
  text?: string,
): Role {
  return { name, kind, account_kinds: accountKinds, grantable, description: text ?? meanings[name] ?? '' };
}

/** One page holds them all. */
export async function listRoles(_work: Work, _input: Input<'roles.list'>) {
  return { data: [...roles], next_cursor: null };
}

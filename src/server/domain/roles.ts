import { type AccountKind, accountRoles, modules, workspaceRoles } from '../../contract/limits.ts';
import type { Role } from '../../contract/types.ts';
import { operationsOf } from './representatives.ts';
import type { Input, Work } from './work.ts';

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
  const operations = accountKinds.flatMap((of) => operationsOf(name, of));
  const description = text ?? meanings[name] ?? '';
  return { name, kind, account_kinds: accountKinds, grantable, description, operations };
}

/** One page holds them all. */
export async function listRoles(_work: Work, _input: Input<'roles.list'>) {
  return { data: [...roles], next_cursor: null };
}

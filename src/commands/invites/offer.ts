import { rolesOf } from '../../bulk/places.ts';
import type { Context } from '../../context.ts';
import { accountRoles, defaultRole, modules, workspaceRoles } from '../../contract/limits.ts';
import type { Account, BatchDefaults } from '../../contract/types.ts';
import { conflictError, type TenantctlError, usageError } from '../../errors.ts';
import { chosenSet } from '../permission-set.ts';

export interface OfferFlags {
  readonly role?: string | undefined;
  readonly modules?: readonly string[] | undefined;
  readonly children?: readonly string[] | undefined;
  readonly workspaces?: readonly string[] | undefined;
  readonly permissionSet?: string | undefined;
  readonly reinviteDeclined?: true | undefined;
}

/**
 * The flags with a permission set spelt out in them: as it is now. What is offered is part of a batch's identity, so a
 * set that was changed in between makes another batch.
 */
export async function withSet<F extends OfferFlags>(ctx: Context, flags: F, account: string): Promise<F> {
  const set = await chosenSet(ctx, account, flags);
  if (set === null) return flags;
  const { role, modules: granted, children, workspaces } = set;
  return {
    ...flags,
    role,
    ...(role === 'user' && { modules: granted.length === 0 ? ['none'] : granted }),
    ...(children.length > 0 && { children: children.map(({ link_id }) => link_id) }),
    ...(workspaces.length > 0 && {
      workspaces: workspaces.map(({ workspace, role: placed }) => `${workspace}=${placed}`),
    }),
  };
}

type Offer = BatchDefaults<'invites'>;

/** The flags as the batch's defaults. The role is always spelt out: the same meaning finds the same batch. */
export function offerOf(flags: OfferFlags, account: Account): Offer {
  if (account.kind === 'personal') {
    throw conflictError(`${account.slug} is a personal account: it has nobody but its owner`, {
      code: 'personal_account',
      hint: 'tenantctl accounts list, then --account ACCOUNT',
    });
  }
  return {
    role: roleOf(flags.role, account) ?? defaultRole[account.kind],
    ...(flags.modules !== undefined && { modules: modulesOf(flags.modules) }),
    ...(flags.children !== undefined && { children: [...new Set(flags.children)] }),
    ...(flags.workspaces !== undefined && { workspaces: flags.workspaces.map(placeOf) }),
    ...(flags.reinviteDeclined === true && { reinvite_declined: true }),
  };
}

function roleOf(given: string | undefined, account: Account): Offer['role'] {
  if (given === undefined) return undefined;
  const roles = rolesOf(account.kind);
  const role = accountRoles.find((known) => known === given && roles.includes(known));
  if (role !== undefined) return role;
  throw unknown(`--role ${given}: ${account.slug} has no such role`, roles);
}

/** R12: `none` grants none, and has to be said. */
function modulesOf(given: readonly string[]): NonNullable<Offer['modules']> {
  if (given.length === 1 && given[0] === 'none') return [];
  const wrong = given.find((name) => !modules.some((known) => known === name));
  if (wrong !== undefined)
    throw unknown(`--modules ${wrong}: there is no such module to grant`, [...modules, 'none']);
  return modules.filter((name) => given.includes(name));
}

function placeOf(given: string): NonNullable<Offer['workspaces']>[number] {
  const [workspace = '', word] = given.split('=');
  const role = workspaceRoles.find((known) => known === word);
  if (workspace === '' || word === undefined) {
    throw usageError(`--workspaces ${given}: not WORKSPACE=ROLE`, { code: 'invalid_value' });
  }
  if (role === undefined)
    throw unknown(`--workspaces ${given}: there is no such workspace role`, workspaceRoles);
  return { workspace, role };
}

function unknown(what: string, known: readonly string[]): TenantctlError {
  return usageError(what, { code: 'invalid_choice', why: `It is one of ${known.join(', ')}.` });
}

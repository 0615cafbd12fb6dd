import { foldAddress } from '../../contract/address.ts';
import {
  byCode,
  type Estate,
  type EstateAccount,
  type EstateMember,
  type EstatePermissionSet,
  type EstateSubAccount,
  type EstateWorkspaceMember,
} from '../model.ts';
import { type AccountPart, each, said, type Whole } from './account-part.ts';
import type { Written } from './normal.ts';

/** What is said of every account as entries of the estate; parsers and forms are read apart. */
export function entriesOfAll({ parts }: Whole, written: Written): Omit<Estate, 'parsers' | 'forms'> {
  const all = [...parts.values()];
  return {
    accounts: all.map(accountOf),
    workspaces: all.flatMap(({ slug, said: { workspaces } }) =>
      each(workspaces).map(([workspace, { name }]) => ({ account: slug, workspace, ...known({ name }) })),
    ),
    permission_sets: all.flatMap(setsOf),
    members: all.flatMap((part) => membersOf(part, written)),
    workspace_members: all.flatMap(placesOf),
    sub_accounts: all.flatMap(subAccountsOf),
  };
}

/** Without what is not said. */
function known<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const some: { [K in keyof T]?: Exclude<T[K], undefined> } = {};
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) Reflect.set(some, name, value);
  return some;
}

function accountOf({ slug, said: one }: AccountPart): EstateAccount {
  const { name, kind, master, plan, managed_accounts, labels, mail, copy_out, promotion_path } = one;
  return {
    account: slug,
    ...known({ name, kind, master, plan, managed_accounts, labels, mail, copy_out, promotion_path }),
  };
}

function listOf<T extends string>(items: readonly T[] | undefined): T[] | undefined {
  return items && [...new Set(items)].sort(byCode);
}

function setsOf({ slug, said: { permission_sets } }: AccountPart): EstatePermissionSet[] {
  return each(permission_sets).map(([name, { role, modules, children, workspaces }]) => ({
    account: slug,
    name,
    ...known({
      role,
      modules: listOf(modules),
      children: listOf(children),
      workspaces:
        workspaces &&
        each(workspaces)
          .map(([workspace, placed]) => ({ workspace, role: placed }))
          .sort((a, b) => byCode(a.workspace, b.workspace)),
    }),
  }));
}

function membersOf(
  { slug, said: { members, permission_sets } }: AccountPart,
  written: Written,
): EstateMember[] {
  return each(members).map(([email, one]) => {
    const own = typeof one === 'string' ? { role: one } : one;
    const { permission_set, role, modules, children, state, first_name } = own;
    const set = permission_set === undefined ? undefined : said(permission_sets, permission_set);
    const has = role ?? set?.role;
    return {
      account: slug,
      email,
      ...known({
        written: written.get(email),
        role: has,
        // A set's modules are a user's; whoever is more has them all.
        modules: listOf(modules ?? (has === 'user' ? set?.modules : undefined)),
        children: listOf(children ?? set?.children),
        state,
        first_name,
      }),
    };
  });
}

/** In the workspaces themselves, and by the permission sets of members; what a workspace says is nearer. */
function placesOf({
  slug,
  said: { members, permission_sets, workspaces },
}: AccountPart): EstateWorkspaceMember[] {
  const places = new Map<string, EstateWorkspaceMember>();
  const place = (workspace: string, email: string, role: EstateWorkspaceMember['role']) =>
    places.set(`${workspace}/${email}`, { account: slug, workspace, email, role });
  for (const [email, one] of each(members)) {
    if (typeof one === 'string' || one.permission_set === undefined) continue;
    for (const [workspace, role] of each(said(permission_sets, one.permission_set)?.workspaces))
      place(workspace, email, role);
  }
  for (const [workspace, { members: placed }] of each(workspaces))
    for (const [email, one] of each(placed))
      place(workspace, email, typeof one === 'string' ? one : one.role);
  return [...places.values()];
}

type Cap = number | 'none' | undefined;

function subAccountsOf({ slug, said: { sub_accounts } }: AccountPart): EstateSubAccount[] {
  const amount = (one: Cap) => (one === 'none' ? null : one);
  return each(sub_accounts).map(([name, { email, cap }]) => ({
    account: slug,
    ...(name.includes('@') ? { email: name } : { child: name, ...known({ email: email && folded(email) }) }),
    ...known({ cap: cap && known({ uploads: amount(cap.uploads), messages: amount(cap.messages) }) }),
  }));
}

function folded(email: string): string {
  return foldAddress(email) ?? email;
}

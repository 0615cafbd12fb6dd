import type { AccountKind, AccountRole, CopyOut, Module, WorkspaceRole } from '../contract/limits.ts';
import type { BodyInput } from '../contract/shapes.ts';

/**
 * An estate, wanted (from files) or live (from a server): a list of each kind, each in the order of its natural keys, in
 * which accounts are slugs and people are addresses. Plain JSON, so that it is compared, printed and stored as it is.
 *
 * - wanted: `undefined` is what the files do not say; it is left alone. Defaults, overlays, variables and permission
 *   sets are worked out already.
 * - live: everything is there; `undefined` is what the one who reads may not see. `id` and `revision` are only here.
 *
 * A field is one value and compared as a whole, whether it is a text, a list (sorted, each item once) or a map (`labels`).
 */
export interface Estate {
  readonly accounts: readonly EstateAccount[];
  readonly workspaces: readonly EstateWorkspace[];
  readonly permission_sets: readonly EstatePermissionSet[];
  readonly members: readonly EstateMember[];
  readonly workspace_members: readonly EstateWorkspaceMember[];
  readonly parsers: readonly EstateParser[];
  readonly forms: readonly EstateForm[];
  readonly sub_accounts: readonly EstateSubAccount[];
}

export type EstateKind = keyof Estate;
export type EntryOf<K extends EstateKind> = Estate[K][number];

/** Of everything: the account it is of, by its slug, and what the server calls it. */
interface Entry {
  readonly account: string;
  readonly id?: string | undefined;
  readonly revision?: number | undefined;
}

/** Key: account (its own slug). */
export interface EstateAccount extends Entry {
  readonly name?: string | undefined;
  /** Of one that is made; it never changes. */
  readonly kind?: AccountKind | undefined;
  /** The slug of the account that manages it; null on the live side for one that nobody manages. */
  readonly master?: string | null | undefined;
  /** On the live side the plan that a scheduled change leads to, if there is one. */
  readonly plan?: string | undefined;
  /** May it have managed accounts? A file never says `trial`. */
  readonly managed_accounts?: 'locked' | 'unlocked' | 'trial' | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly mail?:
    | { readonly security?: boolean | undefined; readonly members?: boolean | undefined }
    | undefined;
  readonly copy_out?: CopyOut | undefined;
  /** Slugs in their order: what is promoted goes from one to the next. */
  readonly promotion_path?: readonly string[] | undefined;
  /** Live only. */
  readonly state?: 'provisioning' | 'active' | 'suspended' | undefined;
}

/** Key: account, workspace (its slug). */
export interface EstateWorkspace extends Entry {
  readonly workspace: string;
  readonly name?: string | undefined;
}

/** Key: account, name. */
export interface EstatePermissionSet extends Entry {
  readonly name: string;
  readonly role?: AccountRole | undefined;
  readonly modules?: readonly Module[] | undefined;
  /** Slugs. */
  readonly children?: readonly string[] | undefined;
  readonly workspaces?: readonly WorkspacePlace[] | undefined;
}

/** By slug. */
export interface WorkspacePlace {
  readonly workspace: string;
  readonly role: WorkspaceRole;
}

/** How somebody stands to an account. A file says `active` or `deactivated`; the others are where an invitation or a removal left it. */
export type Standing = 'active' | 'deactivated' | 'pending' | 'expired' | 'declined' | 'removed';

/** Key: account, email. Whoever is no member yet is invited. */
export interface EstateMember extends Entry {
  /** Folded (contract/address.ts): what is compared. */
  readonly email: string;
  /** As somebody wrote it: what an invitation goes to. */
  readonly written?: string | undefined;
  readonly role?: AccountRole | undefined;
  readonly modules?: readonly Module[] | undefined;
  /** Slugs. */
  readonly children?: readonly string[] | undefined;
  readonly state?: Standing | undefined;
  /** Said in the invitation, and no part of what is compared. */
  readonly first_name?: string | undefined;
}

/** Key: account, workspace, email. On the live side also the places that a pending invitation names. */
export interface EstateWorkspaceMember extends Entry {
  readonly workspace: string;
  /** Folded. */
  readonly email: string;
  readonly role?: WorkspaceRole | undefined;
}

/** Key: account, workspace, name. `workspace` is the first one (`default`) where a file names none. */
export interface EstateParser extends Entry {
  readonly workspace: string;
  readonly name: string;
  /** Wanted: undefined only for a copy of what the files do not say. Live: where only the digest may be seen. */
  readonly content?: ParserText | undefined;
  /** Wanted only: it is kept equal to this one's content. */
  readonly copy_from?: ParserAddress | undefined;
  /** Live only: what is compared instead of content. */
  readonly digest?: string | undefined;
  /** By name, sorted. Their values never are in an estate. */
  readonly secrets?: readonly EstateSecret[] | undefined;
}

/** With every default filled in, as the server keeps it. */
export interface ParserText {
  readonly document_type: string;
  readonly description: string | null;
  readonly definition: BodyInput<'parsers.create'>['definition'];
}

export interface ParserAddress {
  readonly account: string;
  readonly workspace: string;
  readonly name: string;
}

export interface EstateSecret {
  readonly name: string;
  /** Wanted only: the variable that its value is in. */
  readonly variable?: string | undefined;
  /** Live only. */
  readonly state?: 'set' | 'missing' | undefined;
}

/** Key: account, workspace, name. */
export interface EstateForm extends Entry {
  readonly workspace: string;
  readonly name: string;
  readonly content?: FormText | undefined;
}

/** With every default filled in, as the server keeps it. */
export interface FormText {
  readonly title: string;
  readonly description: string | null;
  readonly questions: BodyInput<'forms.create'>['questions'];
}

/** An umbrella's link. Key: account, then child, or email where the child is not known (before it accepts). A file's `none` is null here. */
export interface EstateSubAccount extends Entry {
  /** Its slug. */
  readonly child?: string | undefined;
  /** Folded: who is invited to bring their account. */
  readonly email?: string | undefined;
  /** What it may use a month at the umbrella's cost: null is expressly no limit. */
  readonly cap?: EstateCap | undefined;
  readonly state?: 'active' | 'invited' | 'declined' | 'revoked' | 'expired' | 'ended' | undefined;
}

export interface EstateCap {
  readonly uploads?: number | null | undefined;
  readonly messages?: number | null | undefined;
}

export const noEstate: Estate = {
  accounts: [],
  workspaces: [],
  permission_sets: [],
  members: [],
  workspace_members: [],
  parsers: [],
  forms: [],
  sub_accounts: [],
};

export const estateKinds: readonly EstateKind[] = [
  'accounts',
  'workspaces',
  'permission_sets',
  'members',
  'workspace_members',
  'parsers',
  'forms',
  'sub_accounts',
];

/** What somebody calls an entry beside its account: '' for the account itself. Unique among those of its kind and account. */
export const entryKey: { readonly [K in EstateKind]: (entry: EntryOf<K>) => string } = {
  accounts: () => '',
  workspaces: ({ workspace }) => workspace,
  permission_sets: ({ name }) => name,
  members: ({ email }) => email,
  workspace_members: ({ workspace, email }) => `${workspace}/${email}`,
  parsers: ({ workspace, name }) => `${workspace}/${name}`,
  forms: ({ workspace, name }) => `${workspace}/${name}`,
  sub_accounts: ({ child, email }) => child ?? email ?? '',
};

/** Every list in the order of its keys, by code unit: the same whatever the files' order and the machine's language. */
export function sortedEstate(estate: Estate): Estate {
  return {
    accounts: estate.accounts.toSorted(inOrderOf('accounts')),
    workspaces: estate.workspaces.toSorted(inOrderOf('workspaces')),
    permission_sets: estate.permission_sets.toSorted(inOrderOf('permission_sets')),
    members: estate.members.toSorted(inOrderOf('members')),
    workspace_members: estate.workspace_members.toSorted(inOrderOf('workspace_members')),
    parsers: estate.parsers.toSorted(inOrderOf('parsers')),
    forms: estate.forms.toSorted(inOrderOf('forms')),
    sub_accounts: estate.sub_accounts.toSorted(inOrderOf('sub_accounts')),
  };
}

function inOrderOf<K extends EstateKind>(kind: K) {
  const key = entryKey[kind];
  return (a: EntryOf<K>, b: EntryOf<K>) => byCode(a.account, b.account) || byCode(key(a), key(b));
}

export function byCode(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

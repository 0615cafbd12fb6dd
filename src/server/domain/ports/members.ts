import type { AccountRole, Module, WorkspaceRole } from '../../../contract/limits.ts';
import type { Member } from '../../../contract/types.ts';
import type { Page, PageRequest } from './page.ts';

export interface NewMember {
  readonly id: string;
  readonly userId: string;
  readonly role: AccountRole;
  readonly modules: readonly Module[];
  /** Links of granted children. */
  readonly children: readonly string[];
  readonly at: string;
}

export interface MemberFilter {
  /** Part of a name or address. */
  readonly q?: string | undefined;
  readonly role?: AccountRole | undefined;
  readonly state?: Member['state'] | undefined;
}

/** What is left out stays. */
export interface MemberChange {
  readonly role?: AccountRole;
  readonly modules?: readonly Module[];
  /** Links of the granted children: replaces them. */
  readonly children?: readonly string[];
  readonly state?: Member['state'];
}

export interface MemberPlace {
  readonly workspace: string;
  readonly slug: string;
  readonly role: WorkspaceRole;
}

export interface FormerMember extends Omit<NewMember, 'at'> {
  readonly state: Member['state'];
  readonly workspaces: readonly Pick<MemberPlace, 'workspace' | 'role'>[];
}

export interface MembersPort {
  /** Being a member already is DomainError `already_member`, by the constraint. */
  insert(member: NewMember): Promise<void>;
  /** Active members with an admin role (D7). */
  activeAdmins(): Promise<number>;
  /** The people behind `activeAdmins`. */
  admins(): Promise<
    readonly { readonly userId: string; readonly email: string; readonly emailFolded: string }[]
  >;
  /** Key of a member: its id. */
  list(filter: MemberFilter, page: PageRequest): Promise<Page<Member>>;
  /** By member id, user id or address. */
  find(reference: string): Promise<Member | null>;
  /** Those of these addresses who are members, by folded address. */
  findAll(emailsFolded: readonly string[]): Promise<ReadonlyMap<string, Member>>;
  /** Writes a change and the next revision. */
  update(id: string, change: MemberChange, at: string): Promise<void>;
  places(id: string): Promise<readonly MemberPlace[]>;
  /** The same of many; who is in no workspace is not in the map. */
  placesOf(ids: readonly string[]): Promise<ReadonlyMap<string, readonly MemberPlace[]>>;
  /** Takes members out of the account and all its workspaces (R30). */
  remove(ids: readonly string[], at: string): Promise<void>;
  /** Makes former members anew, with the ids, the states and the places that they had. Children and workspaces are there. */
  restore(members: readonly FormerMember[], at: string): Promise<void>;
}

import type { AccountRole, Module } from '../../../contract/limits.ts';

export interface NewMember {
  readonly id: string;
  readonly userId: string;
  readonly role: AccountRole;
  readonly modules: readonly Module[];
  /** Links of granted children. */
  readonly children: readonly string[];
  readonly at: string;
}

export interface MembersPort {
  /** Being a member already is DomainError `already_member`, by the constraint. */
  insert(member: NewMember): Promise<void>;
  /** Active members with an admin role (D7). */
  activeAdmins(): Promise<number>;
}

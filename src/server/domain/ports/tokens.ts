import type { AccountRole, Module } from '../../../contract/limits.ts';
import type { Token } from '../../../contract/types.ts';
import type { Page, PageRequest } from './page.ts';

export interface NewToken {
  readonly id: string;
  /** SHA-256 of the token, hex. */
  readonly hash: string;
  readonly kind: 'api' | 'staff' | 'meter';
  /** A member's, a person's own (staff), or the account's (D24). */
  readonly owner: 'user' | 'member' | 'account';
  readonly userId: string | null;
  readonly accountId: string | null;
  readonly name: string;
  readonly role: AccountRole | null;
  readonly modules: readonly Module[];
  readonly reason: string | null;
  readonly createdBy: string | null;
  readonly expiresAt: string;
  readonly at: string;
}

/** Tokens of people, before an account is known. The access tokens of sessions are not among them. */
export interface TokensPort {
  insert(token: NewToken): Promise<void>;
  find(id: string, now: string): Promise<Token | null>;
  /** By id. @param now decides which are `expired` */
  listOfUser(userId: string, now: string, page: PageRequest): Promise<Page<Token>>;
  /** @returns false when it was revoked already */
  revoke(id: string, at: string): Promise<boolean>;
  /** Everything of this kind that the person has. @returns how many */
  revokeOfUser(userId: string, kind: 'api' | 'staff' | 'meter', at: string): Promise<number>;
  /** Notes that tokens were used; those noted within the hour before are left alone. */
  touch(ids: readonly string[], at: string): Promise<void>;
}

/** Tokens bound to the account: its own, and its members'. The keys of its workspaces are not among them. */
export interface AccountTokensPort {
  find(id: string, now: string): Promise<Token | null>;
  list(now: string, page: PageRequest): Promise<Page<Token>>;
  /** @returns false when it was revoked already, or is not of this account */
  revoke(id: string, at: string): Promise<boolean>;
  /** Revokes members' tokens for this account at once (D8). */
  revokeOfUsers(userIds: readonly string[], at: string): Promise<void>;
  /** How many live tokens of that member there are. */
  countOfUser(userId: string, now: string): Promise<number>;
}

import type { AccountRole, DelegationMode, KeyRole, Module } from '../../contract/limits.ts';

interface Person {
  readonly userId: string;
  readonly email: string;
  readonly tokenId: string;
  readonly expiresAt: string;
}

/** A signed-in person, by the access token of a session. */
export interface UserActor extends Person {
  readonly kind: 'user';
  readonly sessionId: string;
}

/** A member's own token: works in one account (and as M below it), never above its maker's rights (D24). */
export interface ApiActor extends Person {
  readonly kind: 'api';
  readonly name: string;
  readonly accountId: string;
  readonly role: AccountRole;
  readonly modules: readonly Module[];
}

/** A token that an account owns: no person, no seat (D24). */
export interface AccountTokenActor {
  readonly kind: 'account_token';
  readonly tokenId: string;
  readonly name: string;
  readonly accountId: string;
  readonly role: AccountRole;
  readonly modules: readonly Module[];
  readonly expiresAt: string;
}

/** A workspace's key: no person, no role in the account, and nothing outside its one workspace. */
export interface KeyActor {
  readonly kind: 'key';
  readonly tokenId: string;
  readonly name: string;
  readonly accountId: string;
  readonly workspaceId: string;
  readonly role: KeyRole;
  readonly expiresAt: string;
}

/** What reports usage: no person, no account, and nothing but that. */
export interface MeterActor {
  readonly kind: 'meter';
  readonly tokenId: string;
  readonly name: string;
  readonly expiresAt: string;
}

export interface StaffActor extends Person {
  readonly kind: 'staff';
  readonly name: string;
}

/**
 * A person of the master inside one managed account (D15). It reaches that account alone, ends by itself, and is dead as
 * soon as the link, the person's right or either account's active state ends.
 */
export interface DelegationActor extends Person {
  readonly kind: 'delegation';
  /** The managed account. */
  readonly accountId: string;
  /** Whose person it is. */
  readonly master: { readonly id: string; readonly slug: string; readonly name: string };
  /** An administrator's of the master is an administrator's; a granted user's has their own modules (R14). */
  readonly role: 'admin' | 'user';
  readonly modules: readonly Module[];
  readonly mode: DelegationMode;
  readonly reason: string;
}

export interface AnonymousActor {
  readonly kind: 'anonymous';
}

/** Who acts. The credential decides the kind: a person's staff rights are not in their session. */
export type Actor =
  | UserActor
  | ApiActor
  | AccountTokenActor
  | KeyActor
  | DelegationActor
  | StaffActor
  | MeterActor
  | AnonymousActor;

/** A person who is not signed in here and now: whose mailed secret acts for them, or whose rights are asked about. */
export function personActor({ userId, email }: { userId: string; email: string }, now: Date): UserActor {
  return { kind: 'user', userId, email, tokenId: '', sessionId: '', expiresAt: now.toISOString() };
}

/** The person behind the credential, if there is one. */
export function personOf(actor: Actor): string | null {
  return 'userId' in actor ? actor.userId : null;
}

/** Id of the person, or of the token that has nobody behind it: what `created_by` keeps. */
export function makerOf(actor: Actor): string | null {
  if ('userId' in actor) return actor.userId;
  return 'tokenId' in actor ? actor.tokenId : null;
}

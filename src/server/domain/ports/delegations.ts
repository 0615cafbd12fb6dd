import type { DelegationMode, DelegationState, Module } from '../../../contract/limits.ts';
import type { Delegation } from '../../../contract/types.ts';
import type { Page, PageRequest } from './page.ts';

export interface NewDelegation {
  readonly id: string;
  /** SHA-256 of its token, hex. */
  readonly hash: string;
  readonly masterId: string;
  readonly linkId: string;
  readonly userId: string;
  readonly role: 'admin' | 'user';
  readonly modules: readonly Module[];
  readonly mode: DelegationMode;
  readonly reason: string;
  /** The session or the member's token that it was asked for with: it ends with that. */
  readonly openedBy: { readonly sessionId: string } | { readonly tokenId: string };
  readonly expiresAt: string;
  readonly at: string;
}

export interface DelegationFilter {
  readonly state?: DelegationState | undefined;
  readonly userId?: string | undefined;
}

/** Delegations into the account: their tokens act in it and nowhere else. */
export interface DelegationsPort {
  insert(delegation: NewDelegation): Promise<void>;
  find(id: string, now: string): Promise<Delegation | null>;
  /** Newest first; key of a delegation: its id. */
  list(filter: DelegationFilter, now: string, page: PageRequest): Promise<Page<Delegation>>;
  /** @param by id of the user or token that ends it. @returns false when it had ended already */
  revoke(id: string, by: string, at: string): Promise<boolean>;
}

import type { Standing } from '../access.ts';
import type { Actor } from '../actor.ts';

/**
 * A workspace as a request names it: by its id or slug, or by the id of something that lies in it. With null it names
 * none, and the one that the account began with is meant.
 */
export interface Within {
  readonly noun: 'workspace' | 'parser' | 'form';
  readonly reference: string | null;
  /** Where a form that is named by its name lies; null for the workspace that the account began with. */
  readonly workspace?: string | null;
}

/** Why nobody acts by a token. */
export type NoActor = 'unknown' | 'expired' | 'revoked' | 'ended';

/** Reads what decisions need, unbound: it runs before anybody is authorised for anything. */
export interface AccessPort {
  /**
   * The actor behind a token, or why there is none. Revoked, foreign and unknown tokens are all `unknown`.
   * A token dies with its session, its membership, its staff row or its account. Of a delegation it is told whether
   * somebody `revoked` it, or it `ended` with what it hangs on.
   * @param tokenHash SHA-256 of the token, hex
   * @param now RFC 3339, the one clock that expiry is measured by
   */
  authenticate(tokenHash: string, now: string): Promise<Actor | NoActor>;
  /** The same by a token's id, for asking later whether one that vouched for something still lives. */
  actorOfToken(tokenId: string, now: string): Promise<Actor | NoActor>;
  /**
   * What ties the actor to an account given by id or slug; null where there is no such account.
   * @param within what the operation works in, for `Standing.place`
   */
  standing(actor: Actor, accountReference: string, within?: Within | null): Promise<Standing | null>;
  /** The same of many accounts by id, in one query; those that are not there are left out. */
  standings(actor: Actor, accountIds: readonly string[]): Promise<readonly Standing[]>;
  /** The same by id or slug, by what each was asked for as; one query. */
  standingsNamed(actor: Actor, references: readonly string[]): Promise<ReadonlyMap<string, Standing>>;
  /** The same for many people at once, by user id, in a fixed number of queries. */
  standingsOf(
    userIds: readonly string[],
    accountReference: string,
    within?: Within | null,
  ): Promise<ReadonlyMap<string, Standing>>;
}

import type { Caps } from './sub-invites.ts';

/** A child by an active link. */
export interface ChildLink {
  readonly linkId: string;
  readonly kind: 'managed' | 'sub';
  readonly accountId: string;
  readonly slug: string;
  readonly name: string;
}

/** Links below the account, which is the parent in all of them; and what is said of the one above it. */
export interface LinksPort {
  /** A second active parent is DomainError `conflict`, by the constraint. */
  insert(link: {
    readonly id: string;
    readonly childId: string;
    readonly kind: 'managed' | 'sub';
    /** Of kind sub: what the child may use of the account's credits in a month, null for expressly no cap. */
    readonly caps?: Caps;
    readonly at: string;
  }): Promise<void>;
  /** Active children, by link id, account id or slug; what is not found is not in the map. */
  resolve(references: readonly string[]): Promise<ReadonlyMap<string, ChildLink>>;
  /** The first so many active managed accounts, by link id. */
  managed(limit: number): Promise<readonly ChildLink[]>;
  /** All active sub-accounts, by link id. */
  subs(): Promise<readonly ChildLink[]>;
  /** An active link to a sub-account: what caps it, and since when. */
  sub(linkId: string): Promise<{ readonly caps: Caps; readonly since: string } | null>;
  /** Of an active link (D11). */
  setCaps(linkId: string, caps: Caps, at: string): Promise<void>;
  /** Was the account ever under an umbrella? */
  wasSub(): Promise<boolean>;
  /** How many people were granted the child of a link (R14). */
  granted(linkId: string): Promise<number>;
  /** How many active ones there are of a kind. */
  count(kind: 'managed' | 'sub'): Promise<number>;
  /** Ends an active link, and with it the grants of that child (R14). */
  end(linkId: string, at: string): Promise<void>;
  /** The master that this account had last and has no more. */
  formerMaster(): Promise<string | null>;
}

import type { CreditUnit } from '../../../contract/limits.ts';
import type { Link, UmbrellaInvite } from '../../../contract/types.ts';
import type { Sponsor } from './invites.ts';
import type { Page, PageRequest } from './page.ts';

/** The most that a sub-account may use a month of each unit; null is expressly no cap (D11). */
export type Caps = Readonly<Record<CreditUnit, number | null>>;

export interface NewSubInvite {
  readonly id: string;
  readonly email: string;
  readonly emailFolded: string;
  /** Slug of the account that is meant; null for whichever the invited person chooses. */
  readonly invitee: string | null;
  readonly caps: Caps;
  readonly firstName: string | null;
  /** E.164. */
  readonly mobile: string | null;
  readonly sponsor: Sponsor;
  readonly batchId: string | null;
  readonly secretHash: string;
  readonly messageId: string;
  readonly at: string;
  readonly expiresAt: string;
}

export interface SubInviteRow {
  readonly id: string;
  /** The account that invites. */
  readonly umbrellaId: string;
  readonly email: string;
  readonly emailFolded: string;
  readonly invitee: string | null;
  readonly caps: Caps;
  readonly firstName: string | null;
  readonly mobile: string | null;
  /** As stored: an invited one may have expired, compare `expiresAt`. */
  readonly state: 'invited' | 'accepted' | 'declined' | 'revoked';
  readonly sponsor: Sponsor;
  readonly batchId: string | null;
  readonly messageId: string | null;
  /** The account that accepted. */
  readonly childId: string | null;
  readonly expiresAt: string;
  readonly revision: number;
}

/** What an umbrella knows by itself of an address that it is about to invite; nothing of what exists beyond it. */
export interface KnownSub {
  /** An invited one of the same address and the same account meant, expired or not. */
  readonly open: SubInviteRow | null;
  /** An active link that somebody with this address accepted, of any account if none is meant. */
  readonly linked: string | null;
  readonly declined: boolean;
}

export interface LinkFilter {
  readonly q?: string | undefined;
  readonly state?: Link['state'] | undefined;
  readonly batch?: string | undefined;
  /** Only these links: of somebody who was granted them. */
  readonly only?: readonly string[] | undefined;
}

/** Invitations and links of an umbrella, its side: both are one kind of thing, under one id. */
export interface SubInvitesPort {
  known(emailFolded: string, invitee: string | null): Promise<KnownSub>;
  /** A second open one of the same address and account meant is DomainError `already_invited`, by the constraint. */
  insert(invite: NewSubInvite): Promise<void>;
  /** A new secret and expiry, and what the new offer says (D1). */
  renew(
    id: string,
    fresh: Pick<
      NewSubInvite,
      'secretHash' | 'messageId' | 'caps' | 'firstName' | 'mobile' | 'sponsor' | 'at' | 'expiresAt'
    >,
  ): Promise<void>;
  row(id: string): Promise<SubInviteRow | null>;
  /** @returns whether it was still open */
  close(id: string, state: 'declined' | 'revoked', at: string): Promise<boolean>;
  /** @returns whether it was still open: of several who accept at once, one gets true */
  accept(
    id: string,
    by: { readonly childId: string; readonly userId: string; readonly at: string },
  ): Promise<boolean>;
  /** Of an open one; an accepted one's are its link's. */
  setCaps(id: string, caps: Caps, at: string): Promise<void>;
  /** Open ones of a batch, oldest first. */
  openOfBatch(batchId: string, limit: number): Promise<readonly SubInviteRow[]>;
  /** By id of the link, slug or id of the sub-account, or address: the open or active one, else the latest. */
  find(reference: string, now: string): Promise<Link | null>;
  list(filter: LinkFilter, page: PageRequest, now: string): Promise<Page<Link>>;
}

/** The invited side, before an account is chosen. */
export interface SubInvitationsPort {
  row(id: string): Promise<SubInviteRow | null>;
  findBySecret(secretHash: string): Promise<SubInviteRow | null>;
  /** What somebody with this address was invited to, open and not expired. */
  addressedTo(emailFolded: string, page: PageRequest, now: string): Promise<Page<UmbrellaInvite>>;
}

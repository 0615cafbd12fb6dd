import type { AccountRole, Module, WorkspaceRole } from '../../../contract/limits.ts';
import type { Invite } from '../../../contract/types.ts';
import type { Page, PageRequest } from './page.ts';

export type InviteRole = Exclude<AccountRole, 'owner'>;

/** What an invitation promises, in ids. */
export interface Offer {
  readonly role: InviteRole;
  readonly modules: readonly Module[];
  /** Link ids of granted children. */
  readonly children: readonly string[];
  readonly workspaces: readonly { readonly workspace: string; readonly role: WorkspaceRole }[];
}

/** Who vouches for it (D5): a person, or a token of the account or its master. */
export type Sponsor = { readonly userId: string } | { readonly tokenId: string };

export interface NewInvite extends Offer {
  readonly id: string;
  readonly email: string;
  readonly emailFolded: string;
  readonly firstName: string | null;
  readonly secretHash: string;
  readonly messageId: string;
}

/** What new invitations have in common. */
export interface Sending {
  readonly sponsor: Sponsor;
  readonly batchId: string | null;
  readonly at: string;
  readonly expiresAt: string;
}

export interface InviteRow extends Offer {
  readonly id: string;
  readonly accountId: string;
  readonly email: string;
  readonly emailFolded: string;
  readonly firstName: string | null;
  /** As stored: an expired one may still say pending. */
  readonly state: 'pending' | 'accepted' | 'declined' | 'revoked' | 'expired';
  readonly sponsor: Sponsor;
  readonly batchId: string | null;
  /** Names that were modules when it was sent, and are none any more. */
  readonly goneModules: readonly string[];
  readonly expiresAt: string;
  readonly revision: number;
}

/** What is known in the account about an address that is about to be invited. */
export interface Known {
  readonly emailFolded: string;
  readonly member: {
    readonly role: AccountRole;
    readonly state: 'active' | 'deactivated';
    readonly modules: readonly Module[];
  } | null;
  readonly pending: {
    readonly id: string;
    readonly role: AccountRole;
    readonly modules: readonly Module[];
    readonly batchId: string | null;
    readonly expiresAt: string;
  } | null;
  readonly declined: boolean;
}

export interface InviteFilter {
  readonly q?: string | undefined;
  readonly state?: Invite['state'] | undefined;
  readonly role?: AccountRole | undefined;
  readonly batch?: string | undefined;
}

/** What an offer may refer to, and which domains are judged apart. */
export interface OfferPlaces {
  readonly children: readonly {
    readonly linkId: string;
    readonly accountId: string;
    readonly slug: string;
  }[];
  readonly workspaces: readonly { readonly id: string; readonly slug: string }[];
}

export interface InvitesPort {
  places(): Promise<OfferPlaces>;
  /** Domains allowed and denied by the account (D21). */
  domainRules(): Promise<ReadonlyMap<string, 'allow' | 'deny'>>;
  /** One entry for each address that anything is known about. */
  known(emailsFolded: readonly string[]): Promise<readonly Known[]>;
  /** Inserts what does not collide with a pending one. @returns the folded addresses that went in */
  insert(invites: readonly NewInvite[], sending: Sending): Promise<ReadonlySet<string>>;
  find(id: string, now: string): Promise<Invite | null>;
  /** The pending or expired invitation of an address, else the latest. */
  findByAddress(emailFolded: string, now: string): Promise<Invite | null>;
  row(id: string): Promise<InviteRow | null>;
  list(filter: InviteFilter, page: PageRequest, now: string): Promise<Page<Invite>>;
  /** Replaces secret, offer and expiry; the old link dies (D1). Null offer keeps it. */
  renew(
    id: string,
    fresh: { readonly secretHash: string; readonly messageId: string; readonly offer: Offer | null } & Omit<
      Sending,
      'batchId'
    >,
  ): Promise<void>;
  /** Closes pending ones. @returns the ids that were pending */
  close(ids: readonly string[], state: 'revoked' | 'declined', at: string): Promise<readonly string[]>;
  accept(
    id: string,
    by: { readonly userId: string; readonly memberId: string; readonly at: string },
  ): Promise<void>;
  /** Pending rows of a state for resending, oldest sent first. */
  resendable(
    filter: { readonly expired: boolean; readonly sentBefore: string | null },
    limit: number,
    now: string,
  ): Promise<readonly InviteRow[]>;
  countResendable(
    filter: { readonly expired: boolean; readonly sentBefore: string | null },
    now: string,
  ): Promise<number>;
  /** Pending ones that a person sponsors. */
  sponsoredBy(
    userId: string,
  ): Promise<readonly { readonly id: string; readonly email: string; readonly role: AccountRole }[]>;
  /** Those among these people who sponsor any pending one. */
  sponsorsAmong(userIds: readonly string[]): Promise<ReadonlySet<string>>;
  adopt(ids: readonly string[], sponsor: Sponsor, at: string): Promise<void>;
  /** Active members: the seats that are taken for good when one more accepts. */
  activeMembers(): Promise<number>;
  /** Mails of the account since a time, for the daily limit (D23). */
  mailsSince(at: string): Promise<number>;
}

/** Finding an invitation by what was mailed, before any account is known. */
export interface InviteSecretsPort {
  find(secretHash: string): Promise<InviteRow | null>;
}

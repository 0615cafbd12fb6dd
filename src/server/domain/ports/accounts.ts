import type { AccountKind, CopyOut } from '../../../contract/limits.ts';
import type { TreeAccount } from '../../../contract/types.ts';
import type { Membership } from '../access.ts';
import type { Terms } from '../entitlements.ts';
import type { Page, PageRequest } from './page.ts';

export interface NewAccount {
  readonly id: string;
  readonly kind: AccountKind;
  readonly slug: string;
  readonly name: string;
  readonly state: 'provisioning' | 'active';
  readonly plan: string;
  /** The person of a personal account, else null. */
  readonly ownerUserId: string | null;
  readonly labels: Readonly<Record<string, string>>;
  /** Id of the user or token that made it. */
  readonly createdBy: string | null;
  readonly at: string;
}

export interface MailPreferences {
  readonly security: boolean;
  readonly members: boolean;
}

export interface AccountRow {
  readonly id: string;
  readonly kind: AccountKind;
  readonly slug: string;
  readonly name: string;
  readonly state: 'provisioning' | 'active' | 'suspended';
  readonly suspendedBy: 'staff' | 'master' | null;
  readonly plan: string;
  /** As stored: a trial may be over, compare `trialEndsAt`. */
  readonly managedAccounts: 'locked' | 'unlocked' | 'trial';
  readonly trialEndsAt: string | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly mail: MailPreferences;
  /** Who may copy its parsers out (R7). */
  readonly copyOut: CopyOut;
  readonly revision: number;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** An account as somebody sees it. */
export interface AccountView extends AccountRow {
  readonly terms: Terms;
  /** What its umbrella gives at least (R36). */
  readonly linked: Terms | null;
  readonly parent: {
    readonly linkId: string;
    readonly kind: 'managed' | 'sub';
    readonly account: { readonly id: string; readonly slug: string; readonly name: string };
  } | null;
  /** The viewer's own active membership. */
  readonly membership: Membership | null;
  /** Did the parent grant it to the viewer (R14)? */
  readonly granted: boolean;
  readonly seatsUsed: number;
}

/** Whose accounts are listed. */
export type Viewer =
  /** Staff: every account. */
  | { readonly kind: 'all' }
  /** A person's memberships, and of active masters the managed accounts that they administer or were granted. */
  | { readonly kind: 'person'; readonly userId: string }
  /** A token's one account, if that is active, and its managed accounts, those granted to its person, or none. */
  | {
      readonly kind: 'account';
      readonly accountId: string;
      readonly userId: string | null;
      readonly children: 'all' | 'granted' | 'none';
    };

export interface AccountFilter {
  /** Part of a name or slug. */
  readonly q?: string | undefined;
  readonly kind?: AccountKind | undefined;
  readonly state?: AccountRow['state'] | undefined;
  /** Id of a master: only its managed accounts. */
  readonly masterId?: string | undefined;
  /** All must match. */
  readonly labels: readonly { readonly name: string; readonly value: string }[];
}

/** Accounts before one is chosen: making and listing them. */
export interface AccountsPort {
  /** A taken slug is DomainError `slug_taken`, by the constraint. */
  insert(account: NewAccount): Promise<void>;
  /**
   * Is the slug in use, or retired less than 90 days ago (D17)?
   * @param exceptId an account that may have it back: the one it was retired from
   */
  slugTaken(slug: string, now: string, exceptId?: string): Promise<boolean>;
  /** By id; key of an account: its id. Seats are counted in the query. */
  list(viewer: Viewer, filter: AccountFilter, page: PageRequest, now: string): Promise<Page<AccountView>>;
  /** Id and kind of a deleted account, by its id or by the slug it was retired with. */
  findGone(reference: string): Promise<{ readonly id: string; readonly kind: AccountKind } | null>;
  /** Id of an account that is there, by id or slug: for those who saw it once and do not any more. */
  findId(reference: string): Promise<string | null>;
}

/** What may change of an account; what is left out stays. */
export interface AccountChange {
  readonly name?: string;
  readonly slug?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly mail?: MailPreferences;
  readonly copyOut?: CopyOut;
  readonly plan?: string;
  readonly state?:
    | { readonly is: 'active' }
    | { readonly is: 'suspended'; readonly by: 'staff' | 'master'; readonly reason: string | null };
  readonly managedAccounts?:
    | { readonly is: 'locked' | 'unlocked' }
    | { readonly is: 'trial'; readonly endsAt: string };
}

/** What a deletion takes along. */
export interface AccountHoldings {
  readonly members: number;
  readonly pendingInvites: number;
  readonly workspaces: number;
  readonly parsers: number;
  readonly forms: number;
  /** Of its forms. */
  readonly records: number;
  /** Connectors, workflows and jobs of all its workspaces. */
  readonly resources: number;
  /** Of its members and its own. */
  readonly tokens: number;
  /** Of its workspaces. */
  readonly keys: number;
}

/** The account that the stores are bound to. */
export interface AccountPort {
  /** It is there: whoever binds stores to it has authorised that. */
  read(): Promise<AccountRow>;
  /** @param userId whose membership is looked for; null for callers that are no person */
  view(userId: string | null, now: string): Promise<AccountView>;
  /** Seats in use: active members and unexpired pending invites, nobody counted twice (D6). */
  seatsUsed(now: string): Promise<number>;
  /** Writes a change and the next revision. */
  update(change: AccountChange, at: string): Promise<void>;
  /** Keeps a slug from being given again until `freeAt` (D17); what the account gave up before, it may take back. */
  retireSlug(slug: string, at: string, freeAt: string): Promise<void>;
  /** The account gets back a slug of its own. */
  reclaimSlug(slug: string): Promise<void>;
  holdings(now: string): Promise<AccountHoldings>;
  /**
   * Ends the account: members leave it, their tokens, its own and its workspaces' keys are revoked, resources and
   * parsers go, pending invites are revoked with their unsent mail, open batches are cancelled, its links end. Rows that
   * the audit trail names stay.
   */
  close(at: string): Promise<void>;
  /** Itself and its managed accounts, with counts and workspaces, in a fixed number of queries. */
  tree(now: string): Promise<{ readonly account: TreeAccount; readonly children: readonly TreeAccount[] }>;
}

import type { AccountKind, PlanName } from '../../../contract/limits.ts';

export interface NewAccount {
  readonly id: string;
  readonly kind: AccountKind;
  readonly slug: string;
  readonly name: string;
  readonly state: 'provisioning' | 'active';
  readonly plan: PlanName;
  /** The person of a personal account, else null. */
  readonly ownerUserId: string | null;
  readonly labels: Readonly<Record<string, string>>;
  /** Id of the user or token that made it. */
  readonly createdBy: string | null;
  readonly at: string;
}

/** Accounts before one is chosen: making and listing them. */
export interface AccountsPort {
  /** A taken slug is DomainError `slug_taken`, by the constraint. */
  insert(account: NewAccount): Promise<void>;
  /** Is the slug in use, or retired less than 90 days ago (D17)? */
  slugTaken(slug: string, now: string): Promise<boolean>;
}

/** The account that the stores are bound to. */
export interface AccountPort {
  /** Seats in use: active members and unexpired pending invites, nobody counted twice (D6). */
  seatsUsed(now: string): Promise<number>;
}

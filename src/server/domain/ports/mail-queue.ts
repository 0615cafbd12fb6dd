import type { Holding } from '../entitlements.ts';

/**
 * What the payload of each kind of mail holds; all values are text or null. `secret` is what the link in the mail
 * carries. Names come from people: templates treat them as text and never as links (D20, T19).
 * - invite: `expires_at` RFC 3339; `inviter` a name or address; `first_name` as the inviter gave it
 * - sub_invite: `umbrella` the inviting account's name; `link` the id that `umbrella consent` takes
 * - signup, password_reset, email_change: `expires_at` RFC 3339; without it the mail says nothing of the time
 * - signup_known: somebody asked to sign up with an address that has a user already
 * - notice: `text` may have several lines
 */
export interface MailPayloads {
  readonly invite: {
    readonly secret: string;
    readonly account_name: string;
    readonly inviter: string | null;
    readonly role: string;
    readonly expires_at: string;
    readonly first_name: string | null;
  };
  readonly sub_invite: {
    readonly secret: string;
    readonly umbrella: string;
    readonly inviter: string | null;
    /** Slug of the account that is meant. */
    readonly invitee: string | null;
    readonly link: string;
    readonly expires_at: string;
    readonly first_name: string | null;
  };
  readonly signup: { readonly secret: string; readonly name?: string | null; readonly expires_at?: string };
  readonly signup_known: Readonly<Record<never, never>>;
  readonly password_reset: { readonly secret: string; readonly expires_at?: string };
  readonly email_change: { readonly secret: string; readonly email?: string; readonly expires_at?: string };
  readonly managed_accounts_guide: { readonly account_name: string; readonly account_slug: string };
  readonly notice: { readonly subject: string; readonly text: string };
}

export type MailKind = keyof MailPayloads;

/** A mail that wants to leave. */
export interface DueMail {
  readonly id: string;
  readonly accountId: string | null;
  /** What gives the account something; null for people's own mail. */
  readonly holding: Holding | null;
  readonly kind: string;
  readonly recipient: string;
  readonly recipientFolded: string;
  readonly payload: Readonly<Record<string, string | null>>;
  /** How often it was tried before. */
  readonly attempts: number;
  /** False when its invitation is not pending any more, has expired, or went out in a newer mail. */
  readonly wanted: boolean;
}

export interface CapturedMail {
  readonly id: string;
  readonly recipient: string;
  readonly recipientFolded: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface Claim {
  readonly worker: string;
  /** When others may take the mail over. */
  readonly until: string;
}

/**
 * The sending side of the outbox. A claimed mail belongs to its worker until it says what became of it or the
 * claim runs out, so a killed server loses none (T21). What a worker reports about a mail that is not its own any
 * more changes nothing.
 */
export interface MailQueuePort {
  /** Up to `limit` mails whose time has come or whose claim ran out; people's own before those of accounts, oldest first. */
  due(now: string, limit: number): Promise<readonly DueMail[]>;
  /** Mails of each account sent since a time, or being sent. */
  sentOfAccounts(accountIds: readonly string[], since: string): Promise<ReadonlyMap<string, number>>;
  /** Mails of accounts to each address sent since a time, or being sent. */
  sentToRecipients(recipientsFolded: readonly string[], since: string): Promise<ReadonlyMap<string, number>>;
  /** Counts as an attempt. */
  claim(ids: readonly string[], claim: Claim, at: string): Promise<void>;
  /** Puts claimed mails back, as if never tried. */
  release(ids: readonly string[], worker: string, at: string): Promise<void>;
  hold(ids: readonly string[], until: string, at: string): Promise<void>;
  /** Everything that an account has queued waits. */
  holdAccount(accountId: string, until: string, at: string): Promise<void>;
  /** Never to be sent; the secret is erased. */
  cancel(ids: readonly string[], at: string): Promise<void>;
  /** The secret is erased (D20). */
  sent(ids: readonly string[], worker: string, at: string): Promise<void>;
  /** Keeps the mails for `--dev` and marks them sent: both or neither. */
  capture(mails: readonly CapturedMail[], at: string): Promise<void>;
  retry(
    id: string,
    worker: string,
    later: { readonly error: string; readonly notBefore: string },
    at: string,
  ): Promise<void>;
  /** Gives mails up; the secret is erased. @param worker null: of no worker's, in the transaction that takes them */
  fail(ids: readonly string[], worker: string | null, error: string, at: string): Promise<void>;
  /** When the next mail is due or the next claim runs out; null when nothing waits. */
  nextDue(): Promise<string | null>;
  /** Deletes what was sent, cancelled or given up before a time. @returns how many */
  forget(before: string, limit: number): Promise<number>;
}

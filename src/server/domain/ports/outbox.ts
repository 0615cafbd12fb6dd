/** A mail to be sent, written in the transaction of the change that causes it. */
export interface OutboxMessage {
  readonly id: string;
  /** The account it is sent for, whose daily limit counts it (D23); null for people's own mail. */
  readonly accountId: string | null;
  readonly inviteId: string | null;
  readonly kind:
    | 'invite'
    | 'sub_invite'
    | 'signup'
    | 'signup_known'
    | 'password_reset'
    | 'email_change'
    | 'managed_accounts_guide'
    | 'notice';
  /** As written: mail goes there (D3). */
  readonly recipient: string;
  readonly recipientFolded: string;
  /** What its template needs; the secret in it is erased once the mail has left (D20). */
  readonly payload: Readonly<Record<string, string | null>>;
  readonly at: string;
}

export interface OutboxPort {
  enqueue(messages: readonly OutboxMessage[]): Promise<void>;
  /** The last mail of these invitations, if it has not left, never will; its secret is erased. Call it before a renewal. */
  cancelForInvites(accountId: string, inviteIds: readonly string[], at: string): Promise<void>;
  /** These mails of an account, if they have not left, never will; their secrets are erased. */
  cancelMessages(accountId: string, ids: readonly string[], at: string): Promise<void>;
  /** Mails to an address since a time, from every account (D23); people's own mail does not count. */
  toRecipientSince(recipientFolded: string, at: string): Promise<number>;
  /** How many mails have not left, by state; for the gauge. */
  backlog(): Promise<Readonly<Record<'queued' | 'sending' | 'failed', number>>>;
}

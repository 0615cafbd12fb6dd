export type SecretPurpose = 'signup' | 'password_reset' | 'email_change';

export interface NewSecret {
  /** SHA-256 of the mailed secret, hex. */
  readonly hash: string;
  readonly purpose: SecretPurpose;
  /** Mailed to; for `email_change` the new address. */
  readonly email: string;
  readonly emailFolded: string;
  readonly userId: string | null;
  /** `revoked` leaves a trace of a request that nobody may finish: it is counted like the others. */
  readonly state: 'pending' | 'revoked';
  readonly expiresAt: string;
  readonly at: string;
}

export interface SecretRow {
  readonly purpose: SecretPurpose;
  readonly email: string;
  readonly emailFolded: string;
  readonly userId: string | null;
  readonly state: 'pending' | 'used' | 'revoked';
  readonly expiresAt: string;
}

/** Secrets mailed to people: one purpose, one use, one hour or day. */
export interface SecretsPort {
  insert(secret: NewSecret): Promise<void>;
  /** Only of this purpose: a secret of another one is not found. */
  find(hash: string, purpose: SecretPurpose): Promise<SecretRow | null>;
  /** Uses it up. @returns false when it is not pending any more */
  use(hash: string, at: string): Promise<boolean>;
  /** Revokes what is pending for the address or the person. */
  revokePending(whose: { emailFolded: string } | { userId: string }, purpose: SecretPurpose): Promise<void>;
  /** Requests for an address since then, whatever became of them. */
  countSince(emailFolded: string, purpose: SecretPurpose, since: string): Promise<number>;
}

/** What is kept of a POST that carried an Idempotency-Key, committed with its effect. */
export interface IdempotencyRecord {
  /** SHA-256 of the token: keys of different callers never meet. */
  readonly scope: string;
  readonly operation: string;
  readonly key: string;
  /** HMAC-SHA-256 over path parameters, query and body, keyed with the token: nobody finds the body by trying. */
  readonly requestHash: string;
  readonly status: number;
  /** The answer as JSON; null when it held a secret, then `made` names what was made. */
  readonly answer: string | null;
  readonly made: string | null;
  readonly createdAt: string;
  readonly expiresAt: string;
}

export interface IdempotencyPort {
  find(scope: string, operation: string, key: string, now: string): Promise<IdempotencyRecord | null>;
  /** Replaces an expired record; a live one with this key is a unique violation, so that the transaction is retried. */
  save(record: IdempotencyRecord): Promise<void>;
}

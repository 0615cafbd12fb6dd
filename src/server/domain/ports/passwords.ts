/** Slow on purpose: call it before a transaction, never inside one. */
export interface Passwords {
  hash(password: string): Promise<string>;
  /** False for null, at the cost of a real check, so that timing tells nothing. */
  verify(password: string, hash: string | null): Promise<boolean>;
}

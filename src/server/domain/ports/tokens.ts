/** Tokens of people, before an account is known. */
export interface TokensPort {}

/** Tokens bound to the account: its own, and its members'. */
export interface AccountTokensPort {
  /** Revokes a member's tokens for this account at once (D8). @returns how many */
  revokeOfUser(userId: string, at: string): Promise<number>;
  /** How many live tokens of that member there are. */
  countOfUser(userId: string, now: string): Promise<number>;
}

export interface NewSession {
  readonly id: string;
  readonly userId: string;
  readonly label: string | null;
  /** The absolute end. */
  readonly expiresAt: string;
  readonly at: string;
}

export interface NewRefreshToken {
  readonly hash: string;
  readonly sessionId: string;
  /** The token this one was got with; null for the first. */
  readonly parentHash: string | null;
  readonly expiresAt: string;
  readonly at: string;
}

/** The 15-minute token of a session, kept among the tokens. */
export interface NewAccessToken {
  readonly id: string;
  readonly hash: string;
  readonly sessionId: string;
  readonly userId: string;
  readonly expiresAt: string;
  readonly at: string;
}

export interface RefreshTokenRow {
  readonly sessionId: string;
  readonly userId: string;
  readonly state: 'live' | 'used';
  /** Null exactly while live. */
  readonly usedAt: string | null;
  readonly expiresAt: string;
  readonly sessionActive: boolean;
  /** The absolute end of the session. */
  readonly sessionExpiresAt: string;
}

export type RevocationReason = 'logout' | 'password_change' | 'password_reset' | 'reuse' | 'user_gone';

/** Sessions: families of refresh tokens. Access tokens die with their session. */
export interface SessionsPort {
  insert(session: NewSession): Promise<void>;
  insertRefresh(token: NewRefreshToken): Promise<void>;
  /** The expired ones of the session go. */
  insertAccess(token: NewAccessToken): Promise<void>;
  /** Of users who are not gone. @param hash SHA-256 of the token, hex */
  findRefresh(hash: string): Promise<RefreshTokenRow | null>;
  markUsed(hash: string, at: string): Promise<void>;
  /** @returns false when it was over already */
  revoke(sessionId: string, reason: RevocationReason, at: string): Promise<boolean>;
  /** @param except the session to keep, or null for none. @returns how many ended */
  revokeOfUser(userId: string, except: string | null, reason: RevocationReason, at: string): Promise<number>;
}

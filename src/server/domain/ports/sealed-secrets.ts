import type { SealedSecret } from './parsers.ts';
import type { SealedFor } from './seal.ts';

export interface SealedRow extends SealedFor, SealedSecret {}

/** The sealed secrets of all accounts, for changing the key. Their values are nobody's here. */
export interface SealedSecretsPort {
  /** Some that another key than this one sealed, in order, after the last of those before. */
  underOtherKeys(keyId: string, after: SealedFor | null, limit: number): Promise<readonly SealedRow[]>;
  /** Replaces how it is sealed, unless it was set anew meanwhile. */
  reseal(before: SealedRow, after: Pick<SealedSecret, 'sealed' | 'keyId'>): Promise<void>;
}

/** What a sealed text belongs to: moved anywhere else, it does not open. */
export interface SealedFor {
  readonly accountId: string;
  readonly parserId: string;
  readonly name: string;
}

/** Keeps what the database must not hold in clear, by a key that the database does not have. */
export interface Seal {
  /** Of the key that seals now. */
  readonly keyId: string;
  seal(text: string, place: SealedFor): string;
  /** Null where it was sealed for another place, by a key that is not here, or was touched since. */
  open(sealed: string, place: SealedFor): string | null;
}

/** The order in which an account's parsers are promoted; one an account. */
export interface PromotionPathsPort {
  /** Ids as they were declared, and revision 0 where nothing was. */
  read(): Promise<{ readonly accounts: readonly string[]; readonly revision: number }>;
  /** Writes the next revision. */
  replace(accounts: readonly string[], at: string): Promise<void>;
}

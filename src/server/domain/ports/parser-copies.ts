/** A parser to copy, without its content: that goes from table to table. */
export interface CopySource {
  readonly id: string;
  readonly name: string;
  readonly digest: string;
  readonly revision: number;
  /** Names of secrets that it declares. */
  readonly declared: readonly string[];
}

/** A parser at a target that a copy may meet. */
export interface HeldParser {
  readonly id: string;
  readonly name: string;
  readonly digest: string;
  /** What the last copy onto it brought; null for what was made there. */
  readonly copiedDigest: string | null;
  readonly source: { readonly accountId: string; readonly parserId: string } | null;
  readonly revision: number;
  readonly declared: readonly string[];
  /** Names of secrets that have their value. */
  readonly set: readonly string[];
}

/** What goes from a source to a parser of the target, by ids. */
export interface Arrival {
  readonly sourceId: string;
  readonly id: string;
  readonly name: string;
}

export interface Receipt {
  /** The account that the sources lie in, which the caller may read. */
  readonly from: string;
  readonly created: readonly Arrival[];
  readonly overwritten: readonly Arrival[];
  /** Values of secrets that the new content declares no more. */
  readonly dropped: readonly { readonly parserId: string; readonly name: string }[];
  /** Id of the user or token. */
  readonly by: string | null;
  readonly at: string;
}

/** Copying between two places, in a number of queries that does not depend on how many parsers go. */
export interface ParserCopiesPort {
  /**
   * The first so many of a workspace, by name; or those that are named by name or id.
   * `chars` is how much content they are together.
   */
  sources(
    workspaceId: string,
    references: readonly string[] | null,
    limit: number,
  ): Promise<{ readonly sources: readonly CopySource[]; readonly chars: number }>;
  /** Those with one of the sources' names, and those that were copied from one of them. */
  held(
    workspaceId: string,
    from: { readonly accountId: string; readonly sources: readonly CopySource[] },
  ): Promise<readonly HeldParser[]>;
  /** Names that begin with one of these and a space. */
  namesAfter(workspaceId: string, beginnings: readonly string[]): Promise<readonly string[]>;
  /** Writes what arrives, with one revision each. A taken name is DomainError `parser_name_taken`, by the constraint. */
  receive(workspaceId: string, receipt: Receipt): Promise<void>;
}

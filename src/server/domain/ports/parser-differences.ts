import type { Page, PageRequest } from './page.ts';
import type { ParserContent } from './parsers.ts';

/** One side of a comparison: what it is known by. */
export interface ComparedSide {
  readonly id: string;
  readonly digest: string;
  readonly copiedDigest: string | null;
}

/** Parsers of two places that have one name; at least one of them is there. */
export interface Compared {
  readonly name: string;
  readonly source: ComparedSide | null;
  readonly target: ComparedSide | null;
  /** Before and after, where both are there and differ. */
  readonly contents: { readonly source: ParserContent; readonly target: ParserContent } | null;
}

/** A workspace of an account that the caller may read. */
export interface ComparedPlace {
  readonly accountId: string;
  readonly workspaceId: string;
}

/** Compares a workspace of the account with one of another. */
export interface ParserDifferencesPort {
  /**
   * The two places merged by name, without what is the same unless that is asked for. Key: the name.
   * A page ends early once the contents fill it.
   */
  merged(
    workspaceId: string,
    target: ComparedPlace,
    same: boolean,
    page: PageRequest,
  ): Promise<Page<Compared>>;
  /** A parser of each place, whatever they are called; null where neither is there. */
  pair(
    source: { readonly workspaceId: string; readonly name: string },
    target: ComparedPlace & { readonly name: string },
  ): Promise<Compared | null>;
}

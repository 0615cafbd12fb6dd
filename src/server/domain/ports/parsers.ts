import type { ParserDefinition, ParserRevision } from '../../../contract/types.ts';
import type { Page, PageRequest } from './page.ts';

/** What a parser does to documents: what its digest is over, and what a copy brings. */
export interface ParserContent {
  readonly documentType: string;
  readonly description: string | null;
  readonly definition: ParserDefinition;
}

/** Where a copy came from. It is kept as it was, whatever becomes of it. */
export interface ParserOrigin {
  readonly accountId: string;
  readonly parserId: string;
  readonly name: string;
  readonly revision: number;
}

export interface ParserSummary {
  readonly id: string;
  readonly workspace: { readonly id: string; readonly slug: string };
  readonly name: string;
  readonly documentType: string;
  readonly description: string | null;
  readonly digest: string;
  /** Names of secrets that the definition declares. */
  readonly declared: readonly string[];
  /** When which of them was set. */
  readonly setAt: ReadonlyMap<string, string>;
  readonly source: ParserOrigin | null;
  readonly copiedRevision: number | null;
  /** What the last copy brought. */
  readonly copiedDigest: string | null;
  readonly revision: number;
  /** Address of the person or name of the token that made it. */
  readonly createdBy: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface ParserRow extends ParserSummary, ParserContent {}

/** A summary, with the definition where the list was asked for it. */
export interface ParserListed extends ParserSummary {
  readonly definition: ParserDefinition | null;
}

/** What a revision keeps beside the content: how it came to be. */
export interface RevisionMark {
  readonly change: ParserRevision['change'];
  /** Exactly for a roll-back. */
  readonly rolledBackTo: number | null;
  /** Id of the user or token. */
  readonly by: string | null;
  readonly at: string;
}

export interface NewParser extends ParserContent {
  readonly id: string;
  readonly workspaceId: string;
  readonly name: string;
  readonly digest: string;
}

/** What is left out stays. */
export interface ParserChange {
  readonly name?: string;
  readonly content?: ParserContent & { readonly digest: string };
}

/** A secret as it is kept: by the key of that id, which the database does not have. */
export interface SealedSecret {
  readonly name: string;
  readonly sealed: string;
  readonly keyId: string;
}

export interface RevisionContent extends ParserContent {
  readonly listed: ParserRevision;
}

export interface ParserFilter {
  /** Part of a name or description. */
  readonly q?: string | undefined;
  readonly documentType?: string | undefined;
}

export interface ParsersPort {
  /** Of the whole account. */
  count(): Promise<number>;
  /** With revision 1. A taken name is DomainError `parser_name_taken`, by the constraint. */
  insert(parser: NewParser, mark: RevisionMark): Promise<void>;
  /** By name. Key of a parser: its name. With definitions a page ends early once they fill it. */
  list(
    workspaceId: string,
    filter: ParserFilter,
    page: PageRequest,
    definitions: boolean,
  ): Promise<Page<ParserListed>>;
  /** By id or name. */
  find(workspaceId: string, reference: string): Promise<ParserRow | null>;
  /** Writes a change and the next revision, even where nothing of it is left but the mark. */
  update(id: string, change: ParserChange, mark: RevisionMark): Promise<void>;
  /** Sets secrets and takes others away. */
  keepSecrets(id: string, set: readonly SealedSecret[], taken: readonly string[], at: string): Promise<void>;
  /** With its revisions and secrets. */
  remove(id: string): Promise<void>;
  /** Newest first. Key of a revision: its number. */
  revisions(id: string, page: PageRequest): Promise<Page<ParserRevision>>;
  revision(id: string, revision: number): Promise<RevisionContent | null>;
}

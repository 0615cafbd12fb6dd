import type { Parser, ParserItem } from '../../contract/types.ts';
import { type AccountFacts, canSee } from './access.ts';
import { isEdited } from './parser-content.ts';
import type { ParserListed, ParserOrigin, ParserRow, ParserSummary } from './ports/parsers.ts';
import type { Work } from './work.ts';

type Seen = ReadonlyMap<string, AccountFacts>;
type Looking = Pick<Work, 'actor' | 'platform'>;

/** The accounts that parsers were copied from, as far as the caller may see them (D14): one query for all. */
async function sourcesSeen({ actor, platform }: Looking, parsers: readonly ParserSummary[]): Promise<Seen> {
  const ids = new Set(parsers.flatMap(({ source }) => source?.accountId ?? []));
  const standings = await platform.access.standings(actor, [...ids]);
  return new Map(
    standings.filter((standing) => canSee(actor, standing)).map(({ account }) => [account.id, account]),
  );
}

function shownSource(source: ParserOrigin | null, seen: Seen): Parser['source'] {
  const account = source === null ? undefined : seen.get(source.accountId);
  if (source === null || account === undefined) return null;
  return {
    account: { id: account.id, slug: account.slug, name: account.name },
    parser: { id: source.parserId, name: source.name },
    revision: source.revision,
  };
}

function shownSummary(accountId: string, parser: ParserSummary, seen: Seen): Omit<Parser, 'definition'> {
  return {
    id: parser.id,
    account_id: accountId,
    workspace: { ...parser.workspace },
    name: parser.name,
    document_type: parser.documentType,
    description: parser.description,
    secrets: parser.declared.map((name) => {
      const setAt = parser.setAt.get(name) ?? null;
      return { name, state: setAt === null ? 'missing' : 'set', set_at: setAt };
    }),
    digest: parser.digest,
    source: shownSource(parser.source, seen),
    copied_revision: parser.copiedRevision,
    edited: isEdited(parser),
    revision: parser.revision,
    created_by: parser.createdBy,
    created_at: parser.createdAt,
    updated_at: parser.updatedAt,
  };
}

/** A parser as the contract shows it to this caller. */
export async function toParser(work: Looking, accountId: string, parser: ParserRow): Promise<Parser> {
  const seen = await sourcesSeen(work, [parser]);
  return { ...shownSummary(accountId, parser, seen), definition: parser.definition };
}

export async function toParserItems(
  work: Looking,
  accountId: string,
  parsers: readonly ParserListed[],
): Promise<ParserItem[]> {
  const seen = await sourcesSeen(work, parsers);
  return parsers.map((parser) => ({
    ...shownSummary(accountId, parser, seen),
    definition: parser.definition,
  }));
}

import { sql } from 'kysely';
import type {
  Compared,
  ComparedPlace,
  ComparedSide,
  ParserDifferencesPort,
} from '../domain/ports/parser-differences.ts';
import type { ParserContent } from '../domain/ports/parsers.ts';
import { jsonRows } from './json-rows.ts';
import { fitting, toDefinition } from './parsers.ts';
import type { Trx } from './transaction.ts';

type Pair = Omit<Compared, 'contents'>;

function parsersAt(trx: Trx, { accountId, workspaceId }: ComparedPlace, after: string | undefined) {
  const query = trx
    .selectFrom('parsers')
    .where('account_id', '=', accountId)
    .where('workspace_id', '=', workspaceId)
    .select(['id', 'name', 'digest', 'copied_digest as copiedDigest']);
  return after === undefined ? query : query.where('name', '>', after);
}

const side = (id: string | null, digest: string | null, copiedDigest: string | null): ComparedSide | null =>
  id === null || digest === null ? null : { id, digest, copiedDigest };

/** Both there and not the same: only then does content matter. */
const differs = ({ source, target }: Pair): boolean =>
  source !== null && target !== null && source.digest !== target.digest;

export function parserDifferencesStore(trx: Trx, accountId: string): ParserDifferencesPort {
  function contentsOf(ids: { source: string; target: string }[], target: ComparedPlace) {
    return trx
      .selectFrom(jsonRows(trx, 'r', { source: 'text', target: 'text' }, ids))
      .innerJoin('parsers as s', (join) =>
        join.onRef('s.id', '=', 'r.source').on('s.account_id', '=', accountId),
      )
      .innerJoin('parsers as t', (join) =>
        join.onRef('t.id', '=', 'r.target').on('t.account_id', '=', target.accountId),
      );
  }

  const idsOf = (pairs: readonly Pair[]) =>
    pairs.flatMap((pair) => {
      const { source, target } = pair;
      return source !== null && target !== null && differs(pair)
        ? [{ source: source.id, target: target.id }]
        : [];
    });

  /** The contents of the first pairs, as many as fit into a page. */
  async function withContents(pairs: readonly Pair[], target: ComparedPlace): Promise<Compared[]> {
    const sizes = await contentsOf(idsOf(pairs), target)
      .select('r.source')
      .select(sql<number>`cast(length(s.definition) + length(t.definition) as integer)`.as('size'))
      .execute();
    const sizeOf = new Map(sizes.map(({ source, size }) => [source, size]));
    const shown = pairs.slice(0, fitting(pairs.map(({ source }) => sizeOf.get(source?.id ?? '') ?? 0)));
    const rows = await contentsOf(idsOf(shown), target)
      .select(['r.source', 's.document_type as type', 's.description', 's.definition'])
      .select(['t.document_type as t_type', 't.description as t_description', 't.definition as t_definition'])
      .execute();
    const content = (type: string, description: string | null, json: string): ParserContent => ({
      documentType: type,
      description,
      definition: toDefinition(json),
    });
    const found = new Map(
      rows.map((row) => [
        row.source,
        {
          source: content(row.type, row.description, row.definition),
          target: content(row.t_type, row.t_description, row.t_definition),
        },
      ]),
    );
    return shown.map((pair) => ({ ...pair, contents: found.get(pair.source?.id ?? '') ?? null }));
  }

  return {
    async merged(workspaceId, target, same, page) {
      const [after] = page.after ?? [];
      const name = sql<string>`coalesce(s.name, t.name)`;
      let query = trx
        .selectFrom(parsersAt(trx, { accountId, workspaceId }, after).as('s'))
        .fullJoin(parsersAt(trx, target, after).as('t'), 't.name', 's.name')
        .select(['s.id', 's.digest', 's.copiedDigest'])
        .select(['t.id as t_id', 't.digest as t_digest', 't.copiedDigest as t_copied'])
        .select(name.as('name'))
        .orderBy(name)
        .limit(page.limit + 1);
      if (!same) query = query.where('s.digest', 'is distinct from', sql<string>`t.digest`);
      const rows = await query.execute();
      const pairs = rows.map((row) => ({
        name: row.name,
        source: side(row.id, row.digest, row.copiedDigest),
        target: side(row.t_id, row.t_digest, row.t_copied),
      }));
      const shown = await withContents(pairs.slice(0, page.limit), target);
      const extra = pairs.length > shown.length;
      return { items: shown, next: extra ? [shown.at(-1)?.name ?? ''] : null };
    },

    async pair(source, target) {
      const at = (place: ComparedPlace, name: string) =>
        parsersAt(trx, place, undefined).where('name', '=', name).executeTakeFirst();
      const { workspaceId, name } = source;
      const found = (await at({ accountId, workspaceId }, name)) ?? null;
      const other = (await at(target, target.name)) ?? null;
      if (found === null && other === null) return null;
      const [compared] = await withContents([{ name, source: found, target: other }], target);
      return compared ?? null;
    },
  };
}

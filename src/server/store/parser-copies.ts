import { sql } from 'kysely';
import { looksLikeId } from '../../contract/ids.ts';
import type { Arrival, CopySource, ParserCopiesPort, Receipt } from '../domain/ports/parser-copies.ts';
import { toStrings } from './columns.ts';
import { jsonRows } from './json-rows.ts';
import type { Trx } from './transaction.ts';

const texts = (trx: Trx, values: readonly string[]) =>
  jsonRows(
    trx,
    'r',
    { text: 'text' },
    values.map((text) => ({ text })),
  );

const arrivalColumns = { sourceId: 'text', id: 'text', name: 'text' } as const;

/** What a copy brings, and where it says that it came from. */
const brought = [
  'document_type',
  'description',
  'definition',
  'declared_secrets',
  'digest',
  'source_account_id',
  'source_parser_id',
  'source_name',
  'source_revision',
  'copied_digest',
] as const;

const stamps = ['copied_revision', 'created_by', 'created_at', 'updated_at'] as const;

/** The arriving contents, read at their source, with the id and name that they get. */
function arriving(trx: Trx, from: string, arrivals: readonly Arrival[]) {
  return trx
    .selectFrom(jsonRows(trx, 'r', arrivalColumns, arrivals))
    .innerJoin('parsers as s', 's.id', 'r.sourceId')
    .where('s.account_id', '=', from)
    .select(['r.id', 'r.name', 's.document_type', 's.description', 's.definition', 's.declared_secrets'])
    .select(['s.digest', 's.account_id as source_account_id', 's.id as source_parser_id'])
    .select(['s.name as source_name', 's.revision as source_revision', 's.digest as copied_digest']);
}

async function create(
  trx: Trx,
  accountId: string,
  workspaceId: string,
  { from, created, by, at }: Receipt,
): Promise<void> {
  if (created.length === 0) return;
  await trx
    .insertInto('parsers')
    .columns(['account_id', 'workspace_id', 'id', 'name', ...brought, ...stamps])
    .expression((eb) =>
      eb
        .selectFrom(arriving(trx, from, created).as('c'))
        .select([eb.val(accountId).as('account_id'), eb.val(workspaceId).as('workspace_id')])
        .select(['c.id', 'c.name', ...brought.map((name) => `c.${name}` as const)])
        .select([
          sql.lit(1).as('copied_revision'),
          eb.val(by).as('created_by'),
          eb.val(at).as('created_at'),
          eb.val(at).as('updated_at'),
        ]),
    )
    .execute();
}

async function overwrite(trx: Trx, accountId: string, { from, overwritten, at }: Receipt): Promise<void> {
  if (overwritten.length === 0) return;
  const next = sql<number>`${sql.ref('parsers.revision')} + 1`;
  await trx
    .updateTable('parsers')
    .from(arriving(trx, from, overwritten).as('c'))
    .set((eb) => ({
      ...Object.fromEntries(brought.map((name) => [name, eb.ref(`c.${name}`)])),
      copied_revision: next,
      revision: next,
      updated_at: at,
    }))
    .where('parsers.account_id', '=', accountId)
    .whereRef('parsers.id', '=', 'c.id')
    .execute();
}

async function keepRevisions(trx: Trx, accountId: string, receipt: Receipt): Promise<void> {
  const ids = [...receipt.created, ...receipt.overwritten].map(({ id }) => id);
  if (ids.length === 0) return;
  const content = ['name', 'document_type', 'description', 'definition', 'digest', 'revision'] as const;
  await trx
    .insertInto('parser_revisions')
    .columns(['account_id', 'parser_id', ...content, 'change', 'created_by', 'created_at'])
    .expression((eb) =>
      eb
        .selectFrom('parsers as p')
        .where('p.account_id', '=', accountId)
        .where('p.id', 'in', (of) => of.selectFrom(texts(trx, ids)).select('r.text'))
        .select(['p.account_id', 'p.id', ...content.map((name) => `p.${name}` as const)])
        .select([
          eb.val('copied').as('change'),
          eb.val(receipt.by).as('created_by'),
          eb.val(receipt.at).as('created_at'),
        ]),
    )
    .execute();
}

async function dropSecrets(trx: Trx, accountId: string, { dropped }: Receipt): Promise<void> {
  if (dropped.length === 0) return;
  await trx
    .deleteFrom('parser_secrets')
    .where('account_id', '=', accountId)
    .where((eb) =>
      eb.exists(
        eb
          .selectFrom(jsonRows(trx, 'r', { parserId: 'text', name: 'text' }, dropped))
          .whereRef('r.parserId', '=', 'parser_secrets.parser_id')
          .whereRef('r.name', '=', 'parser_secrets.name')
          .select('r.name'),
      ),
    )
    .execute();
}

export function parserCopiesStore(trx: Trx, accountId: string): ParserCopiesPort {
  const within = (workspaceId: string) =>
    trx
      .selectFrom('parsers as p')
      .where('p.account_id', '=', accountId)
      .where('p.workspace_id', '=', workspaceId);

  async function setOf(ids: readonly string[]): Promise<Map<string, string[]>> {
    const rows = await trx
      .selectFrom('parser_secrets')
      .where('account_id', '=', accountId)
      .where('parser_id', 'in', (eb) => eb.selectFrom(texts(trx, ids)).select('r.text'))
      .select(['parser_id', 'name'])
      .execute();
    const grouped = Map.groupBy(rows, (row) => row.parser_id);
    return new Map([...grouped].map(([id, list]) => [id, list.map(({ name }) => name)]));
  }

  return {
    async sources(workspaceId, references, limit) {
      let query = within(workspaceId)
        .select(['p.id', 'p.name', 'p.digest', 'p.revision', 'p.declared_secrets'])
        .select(sql<number>`cast(length(p.definition) as integer)`.as('chars'))
        .orderBy('p.name')
        .limit(limit);
      if (references !== null) {
        const ids = references.filter(looksLikeId);
        const names = references.filter((reference) => !looksLikeId(reference));
        query = query.where((eb) =>
          eb.or([
            eb('p.id', 'in', eb.selectFrom(texts(trx, ids)).select('r.text')),
            eb('p.name', 'in', eb.selectFrom(texts(trx, names)).select('r.text')),
          ]),
        );
      }
      const rows = await query.execute();
      const sources = rows.map(
        ({ id, name, digest, revision, declared_secrets }): CopySource => ({
          id,
          name,
          digest,
          revision,
          declared: toStrings(declared_secrets),
        }),
      );
      return { sources, chars: rows.reduce((sum, { chars }) => sum + chars, 0) };
    },

    async held(workspaceId, { accountId: from, sources }) {
      const names = sources.map(({ name }) => name);
      const ids = sources.map(({ id }) => id);
      const rows = await within(workspaceId)
        .where((eb) =>
          eb.or([
            eb('p.name', 'in', eb.selectFrom(texts(trx, names)).select('r.text')),
            eb('p.source_parser_id', 'in', eb.selectFrom(texts(trx, ids)).select('r.text')),
          ]),
        )
        .select(['p.id', 'p.name', 'p.digest', 'p.copied_digest', 'p.revision', 'p.declared_secrets'])
        .select(['p.source_account_id', 'p.source_parser_id'])
        .orderBy('p.name')
        .execute();
      const set = await setOf(rows.map(({ id }) => id));
      return rows.map((row) => {
        const { source_account_id, source_parser_id: parserId } = row;
        return {
          id: row.id,
          name: row.name,
          digest: row.digest,
          copiedDigest: row.copied_digest,
          source: source_account_id === from && parserId !== null ? { accountId: from, parserId } : null,
          revision: row.revision,
          declared: toStrings(row.declared_secrets),
          set: set.get(row.id) ?? [],
        };
      });
    },

    async namesAfter(workspaceId, beginnings) {
      if (beginnings.length === 0) return [];
      // As a range, which the index on names serves: '!' comes after ' '.
      const ranges = beginnings.map((text) => ({ low: `${text} `, high: `${text}!` }));
      const rows = await within(workspaceId)
        .innerJoin(jsonRows(trx, 'r', { low: 'text', high: 'text' }, ranges), (join) =>
          join.onRef('p.name', '>=', 'r.low').onRef('p.name', '<', 'r.high'),
        )
        .select('p.name')
        .execute();
      return rows.map(({ name }) => name);
    },

    async receive(workspaceId, receipt) {
      await create(trx, accountId, workspaceId, receipt);
      await overwrite(trx, accountId, receipt);
      await keepRevisions(trx, accountId, receipt);
      await dropSecrets(trx, accountId, receipt);
    },
  };
}

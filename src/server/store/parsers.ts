import { sql } from 'kysely';
import { looksLikeId } from '../../contract/ids.ts';
import type { ParserDefinition, ParserRevision } from '../../contract/types.ts';
import type { ParserContent, ParserSummary, ParsersPort, RevisionMark } from '../domain/ports/parsers.ts';
import { toStrings } from './columns.ts';
import { inIds } from './json-rows.ts';
import { toPage } from './keyset.ts';
import { anyContains } from './search.ts';
import type { Trx } from './transaction.ts';

/** Characters of definitions in one page: what many large ones would cost is spread over many answers. */
const PAGE_CHARS = 4 * 1024 * 1024;

/** Written by this server, from this type. */
export function toDefinition(json: string): ParserDefinition {
  // oxlint-disable-next-line typescript/no-unsafe-return -- the contract's own shape, which every writer has checked
  return JSON.parse(json);
}

const columnsOf = ({ documentType, description, definition }: ParserContent) => ({
  document_type: documentType,
  description,
  definition: JSON.stringify(definition),
  declared_secrets: JSON.stringify(definition.secrets.map(({ name }) => name)),
});

function selectSummaries(trx: Trx, accountId: string) {
  return trx
    .selectFrom('parsers as p')
    .innerJoin('workspaces as w', (join) =>
      join.onRef('w.account_id', '=', 'p.account_id').onRef('w.id', '=', 'p.workspace_id'),
    )
    .leftJoin('users as u', 'u.id', 'p.created_by')
    .leftJoin('tokens as t', 't.id', 'p.created_by')
    .where('p.account_id', '=', accountId)
    .select(['p.id', 'p.name', 'p.document_type', 'p.description', 'p.declared_secrets', 'p.digest'])
    .select(['p.source_account_id', 'p.source_parser_id', 'p.source_name', 'p.source_revision'])
    .select(['p.copied_revision', 'p.copied_digest', 'p.revision', 'p.created_at', 'p.updated_at'])
    .select(['w.id as workspace_id', 'w.slug as workspace_slug'])
    .select(sql<string | null>`coalesce(u.email, t.name)`.as('creator'));
}

type SummaryRow = Awaited<ReturnType<ReturnType<typeof selectSummaries>['executeTakeFirstOrThrow']>>;

function toSummary(row: SummaryRow, setAt: ReadonlyMap<string, string>): ParserSummary {
  const { source_account_id: accountId, source_parser_id: parserId, source_name, source_revision } = row;
  const copied = accountId !== null && parserId !== null && source_name !== null && source_revision !== null;
  return {
    id: row.id,
    workspace: { id: row.workspace_id, slug: row.workspace_slug },
    name: row.name,
    documentType: row.document_type,
    description: row.description,
    digest: row.digest,
    declared: toStrings(row.declared_secrets),
    setAt,
    source: copied ? { accountId, parserId, name: source_name, revision: source_revision } : null,
    copiedRevision: row.copied_revision,
    copiedDigest: row.copied_digest,
    revision: row.revision,
    createdBy: row.creator,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

/** When which secret of these parsers was set. */
export async function secretsOf(
  trx: Trx,
  accountIds: readonly string[],
  ids: readonly string[],
): Promise<Map<string, Map<string, string>>> {
  const rows = await trx
    .selectFrom('parser_secrets')
    .where('account_id', 'in', inIds(trx, accountIds))
    .where('parser_id', 'in', inIds(trx, ids))
    .select(['parser_id', 'name', 'set_at'])
    .execute();
  const grouped = Map.groupBy(rows, (row) => row.parser_id);
  return new Map(
    [...grouped].map(([id, secrets]) => [id, new Map(secrets.map(({ name, set_at }) => [name, set_at]))]),
  );
}

export async function definitionsOf(
  trx: Trx,
  accountIds: readonly string[],
  ids: readonly string[],
): Promise<Map<string, ParserDefinition>> {
  const rows = await trx
    .selectFrom('parsers')
    .where('account_id', 'in', inIds(trx, accountIds))
    .where('id', 'in', inIds(trx, ids))
    .select(['id', 'definition'])
    .execute();
  return new Map(rows.map(({ id, definition }) => [id, toDefinition(definition)]));
}

/** How many of the rows fit into a page, at least one. */
export function fitting(sizes: readonly number[]): number {
  let sum = 0;
  const over = sizes.findIndex((size) => (sum += size) > PAGE_CHARS);
  return over === -1 ? sizes.length : Math.max(over, 1);
}

const revisionColumns = ['r.parser_id', 'r.revision', 'r.change', 'r.rolled_back_to', 'r.name'] as const;

function selectRevisions(trx: Trx, accountId: string, parserId: string) {
  return trx
    .selectFrom('parser_revisions as r')
    .leftJoin('users as u', 'u.id', 'r.created_by')
    .leftJoin('tokens as t', 't.id', 'r.created_by')
    .where('r.account_id', '=', accountId)
    .where('r.parser_id', '=', parserId)
    .select(revisionColumns)
    .select(['r.document_type', 'r.description', 'r.digest', 'r.created_at as at'])
    .select(sql<string | null>`coalesce(u.email, t.name)`.as('by'));
}

const revisionContent = [
  'account_id',
  'parser_id',
  'revision',
  'name',
  'document_type',
  'description',
  'definition',
] as const;

/** Writes the revision that a parser has reached, from its row as it is now. */
async function keepRevision(trx: Trx, accountId: string, id: string, mark: RevisionMark): Promise<void> {
  await trx
    .insertInto('parser_revisions')
    .columns([...revisionContent, 'digest', 'change', 'rolled_back_to', 'created_by', 'created_at'])
    .expression((eb) =>
      eb
        .selectFrom('parsers as p')
        .where('p.account_id', '=', accountId)
        .where('p.id', '=', id)
        .select(['p.account_id', 'p.id', 'p.revision', 'p.name', 'p.document_type', 'p.description'])
        .select(['p.definition', 'p.digest'])
        .select([
          eb.val(mark.change).as('change'),
          eb.val(mark.rolledBackTo).as('rolled_back_to'),
          eb.val(mark.by).as('created_by'),
          eb.val(mark.at).as('created_at'),
        ]),
    )
    .execute();
}

export function parsersStore(trx: Trx, accountId: string): ParsersPort {
  const one = (id: string) => ({ account_id: accountId, id }) as const;
  return {
    async count() {
      const row = await trx
        .selectFrom('parsers')
        .where('account_id', '=', accountId)
        .select((eb) => eb.cast<number>(eb.fn.countAll(), 'integer').as('n'))
        .executeTakeFirst();
      return row?.n ?? 0;
    },

    async insert(parser, mark) {
      await trx
        .insertInto('parsers')
        .values({
          ...one(parser.id),
          workspace_id: parser.workspaceId,
          name: parser.name,
          ...columnsOf(parser),
          digest: parser.digest,
          created_by: mark.by,
          created_at: mark.at,
          updated_at: mark.at,
        })
        .execute();
      await keepRevision(trx, accountId, parser.id, mark);
    },

    async list(workspaceId, filter, page, definitions) {
      let query = selectSummaries(trx, accountId)
        .where('p.workspace_id', '=', workspaceId)
        .select(sql<number>`cast(length(p.definition) as integer)`.as('size'))
        .orderBy('p.name')
        .limit(page.limit + 1);
      const [after] = page.after ?? [];
      if (after !== undefined) query = query.where('p.name', '>', after);
      const { q, documentType } = filter;
      if (documentType !== undefined) query = query.where('p.document_type', '=', documentType);
      if (q !== undefined)
        query = query.where((eb) => anyContains([eb.ref('p.name'), eb.ref('p.description')], q));
      const rows = await query.execute();
      const limit = definitions ? Math.min(page.limit, fitting(rows.map(({ size }) => size))) : page.limit;
      const ids = rows.slice(0, limit).map(({ id }) => id);
      const secrets = await secretsOf(trx, [accountId], ids);
      const contents = definitions
        ? await definitionsOf(trx, [accountId], ids)
        : new Map<string, ParserDefinition>();
      return toPage(
        rows,
        limit,
        (row) => [row.name],
        (row) => ({
          ...toSummary(row, secrets.get(row.id) ?? new Map()),
          definition: contents.get(row.id) ?? null,
        }),
      );
    },

    async find(workspaceId, reference) {
      const row = await selectSummaries(trx, accountId)
        .where('p.workspace_id', '=', workspaceId)
        .where(looksLikeId(reference) ? 'p.id' : 'p.name', '=', reference)
        .select('p.definition')
        .executeTakeFirst();
      if (!row) return null;
      const secrets = await secretsOf(trx, [accountId], [row.id]);
      return {
        ...toSummary(row, secrets.get(row.id) ?? new Map()),
        definition: toDefinition(row.definition),
      };
    },

    async update(id, { name, content }, mark) {
      await trx
        .updateTable('parsers')
        .set({
          ...(name !== undefined && { name }),
          ...(content !== undefined && { ...columnsOf(content), digest: content.digest }),
          updated_at: mark.at,
          revision: sql`revision + 1`,
        })
        .where('account_id', '=', accountId)
        .where('id', '=', id)
        .execute();
      await keepRevision(trx, accountId, id, mark);
    },

    async keepSecrets(id, set, taken, at) {
      const names = [...taken, ...set.map(({ name }) => name)];
      if (names.length === 0) return;
      await trx
        .deleteFrom('parser_secrets')
        .where('account_id', '=', accountId)
        .where('parser_id', '=', id)
        .where('name', 'in', names)
        .execute();
      if (set.length === 0) return;
      const rows = set.map(({ name, sealed, keyId }) => ({ name, sealed, key_id: keyId, set_at: at }));
      await trx
        .insertInto('parser_secrets')
        .values(rows.map((row) => ({ account_id: accountId, parser_id: id, ...row })))
        .execute();
    },

    async remove(id) {
      await trx.deleteFrom('parsers').where('account_id', '=', accountId).where('id', '=', id).execute();
    },

    async revisions(id, page) {
      let query = selectRevisions(trx, accountId, id)
        .orderBy('r.revision', 'desc')
        .limit(page.limit + 1);
      const [after] = page.after ?? [];
      if (after !== undefined) query = query.where('r.revision', '<', Number(after));
      return toPage(
        await query.execute(),
        page.limit,
        (row) => [String(row.revision)],
        (row): ParserRevision => row,
      );
    },

    async revision(id, revision) {
      const row = await selectRevisions(trx, accountId, id)
        .where('r.revision', '=', revision)
        .select('r.definition')
        .executeTakeFirst();
      if (!row) return null;
      const { definition, ...listed } = row;
      const { document_type: documentType, description } = listed;
      return { listed, documentType, description, definition: toDefinition(definition) };
    },
  };
}

import { sql } from 'kysely';
import { questionsInOrder } from '../../contract/form-order.ts';
import { looksLikeId } from '../../contract/ids.ts';
import type { Form } from '../../contract/types.ts';
import type { FormChange, FormSummary, FormsPort, SharedForm } from '../domain/ports/forms.ts';
import { formsBeside, ownersBeside, roleBeside } from './form-sharing.ts';
import { inIds } from './json-rows.ts';
import { toPage } from './keyset.ts';
import { anyContains } from './search.ts';
import type { Trx } from './transaction.ts';

/** Written by this server, from this type. */
function toQuestions(json: string): Form['questions'] {
  // oxlint-disable-next-line typescript/no-unsafe-return -- the contract's own shape, which every writer has checked
  return JSON.parse(json);
}

export async function questionsOf(
  trx: Trx,
  accountIds: readonly string[],
  ids: readonly string[],
): Promise<Map<string, Form['questions']>> {
  const rows = await trx
    .selectFrom('forms')
    .where('account_id', 'in', inIds(trx, accountIds))
    .where('id', 'in', inIds(trx, ids))
    .select(['id', 'questions'])
    .execute();
  return new Map(rows.map(({ id, questions }) => [id, toQuestions(questions)]));
}

const questionColumns = (questions: Form['questions']) => ({
  questions: JSON.stringify(questions),
  question_count: questionsInOrder(questions).length,
});

const summaryColumns = [
  'f.id',
  'f.name',
  'f.title',
  'f.description',
  'f.question_count',
  'f.example',
  'f.source_account_id',
  'f.source_form_id',
  'f.source_name',
  'f.source_revision',
  'f.revision',
  'f.created_at',
  'f.updated_at',
] as const;

function selectForms(trx: Trx, accountId: string) {
  return trx
    .selectFrom('forms as f')
    .innerJoin('workspaces as w', (join) =>
      join.onRef('w.account_id', '=', 'f.account_id').onRef('w.id', '=', 'f.workspace_id'),
    )
    .leftJoin('users as u', 'u.id', 'f.created_by')
    .leftJoin('tokens as t', 't.id', 'f.created_by')
    .where('f.account_id', '=', accountId)
    .select(summaryColumns)
    .select(['w.id as workspace_id', 'w.slug as workspace_slug'])
    .select(sql<string | null>`coalesce(u.email, t.name)`.as('creator'));
}

/** Of other accounts. */
function selectShared(trx: Trx, accountId: string) {
  return formsBeside(trx)
    .innerJoin('workspaces as w', (join) =>
      join.onRef('w.account_id', '=', 'f.account_id').onRef('w.id', '=', 'f.workspace_id'),
    )
    .innerJoin('accounts as o', 'o.id', 'f.account_id')
    .where('x.id', '=', accountId)
    .where('f.account_id', 'in', ownersBeside(trx, accountId))
    .where('o.state', '<>', 'gone')
    .where(roleBeside, '<>', 'none')
    .select(summaryColumns)
    .select(['w.id as workspace_id', 'w.slug as workspace_slug'])
    .select(['o.id as owner_id', 'o.slug as owner_slug', 'o.name as owner_name', roleBeside.as('role')])
    .select(sql<string | null>`null`.as('creator'));
}

type SummaryRow = Awaited<ReturnType<ReturnType<typeof selectForms>['executeTakeFirstOrThrow']>>;
type SharedRow = Awaited<ReturnType<ReturnType<typeof selectShared>['executeTakeFirstOrThrow']>>;

function toSummary(row: SummaryRow): FormSummary {
  const { source_account_id: account_id, source_form_id: form_id, source_name: name } = row;
  const { source_revision: revision } = row;
  const copied = account_id !== null && form_id !== null && name !== null && revision !== null;
  return {
    id: row.id,
    workspace: { id: row.workspace_id, slug: row.workspace_slug },
    name: row.name,
    title: row.title,
    description: row.description,
    questionCount: row.question_count,
    example: row.example === 'yes',
    source: copied ? { account_id, form_id, name, revision } : null,
    revision: row.revision,
    createdBy: row.creator,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

function toShared(row: SharedRow): SharedForm {
  const { role } = row;
  if (role === 'none') throw new Error('what is not shared was asked for as shared');
  return {
    ...toSummary(row),
    owner: { id: row.owner_id, slug: row.owner_slug, name: row.owner_name },
    role,
  };
}

const changed = ({ name, title, description, questions, example }: FormChange) => ({
  ...(name !== undefined && { name }),
  ...(title !== undefined && { title }),
  ...(description !== undefined && { description }),
  ...(questions !== undefined && questionColumns(questions)),
  ...(example !== undefined && { example: example ? ('yes' as const) : ('no' as const) }),
});

export function formsStore(trx: Trx, accountId: string): FormsPort {
  return {
    async count() {
      const row = await trx
        .selectFrom('forms')
        .where('account_id', '=', accountId)
        .select((eb) => eb.cast<number>(eb.fn.countAll(), 'integer').as('n'))
        .executeTakeFirst();
      return row?.n ?? 0;
    },

    async insert({ id, workspaceId, name, title, description, questions, source, by, at }) {
      await trx
        .insertInto('forms')
        .values({
          account_id: accountId,
          id,
          workspace_id: workspaceId,
          name,
          title,
          description,
          ...questionColumns(questions),
          source_account_id: source?.account_id ?? null,
          source_form_id: source?.form_id ?? null,
          source_name: source?.name ?? null,
          source_revision: source?.revision ?? null,
          created_by: by,
          created_at: at,
          updated_at: at,
        })
        .execute();
    },

    async list(workspaceId, q, page) {
      let query = selectForms(trx, accountId)
        .where('f.workspace_id', '=', workspaceId)
        .orderBy('f.name')
        .limit(page.limit + 1);
      const [after] = page.after ?? [];
      if (after !== undefined) query = query.where('f.name', '>', after);
      if (q !== undefined) query = query.where((eb) => anyContains([eb.ref('f.name'), eb.ref('f.title')], q));
      return toPage(await query.execute(), page.limit, (row) => [row.name], toSummary);
    },

    async find(workspaceId, reference) {
      const row = await selectForms(trx, accountId)
        .where('f.workspace_id', '=', workspaceId)
        .where(looksLikeId(reference) ? 'f.id' : 'f.name', '=', reference)
        .select('f.questions')
        .executeTakeFirst();
      return row ? { ...toSummary(row), questions: toQuestions(row.questions) } : null;
    },

    async update(id, change, at) {
      await trx
        .updateTable('forms')
        .set({ ...changed(change), updated_at: at, revision: sql`revision + 1` })
        .where('account_id', '=', accountId)
        .where('id', '=', id)
        .execute();
    },

    async remove(id) {
      await trx.deleteFrom('forms').where('account_id', '=', accountId).where('id', '=', id).execute();
    },

    async sharedIn(q, grantedTo, page) {
      let query = selectShared(trx, accountId)
        .orderBy('o.slug')
        .orderBy('f.name')
        .orderBy('f.id')
        .limit(page.limit + 1);
      if (grantedTo !== null)
        query = query.where((eb) =>
          eb.or([
            eb('up.id', 'is', null),
            eb.exists(
              eb
                .selectFrom('member_children as g')
                .where('g.account_id', '=', accountId)
                .where('g.member_id', '=', grantedTo ?? '')
                .whereRef('g.link_id', '=', 'up.id')
                .select('g.link_id'),
            ),
          ]),
        );
      if (q !== undefined) query = query.where((eb) => anyContains([eb.ref('f.name'), eb.ref('f.title')], q));
      const [slug, name, id] = page.after ?? [];
      if (slug !== undefined && name !== undefined && id !== undefined)
        query = query.where((eb) =>
          eb(eb.refTuple('o.slug', 'f.name', 'f.id'), '>', eb.tuple(slug, name, id)),
        );
      return toPage(await query.execute(), page.limit, (row) => [row.owner_slug, row.name, row.id], toShared);
    },
  };
}

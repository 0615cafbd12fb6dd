import { sql } from 'kysely';
import type { Answers } from '../../contract/form-answers.ts';
import { keysOf } from '../../contract/keys.ts';
import type { RecordRow, RecordsPort } from '../domain/ports/records.ts';
import { jsonRows } from './json-rows.ts';
import { toPage } from './keyset.ts';
import { fitting } from './parsers.ts';
import type { Trx } from './transaction.ts';

/** Written by this server, from this type. */
function toAnswers(json: string): Answers {
  // oxlint-disable-next-line typescript/no-unsafe-return -- the contract's own shape, which every writer has judged
  return JSON.parse(json);
}

const columns = {
  account_id: 'text',
  id: 'text',
  form_id: 'text',
  key: 'text',
  digest: 'text',
  form_revision: 'integer',
  answers: 'text',
  created_by: 'text',
  created_at: 'text',
  updated_at: 'text',
} as const;
const names = keysOf(columns);

function selectRecords(trx: Trx, accountId: string, formId: string) {
  return trx
    .selectFrom('form_records as r')
    .leftJoin('users as u', 'u.id', 'r.created_by')
    .leftJoin('tokens as t', 't.id', 'r.created_by')
    .where('r.account_id', '=', accountId)
    .where('r.form_id', '=', formId)
    .select(['r.id', 'r.form_id', 'r.key', 'r.form_revision', 'r.revision', 'r.created_at', 'r.updated_at'])
    .select(sql<string | null>`coalesce(u.email, t.name)`.as('creator'));
}

type Selected = Awaited<ReturnType<ReturnType<typeof selectRecords>['executeTakeFirstOrThrow']>>;

function toRecord(row: Selected, answers: string): RecordRow {
  return {
    id: row.id,
    formId: row.form_id,
    key: row.key,
    formRevision: row.form_revision,
    answers: toAnswers(answers),
    revision: row.revision,
    createdBy: row.creator,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

export function recordsStore(trx: Trx, accountId: string): RecordsPort {
  const one = (formId: string, id: string) => ({ account_id: accountId, form_id: formId, id }) as const;
  return {
    async count(formId) {
      const row = await trx
        .selectFrom('form_records')
        .where('account_id', '=', accountId)
        .where('form_id', '=', formId)
        .select((eb) => eb.cast<number>(eb.fn.countAll(), 'integer').as('n'))
        .executeTakeFirst();
      return row?.n ?? 0;
    },

    async insert(records, { formId, formRevision, by, at }) {
      if (records.length === 0) return;
      const rows = records.map(({ id, key, digest, answers }) => ({
        ...one(formId, id),
        key,
        digest,
        form_revision: formRevision,
        answers: JSON.stringify(answers),
        created_by: by,
        created_at: at,
        updated_at: at,
      }));
      // One of a key that somebody else writes at this moment: the database ends one of the two, and it comes again.
      await trx
        .insertInto('form_records')
        .columns(names)
        .expression((eb) =>
          eb.selectFrom(jsonRows(trx, 'r', columns, rows)).select(names.map((name) => `r.${name}` as const)),
        )
        .execute();
    },

    async byKeys(formId, keys) {
      if (keys.length === 0) return new Map();
      const given = keys.map((key) => ({ key }));
      const rows = await trx
        .selectFrom(jsonRows(trx, 'k', { key: 'text' }, given))
        .innerJoin('form_records as r', (join) =>
          join.on('r.account_id', '=', accountId).on('r.form_id', '=', formId).onRef('r.key', '=', 'k.key'),
        )
        .select(['k.key as key', 'r.id as id', 'r.digest as digest', 'r.created_by as by'])
        .execute();
      return new Map(rows.map(({ key, ...record }) => [key, record]));
    },

    async list(formId, { key, since, until }, page) {
      let query = selectRecords(trx, accountId, formId)
        .select(sql<number>`cast(length(r.answers) as integer)`.as('size'))
        .orderBy('r.id')
        .limit(page.limit + 1);
      const [after] = page.after ?? [];
      if (after !== undefined) query = query.where('r.id', '>', after);
      if (key !== undefined) query = query.where('r.key', '=', key);
      if (since !== undefined) query = query.where('r.created_at', '>=', since);
      if (until !== undefined) query = query.where('r.created_at', '<', until);
      const rows = await query.execute();
      const limit = Math.min(page.limit, fitting(rows.map(({ size }) => size)));
      const ids = rows.slice(0, limit).map(({ id }) => ({ id }));
      const contents = await trx
        .selectFrom(jsonRows(trx, 'i', { id: 'text' }, ids))
        .innerJoin('form_records as r', (join) =>
          join.on('r.account_id', '=', accountId).onRef('r.id', '=', 'i.id'),
        )
        .select(['r.id as id', 'r.answers as answers'])
        .execute();
      const answers = new Map(contents.map((row) => [row.id, row.answers]));
      return toPage(
        rows,
        limit,
        (row) => [row.id],
        (row) => toRecord(row, answers.get(row.id) ?? '{}'),
      );
    },

    async find(formId, id) {
      const row = await selectRecords(trx, accountId, formId)
        .where('r.id', '=', id)
        .select('r.answers')
        .executeTakeFirst();
      return row ? toRecord(row, row.answers) : null;
    },

    async update(formId, id, { answers, formRevision, by, at }) {
      await trx
        .updateTable('form_records')
        .set({
          answers: JSON.stringify(answers),
          form_revision: formRevision,
          updated_by: by,
          updated_at: at,
          revision: sql`revision + 1`,
        })
        .where((eb) => eb.and(one(formId, id)))
        .execute();
    },

    async remove(formId, id) {
      await trx
        .deleteFrom('form_records')
        .where((eb) => eb.and(one(formId, id)))
        .execute();
    },
  };
}

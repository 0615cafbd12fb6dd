import { type AliasedRawBuilder, sql } from 'kysely';
import { keysOf } from '../../contract/keys.ts';
import { dialectOf, type Trx } from './transaction.ts';

/** What a column of the source holds; JSON goes in as text that is already serialized. */
type Kind<Value> = Extract<Value, number> extends never ? 'text' : 'integer';

/** From so many rows on, a column that says the same in all of them is bound once instead of written into each. */
const MANY = 50;

/**
 * Rows as one JSON parameter, to select from: a thousand rows cost one bound value instead of a
 * VALUES list of thousands, and the SQL text is the same for every number of rows.
 *
 *     trx.insertInto('invites').columns(['account_id', 'id', 'email'])
 *       .expression((eb) => eb.selectFrom(jsonRows(trx, 'r', { id: 'text', email: 'text' }, rows))
 *         .select([eb.val(account).as('account_id'), 'r.id', 'r.email']).where(sql<boolean>`true`))
 *       .onConflict((oc) => oc.doNothing()).returning(['id'])
 *
 * The `where true` is needed before ON CONFLICT: without a WHERE, SQLite takes ON for a join's.
 */
export function jsonRows<Item extends { [Name in keyof Item]: string | number | null }, Alias extends string>(
  trx: Trx,
  alias: Alias,
  columns: { [Name in keyof Item & string]: Kind<Item[Name]> },
  rows: readonly Item[],
): AliasedRawBuilder<Item, Alias> {
  const names = keysOf(columns);
  if (dialectOf(trx) === 'sqlite') {
    const [first] = rows;
    const same = new Set(
      first === undefined || rows.length < MANY
        ? []
        : names.filter((name) => rows.every((row) => row[name] === first[name])),
    );
    const differing = names.filter((name) => !same.has(name));
    // By place, not by name: SQLite reads a row's JSON anew for every column, and this way there is less of it.
    const json = JSON.stringify(rows.map((row) => differing.map((name) => row[name])));
    const selected = names.map((name) => {
      const value = same.has(name)
        ? sql`${first?.[name]}`
        : sql`value ->> ${sql.lit(differing.indexOf(name))}`;
      return sql`${value} as ${sql.ref(name)}`;
    });
    return sql<Item>`(select ${sql.join(selected)} from json_each(${json}))`.as(alias);
  }
  const json = JSON.stringify(rows);
  const typed = names.map((name) =>
    columns[name] === 'text' ? sql`${sql.ref(name)} text collate "C"` : sql`${sql.ref(name)} bigint`,
  );
  return sql<Item>`jsonb_to_recordset(${json}::jsonb)`.as<Alias>(sql`${sql.ref(alias)}(${sql.join(typed)})`);
}

/** For `where('id', 'in', ...)`: however many there are, they are one bound value. */
export function inIds(trx: Trx, ids: readonly string[]) {
  const rows = ids.map((id) => ({ id }));
  return trx.selectFrom(jsonRows(trx, 'ids', { id: 'text' }, rows)).select('ids.id');
}

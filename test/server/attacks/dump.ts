import { sql } from 'kysely';
import type { Database } from '../../../src/server/store/database.ts';
import { dialectOf } from '../../../src/server/store/transaction.ts';

export type Dump = Readonly<Record<string, readonly string[]>>;

/** Every row of every table as JSON text, in a fixed order: equal dumps, equal databases. */
export async function dumpOf(database: Database): Promise<Dump> {
  return await database.read(async (trx) => {
    const names =
      dialectOf(trx) === 'sqlite'
        ? sql<{
            name: string;
          }>`select name from sqlite_master where type = 'table' and name not like 'sqlite_%'`
        : sql<{ name: string }>`select tablename as name from pg_tables where schemaname = 'public'`;
    const tables = (await names.execute(trx)).rows
      .map(({ name }) => name)
      .filter((name) => !name.startsWith('kysely_'));
    const dump: Record<string, string[]> = {};
    for (const name of tables.sort()) {
      const { rows } = await sql<object>`select * from ${sql.table(name)}`.execute(trx);
      dump[name] = rows.map((row) => JSON.stringify(row)).sort();
    }
    return dump;
  });
}

/** The lines of a dump that hold a text. */
export function holding(dump: Dump, text: string): string[] {
  return Object.entries(dump).flatMap(([table, rows]) =>
    rows.some((row) => row.includes(text)) ? [table] : [],
  );
}

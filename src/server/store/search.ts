import { type Expression, type ExpressionWrapper, type SqlBool, sql } from 'kysely';
import type { Schema } from './schema.ts';

/** ASCII letters only, as `lower` does it in both databases (SQLite always, PostgreSQL under collate "C"). */
const lowerAscii = (text: string): string => text.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase());

type Column = ExpressionWrapper<Schema, keyof Schema, string | null> | Expression<string | null>;

/** Does one of the columns hold this text somewhere? The text is taken as it is: no wildcards. */
export function anyContains(columns: readonly Column[], text: string): Expression<SqlBool> {
  const pattern = `%${lowerAscii(text).replaceAll(/[\\%_]/g, (sign) => `\\${sign}`)}%`;
  const matches = columns.map(
    (column) => sql<SqlBool>`lower(coalesce(${column}, '')) like ${pattern} escape '\\'`,
  );
  return sql<SqlBool>`(${sql.join(matches, sql` or `)})`;
}

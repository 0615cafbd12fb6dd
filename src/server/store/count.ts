import { type AliasableExpression, type SelectQueryBuilder, sql } from 'kysely';

/** How many rows a query finds, as a number within another query. */
export function counted<DB, TB extends keyof DB>(
  rows: SelectQueryBuilder<DB, TB, object>,
): AliasableExpression<number> {
  return sql<number>`(${rows.select(sql<number>`cast(count(*) as integer)`.as('n'))})`;
}

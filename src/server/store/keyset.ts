import type { Page } from '../domain/ports/page.ts';

/**
 * One page from `limit + 1` rows that were asked for: the extra one only tells that there are more.
 * @param key what the next page starts after: the columns of the order
 */
export function toPage<Row, Item>(
  rows: readonly Row[],
  limit: number,
  key: (row: Row) => readonly string[],
  toItem: (row: Row) => Item,
): Page<Item> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return { items: shown.map(toItem), next: rows.length > limit && last !== undefined ? key(last) : null };
}

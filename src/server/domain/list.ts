import type { Page, PageRequest } from './ports/page.ts';

/** The page that a list operation asks the store for. */
export function pageRequest(input: {
  query: { limit: number };
  after: readonly string[] | null;
}): PageRequest {
  return { limit: input.query.limit, after: input.after };
}

/** A list's answer. The key of the next page goes on as JSON; only HTTP makes an opaque cursor of it. */
export function listAnswer<T>(page: Page<T>): { data: T[]; next_cursor: string | null } {
  return { data: [...page.items], next_cursor: page.next === null ? null : JSON.stringify(page.next) };
}

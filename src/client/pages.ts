import { limits } from '../contract/limits.ts';
import { otherError } from '../errors.ts';

export interface Page<T> {
  readonly data: readonly T[];
  readonly next_cursor: string | null;
}

export interface PageQuery {
  readonly limit: number;
  readonly cursor?: string;
}

/**
 * Walks a list through its cursors. The next page is asked for while this one is read, so a slow reader and a slow
 * server overlap; no more than one page waits, so memory stays constant.
 * @param fetchPage rejects with what stood in the way
 * @param max items wanted at most; a small one asks for a small page
 */
export async function* pagesOf<T>(
  fetchPage: (query: PageQuery) => Promise<Page<T>>,
  max: number = Number.POSITIVE_INFINITY,
): AsyncGenerator<T, void, undefined> {
  let left = max;
  let next: Promise<Page<T>> | undefined = left > 0 ? fetchPage({ limit: sizeFor(left) }) : undefined;
  let last: string | null = null;
  while (next !== undefined) {
    const page: Page<T> = checked(await next, last);
    last = page.next_cursor;
    left -= page.data.length;
    next = last !== null && left > 0 ? ahead(fetchPage({ limit: sizeFor(left), cursor: last })) : undefined;
    yield* left < 0 ? page.data.slice(0, left) : page.data;
  }
}

function sizeFor(left: number): number {
  return Math.min(left, limits.pageMax);
}

/** A page fetched ahead may fail before anybody awaits it, or never be awaited: that is no unhandled rejection. */
function ahead<T>(page: Promise<T>): Promise<T> {
  page.catch(() => undefined);
  return page;
}

function checked<T>(page: Page<T>, last: string | null): Page<T> {
  if (!Array.isArray(page.data) || (page.next_cursor !== null && typeof page.next_cursor !== 'string')) {
    throw otherError('the answer is not a page of a list', { code: 'bad_answer' });
  }
  // A server that repeats its cursor would keep us here for ever.
  if (page.next_cursor !== null && page.next_cursor === last) {
    throw otherError('the list does not end: the server gave the same cursor twice', { code: 'bad_answer' });
  }
  return page;
}

import { createHash } from 'node:crypto';
import { z } from 'zod';
import { DomainError } from '../domain/errors.ts';

/** Keys are ids, numbers and names of parsers: whoever makes a cursor by hand gets no other text to the database. */
const keys = z.tuple([
  z.string().length(16),
  z
    .array(z.string().regex(/^[\w .-]{1,100}$/))
    .min(1)
    .max(4),
]);

const storeKey = z.array(z.string());

/** The place of a list's last row, as the rules hand it out: a JSON array of the columns that it is sorted by. */
export function keyOf(json: string): readonly string[] {
  return storeKey.parse(JSON.parse(json));
}

const seal = (list: string, key: readonly string[]): string =>
  createHash('sha256')
    .update(JSON.stringify([list, key]))
    .digest('hex')
    .slice(0, 16);

/**
 * An opaque place in one list. It holds no rights: every query is bound to its tenant anyway. The seal ties it to
 * the list and its filters, so that a cursor of another list, or a mistyped one, is refused instead of misread.
 * @param list the operation with its path and filters
 */
export function encodeCursor(list: string, key: readonly string[]): string {
  return Buffer.from(JSON.stringify([seal(list, key), key])).toString('base64url');
}

export function decodeCursor(list: string, cursor: string): readonly string[] {
  const refuse = () =>
    new DomainError(
      'invalid_cursor',
      'The cursor is not one that this list, with these filters, gave. Start without it.',
    );
  try {
    const [sealed, key] = keys.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
    if (sealed === seal(list, key)) return key;
  } catch {
    throw refuse();
  }
  throw refuse();
}

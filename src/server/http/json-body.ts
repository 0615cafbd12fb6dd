import { DomainError } from '../domain/errors.ts';

/** No object of the contract comes near it. Lists have limits of their own; an object is judged field by field. */
const MOST_FIELDS = 1000;

const refuse = (what: string): DomainError => new DomainError('invalid_request', `The body holds ${what}.`);

/**
 * What no operation takes, whatever its schema: told before the schema looks at it. Half a million fields would be
 * judged one by one for seconds only to be refused. Of an unpaired surrogate (RFC 7493, 2.1) PostgreSQL wants
 * nothing to know, and SQLite keeps something else.
 * @param text the body as it came
 * @param body what it was parsed to
 */
export function unacceptable(text: string, body: unknown): DomainError | null {
  const mayHoldHalves = /\\ud[89a-f]/i.test(text);
  const bad = (part: unknown): boolean => mayHoldHalves && typeof part === 'string' && !part.isWellFormed();
  // A list of its own and no recursion: a body can be nested deeper than the stack.
  const left: unknown[] = [body];
  while (left.length > 0) {
    const value = left.pop();
    if (bad(value)) return refuse('half of a surrogate pair, which is no text');
    if (typeof value !== 'object' || value === null) continue;
    if (!Array.isArray(value)) {
      const names = Object.keys(value);
      if (names.length > MOST_FIELDS) return refuse(`an object with more than ${MOST_FIELDS} fields`);
      if (names.some(bad)) return refuse('half of a surrogate pair, which is no text');
    }
    for (const item of Object.values(value)) if (mayHoldHalves || typeof item === 'object') left.push(item);
  }
  return null;
}

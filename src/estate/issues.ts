import type { Document, Mistake } from './document.ts';

/** What a schema found, as zod tells it. */
export interface Issue {
  readonly code: string;
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly keys?: readonly string[];
  readonly values?: readonly unknown[];
  readonly options?: readonly unknown[];
}

/** Part of a document: one of its items, or all of it. */
export interface Part {
  readonly document: Document;
  /** JSON pointer of the part; empty for the whole. */
  readonly pointer: string;
  readonly data: unknown;
}

/** More would help nobody, and finding the places of all would take for ever. */
const MOST = 100;

/** The issues of a part at their places, in the words of somebody who reads the file. */
export function mistakesOf({ document, pointer, data }: Part, issues: readonly Issue[]): Mistake[] {
  return issues.slice(0, MOST).flatMap((issue) => {
    if (issue.code !== 'unrecognized_keys') {
      const place = document.at(pointer + pointerOf(issue.path));
      return [{ name: document.name, ...place, message: said(issue.path, wordsOf(issue, data)) }];
    }
    return (issue.keys ?? []).slice(0, MOST).map((key) => {
      const path = [...issue.path, key];
      const place = document.at(pointer + pointerOf(path), 'key');
      return { name: document.name, ...place, message: said(path, 'there is no such field') };
    });
  });
}

/** RFC 6901 */
export function pointerOf(path: readonly PropertyKey[]): string {
  return path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** `fields[2].type: is missing` */
function said(path: readonly PropertyKey[], words: string): string {
  const name = path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`))
    .join('')
    .replace(/^\./, '');
  return name === '' ? words : `${name}: ${words}`;
}

function wordsOf({ code, path, message, values, options }: Issue, data: unknown): string {
  if (code !== 'custom' && path.length > 0 && isMissing(data, path)) return 'is missing';
  const choices = values ?? options;
  if (choices !== undefined) return `must be ${choices.length > 1 ? 'one of ' : ''}${choices.join(', ')}`;
  return message.replace(/^Invalid input: /, '');
}

function isMissing(data: unknown, path: readonly PropertyKey[]): boolean {
  let found = data;
  for (const step of path)
    found = typeof found === 'object' && found !== null ? Reflect.get(found, step) : undefined;
  return found === undefined;
}

import { nearest } from '../nearest.ts';
import type { FilePlace, Mistake } from './document.ts';

/** What a schema found, as zod tells it. */
export interface Issue {
  readonly code: string;
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly keys?: readonly string[];
  readonly values?: readonly unknown[];
  readonly options?: readonly unknown[];
  /** Of a union: what each of its forms has against it. */
  readonly errors?: readonly (readonly Issue[])[];
  /** Of a key of a map: what is wrong with it. */
  readonly issues?: readonly Issue[];
}

/** What was checked, and where each part of it stands. */
export interface Checked {
  readonly data: unknown;
  /** `key`: the place of its name instead of its value. */
  readonly placeOf: (path: readonly PropertyKey[], part: 'key' | 'value') => FilePlace;
  /** What stands before each message: `accounts.acme` */
  readonly within?: readonly PropertyKey[];
  /** The fields that there may be beside this one, for suggestions. */
  readonly fieldsAt?: (path: readonly PropertyKey[]) => readonly string[];
}

/** More would help nobody. */
const MOST = 100;

/** The issues of what was checked at their places, in the words of somebody who reads the file. */
export function mistakesOf(checked: Checked, issues: readonly Issue[]): Mistake[] {
  return issues
    .slice(0, MOST)
    .flatMap((issue) => specific(issue))
    .flatMap((issue) => mistakesOfOne(checked, issue));
}

function mistakesOfOne(checked: Checked, issue: Issue): Mistake[] {
  const { data, placeOf, within = [], fieldsAt } = checked;
  const told = (path: readonly PropertyKey[], part: 'key' | 'value', words: string): Mistake => ({
    ...placeOf(path, part),
    message: said([...within, ...path], words),
  });
  if (issue.code === 'invalid_key')
    return [told(issue.path, 'key', issue.issues?.[0]?.message ?? issue.message)];
  if (issue.code !== 'unrecognized_keys') {
    const words = wordsOf(issue, data);
    return [told(issue.path, words === MISSING ? 'key' : 'value', words)];
  }
  const known = fieldsAt?.(issue.path) ?? [];
  return (issue.keys ?? []).slice(0, MOST).map((key) => {
    const meant = nearest(key, known);
    const words = `there is no such field${meant === undefined ? '' : `; did you mean ${meant}?`}`;
    return told([...issue.path, key], 'key', words);
  });
}

/** Of a union the issues of the form that was meant: the one that agrees about what it is at all. */
function specific(issue: Issue): readonly Issue[] {
  const forms = issue.errors ?? [];
  if (issue.code !== 'invalid_union' || forms.length === 0) return [issue];
  const meant = forms.find((form) => form.every(({ path }) => path.length > 0));
  if (meant !== undefined)
    return meant.flatMap((inner) => specific({ ...inner, path: [...issue.path, ...inner.path] }));
  const words = forms.map(([first]) =>
    first === undefined ? '' : wordsOf({ ...first, path: [] }, undefined),
  );
  return [{ code: 'custom', path: issue.path, message: [...new Set(words)].join(', or ') }];
}

/** RFC 6901 */
export function pointerOf(path: readonly PropertyKey[]): string {
  return path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** `fields[2].type: is missing` */
function said(path: readonly PropertyKey[], words: string): string {
  const name = pathText(path);
  return name === '' ? words : `${name}: ${words}`;
}

/** `accounts.acme.members."a b"[2]` */
export function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${nameText(String(step))}`))
    .join('')
    .replace(/^\./, '');
}

const MOST_SHOWN = 100;

/** A name from a file as a message shows it: quoted where it is not plain, cut where it is long. */
export function nameText(name: string): string {
  const shown = name.length > MOST_SHOWN ? `${name.slice(0, MOST_SHOWN)}…` : name;
  return /^[\w@.+/-]+…?$/.test(shown) ? shown : JSON.stringify(shown);
}

const MISSING = 'is missing';

function wordsOf({ code, path, message, values, options }: Issue, data: unknown): string {
  if (code !== 'custom' && path.length > 0 && isMissing(data, path)) return MISSING;
  const choices = values ?? options;
  if (choices !== undefined) return `must be ${choices.length > 1 ? 'one of ' : ''}${choices.join(', ')}`;
  const [, wanted = '', found = ''] = /^Invalid input: expected (\w+), received (\w+)$/.exec(message) ?? [];
  if (wanted !== '') return `must be ${kindText(wanted)}, and this is ${kindText(found)}`;
  return message.replace(/^Invalid input: /, '');
}

const kinds: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  record: 'a map',
  object: 'a map',
  array: 'a list',
  null: 'empty',
};

/** What YAML calls what a schema names. */
function kindText(kind: string): string {
  return kinds[kind] ?? kind;
}

function isMissing(data: unknown, path: readonly PropertyKey[]): boolean {
  let found = data;
  for (const step of path)
    found = typeof found === 'object' && found !== null ? Reflect.get(found, step) : undefined;
  return found === undefined;
}

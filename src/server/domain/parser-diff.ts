import type { ParserDifference } from '../../contract/types.ts';
import type { ParserContent } from './ports/parsers.ts';

type Change = ParserDifference['changes'][number];
type Json = Change['before'];
type Named = { readonly [key: string]: Json } & { readonly name: string };

const isObject = (value: Json | undefined): value is { [key: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isNamed = (value: Json): value is Named => isObject(value) && typeof value.name === 'string';

/** Things with names are found by them; an empty list goes with whatever the other side is. */
const areNamed = (list: readonly Json[]): list is readonly Named[] => list.every(isNamed);

const added = (path: string, after: Json): Change => ({ path, kind: 'added', before: null, after });
const removed = (path: string, before: Json): Change => ({ path, kind: 'removed', before, after: null });
const below = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`);

function compareMembers(
  path: (key: string) => string,
  before: ReadonlyMap<string, Json>,
  after: ReadonlyMap<string, Json>,
): Change[] {
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((key) => {
    const [old, now] = [before.get(key), after.get(key)];
    if (old === undefined) return now === undefined ? [] : [added(path(key), now)];
    return now === undefined ? [removed(path(key), old)] : compare(path(key), old, now);
  });
}

/** Fields that stayed may have changed places, which matters to who reads them in order: told once. */
function compareOrder(path: string, before: readonly Named[], after: readonly Named[]): Change[] {
  const names = (list: readonly Named[], other: readonly Named[]) =>
    list.map(({ name }) => name).filter((name) => other.some((one) => one.name === name));
  const [old, now] = [names(before, after), names(after, before)];
  if (old.every((name, index) => name === now[index])) return [];
  return [{ path: `${path} (order)`, kind: 'changed', before: old, after: now }];
}

function compareLists(path: string, before: readonly Json[], after: readonly Json[]): Change[] {
  if (areNamed(before) && areNamed(after)) {
    const byName = (list: readonly Named[]) => new Map<string, Json>(list.map((item) => [item.name, item]));
    const members = compareMembers((name) => below(path, name), byName(before), byName(after));
    return [...members, ...compareOrder(path, before, after)];
  }
  const byIndex = (list: readonly Json[]) => new Map(list.map((item, index) => [String(index), item]));
  return compareMembers((index) => `${path}[${index}]`, byIndex(before), byIndex(after));
}

function compare(path: string, before: Json, after: Json): Change[] {
  if (Array.isArray(before) && Array.isArray(after)) return compareLists(path, before, after);
  if (isObject(before) && isObject(after)) {
    return compareMembers(
      (key) => below(path, key),
      new Map(Object.entries(before)),
      new Map(Object.entries(after)),
    );
  }
  return before === after ? [] : [{ path, kind: 'changed', before, after }];
}

/** A content as the plain JSON that it is kept as: without what was left out. */
function toJson({ documentType, description, definition }: ParserContent): Json {
  const content = { document_type: documentType, description, ...definition };
  // oxlint-disable-next-line typescript/no-unsafe-return -- JSON.parse makes nothing but Json
  return JSON.parse(JSON.stringify(content));
}

/**
 * Field by field, what would make `after` of `before`. Empty exactly where the two are equal: what has a name is found
 * by it, so that a new field in the middle is one change and not as many as there are fields behind it.
 */
export function differences(before: ParserContent, after: ParserContent): Change[] {
  return compare('', toJson(before), toJson(after));
}

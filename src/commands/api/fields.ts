import { usageError } from '../../errors.ts';

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** `a=1`, `a[b]=1` and `a[]=1` as gh reads them. */
export function jsonFields(pairs: readonly (readonly [string, Json])[]): Record<string, Json> {
  const root: Record<string, Json> = {};
  for (const [key, value] of pairs) put(root, keysOf(key), value, key);
  return root;
}

function keysOf(key: string): string[] {
  const [, first, rest = ''] = /^([^[\]]+)((?:\[[^[\]]*\])*)$/.exec(key) ?? [];
  if (first === undefined || first === '__proto__')
    throw usageError(`${key}: not a name such as a, a[b] or a[]`);
  return [first, ...[...rest.matchAll(/\[([^\]]*)\]/g)].map((match) => match[1] ?? '')];
}

function put(target: Record<string, Json>, keys: readonly string[], value: Json, named: string): void {
  const [key = '', next, ...rest] = keys;
  if (key === '__proto__') throw usageError(`${named}: not a name`);
  if (next === undefined) {
    target[key] = value;
    return;
  }
  const held = target[key];
  if (next === '') {
    if (rest.length > 0) throw usageError(`${named}: [] must come last`);
    if (held !== undefined && !Array.isArray(held)) throw usageError(`${named}: both a list and not one`);
    target[key] = [...(held ?? []), value];
    return;
  }
  const inner = held ?? {};
  if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) {
    throw usageError(`${named}: both an object and not one`);
  }
  target[key] = inner;
  put(inner, [next, ...rest], value, named);
}

/** Fields of a GET, beside what the path's query has already. */
export function withQuery(path: string, fields: Readonly<Record<string, Json>>): string {
  const [before = '', query = ''] = path.split('?', 2);
  const search = new URLSearchParams(query);
  for (const [name, value] of Object.entries(fields)) {
    search.delete(name);
    for (const one of Array.isArray(value) ? value : [value])
      search.append(name, typeof one === 'object' ? JSON.stringify(one) : String(one));
  }
  return search.size === 0 ? before : `${before}?${search.toString()}`;
}

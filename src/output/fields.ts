import { usageError } from '../errors.ts';
import { asCell, type Column } from './columns.ts';

type Json = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `id,account.slug` as given to `--fields`. */
export function parseFields(given: string): string[] {
  const fields = given.split(',').map((field) => field.trim());
  if (fields.some((field) => field === '' || field.split('.').includes('')))
    throw usageError(`--fields ${given}: an empty name`, { why: 'write it like --fields id,account.slug' });
  return [...new Set(fields)];
}

/** The value at a dotted path; a list on the way gives the list of what its members have there. */
export function valueAt(value: unknown, path: readonly string[]): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (Array.isArray(value)) return value.map((one: unknown) => valueAt(one, path));
  if (!isObject(value) || !Object.hasOwn(value, key)) return null;
  return valueAt(value[key], rest);
}

/** The same nesting with only these fields, in the order asked for. */
export function project(row: unknown, fields: readonly string[] | undefined): unknown {
  if (fields === undefined || !isObject(row)) return row;
  const picked = new Map<string, (readonly string[])[]>();
  for (const field of fields) {
    const [key = '', ...rest] = field.split('.');
    picked.set(key, [...(picked.get(key) ?? []), rest]);
  }
  return Object.fromEntries([...picked].map(([key, paths]) => [key, pickInside(row[key] ?? null, paths)]));
}

function pickInside(value: unknown, paths: readonly (readonly string[])[]): unknown {
  if (paths.some((path) => path.length === 0)) return value;
  if (Array.isArray(value)) return value.map((one: unknown) => pickInside(one, paths));
  return project(
    value,
    paths.map((path) => path.join('.')),
  );
}

export function fieldColumns(fields: readonly string[]): Column<unknown>[] {
  return fields.map((field) => {
    const path = field.split('.');
    return { header: field.toUpperCase(), name: field, value: (row) => asCell(valueAt(row, path)) };
  });
}

/** The contract answers null, never leaves a field out, so one row knows all names. */
export function checkFields(row: unknown, fields: readonly string[] | undefined): void {
  const unknown = fields?.find((field) => isObject(row) && !has(row, field.split('.')));
  if (unknown === undefined || !isObject(row)) return;
  throw usageError(`there is no field "${unknown}"`, {
    code: 'unknown_field',
    why: `--fields takes: ${names(row).join(', ')}`,
  });
}

function has(value: unknown, path: readonly string[]): boolean {
  const [key, ...rest] = path;
  if (key === undefined || value === null) return true;
  if (Array.isArray(value)) return value.length === 0 || has(value[0], path);
  return isObject(value) && Object.hasOwn(value, key) && has(value[key], rest);
}

function names(row: Json): string[] {
  return Object.entries(row).flatMap(([key, value]) =>
    isObject(value) ? [key, ...Object.keys(value).map((inner) => `${key}.${inner}`)] : [key],
  );
}

import type { Tone } from './colour.ts';

export type Cell = string | number | boolean | readonly string[] | null | undefined;

/** One column of a table: the API's model in, a cell out. Typed from the row, so a wrong field does not compile. */
export interface Column<Row> {
  /** `EMAIL`: shown in tables; csv writes it as `email`, or as `name` says. */
  readonly header: string;
  readonly name?: string | undefined;
  readonly value: (row: Row) => Cell;
  /** Only beside words that say the same. */
  readonly tone?: ((row: Row) => Tone | undefined) | undefined;
  readonly align?: 'left' | 'right' | undefined;
  /** Never cut to fit the terminal: an id that somebody will copy. */
  readonly keep?: boolean | undefined;
}

export function cellText(cell: Cell): string {
  if (cell === null || cell === undefined) return '';
  if (typeof cell === 'boolean') return cell ? 'yes' : 'no';
  return typeof cell === 'object' ? cell.join(', ') : String(cell);
}

export function fieldName({ header, name }: Pick<Column<never>, 'header' | 'name'>): string {
  return name ?? header.toLowerCase().replace(/[^a-z0-9]+/g, '_');
}

/** Any JSON value as a cell, for `--fields` and for results that have no columns. */
export function asCell(value: unknown): Cell {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  if (Array.isArray(value) && value.every((one) => typeof one !== 'object')) return value.map(String);
  return JSON.stringify(value);
}

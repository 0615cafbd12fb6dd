import type { Tone } from '../output/colour.ts';
import type { Cell, Column } from '../output/columns.ts';
import { checkFields, fieldColumns, project } from '../output/fields.ts';
import type { Format, Output } from '../output/output.ts';
import { columnsOf } from '../output/results.ts';

export type Head = Omit<Column<never>, 'value' | 'tone'>;

export interface PrintedRow {
  readonly whole: unknown;
  cell(at: number): Cell;
  tone(at: number): Tone | undefined;
}

/** What a verb printed in one account. */
export interface Printed {
  /** What it would print alone as JSON. */
  readonly value: unknown;
  readonly heads: readonly Head[];
  readonly rows: readonly PrintedRow[];
  /** The sentence of a change. */
  readonly text: string | undefined;
  readonly changed: boolean;
  /** The verb's own, instead of the run's. */
  readonly format: Format | undefined;
}

export interface CollectorOptions {
  readonly out: Output;
  /** It was sent there by id, which never changes hands; people read the slug, also before each of its notes. */
  readonly account: { readonly id: string; readonly slug: string };
  readonly fields: readonly string[] | undefined;
}

/** An output that keeps the result instead of printing it, and tells which account a note is about. */
export class Collector {
  #printed: Printed | undefined;
  readonly out: Output;

  constructor(options: CollectorOptions) {
    this.out = this.#outputOn(options);
  }

  /** Undefined if nothing was. */
  get printed(): Printed | undefined {
    return this.#printed;
  }

  #outputOn({ out, account: { id, slug }, fields }: CollectorOptions): Output {
    const keep = <Row>(
      columns: readonly Column<Row>[],
      rows: readonly Row[],
      more: Partial<Printed> = {},
    ) => {
      this.#printed = printedOf(fields === undefined ? columns : fieldColumns(fields), rows, fields, more);
    };
    const one = <Row>(columns: readonly Column<Row>[], row: Row, more: Partial<Printed> = {}) => {
      checkFields(row, fields);
      keep(columns, [row], { value: project(row, fields), ...more });
    };
    const told = (text: string) => text.replaceAll(id, slug);
    const about = (text: string) => told(text).replaceAll(/^/gm, `${slug}: `);
    return {
      // Each of these holds the verb's JSON in an object about the account.
      format: out.format === 'ndjson' || out.format === 'yaml' ? 'json' : out.format,
      terminal: out.terminal,
      get closed() {
        return out.closed;
      },
      async list(columns, rows, { format } = {}) {
        const kept = [];
        for await (const row of rows) {
          if (out.closed) break;
          if (kept.length === 0) checkFields(row, fields);
          kept.push(row);
          // As alone: the first row is enough to know that the request works.
          if (out.format === 'none') break;
        }
        keep(columns, kept, { format });
      },
      item: async (columns, row) => one(columns, row),
      result: async (value, text, { changed } = { changed: true }) =>
        one(columnsOf(value), value, { text: text === undefined ? undefined : told(text), changed }),
      tree: () => neverPrinted('a tree'),
      charts: () => neverPrinted('a chart'),
      checks: () => neverPrinted('a chain of checks'),
      drawn: () => neverPrinted('a drawing'),
      raw: () => neverPrinted('raw text'),
      event: () => undefined,
      note: (text) => out.note(about(text)),
      say: (text) => out.say(about(text)),
      warn: (text) => out.warn(about(text)),
      error: (error) => out.error(error),
      progress: () => ({ update: () => undefined, end: () => undefined }),
      wait: (_text, work) => work,
      end: async () => undefined,
    };
  }
}

function printedOf<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  fields: readonly string[] | undefined,
  more: Partial<Printed>,
): Printed {
  return {
    value: rows.map((row) => project(row, fields)),
    heads: columns.map(({ header, name, align, keep }) => ({ header, name, align, keep })),
    rows: rows.map((row) => ({
      whole: row,
      cell: (at) => columns[at]?.value(row),
      tone: (at) => columns[at]?.tone?.(row),
    })),
    text: undefined,
    changed: true,
    format: undefined,
    ...more,
  };
}

function neverPrinted(what: string): never {
  throw new TypeError(`a verb that fans out must not print ${what}`);
}

import { type Column, cellText, fieldName } from './columns.ts';
import { project, valueAt } from './fields.ts';
import type { Sink } from './streams.ts';
import { isUnsafe, safeJson, safeLine } from './text.ts';

/** Writes rows one by one in a format; none of them holds more than one row (a table: one page). */
export interface RowWriter<Row> {
  row(row: Row): Promise<void>;
  end(): Promise<void>;
}

export interface RowOptions<Row> {
  readonly sink: Sink;
  readonly columns: readonly Column<Row>[];
  readonly fields: readonly string[] | undefined;
  readonly headers: boolean;
  /** A terminal reads it: what could act on one is spelt out. */
  readonly terminal: boolean;
}

export function json(value: unknown, indent?: number): string {
  return safeJson(JSON.stringify(value, null, indent) ?? 'null');
}

/** One array, its rows indented as JSON.stringify would. */
export function jsonRows<Row>({ sink, fields }: RowOptions<Row>): RowWriter<Row> {
  let started = false;
  return {
    async row(row) {
      const text = json(project(row, fields), 2).replaceAll('\n', '\n  ');
      await sink.write(`${started ? ',' : '['}\n  ${text}`);
      started = true;
    },
    end: () => sink.write(started ? '\n]\n' : '[]\n'),
  };
}

export function ndjsonRows<Row>({ sink, fields }: RowOptions<Row>): RowWriter<Row> {
  return {
    row: (row) => sink.write(`${json(project(row, fields))}\n`),
    end: async () => {},
  };
}

export async function yamlText(value: unknown): Promise<string> {
  const { Document, visit } = await import('yaml');
  const document = new Document(value, { aliasDuplicateObjects: false });
  visit(document, {
    Scalar(_key, node) {
      if (typeof node.value === 'string' && isUnsafe(node.value)) node.type = 'QUOTE_DOUBLE';
    },
  });
  return safeJson(document.toString({ lineWidth: 0 }));
}

export function yamlRows<Row>({ sink, fields }: RowOptions<Row>): RowWriter<Row> {
  let started = false;
  return {
    async row(row) {
      started = true;
      await sink.write(await yamlText([project(row, fields)]));
    },
    end: async () => {
      if (!started) await sink.write('[]\n');
    },
  };
}

/** RFC 4180. A cell that a spreadsheet would run as a formula gets a leading apostrophe. */
export async function csvRows<Row>(options: RowOptions<Row>): Promise<RowWriter<Row>> {
  const { stringify } = await import('csv-stringify/sync');
  const { sink, columns, headers, terminal } = options;
  const write = (cells: readonly (string | number)[]) =>
    sink.write(stringify([cells], { escape_formulas: true, record_delimiter: 'windows' }));
  const cell = (column: Column<Row>, row: Row) => {
    const value = column.value(row);
    if (typeof value === 'number') return value;
    if (typeof value === 'boolean') return String(value);
    const text = typeof value === 'object' && value !== null ? value.join(',') : cellText(value);
    return terminal ? safeLine(text) : text;
  };
  let headed = !headers;
  const head = async () => {
    if (!headed) await write(columns.map(fieldName));
    headed = true;
  };
  return {
    async row(row) {
      await head();
      await write(columns.map((column) => cell(column, row)));
    },
    end: head,
  };
}

/** The id, or with `--fields` the first of them, a line a row. */
export function idRows<Row>({ sink, columns, fields }: RowOptions<Row>): RowWriter<Row> {
  const path = fields?.[0]?.split('.') ?? ['id'];
  return {
    async row(row) {
      const found = valueAt(row, path);
      const text = typeof found === 'string' ? found : cellText(columns[0]?.value(row));
      await sink.write(`${safeLine(text)}\n`);
    },
    end: async () => {},
  };
}

/** A table for programs: tabs between cells, nothing cut, nothing coloured. */
export function tabRows<Row>({ sink, columns, headers }: RowOptions<Row>): RowWriter<Row> {
  const write = (cells: readonly string[]) => sink.write(`${cells.map(safeLine).join('\t')}\n`);
  let headed = !headers;
  const head = async () => {
    if (!headed) await write(columns.map((column) => column.header));
    headed = true;
  };
  return {
    async row(row) {
      await head();
      await write(columns.map((column) => cellText(column.value(row))));
    },
    end: async () => {},
  };
}

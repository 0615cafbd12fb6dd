import { asTenantctlError } from '../errors.ts';
import { type ColourFlag, hasColour, type Paint, paintWith } from './colour.ts';
import { asCell, type Column, cellText } from './columns.ts';
import { failureJson, failureText } from './failure.ts';
import { checkFields, fieldColumns, project } from './fields.ts';
import { fileSink } from './file.ts';
import { type Notes, notesOn } from './notes.ts';
import { type Progress, startProgress } from './progress.ts';
import {
  csvRows,
  idRows,
  json,
  jsonRows,
  ndjsonRows,
  type RowWriter,
  tabRows,
  yamlRows,
  yamlText,
} from './rows.ts';
import { type Clock, type Env, type OutputStream, type Sink, streamSink, systemClock } from './streams.ts';
import { safeLine, safeText } from './text.ts';
import { type TreeNode, treeRows, treeText } from './tree.ts';
import { waitWith } from './wait.ts';
import { widthOf } from './width.ts';

export const FORMATS = ['table', 'json', 'ndjson', 'yaml', 'csv', 'id', 'none'] as const;
export type Format = (typeof FORMATS)[number];

export interface OutputOptions {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly env: Env;
  readonly format?: Format | undefined;
  /** Parsed `--fields` (fields.ts). */
  readonly fields?: readonly string[] | undefined;
  /** False with `--no-headers`. */
  readonly headers?: boolean | undefined;
  /** `--out`; `-` is stdout. */
  readonly file?: string | undefined;
  readonly color?: ColourFlag | undefined;
  readonly quiet?: boolean | undefined;
  /** Errors show their stack. */
  readonly debug?: boolean | undefined;
  /** Terminal width; default: the stream's, COLUMNS, 80. */
  readonly columns?: number | undefined;
  readonly clock?: Clock | undefined;
}

export interface ListOptions {
  /** Shown on stderr when there is nothing: what to run next. */
  readonly empty?: string | undefined;
  /** `--all` or `--limit` was given: a table on a terminal does not stop at 50. */
  readonly all?: boolean | undefined;
}

export type Rows<Row> = AsyncIterable<Row> | Iterable<Row>;

/** The only way to stdout and stderr. Results go to stdout (or `--out`), all else to stderr. */
export interface Output {
  readonly format: Format;
  /** The reader of stdout went away (`| head -1`): end quietly, with 0. */
  readonly closed: boolean;
  /** Streams: pulls a row when the one before has left, and no more once nobody reads. */
  list<Row>(columns: readonly Column<Row>[], rows: Rows<Row>, options?: ListOptions): Promise<void>;
  item<Row>(columns: readonly Column<Row>[], row: Row): Promise<void>;
  /** What a change answered. `text` is what people read instead of the fields. */
  result(value: object, text?: string): Promise<void>;
  /** `data` is what machine formats print: the contract's own object. */
  tree(root: TreeNode, data: object): Promise<void>;
  /** As it is, e.g. a completion script. Never text from the API. */
  raw(text: string): Promise<void>;
  /** One ndjson line on stdout; nothing in other formats. */
  event(event: object): void;
  /** stderr, not with `--quiet`. */
  note(text: string): void;
  /** stderr, always: consequences before a confirmation, a link that must be opened. */
  say(text: string): void;
  /** stderr, always, after `Warning:`. */
  warn(text: string): void;
  error(error: unknown): Promise<void>;
  progress(label: string, before?: number): Progress;
  /** A spinner while the work takes long; words where there is no terminal. */
  wait<T>(text: string, work: Promise<T>): Promise<T>;
  /** Everything has left; `--out` is in place, or with `keep: false` (the run failed) was never touched. */
  end(keep?: boolean): Promise<void>;
}

const TTY_ROWS = 50;
const MACHINE: ReadonlySet<Format> = new Set(['json', 'ndjson', 'yaml', 'csv', 'id']);

export function createOutput(options: OutputOptions): Output {
  const { stdout, stderr, env, format = 'table', fields, headers = true, quiet = false, color } = options;
  const { clock = systemClock } = options;
  const notes = notesOn(stderr);
  const toFile = options.file !== undefined && options.file !== '-';
  const sink = toFile && options.file !== undefined ? fileSink(options.file) : streamSink(stdout);
  const terminal = !toFile && stdout.isTTY === true;
  const unicode = speaksUnicode(env);
  const ellipsis = unicode ? '…' : '...';
  const width = (stream: OutputStream) => options.columns ?? stream.columns ?? (Number(env.COLUMNS) || 80);
  const paintOut = () => paintWith(!toFile && hasColour(stdout, env, color));

  const writerFor = async <Row>(columns: readonly Column<Row>[]): Promise<RowWriter<Row>> => {
    const shown = fields === undefined ? columns : fieldColumns(fields);
    const row = { sink, columns: shown, fields, headers, terminal };
    if (format === 'json') return jsonRows(row);
    if (format === 'ndjson') return ndjsonRows(row);
    if (format === 'yaml') return yamlRows(row);
    if (format === 'csv') return await csvRows(row);
    if (format === 'id') return idRows(row);
    if (format === 'none') return nothing;
    if (!terminal) return tabRows(row);
    const { tableRows } = await import('./table.ts');
    return tableRows({ ...row, width: width(stdout), paint: await paintOut(), ellipsis });
  };

  const out: Output = {
    format,
    get closed() {
      return sink.closed;
    },

    async list(columns, rows, { empty, all = false } = {}) {
      const cap = format === 'table' && terminal && !all ? TTY_ROWS : Number.POSITIVE_INFINITY;
      const writer = await writerFor(columns);
      let count = 0;
      let more = false;
      for await (const row of rows) {
        more = count >= cap;
        if (more || sink.closed) break;
        if (count === 0) checkFields(row, fields);
        count += 1;
        await writer.row(row);
        // The first row is enough to know that the request works.
        if (format === 'none') break;
      }
      await writer.end();
      if (more) out.note(`showing ${count}; use --all for the rest`);
      if (count === 0 && format === 'table') out.note(empty ?? 'nothing found');
    },

    async item(columns, row) {
      checkFields(row, fields);
      if (format === 'json') return sink.write(`${json(project(row, fields), 2)}\n`);
      if (format === 'yaml') return sink.write(await yamlText(project(row, fields)));
      if (format === 'table')
        return sink.write(await factsText(fields === undefined ? columns : fieldColumns(fields), row));
      const writer = await writerFor(columns);
      await writer.row(row);
      await writer.end();
    },

    async result(value, text) {
      if (format === 'table' && text !== undefined && fields === undefined)
        return sink.write(`${safeText(text)}\n`);
      await out.item(columnsOf(value), value);
    },

    async tree(root, data) {
      if (format === 'table') return sink.write(`${treeText(root, unicode)}\n`);
      if (format !== 'csv' && format !== 'id') return out.item([], data);
      const writer = format === 'csv' ? csvRows : idRows;
      const rows = treeRows(root);
      const target = await writer({
        sink,
        columns: columnsOf(rows[0] ?? {}),
        fields: undefined,
        headers,
        terminal,
      });
      for (const row of rows) await target.row(row);
      await target.end();
    },

    raw: (text) => sink.write(text),
    event(event) {
      // A failed write is thrown by end().
      if (format === 'ndjson') sink.write(`${json(event)}\n`).catch(() => {});
    },
    note(text) {
      if (!quiet) notes.line(safeText(text));
    },
    say: (text) => notes.line(safeText(text)),
    warn: (text) => notes.line(`Warning: ${safeText(text)}`),
    async error(thrown) {
      const error = asTenantctlError(thrown);
      notes.live(undefined);
      if (MACHINE.has(format)) return notes.line(failureJson(error));
      const paint = await paintWith(hasColour(stderr, env, color));
      notes.line(failureText(error, paint, options.debug === true));
    },
    progress(label, before = 0) {
      const style = quiet || format === 'ndjson' ? 'none' : stderr.isTTY === true ? 'bar' : 'lines';
      return startProgress({
        label,
        before,
        clock,
        notes,
        unicode,
        width: () => width(stderr),
        style,
        event: out.event,
      });
    },
    wait: (text, work) =>
      waitWith({
        text: safeLine(text),
        work,
        clock,
        stderr,
        notes,
        unicode,
        colour: hasColour(stderr, env, color),
        style: waitStyle(),
      }),
    end: (keep = true) => sink.end(keep),
  };

  const waitStyle = () => {
    if (quiet) return 'none';
    if (stderr.isTTY === true) return env.TENANTCTL_SPINNER === '0' ? 'line' : 'spinner';
    return MACHINE.has(format) ? 'none' : 'line';
  };

  /** One thing: a fact a line. `LABEL<tab>value` for programs. */
  const factsText = async <Row>(columns: readonly Column<Row>[], row: Row): Promise<string> => {
    const paint: Paint = terminal ? await paintOut() : (_tone, text) => text;
    const labelWidth = Math.max(0, ...columns.map((column) => widthOf(column.header) + 2));
    const line = (column: Column<Row>) => {
      const text = safeLine(cellText(column.value(row)));
      const tone = column.tone?.(row);
      const value = tone === undefined ? text : paint(tone, text);
      if (!headers) return value;
      if (!terminal) return `${column.header}\t${text}`;
      return `${paint('bold', column.header)}${' '.repeat(labelWidth - widthOf(column.header))}${value}`.trimEnd();
    };
    return columns.map((column) => `${line(column)}\n`).join('');
  };

  return out;
}

const nothing = { row: async () => {}, end: async () => {} };

function columnsOf(value: object): Column<object>[] {
  return Object.keys(value).map((key) => ({
    header: key.toUpperCase(),
    value: (row) => asCell(Reflect.get(row, key)),
  }));
}

/** The first of the locale variables that is set decides, as in POSIX. */
function speaksUnicode(env: Env): boolean {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || '';
  return /utf-?8/i.test(locale) || Boolean(env.WT_SESSION);
}

export type { Column, Notes, Sink };

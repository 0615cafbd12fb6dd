import { type ColourFlag, hasColour, type Paint, paintWith } from './colour.ts';
import { fileSink } from './file.ts';
import { type Notes, notesOn } from './notes.ts';
import { type Clock, type Env, type OutputStream, type Sink, streamSink, systemClock } from './streams.ts';

export const FORMATS = ['table', 'json', 'ndjson', 'yaml', 'csv', 'id', 'none'] as const;
export type Format = (typeof FORMATS)[number];

const MACHINE: ReadonlySet<Format> = new Set(['json', 'ndjson', 'yaml', 'csv', 'id']);

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

/** The options, decided: what each part of Output works with. */
export interface Setup {
  readonly sink: Sink;
  readonly notes: Notes;
  readonly stderr: OutputStream;
  readonly clock: Clock;
  readonly format: Format;
  /** Errors are JSON, and nothing but them and what was asked for is written unasked. */
  readonly machine: boolean;
  readonly fields: readonly string[] | undefined;
  readonly headers: boolean;
  readonly quiet: boolean;
  readonly debug: boolean;
  /** The result goes to a terminal. */
  readonly terminal: boolean;
  readonly unicode: boolean;
  readonly ellipsis: string;
  readonly spinner: boolean;
  /** Columns, asked for anew each time: windows are resized. */
  readonly width: { readonly stdout: () => number; readonly stderr: () => number };
  readonly colour: { readonly stdout: boolean; readonly stderr: boolean };
  readonly paint: { readonly stdout: () => Promise<Paint>; readonly stderr: () => Promise<Paint> };
}

export function setUp(options: OutputOptions): Setup {
  const { stdout, stderr, env, format = 'table', file, color } = options;
  const toFile = file !== undefined && file !== '-';
  const terminal = !toFile && stdout.isTTY === true;
  const unicode = speaksUnicode(env);
  // A terminal that does not know its size says 0.
  const widthOf = (stream: OutputStream) => () =>
    options.columns ?? (stream.columns || Number(env.COLUMNS) || 80);
  const colour = { stdout: !toFile && hasColour(stdout, env, color), stderr: hasColour(stderr, env, color) };
  return {
    sink: toFile ? fileSink(file) : streamSink(stdout),
    notes: notesOn(stderr),
    stderr,
    clock: options.clock ?? systemClock,
    format,
    machine: MACHINE.has(format),
    fields: options.fields,
    headers: options.headers ?? true,
    quiet: options.quiet ?? false,
    debug: options.debug ?? false,
    terminal,
    unicode,
    ellipsis: unicode ? '…' : '...',
    spinner: env.TENANTCTL_SPINNER !== '0',
    width: { stdout: widthOf(stdout), stderr: widthOf(stderr) },
    colour,
    paint: { stdout: () => paintWith(colour.stdout), stderr: () => paintWith(colour.stderr) },
  };
}

/** The first of the locale variables that is set decides, as in POSIX. */
function speaksUnicode(env: Env): boolean {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || '';
  return /utf-?8/i.test(locale) || Boolean(env.WT_SESSION);
}

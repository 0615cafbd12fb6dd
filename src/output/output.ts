import type { Chart } from './bars.ts';
import type { CheckReport } from './checks.ts';
import type { Paint } from './colour.ts';
import type { Column } from './columns.ts';
import { messagesOn } from './messages.ts';
import type { Progress } from './progress.ts';
import { resultsOn } from './results.ts';
import { type Format, type OutputOptions, setUp } from './setup.ts';
import type { TreeNode } from './tree.ts';

export interface ListOptions {
  /** Shown on stderr when there is nothing: what to run next. */
  readonly empty?: string | undefined;
  /** `--all` or `--limit` was given: a table on a terminal does not stop at 50. */
  readonly all?: boolean | undefined;
  /** Instead of the run's own, for a verb that is made for one: `members export`. */
  readonly format?: Format | undefined;
  /** They come for as long as one looks: a line each, also on a terminal, for a table waits for the last. */
  readonly lines?: true | undefined;
  /** The rows and columns are what `--fields` asks for already. */
  readonly projected?: true | undefined;
}

export type Rows<Row> = AsyncIterable<Row> | Iterable<Row>;

/** The only way to stdout and stderr. Results go to stdout (or `--out`), all else to stderr. */
export interface Output {
  readonly format: Format;
  /** The result goes to a terminal: a table there is for people, elsewhere for programs. */
  readonly terminal: boolean;
  /** The reader of stdout went away (`| head -1`): end quietly, with 0. */
  readonly closed: boolean;
  /** Streams: pulls a row when the one before has left, and no more once nobody reads. */
  list<Row>(columns: readonly Column<Row>[], rows: Rows<Row>, options?: ListOptions): Promise<void>;
  item<Row>(columns: readonly Column<Row>[], row: Row): Promise<void>;
  /** What a change answered. `text` is what people read instead of the fields. Not changed: repeating is no error (D9). */
  result(value: object, text?: string, told?: { readonly changed: boolean }): Promise<void>;
  /** `data` is what machine formats print: the contract's own object. */
  tree(root: TreeNode, data: object): Promise<void>;
  /** Bars on a terminal; elsewhere and in machine formats the rows that they are drawn from. */
  charts<Row>(charts: readonly Chart[], columns: readonly Column<Row>[], rows: readonly Row[]): Promise<void>;
  /** A verdict with what it was reached by; `data` is what machine formats print. */
  checks(report: CheckReport, data: object): Promise<void>;
  /** Drawn for people in the run's colours; whoever draws makes foreign text safe. `data` is what machine formats print. */
  drawn(draw: (paint: Paint) => string, data: object): Promise<void>;
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

export type { Format, OutputOptions };

export function createOutput(options: OutputOptions): Output {
  const setup = setUp(options);
  const messages = messagesOn(setup);
  return {
    format: setup.format,
    terminal: setup.terminal,
    get closed() {
      return setup.sink.closed;
    },
    ...resultsOn(setup, messages.note),
    ...messages,
    end: (keep = true) => setup.sink.end(keep),
  };
}

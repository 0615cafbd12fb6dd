import type { FileHandle } from 'node:fs/promises';
import { open, stat } from 'node:fs/promises';
import type { BatchKind } from '../contract/limits.ts';
import { otherError, usageError } from '../errors.ts';
import type { RowSource } from './input.ts';
import { wordsOf } from './kinds.ts';
import type { InputRecord } from './rows.ts';

/** Of any report: fed in again as input, it has them replaced. */
const OWN_COLUMNS = [
  '_row',
  '_status',
  '_invite_id',
  '_receipt_id',
  '_link_id',
  '_contact_id',
  '_record_id',
  '_error',
];

/** Of a row, what is repeated. */
type Reported = Pick<InputRecord, 'row' | 'cells'>;

/** What a report is about. */
export interface Reportable extends Pick<RowSource, 'path' | 'columns' | 'delimiter' | 'byteOrderMark'> {
  rows(): AsyncGenerator<Reported[], void, void>;
}

export interface ReportLine {
  record: Reported;
  /** An outcome of the contract, `malformed_row`, or `not_sent`. */
  status: string;
  /** Of the invitation or the receipt. */
  id?: string | null | undefined;
  error?: string | null | undefined;
}

/**
 * Opens and empties the report before any work, so that a wrong path fails first; mode 0600, for it holds
 * addresses. The file that is read is refused as report. Throws TenantctlError `usage`.
 */
export function openReport(path: string, source: RowSource, kind: BatchKind): Promise<Report> {
  return reportAt(path, source, wordsOf[kind].idColumn);
}

/** The same of whatever comes in rows. @param idColumn of what a row came to be; null for none */
export async function reportAt(path: string, source: Reportable, idColumn: string | null): Promise<Report> {
  if (await sameFile(path, source.path)) {
    throw usageError(`the report would overwrite its own input, ${path}`, {
      hint: 'name another file with --report',
    });
  }
  try {
    const file = await open(path, 'w', 0o600);
    // An existing file kept its mode; what is no regular file (/dev/null) may refuse.
    await file.chmod(0o600).catch(() => {});
    return new Report(path, file, source, idColumn);
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    throw usageError(`the report cannot be written: ${reason}`, { cause: thrown });
  }
}

/**
 * The input's columns and what became of each row, in the input's order although chunks may be answered in
 * any. Only chunks in flight wait in memory. Delimiter and byte order mark are the input's, so that the
 * same spreadsheet opens it; a report fed in again as input has its own columns replaced.
 */
export class Report {
  readonly path: string;
  readonly #file: FileHandle;
  readonly #source: Reportable;
  readonly #idColumn: string | null;
  /** Runs of rows that were answered before their turn, by first row. */
  readonly #waiting = new Map<number, { text: string; next: number }>();
  #next = 1;
  #kept: number[] | null = null;
  #begun = false;
  /** Writes follow one another, whoever awaits them. */
  #tail: Promise<void> = Promise.resolve();

  constructor(path: string, file: FileHandle, source: Reportable, idColumn: string | null) {
    this.path = path;
    this.#file = file;
    this.#source = source;
    this.#idColumn = idColumn;
  }

  /** Outcomes of a run of neighbouring rows, in order. Runs may come in any order, each row once. */
  write(lines: readonly ReportLine[]): Promise<void> {
    const [first] = lines;
    if (!first) return this.#tail;
    const text = lines.map((line) => this.#line(line)).join('');
    this.#waiting.set(first.record.row, { text, next: first.record.row + lines.length });
    return this.#flush();
  }

  /**
   * Ends the report, with `not_sent` for each of the `rows` (data rows of the input) that nothing was said
   * of. Reads the input once more only if there are any. Call once, also after an interruption.
   */
  async finish(rows: number, reason: string): Promise<void> {
    try {
      if (this.#next <= rows) await this.#fillGaps(reason);
    } finally {
      await this.close();
    }
  }

  async #fillGaps(reason: string): Promise<void> {
    for await (const chunk of this.#source.rows()) {
      let from = this.#next;
      const gaps = chunk.filter((record) => {
        if (record.row < from) return false;
        const run = this.#waiting.get(record.row);
        if (run) from = run.next;
        return run === undefined;
      });
      for (const run of runsOf(gaps)) {
        await this.write(run.map((record) => ({ record, status: 'not_sent', error: reason })));
      }
    }
  }

  /** Ends the file as it is; an empty input gets its headings all the same. */
  async close(): Promise<void> {
    try {
      await this.#tail;
      if (!this.#begun) await this.#put(this.#heading());
    } finally {
      await this.#file.close();
    }
  }

  #flush(): Promise<void> {
    let text = '';
    for (let run = this.#waiting.get(this.#next); run; run = this.#waiting.get(this.#next)) {
      this.#waiting.delete(this.#next);
      text += run.text;
      this.#next = run.next;
    }
    if (text !== '') {
      const all = this.#begun ? text : this.#heading() + text;
      this.#begun = true;
      this.#tail = this.#tail.then(() => this.#put(all));
    }
    return this.#tail;
  }

  async #put(text: string): Promise<void> {
    try {
      await this.#file.writeFile(text);
    } catch (thrown) {
      const reason = thrown instanceof Error ? thrown.message : String(thrown);
      throw otherError(`the report ${this.path} cannot be written: ${reason}`, { cause: thrown });
    }
  }

  /** The columns that are repeated; settled when the first row is written, after NDJSON was read once. */
  #columns(): number[] {
    this.#kept ??= this.#source.columns.flatMap((name, at) => (OWN_COLUMNS.includes(name) ? [] : [at]));
    return this.#kept;
  }

  #heading(): string {
    const names = this.#columns().map((at) => this.#source.columns[at] ?? '');
    return (
      (this.#source.byteOrderMark ? '\ufeff' : '') +
      this.#cells([...names, '_row', '_status', ...this.#id(this.#idColumn), '_error'])
    );
  }

  /** The column that not every kind of batch has. */
  #id(cell: string | null | undefined): string[] {
    return this.#idColumn === null ? [] : [cell ?? ''];
  }

  #line({ record, status, id, error }: ReportLine): string {
    const own = this.#columns().map((at) => record.cells[at] ?? '');
    return this.#cells([...own, String(record.row), status, ...this.#id(id), error ?? '']);
  }

  #cells(values: readonly string[]): string {
    const { delimiter } = this.#source;
    return `${values.map((value) => safeCell(value, delimiter)).join(delimiter)}\n`;
  }
}

/** A cell that a spreadsheet shows and does not run (T113, ASVS 1.2.10), quoted as RFC 4180 says. */
export function safeCell(value: string, delimiter: string): string {
  const text = /^[=+\-@\t\r\0\uff1d\uff0b\uff0d\uff20]/.test(value) ? `'${value}` : value;
  const plain = !/["\r\n]|^ | $/.test(text) && !text.includes(delimiter);
  return plain ? text : `"${text.replaceAll('"', '""')}"`;
}

async function sameFile(path: string, input: string): Promise<boolean> {
  try {
    const [a, b] = [await stat(path), await stat(input)];
    return a.dev === b.dev && a.ino === b.ino;
  } catch {
    return false;
  }
}

/** Splits records into runs of consecutive rows. */
function runsOf(records: readonly Reported[]): Reported[][] {
  const runs: Reported[][] = [];
  for (const record of records) {
    const run = runs.at(-1);
    if (run && run.at(-1)?.row === record.row - 1) run.push(record);
    else runs.push([record]);
  }
  return runs;
}

import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { readCsv } from './csv.ts';
import { badInput, type Refuse } from './failure.ts';
import { type Field, type FieldMap, mapHeadings, parseMap } from './headings.ts';
import { fieldsOf } from './kinds.ts';
import { stopHeapGrowth, tidyMemory } from './memory.ts';
import { readNdjson } from './ndjson.ts';
import { type InputRecord, RowReader } from './rows.ts';
import { fingerprint, type Spooled, spool } from './spool.ts';
import { hasMark, readText } from './text.ts';

export const CHUNK_ROWS = 1000;
const ROWS_MAX = 10_000_000;
const LARGE_BYTES = 1024 * 1024;

export interface InputOptions {
  /** Taken for `-`; the tool's own standard input, passed in. */
  stdin?: Readable | undefined;
  /** What rows are read from; other columns are only repeated in the report. Default: all that an invitation takes. */
  fields?: readonly Field[] | undefined;
  /** `--map` entries: `email=Mail`. */
  map?: readonly string[] | undefined;
  /** Default: NDJSON by its ending (.ndjson, .jsonl) or a first `{`, else CSV. */
  format?: 'csv' | 'ndjson' | undefined;
  /** Where a relative name is looked for; default: where the process runs. */
  directory?: string | undefined;
  /** One character; default: found in the heading. */
  delimiter?: string | undefined;
  /** Where standard input is kept for the second reading; default: the system's temporary folder. */
  spoolTo?: string | undefined;
}

export interface RowSource {
  /** As the person named it; `stdin` for `-`. */
  readonly name: string;
  /** The file that is read: the spooled copy for `-`. */
  readonly path: string;
  readonly format: 'csv' | 'ndjson';
  readonly delimiter: string;
  readonly byteOrderMark: boolean;
  /** Headings as written; of NDJSON the keys met so far, complete after one whole reading. */
  readonly columns: readonly string[];
  /** Columns that no field is read from. */
  readonly ignored: readonly string[];
  /** Every row in order, in chunks of 1,000 and a shorter last one; may be read any number of times. */
  rows(): AsyncGenerator<InputRecord[], void, void>;
  /** Deletes the spooled copy. */
  close(): Promise<void>;
}

/**
 * Opens a file of people, `-` being standard input. Headings are checked here, so what is wrong with the
 * file as a whole is said before anything starts. Memory is bounded whatever the file's size. Throws
 * TenantctlError `usage`/`bad_input_file` naming file and line, here and while reading rows.
 */
export async function openInput(name: string, options: InputOptions = {}): Promise<RowSource> {
  const shown = name === '-' ? 'stdin' : name;
  const refuse: Refuse = (line, message, hint) => badInput(shown, line, message, hint);
  const fields = options.fields ?? fieldsOf.invites;
  const map = parseMap(options.map ?? [], fields, refuse);
  if (options.delimiter !== undefined && [...options.delimiter].length !== 1) {
    throw refuse(null, `the delimiter ${JSON.stringify(options.delimiter)} is not one character`);
  }
  const spooled = await reread(name, options, refuse);
  try {
    if ((await stat(spooled.path)).size > LARGE_BYTES) stopHeapGrowth();
    const format = options.format ?? (await formatOf(name, spooled.path, refuse));
    const byteOrderMark = await hasMark(spooled.path);
    const file = { name: shown, path: spooled.path, refuse, fields, map, byteOrderMark };
    const source = format === 'csv' ? await csvSource(file, options.delimiter) : ndjsonSource(file);
    const before = await fingerprint(spooled.path);
    return {
      ...file,
      format,
      delimiter: source.delimiter,
      columns: source.columns,
      ignored: source.ignored,
      rows: () => unchanged(spooled.path, before, chunked(source.records(), refuse), refuse),
      close: spooled.remove,
    };
  } catch (thrown) {
    await spooled.remove();
    throw thrown;
  }
}

interface File {
  name: string;
  path: string;
  refuse: Refuse;
  fields: readonly Field[];
  map: [Field, string][];
  byteOrderMark: boolean;
}

interface Records {
  delimiter: string;
  columns: string[];
  ignored: string[];
  records: () => AsyncGenerator<InputRecord[], void, void>;
}

/** A file that can be read more than once: of what comes once only, a copy. */
export async function reread(
  name: string,
  options: Pick<InputOptions, 'stdin' | 'spoolTo' | 'directory'>,
  refuse: Refuse,
): Promise<Spooled> {
  if (name === '-') {
    if (!options.stdin) throw refuse(null, 'there is no standard input');
    return spool(options.stdin, options.spoolTo);
  }
  const path = resolve(options.directory ?? '.', name);
  try {
    const found = await stat(path);
    if (found.isDirectory()) throw refuse(null, 'it is a folder, not a file');
    if (found.isFile()) return { path, remove: async () => {} };
  } catch (thrown) {
    const code: unknown = thrown instanceof Error ? Reflect.get(thrown, 'code') : null;
    if (code === 'ENOENT') throw refuse(null, 'there is no such file');
    if (code === 'EACCES' || code === 'EPERM') throw refuse(null, 'it may not be read');
    throw thrown;
  }
  // A pipe (`<(...)`) gives its bytes once, like standard input.
  const { createReadStream } = await import('node:fs');
  return spool(createReadStream(path), options.spoolTo);
}

/** By its ending, else by how it begins. */
export async function formatOf(name: string, path: string, refuse: Refuse): Promise<'csv' | 'ndjson'> {
  if (/\.(ndjson|jsonl)$/i.test(name)) return 'ndjson';
  for await (const block of readText(path, refuse)) {
    const first = /\S/.exec(block);
    if (first) return first[0] === '{' ? 'ndjson' : 'csv';
  }
  return 'csv';
}

async function csvSource(file: File, given: string | undefined): Promise<Records> {
  const { path, refuse } = file;
  const open = () => readCsv(readText(path, refuse), refuse, { delimiter: given });
  const heading = await firstRecord(open());
  if (!heading) throw refuse(null, 'it is empty', 'the first line holds the headings, such as email,role');
  const columns = trimmedEnd(heading.cells);
  const { fields, ignored } = mapHeadings(columns, file.map, file.fields, refuse);
  const records = async function* () {
    const reader = new RowReader(file.fields);
    let row = 0;
    let skipped = false;
    for await (const block of open()) {
      const out: InputRecord[] = [];
      for (const { line, cells } of block.records) {
        if (!skipped) {
          skipped = true;
          continue;
        }
        if (cells.every((cell) => cell === '' || cell.trim() === '')) continue;
        row++;
        out.push(csvRow(reader, row, line, cells, columns, fields));
      }
      if (out.length > 0) yield out;
    }
  };
  return { delimiter: heading.delimiter, columns, ignored, records };
}

export async function firstRecord(blocks: ReturnType<typeof readCsv>) {
  for await (const { delimiter, records } of blocks) {
    const [first] = records;
    if (first) return { delimiter, cells: first.cells };
  }
  return null;
}

/** A spreadsheet writes delimiters for columns it once had; without heading and content they are none. */
export function trimmedEnd(cells: readonly string[]): string[] {
  const names = cells.map((cell) => cell.trim());
  while (names.at(-1) === '') names.pop();
  return names;
}

function csvRow(
  reader: RowReader,
  row: number,
  line: number,
  cells: string[],
  columns: readonly string[],
  fields: FieldMap,
): InputRecord {
  const found = cells.length;
  while (cells.length > columns.length && cells.at(-1)?.trim() === '') cells.pop();
  const record = reader.read(row, line, cells, fields);
  if (cells.length !== columns.length) {
    record.problem = `it has ${found} cells, the heading has ${columns.length}`;
  }
  return record;
}

function ndjsonSource(file: File): Records {
  const { path, refuse, map, fields: read } = file;
  const columns: string[] = [];
  const ignored: string[] = [];
  const known = new Set<string>();
  const records = async function* () {
    const reader = new RowReader(read);
    let row = 0;
    let fields: FieldMap = {};
    for await (const block of readNdjson(readText(path, refuse), refuse)) {
      const out: InputRecord[] = [];
      for (const { line, values, problem } of block) {
        const fresh = [...values.keys()].filter((key) => !known.has(key));
        for (const key of fresh) columns.push(key);
        for (const key of fresh) known.add(key);
        if (fresh.length > 0 || (fields.email === undefined && known.size > 0)) {
          const mapped = mapHeadings(columns, map, read, (_, message, hint) => refuse(line, message, hint));
          fields = mapped.fields;
          ignored.splice(0, ignored.length, ...mapped.ignored);
        }
        row++;
        const cells = columns.map((key) => values.get(key) ?? '');
        const record = reader.read(row, line, cells, fields);
        record.problem = problem ?? record.problem;
        out.push(record);
      }
      if (out.length > 0) yield out;
    }
  };
  return { delimiter: ',', columns, ignored, records };
}

async function* chunked(
  blocks: AsyncGenerator<InputRecord[], void, void>,
  refuse: Refuse,
): AsyncGenerator<InputRecord[], void, void> {
  const tidy = tidyMemory();
  let chunk: InputRecord[] = [];
  for await (const block of blocks) {
    for (const record of block) {
      chunk.push(record);
      if (chunk.length < CHUNK_ROWS) continue;
      if (record.row > ROWS_MAX)
        throw refuse(record.line, `it has more than ${ROWS_MAX} rows`, 'split the file');
      yield chunk;
      tidy(chunk.length);
      chunk = [];
    }
  }
  if (chunk.length > 0) yield chunk;
}

/** Checked and sent must be the same rows. */
export async function* unchanged<T>(
  path: string,
  before: string,
  chunks: AsyncGenerator<T[], void, void>,
  refuse: Refuse,
): AsyncGenerator<T[], void, void> {
  const same = async () => {
    if ((await fingerprint(path)) === before) return;
    throw refuse(
      null,
      'it was changed while it was being read',
      'let the other program finish, then run again',
    );
  };
  await same();
  yield* chunks;
  await same();
}

import type { Readable } from 'node:stream';
import { answerFromText } from '../contract/form-answers.ts';
import { questionsInOrder } from '../contract/form-order.ts';
import type { Question } from '../contract/form-questions.ts';
import { limits } from '../contract/limits.ts';
import type { Form } from '../contract/types.ts';
import { readCsv } from './csv.ts';
import { badInput, type Refuse } from './failure.ts';
import { list, plain } from './headings.ts';
import { firstRecord, formatOf, reread, trimmedEnd, unchanged } from './input.ts';
import { jsonLines } from './ndjson.ts';
import type { Reportable } from './report.ts';
import { fingerprint } from './spool.ts';
import { hasMark, readText } from './text.ts';

/** A column of the file's own: the key of each record. No question is called like that. */
export const KEY_COLUMN = '_key';

export interface RecordFileOptions {
  readonly form: Form;
  readonly directory: string;
  readonly stdin?: Readable | undefined;
  /** `--map` entries: `depth=Depth in metres`. */
  readonly map?: readonly string[] | undefined;
  /** Columns that are no question are left out, and not refused. */
  readonly ignoreColumns?: boolean | undefined;
}

/** A record as a row of the file has it, not judged yet. */
export interface RecordRow {
  readonly row: number;
  /** 1-based line of the file on which the row begins. */
  readonly line: number;
  readonly cells: readonly string[];
  readonly answers: Readonly<Record<string, unknown>>;
  readonly key: string | null;
  /** Why the row cannot be read at all, or null. */
  readonly problem: string | null;
}

export interface RecordFile extends Reportable {
  /** As the person named it; `stdin` for `-`. */
  readonly name: string;
  /** In chunks as one request takes them. */
  rows(): AsyncGenerator<RecordRow[], void, void>;
  /** The heading under which the question is asked for in this file. */
  columnOf(question: string): string;
  close(): Promise<void>;
}

/**
 * Opens a file of records of a form: CSV with a heading for each question (its name or what people read, any case), or
 * NDJSON with an object of answers a line. Throws TenantctlError `bad_input_file` naming file and line.
 */
export async function openRecords(name: string, options: RecordFileOptions): Promise<RecordFile> {
  const shown = name === '-' ? 'stdin' : name;
  const refuse: Refuse = (line, message, hint) => badInput(shown, line, message, hint);
  const spooled = await reread(name, options, refuse);
  try {
    const { path } = spooled;
    const format = await formatOf(name, path, refuse);
    const byteOrderMark = await hasMark(path);
    const file = { path, refuse, options };
    const source = format === 'csv' ? await csvRecords(file) : jsonRecords(file);
    const before = await fingerprint(path);
    return {
      name: shown,
      path,
      byteOrderMark,
      delimiter: source.delimiter,
      columns: source.columns,
      columnOf: source.columnOf,
      rows: () => unchanged(path, before, chunks(source.records()), refuse),
      close: spooled.remove,
    };
  } catch (thrown) {
    await spooled.remove();
    throw thrown;
  }
}

interface File {
  readonly path: string;
  readonly refuse: Refuse;
  readonly options: RecordFileOptions;
}

interface Source {
  readonly delimiter: string;
  readonly columns: string[];
  readonly columnOf: (question: string) => string;
  readonly records: () => AsyncGenerator<RecordRow[], void, void>;
}

async function* chunks(
  blocks: AsyncGenerator<RecordRow[], void, void>,
): AsyncGenerator<RecordRow[], void, void> {
  let chunk: RecordRow[] = [];
  for await (const block of blocks) {
    for (const record of block) {
      chunk.push(record);
      if (chunk.length < limits.formRecords) continue;
      yield chunk;
      chunk = [];
    }
  }
  if (chunk.length > 0) yield chunk;
}

/** Which column answers which question, and where the keys stand. */
interface Places {
  readonly questions: ReadonlyMap<number, Question>;
  readonly key: number;
}

/** `--map depth=Depth in metres`, as [question, heading]. */
function mapped(
  entries: readonly string[],
  asked: readonly Question[],
  refuse: Refuse,
): [Question, string][] {
  return entries.map((entry) => {
    const at = entry.indexOf('=');
    const question = asked.find(({ name }) => name === entry.slice(0, at).trim());
    const heading = entry.slice(at + 1).trim();
    if (at > 0 && question !== undefined && heading !== '') return [question, heading];
    const names = list(asked.map(({ name }) => name));
    throw refuse(null, `--map ${entry} is not QUESTION=HEADING`, `QUESTION is one of ${names}`);
  });
}

function placesOf(headings: readonly string[], { refuse, options }: File): Places {
  const asked = questionsInOrder(options.form.questions).map(({ question }) => question);
  const map = mapped(options.map ?? [], asked, refuse);
  const questions = new Map<number, Question>();
  const claim = (at: number, question: Question) => {
    const twice = [...questions].find(([, one]) => one.name === question.name);
    if (twice !== undefined) {
      const both = list([headings[twice[0]] ?? '', headings[at] ?? '']);
      throw refuse(
        1,
        `two columns could be ${question.name}: ${both}`,
        `say which with --map ${question.name}=HEADING`,
      );
    }
    questions.set(at, question);
  };
  for (const [question, heading] of map) {
    const at = headings.indexOf(heading);
    if (at === -1)
      throw refuse(1, `there is no column ${JSON.stringify(heading)}`, `its columns are ${list(headings)}`);
    claim(at, question);
  }
  const named = new Set(map.map(([question]) => question.name));
  const free = asked.filter(({ name }) => !named.has(name));
  const unknown: string[] = [];
  headings.forEach((heading, at) => {
    // What an export or a report added of its own.
    if (questions.has(at) || heading.startsWith('_') || heading === '') return;
    const question =
      free.find(({ name }) => name === heading) ??
      free.find(({ name, label }) => plain(name) === plain(heading) || plain(label) === plain(heading));
    if (question === undefined) unknown.push(heading);
    else claim(at, question);
  });
  if (unknown.length > 0 && options.ignoreColumns !== true) throw noQuestions(unknown, asked, refuse);
  if (questions.size === 0) throw noQuestions(headings, asked, refuse);
  return { questions, key: headings.indexOf(KEY_COLUMN) };
}

function noQuestions(columns: readonly string[], asked: readonly Question[], refuse: Refuse) {
  const names = list(asked.map(({ name }) => name));
  return refuse(
    1,
    `no question of the form is called ${list(columns)}`,
    `the questions are ${names}: say which with --map QUESTION=HEADING, or leave such columns out with --ignore-columns`,
  );
}

async function csvRecords(file: File): Promise<Source> {
  const { path, refuse } = file;
  const open = () => readCsv(readText(path, refuse), refuse);
  const heading = await firstRecord(open());
  if (!heading) throw refuse(null, 'it is empty', 'the first line holds the names of the questions');
  const columns = trimmedEnd(heading.cells);
  const places = placesOf(columns, file);
  const columnOf = (question: string) => {
    const found = [...places.questions].find(([, { name }]) => name === question);
    return found === undefined ? question : (columns[found[0]] ?? question);
  };
  const records = async function* () {
    let row = 0;
    let headed = false;
    for await (const block of open()) {
      const out: RecordRow[] = [];
      for (const { line, cells } of block.records) {
        if (!headed) {
          headed = true;
          continue;
        }
        if (cells.every((cell) => cell.trim() === '')) continue;
        row += 1;
        out.push(rowOf(row, line, cells, columns.length, places));
      }
      if (out.length > 0) yield out;
    }
  };
  return { delimiter: heading.delimiter, columns, columnOf, records };
}

function rowOf(
  row: number,
  line: number,
  cells: readonly string[],
  width: number,
  places: Places,
): RecordRow {
  const extra = cells.slice(width).some((cell) => cell.trim() !== '');
  const problem =
    extra || cells.length < width ? `it has ${cells.length} cells, the heading has ${width}` : null;
  const answers = [...places.questions].map(([at, question]) => {
    const cell = cells[at] ?? '';
    return [question.name, answerFromText(question, unescaped(cell))] as const;
  });
  const key = places.key === -1 ? '' : (cells[places.key] ?? '').trim();
  return { row, line, cells, answers: Object.fromEntries(answers), key: key === '' ? null : key, problem };
}

/** An export writes an apostrophe before what a spreadsheet would run. Read back it is what it was. */
function unescaped(cell: string): string {
  return /^'[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/.test(cell) ? cell.slice(1) : cell;
}

function jsonRecords({ path, refuse, options }: File): Source {
  const names = questionsInOrder(options.form.questions).map(({ question }) => question.name);
  const columns = [KEY_COLUMN, ...names];
  const records = async function* () {
    let row = 0;
    for await (const block of jsonLines(readText(path, refuse), refuse)) {
      yield block.map(({ line, value, problem }) => {
        row += 1;
        return { row, line, ...jsonRow(value, names, options.ignoreColumns === true), problem };
      });
    }
  };
  return { delimiter: ',', columns, columnOf: (question) => question, records };
}

/** `{"site": "Nord"}`, or a whole record as `forms records list -o ndjson` writes it. */
function jsonRow(value: Readonly<Record<string, unknown>>, names: readonly string[], ignore: boolean) {
  const { answers: inner } = value;
  const whole =
    typeof inner === 'object' && inner !== null && !Array.isArray(inner) && !names.includes('answers');
  const given: Readonly<Record<string, unknown>> = whole ? Object.fromEntries(Object.entries(inner)) : value;
  const written = whole ? value['key'] : value[KEY_COLUMN];
  const answers = Object.fromEntries(
    Object.entries(given).filter(([name]) => !name.startsWith('_') && (!ignore || names.includes(name))),
  );
  const shown = (name: string): string => {
    const one = answers[name];
    if (one === undefined || one === null) return '';
    return typeof one === 'string' ? one : JSON.stringify(one);
  };
  const key = typeof written === 'string' || typeof written === 'number' ? String(written).trim() : '';
  return { answers, key: key === '' ? null : key, cells: [key, ...names.map(shown)] };
}

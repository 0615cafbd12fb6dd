import { createHash } from 'node:crypto';
import type { Context } from '../context.ts';
import { AnswerJudge, type Answers } from '../contract/form-answers.ts';
import type { Form } from '../contract/types.ts';
import { type TenantctlError, usageError } from '../errors.ts';
import { annotate } from '../output/annotate.ts';
import type { RecordFile, RecordRow } from './record-file.ts';

const KEPT = 1000;
const SHOWN = 20;
const KEY_MAX = 200;

/** One mistake: line and column as an editor shows them. */
export interface RecordMistake {
  readonly row: number;
  readonly line: number;
  /** Heading; null where it is about the whole row. */
  readonly column: string | null;
  readonly detail: string;
}

export interface RecordCheck {
  readonly rows: number;
  /** The first of them. */
  readonly mistakes: readonly RecordMistake[];
  readonly mistakeCount: number;
  readonly badRows: number;
  /** The same for the same records in the same order: what their keys begin with. */
  readonly digest: string;
  /** The answers of a row, as they are sent; only of rows that were found good. */
  readonly answersOf: (record: RecordRow) => Answers;
}

/** Judges every row before any is sent, by the questions that the form asks now. Memory does not grow with the file. */
export async function checkRecords(file: RecordFile, form: Form): Promise<RecordCheck> {
  const judge = new AnswerJudge(form.questions);
  const hash = createHash('sha256');
  const keys = new Map<string, number>();
  const mistakes: RecordMistake[] = [];
  let rows = 0;
  let badRows = 0;
  let mistakeCount = 0;
  for await (const chunk of file.rows()) {
    for (const record of chunk) {
      rows += 1;
      const found = mistakesOf(record, judge, file, keys);
      if (found.length > 0) badRows += 1;
      mistakeCount += found.length;
      mistakes.push(...found.slice(0, KEPT - mistakes.length));
      hash.update(`${JSON.stringify([record.key, record.answers])}\n`);
    }
  }
  const answersOf = ({ answers }: RecordRow): Answers => {
    const result = judge.judge(answers);
    if (!result.ok) throw new Error('a row that was found good is not');
    return result.answers;
  };
  return { rows, mistakes, mistakeCount, badRows, digest: hash.digest('hex').slice(0, 16), answersOf };
}

function mistakesOf(
  record: RecordRow,
  judge: AnswerJudge,
  file: RecordFile,
  keys: Map<string, number>,
): RecordMistake[] {
  const { row, line, key, problem } = record;
  const at = (column: string | null, detail: string): RecordMistake => ({ row, line, column, detail });
  if (problem !== null) return [at(null, problem)];
  const found: RecordMistake[] = [];
  if (key !== null) {
    const first = keys.get(key);
    if (first !== undefined) found.push(at('_key', `is that of row ${first} already`));
    if (key.length > KEY_MAX) found.push(at('_key', `is longer than ${KEY_MAX} characters`));
    keys.set(key, first ?? row);
  }
  const result = judge.judge(record.answers);
  if (result.ok) return found;
  return [...found, ...result.mistakes.map(({ name, detail }) => at(file.columnOf(name), detail))];
}

/** Of a record without a key of its own: by the file and where in it it stands, so that a file is not submitted twice. */
export function keyOf({ key, row }: RecordRow, { digest }: RecordCheck): string {
  return key ?? `${digest}:${row}`;
}

/** Rows are bad and nothing was sent: where and why. */
export function refuseRecords(ctx: Context, file: RecordFile, check: RecordCheck): TenantctlError {
  const { rows, badRows, mistakes, mistakeCount } = check;
  const told = mistakes.map(({ row, line, column, detail }) => ({
    line,
    text: `row ${row}${column === null ? '' : `, ${column}`}: ${detail}`,
  }));
  annotate(
    ctx,
    told.map(({ line, text }) => ({ file: file.name, line, message: text })),
  );
  const shown = told
    .slice(0, SHOWN)
    .map(({ line, text }) => ({ pointer: `${file.name}:${line}`, detail: text }));
  const more = mistakeCount - shown.length;
  return usageError(
    `${file.name}: ${badRows} of ${rows} ${rows === 1 ? 'row is' : 'rows are'} bad; nothing was submitted`,
    {
      code: 'bad_rows',
      hint: 'correct them and run the same command again',
      details: more > 0 ? [...shown, { pointer: file.name, detail: `and ${more} more` }] : shown,
    },
  );
}

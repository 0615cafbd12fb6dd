import { createHash } from 'node:crypto';
import { parseAddress } from '../contract/address.ts';
import type { RowOutcome } from '../contract/limits.ts';
import type { RowSource } from './input.ts';
import { detached, type InputRecord, type InputRow } from './rows.ts';
import { RowLines, RowNumbers, RowTexts, SeenRows } from './seen.ts';

export const ERRORS_KEPT = 1000;

/** How rows of a kind are judged beyond their address, without the server. */
export interface CheckRules {
  /** Of rows that may do without an address: what such a row is known by, and null for one that has to have it. */
  nameless?(input: InputRow): string | null;
  /** What is wrong with the row by itself. */
  judge(input: InputRow): { code: RowErrorCode; message: string } | null;
  /** What the row is about besides the address: two rows with the same address are about one thing if this is the same. */
  about(input: InputRow): string;
  /** What the row asks for, in one spelling: two rows about one thing that ask for the same are alike, others contradict. */
  asks(input: InputRow): string;
  /** What rows that contradict one another differ in: `another role`. */
  readonly differing: string;
}

/** `malformed_row` is the tool's own; the others are outcomes of the contract. A wrong module is `invalid_role`. */
export type RowErrorCode =
  | Extract<
      RowOutcome,
      | 'invalid_email'
      | 'invalid_role'
      | 'conflicting_rows'
      | 'unknown_workspace'
      | 'unknown_child'
      | 'invalid_mobile'
      | 'invalid_contact'
      | 'invalid_cap'
    >
  | 'malformed_row';

export interface RowError {
  row: number;
  line: number;
  code: RowErrorCode;
  message: string;
}

/** What the check says of one row; the second pass asks again instead of keeping it. */
export type Verdict =
  | { kind: 'send' }
  | { kind: 'duplicate'; of: number; message: string }
  | { kind: 'error'; code: RowErrorCode; message: string };

export interface CheckResult {
  /** Data rows. rows = valid + duplicates + errorCount. */
  rows: number;
  /** Rows that would be sent. */
  valid: number;
  /** Rows that repeat an earlier one: `duplicate_row`, skipped, no error. */
  duplicates: number;
  /** By row; the first 1,000 found. */
  errors: RowError[];
  errorCount: number;
  errorCounts: Partial<Record<RowErrorCode, number>>;
  /** SHA-256 in hex of the rows as parsed: the file's part of a batch's identity. */
  digest: string;
  /** For a record of the same source, in any order. */
  readonly verdictOf: (record: InputRecord) => Verdict;
}

/** Set in a row's mark when the row it names has other attributes; row numbers stay below 2^24. */
const CONFLICT = 0x80000000;

/**
 * The whole file against what can be known without the server. Memory: some 20 bytes a row and the first
 * 1,000 errors. Throws what the source throws.
 */
export async function checkRows(source: RowSource, rules: CheckRules): Promise<CheckResult> {
  const check = new Check(rules);
  for await (const chunk of source.rows()) check.chunk(chunk);
  return check.result();
}

class Check {
  readonly #rules: CheckRules;
  readonly #seen = new SeenRows();
  readonly #attributes = new RowTexts();
  readonly #lines = new RowLines();
  /** The row that this one repeats (or with CONFLICT contradicts), 0 for a row that stands alone. */
  readonly #marks = new RowNumbers();
  readonly #hash = createHash('sha256');
  readonly #errors: RowError[] = [];
  readonly #errorCounts: Partial<Record<RowErrorCode, number>> = {};
  #errorCount = 0;
  #rows = 0;
  #duplicates = 0;

  constructor(rules: CheckRules) {
    this.#rules = rules;
  }

  chunk(records: readonly InputRecord[]): void {
    let canonical = '';
    for (const record of records) {
      canonical += canonicalRow(record);
      this.#row(record);
    }
    this.#hash.update(canonical);
  }

  #row(record: InputRecord): void {
    const { row, line, input } = record;
    this.#rows++;
    const judged = judge(record, this.#rules);
    if (judged.error) {
      this.#error({ row, line, ...judged.error });
      return;
    }
    const attributes = this.#rules.asks(input);
    const about = this.#rules.about(input);
    const first = this.#seen.add(row, about === '' ? judged.folded : `${judged.folded} ${about}`);
    if (first === 0) {
      this.#attributes.set(row, attributes);
      this.#lines.set(row, line);
    } else if (this.#attributes.has(first, attributes)) {
      this.#marks.set(row, first);
      this.#duplicates++;
    } else {
      this.#conflict(row, line, first);
    }
  }

  /** Nobody can say which of the two is meant: neither is sent. */
  #conflict(row: number, line: number, first: number): void {
    this.#marks.set(row, CONFLICT + first);
    const { differing } = this.#rules;
    this.#error({ row, line, ...conflictWith(first, differing) });
    if (this.#marks.get(first) !== 0) return;
    this.#marks.set(first, CONFLICT + row);
    this.#error({ row: first, line: this.#lines.get(first), ...conflictWith(row, differing) });
  }

  #error(error: RowError): void {
    this.#errorCount++;
    this.#errorCounts[error.code] = (this.#errorCounts[error.code] ?? 0) + 1;
    if (this.#errors.length < ERRORS_KEPT) this.#errors.push({ ...error, message: detached(error.message) });
  }

  result(): CheckResult {
    // The addresses seen, most of what the check holds, are free once it is done.
    const [marks, rules] = [this.#marks, this.#rules];
    return {
      rows: this.#rows,
      valid: this.#rows - this.#duplicates - this.#errorCount,
      duplicates: this.#duplicates,
      errors: this.#errors.toSorted((a, b) => a.row - b.row),
      errorCount: this.#errorCount,
      errorCounts: this.#errorCounts,
      digest: this.#hash.digest('hex'),
      verdictOf: (record) => verdictOf(record, marks, rules),
    };
  }
}

function verdictOf(record: InputRecord, marks: RowNumbers, rules: CheckRules): Verdict {
  const mark = marks.get(record.row);
  if (mark > CONFLICT) return { kind: 'error', ...conflictWith(mark - CONFLICT, rules.differing) };
  if (mark > 0) return { kind: 'duplicate', of: mark, message: `the same as row ${mark}` };
  const { error } = judge(record, rules);
  return error ? { kind: 'error', ...error } : { kind: 'send' };
}

function conflictWith(row: number, differing: string) {
  const message = `row ${row} has the same address with ${differing}`;
  return { code: 'conflicting_rows', message } as const;
}

type Judged = { error: null; folded: string } | { error: { code: RowErrorCode; message: string } };

/** One row by itself. */
function judge({ input, problem }: InputRecord, rules: CheckRules): Judged {
  const refuse = (code: RowErrorCode, message: string): Judged => ({ error: { code, message } });
  if (problem !== null) return refuse('malformed_row', problem);
  const nameless = input.email === '' ? (rules.nameless?.(input) ?? null) : null;
  if (nameless !== null) {
    const error = rules.judge(input);
    return error ? { error } : { error: null, folded: nameless };
  }
  const address = parseAddress(input.email);
  if (!address.ok) return refuse('invalid_email', `${shown(input.email)} is no address: ${address.reason}`);
  const error = rules.judge(input);
  return error ? { error } : { error: null, folded: address.folded };
}

/** Unambiguous and independent of the file's form: the same rows as CSV or NDJSON have the same digest. */
function canonicalRow({ row, input, problem }: InputRecord): string {
  const { email, role, modules, children, workspaces, first_name, workspace } = input;
  const cells = [row, email, role, modules, children, workspaces, first_name, problem];
  // What later kinds are read from stands behind, and only where it is: the digests of earlier files stay what they were.
  const { last_name, mobile, organization, groups, sub_account, cap_uploads, cap_messages } = input;
  const contact = { last_name, mobile, organization, groups, sub_account, cap_uploads, cap_messages };
  const later = [
    ...(workspace === undefined ? [] : [workspace]),
    ...(Object.values(contact).every((value) => value === undefined) ? [] : [contact]),
  ];
  return `${JSON.stringify([...cells, ...later])}\n`;
}

export function shown(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}...` : text);
}

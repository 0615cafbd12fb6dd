import type { Refuse } from './failure.ts';

/** Past this a record is no person's row but a quote that nobody closed; keeps memory bounded. */
export const RECORD_MAX = 64 * 1024;

const DELIMITERS = ['\t', ';', ','] as const;
const QUOTE = 34;
const LF = 10;
const CR = 13;

export interface CsvRecord {
  /** 1-based line of the file on which the record begins. */
  line: number;
  cells: string[];
}

interface Piece {
  line: number;
  text: string;
  quoted: boolean;
}

interface Cut {
  pieces: Piece[];
  rest: string;
  restLine: number;
  /** Line of the quote that is still open in `rest`, or null. */
  openedAt: number | null;
}

export interface CsvOptions {
  delimiter?: string | undefined;
  /** false: quotes mean nothing (NDJSON lines). */
  quotes?: boolean | undefined;
  /** false: every record goes the careful way; for the tests. */
  plain?: boolean | undefined;
}

/**
 * Records of a CSV text (RFC 4180; any of CRLF, LF, CR, also mixed; the delimiter given, named by a
 * `sep=;` line, or found in the heading). Two ways, which the tests hold against each other: where no quote
 * occurs a record is a line, and `split` is right and six times as fast; a record with a quote goes to
 * csv-parse, which alone judges quoting. Lines without content are no records.
 * Yields one array per block, the heading first. Throws `refuse(...)` for what cannot be understood.
 */
export async function* readCsv(
  blocks: AsyncIterable<string>,
  refuse: Refuse,
  options: CsvOptions = {},
): AsyncGenerator<{ delimiter: string; records: CsvRecord[] }, void, void> {
  let delimiter = options.delimiter;
  let rest = '';
  let restLine = 1;
  const { plain = true, quotes = true } = options;
  const emit = async (text: string, last: boolean) => {
    const lines = !quotes || (plain && !text.includes('"'));
    const cut = lines ? cutLines(text, restLine, last) : cutRecords(text, restLine, last);
    rest = cut.rest;
    restLine = cut.restLine;
    await refuseEndless(cut, last, delimiter ?? ',', refuse);
    const first = cut.pieces[0];
    if (delimiter === undefined && first !== undefined) {
      const named = first.line === 1 ? /^"?sep=(.)"?$/i.exec(first.text)?.[1] : undefined;
      if (named !== undefined) cut.pieces.shift();
      delimiter = named ?? (cut.pieces[0] && delimiterOf(cut.pieces[0].text));
    }
    return delimiter === undefined ? [] : toRecords(cut.pieces, delimiter, refuse);
  };
  for await (const block of blocks) {
    const records = await emit(rest + block, false);
    if (delimiter !== undefined && records.length > 0) yield { delimiter, records };
  }
  const records = await emit(rest, true);
  if (delimiter !== undefined && records.length > 0) yield { delimiter, records };
}

/** Text without any quote: every line is a record. */
function cutLines(text: string, line: number, last: boolean): Cut {
  // A CR at the very end may be half of a CRLF.
  const settled = text.endsWith('\r') ? text.slice(0, -1) : text;
  const end = last ? text.length : Math.max(settled.lastIndexOf('\n'), settled.lastIndexOf('\r')) + 1;
  let body = text.slice(0, end);
  if (body.includes('\r')) body = body.replaceAll('\r\n', '\n').replaceAll('\r', '\n');
  const lines = body.split('\n');
  const ended = lines.at(-1) === '';
  if (ended) lines.pop();
  const pieces: Piece[] = [];
  for (let index = 0; index < lines.length; index++) {
    const content = lines[index];
    if (content) pieces.push({ line: line + index, text: content, quoted: false });
  }
  return { pieces, rest: text.slice(end), restLine: line + lines.length, openedAt: null };
}

/** Any text: a record ends at a line's end outside quotes. A doubled quote closes and opens again. */
function cutRecords(text: string, firstLine: number, last: boolean): Cut {
  const pieces: Piece[] = [];
  let line = firstLine;
  let start = 0;
  let startLine = line;
  let quoted = false;
  let openedAt: number | null = null;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit === QUOTE) {
      openedAt = openedAt === null ? line : null;
      quoted = true;
    } else if (unit === LF || unit === CR) {
      const pair = unit === CR && text.charCodeAt(index + 1) === LF;
      if (unit === CR && index + 1 === text.length && !last) break;
      line++;
      const end = index;
      if (pair) index++;
      if (openedAt !== null) continue;
      if (end > start) pieces.push({ line: startLine, text: text.slice(start, end), quoted });
      start = index + 1;
      startLine = line;
      quoted = false;
    }
  }
  if (last && openedAt === null && start < text.length) {
    pieces.push({ line: startLine, text: text.slice(start), quoted });
    start = text.length;
  }
  return { pieces, rest: text.slice(start), restLine: startLine, openedAt };
}

async function refuseEndless(cut: Cut, last: boolean, delimiter: string, refuse: Refuse): Promise<void> {
  const long = cut.pieces.find((piece) => piece.text.length > RECORD_MAX);
  if (long) {
    await refuseQuoting(long, delimiter, refuse);
    throw refuse(long.line, `a row that begins here is longer than ${RECORD_MAX / 1024} KiB`);
  }
  if (cut.rest.length <= RECORD_MAX && !last) return;
  if (cut.rest === '') return;
  if (cut.openedAt === null) {
    throw refuse(cut.restLine, `a row that begins here is longer than ${RECORD_MAX / 1024} KiB`);
  }
  // What looks like an open quote may be the echo of a stray one earlier in the same record.
  await refuseQuoting({ line: cut.restLine, text: cut.rest, quoted: true }, delimiter, refuse);
  throw unclosed(cut.openedAt, refuse);
}

function unclosed(line: number, refuse: Refuse) {
  return refuse(
    line,
    'a quote (") opened here is never closed',
    'close it, or write a quote inside a cell twice ("")',
  );
}

/** The delimiter that occurs most in the heading outside quotes; a tie goes to the rarer one in text. */
function delimiterOf(heading: string): string {
  const bare = heading.replace(/"[^"]*"/g, '');
  let best = ',';
  let most = 0;
  for (const candidate of DELIMITERS) {
    const count = bare.split(candidate).length - 1;
    if (count > most) [best, most] = [candidate, count];
  }
  return best;
}

async function toRecords(pieces: Piece[], delimiter: string, refuse: Refuse): Promise<CsvRecord[]> {
  const quoted = pieces.filter((piece) => piece.quoted);
  const parsed = quoted.length > 0 ? await parseQuoted(quoted, delimiter, refuse) : [];
  let next = 0;
  return pieces.map((piece) => ({
    line: piece.line,
    cells: piece.quoted ? (parsed[next++] ?? []) : piece.text.split(delimiter),
  }));
}

async function parseWith(text: string, delimiter: string): Promise<string[][]> {
  const { parse } = await import('csv-parse/sync');
  return parse(text, { delimiter, record_delimiter: ['\r\n', '\n', '\r'], relax_column_count: true });
}

async function parseQuoted(pieces: Piece[], delimiter: string, refuse: Refuse): Promise<string[][]> {
  try {
    const rows = await parseWith(pieces.map((piece) => piece.text).join('\n'), delimiter);
    if (rows.length === pieces.length) return rows;
  } catch {
    // Which record it was is found below, one by one.
  }
  for (const piece of pieces) await refuseQuoting(piece, delimiter, refuse);
  throw refuse(pieces[0]?.line ?? null, 'the quoting cannot be understood');
}

/** Throws if csv-parse does not accept the record's quoting, except that its end is missing. */
async function refuseQuoting(piece: Piece, delimiter: string, refuse: Refuse): Promise<void> {
  try {
    await parseWith(piece.text, delimiter);
  } catch (thrown) {
    const code: unknown = thrown instanceof Error ? Reflect.get(thrown, 'code') : null;
    if (code === 'CSV_QUOTE_NOT_CLOSED') return;
    const hint = 'quote the whole cell and write a quote inside it twice ("")';
    if (code === 'CSV_INVALID_CLOSING_QUOTE') {
      throw refuse(piece.line, 'in the row that begins here text follows a closing quote', hint);
    }
    throw refuse(piece.line, 'in the row that begins here a quote stands in the middle of a cell', hint);
  }
}

import { type CsvRecord, readCsv } from './csv.ts';
import type { Refuse } from './failure.ts';

const COLUMNS_MAX = 1000;

export interface JsonRecord {
  line: number;
  /** Values by key, as one would write them in a cell. */
  values: ReadonlyMap<string, string>;
  problem: string | null;
}

/** One line: an object, and why it is none. */
export interface JsonLine {
  readonly line: number;
  readonly value: Readonly<Record<string, unknown>>;
  readonly problem: string | null;
}

/** One JSON object a line. A line that is none is that row's problem: the next line is sound again. */
export async function* readNdjson(
  blocks: AsyncIterable<string>,
  refuse: Refuse,
): AsyncGenerator<JsonRecord[], void, void> {
  for await (const lines of readLines(blocks, refuse)) {
    yield lines.map(({ line, cells }) => readLine(line, cells[0] ?? '', refuse));
  }
}

/** Lines by the CSV reader's plain way: its delimiter is a character that the text cannot hold (NUL is refused). */
async function* readLines(blocks: AsyncIterable<string>, refuse: Refuse): AsyncGenerator<CsvRecord[]> {
  for await (const { records } of readCsv(blocks, refuse, { delimiter: '\0', quotes: false })) {
    const content = records.filter(({ cells }) => (cells[0] ?? '').trim() !== '');
    if (content.length > 0) yield content;
  }
}

/** The same as they are: values keep their types. */
export async function* jsonLines(
  blocks: AsyncIterable<string>,
  refuse: Refuse,
): AsyncGenerator<JsonLine[], void, void> {
  for await (const lines of readLines(blocks, refuse)) {
    yield lines.map(({ line, cells }) => objectOn(line, cells[0] ?? '', refuse));
  }
}

function objectOn(line: number, text: string, refuse: Refuse): JsonLine {
  const bad = (problem: string): JsonLine => ({ line, value: {}, problem });
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return bad('the line is not JSON');
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    return bad('the line is not a JSON object');
  const entries = Object.entries(parsed);
  if (entries.length > COLUMNS_MAX) return bad(`it has more than ${COLUMNS_MAX} keys`);
  const evil = entries.find(([key]) => /^(__proto__|constructor|prototype)$/i.test(key));
  if (evil) throw refuse(line, `a key may not be called ${evil[0]}`);
  return { line, value: Object.fromEntries(entries), problem: null };
}

function readLine(line: number, text: string, refuse: Refuse): JsonRecord {
  const values = new Map<string, string>();
  const { value: object, problem: broken } = objectOn(line, text, refuse);
  if (broken !== null) return { line, values, problem: broken };
  let problem: string | null = null;
  for (const [key, value] of Object.entries(object)) {
    const cell = asCell(value);
    if (cell === null) problem ??= `${JSON.stringify(key.slice(0, 60))} is neither text nor a list of texts`;
    values.set(key, cell ?? JSON.stringify(value));
  }
  return { line, values, problem };
}

/** Lists are joined by commas, `{"slug": "role"}` and `[{workspace, role}]` become slug=role. An empty list is `none`. */
function asCell(value: unknown): string | null {
  if (value === null) return '';
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) {
    if (value.length === 0) return 'none';
    const words = value.map((item: unknown) => (typeof item === 'string' ? item : pair(item)));
    return words.includes(null) ? null : words.join(',');
  }
  if (typeof value !== 'object') return null;
  const pairs = Object.entries(value);
  return pairs.every(([, role]) => typeof role === 'string')
    ? pairs.map(([slug, role]) => `${slug}=${role}`).join(',')
    : null;
}

function pair(item: unknown): string | null {
  if (typeof item !== 'object' || item === null) return null;
  const workspace: unknown = Reflect.get(item, 'workspace');
  const role: unknown = Reflect.get(item, 'role');
  return typeof workspace === 'string' && typeof role === 'string' ? `${workspace}=${role}` : null;
}

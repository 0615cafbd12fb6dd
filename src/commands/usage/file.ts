import { readCsv } from '../../bulk/csv.ts';
import { badInput, type Refuse } from '../../bulk/failure.ts';
import type { Context } from '../../context.ts';
import { creditUnits, limits } from '../../contract/limits.ts';
import type { UsageRecord } from '../../contract/types.ts';
import { readText } from '../file.ts';

const MOST_BYTES = 64 * 1024 * 1024;
const needed = ['account', 'unit', 'amount', 'key', 'cause'] as const;
const known = [...needed, 'at'] as const;
type Heading = (typeof known)[number];

async function* whole(text: string): AsyncGenerator<string> {
  yield text.startsWith('\ufeff') ? text.slice(1) : text;
}

function headingsOf(cells: readonly string[], refuse: Refuse): ReadonlyMap<Heading, number> {
  const found = new Map<Heading, number>();
  cells.forEach((cell, at) => {
    const name = known.find((heading) => heading === cell.trim().toLowerCase());
    if (name !== undefined) found.set(name, at);
  });
  const missing = needed.filter((name) => !found.has(name));
  if (missing.length === 0) return found;
  throw refuse(
    1,
    `the heading lacks ${missing.join(', ')}`,
    'account,unit,amount,key,cause and, if wanted, at',
  );
}

function recordOf(line: number, cell: (name: Heading) => string, refuse: Refuse): UsageRecord {
  const unit = creditUnits.find((name) => name === cell('unit').toLowerCase());
  if (unit === undefined)
    throw refuse(line, `the unit ${JSON.stringify(cell('unit'))} is not upload or message`);
  const amount = cell('amount');
  if (!/^[1-9]\d{0,9}$/.test(amount))
    throw refuse(line, `the amount ${JSON.stringify(amount)} is no whole number above 0`);
  const [account, key, cause, at] = [cell('account'), cell('key'), cell('cause'), cell('at')];
  if (account === '' || key === '' || cause === '')
    throw refuse(line, 'account, key and cause must not be empty');
  return { account, unit, amount: Number(amount), key, cause, ...(at !== '' && { at }) };
}

/** The records of a CSV file, read and judged whole before anything is sent; `-` is stdin. */
export async function recordsOf(ctx: Context, name: string): Promise<UsageRecord[]> {
  const shown = name === '-' ? 'stdin' : name;
  const refuse: Refuse = (line, message, hint) => badInput(shown, line, message, hint);
  const text = await readText(ctx, name, 'the records', MOST_BYTES);
  const records: UsageRecord[] = [];
  let headings: ReadonlyMap<Heading, number> | null = null;
  for await (const block of readCsv(whole(text), refuse)) {
    for (const { line, cells } of block.records) {
      const places: ReadonlyMap<Heading, number> | null = headings;
      if (places === null) headings = headingsOf(cells, refuse);
      else records.push(recordOf(line, (heading) => (cells[places.get(heading) ?? -1] ?? '').trim(), refuse));
    }
  }
  if (records.length === 0) throw refuse(null, 'holds no records');
  return records;
}

export function chunksOf(records: readonly UsageRecord[]): UsageRecord[][] {
  const count = Math.ceil(records.length / limits.usageRecords);
  return Array.from({ length: count }, (_, at) =>
    records.slice(at * limits.usageRecords, (at + 1) * limits.usageRecords),
  );
}

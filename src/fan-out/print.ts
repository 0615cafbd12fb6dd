import type { Context } from '../context.ts';
import type { Tone } from '../output/colour.ts';
import { asCell, type Column, cellText } from '../output/columns.ts';
import { valueAt } from '../output/fields.ts';
import type { Head, Printed, PrintedRow } from './collector.ts';
import { type Entry, entryObject, reasonOf } from './entry.ts';

/** Prints what became of each account; ends early if nobody reads any more, or a terminal's table is full. */
export async function print(entries: AsyncIterable<Entry>, writes: boolean, ctx: Context): Promise<void> {
  const { format } = ctx.out;
  const whole = { all: true, projected: true } as const;
  if (format === 'json' || format === 'ndjson' || format === 'yaml')
    return await ctx.out.list([], objectsOf(entries), whole);
  if (format === 'table' && writes && ctx.flags.fields === undefined)
    return await ctx.out.list(outcomeColumns, entries, whole);
  await printRows(entries, writes, ctx);
}

async function* objectsOf(entries: AsyncIterable<Entry>): AsyncGenerator<object> {
  for await (const entry of entries) yield entryObject(entry);
}

/** The outcomes as people read them. */
export const words: Readonly<Record<Entry['outcome'], string>> = {
  done: 'done',
  unchanged: 'nothing to do',
  skipped: 'skipped',
  failed: 'failed',
  not_started: 'not started',
};
const tones: Readonly<Partial<Record<Entry['outcome'], Tone>>> = {
  unchanged: 'dim',
  skipped: 'dim',
  failed: 'bad',
  not_started: 'warn',
};

const outcomeColumns: readonly Column<Entry>[] = [
  { header: 'ACCOUNT', value: ({ account }) => account.slug, keep: true },
  { header: 'OUTCOME', value: ({ outcome }) => words[outcome], tone: ({ outcome }) => tones[outcome] },
  { header: 'DETAIL', value: detailOf },
];

/** The sentence of the change, or the rows that it printed instead, or what stands in the way. */
function detailOf({ printed, error }: Entry): string {
  if (error !== undefined) return reasonOf(error);
  if (printed === undefined) return '';
  if (printed.text !== undefined) return printed.text.replaceAll('\n', '; ');
  return printed.rows.map((row) => printed.heads.map((_, at) => cellText(row.cell(at))).join(' ')).join(', ');
}

interface AccountRow {
  readonly slug: string;
  readonly row: PrintedRow;
}

/** What the verb alone would print, with the account in front. */
async function printRows(entries: AsyncIterable<Entry>, writes: boolean, ctx: Context): Promise<void> {
  const iterator = entries[Symbol.asyncIterator]();
  const first = await firstPrinted(iterator);
  if (first === undefined) return;
  const { heads, format } = first.printed;
  await ctx.out.list(ctx.out.format === 'id' ? [idColumn(ctx)] : columnsOf(heads), rowsOf(first, iterator), {
    ...ctx.listing('Nothing in any of these accounts.'),
    ...(writes && { all: true }),
    ...(format !== undefined && { format }),
    projected: true,
  });
}

function columnsOf(heads: readonly Head[]): Column<AccountRow>[] {
  const own = heads.map((head, at) => ({
    ...head,
    value: ({ row }: AccountRow) => row.cell(at),
    tone: ({ row }: AccountRow) => row.tone(at),
  }));
  return [{ header: 'ACCOUNT', value: ({ slug }) => slug, keep: true }, ...own];
}

/** As alone: the id, or with --fields the first of them. */
function idColumn(ctx: Context): Column<AccountRow> {
  const idOf = ({ whole }: PrintedRow) => (ctx.flags.fields === undefined ? valueAt(whole, ['id']) : null);
  return { header: 'ID', value: ({ row }) => asCell(idOf(row)) ?? row.cell(0) };
}

type WithPrinted = Entry & { readonly printed: Printed };

function hasPrinted(entry: Entry): entry is WithPrinted {
  return entry.printed !== undefined;
}

async function firstPrinted(entries: AsyncIterator<Entry>): Promise<WithPrinted | undefined> {
  for (let next = await entries.next(); next.done !== true; next = await entries.next())
    if (hasPrinted(next.value)) return next.value;
  return undefined;
}

async function* rowsOf(first: Entry, rest: AsyncIterator<Entry>): AsyncGenerator<AccountRow> {
  for (let entry: Entry | undefined = first; entry !== undefined; ) {
    for (const row of entry.printed?.rows ?? []) yield { slug: entry.account.slug, row };
    const next = await rest.next();
    entry = next.done === true ? undefined : next.value;
  }
}

import type { Context } from '../../context.ts';
import { usageError } from '../../errors.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { showsRows } from '../rows.ts';
import { billColumns, billRows } from './columns.ts';

const spec = {
  path: 'billing show',
  summary: 'Show the bill of a period',
  about:
    'The lines of the running period, or of the one that --period falls in, and what is due of them. A charge is due when it is written; what is given back is kept as credit, which the next charges use up.',
  flags: { period: { value: 'DAY', help: 'any day of the period, as 2026-03-31; by default today' } },
  examples: [
    'tenantctl billing show',
    'tenantctl billing show --period 2026-03-31 --account acme-dev',
    'tenantctl billing show --json --fields due_cents',
  ],
  operations: ['billing.show'],
  fanOut: true,
  next: 'tenantctl plans current',
} as const satisfies VerbSpec;

export type ShowOptions = OptionsOf<typeof spec>;

export function showCommand(ctx: Context, run = showRun): Verb {
  return verb(spec, ctx, run);
}

export async function showRun({ period }: ShowOptions, ctx: Context): Promise<void> {
  if (period !== undefined && !isDay(period))
    throw usageError(`--period ${period}: not a day such as 2026-03-31`, { code: 'invalid_value' });
  const account = ctx.account();
  const bill = await ctx.client().call('billing.show', { params: { account }, query: { period } });
  if (!showsRows(ctx)) return await ctx.out.item([], bill);
  await ctx.out.list(billColumns, billRows(bill), { all: true });
  ctx.out.note(`Period: ${bill.period_start} until ${bill.period_end}.`);
  if (bill.previous !== null)
    ctx.out.note(`The one before: tenantctl billing show --period ${bill.previous} --account ${account}`);
}

function isDay(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return false;
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

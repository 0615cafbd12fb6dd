import type { Context } from '../../context.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { exportColumns } from './columns.ts';

const spec = {
  path: 'members export',
  summary: 'Write all members of an account as CSV',
  about:
    'Row by row, whatever their number, with the headings that invites send --csv reads. A cell that a spreadsheet would run as a formula gets a leading apostrophe. -o ndjson gives the whole objects.',
  examples: [
    'tenantctl members export --account acme --out members.csv',
    'tenantctl members export --account acme | head -3',
  ],
  operations: ['members.list'],
  fanOut: true,
  next: 'tenantctl invites send --csv members.csv --account ACCOUNT',
} as const satisfies VerbSpec;

export type ExportOptions = OptionsOf<typeof spec>;

export function exportCommand(ctx: Context, run = exportRun): Verb {
  return verb(spec, ctx, run);
}

export async function exportRun(_options: ExportOptions, ctx: Context): Promise<void> {
  const input = { params: { account: ctx.account() } };
  const rows = ctx.client().pages('members.list', input, ctx.flags.limit);
  const format = ctx.out.format === 'table' && ctx.flags.output !== 'table' ? 'csv' : ctx.out.format;
  await ctx.out.list(exportColumns, rows, { all: true, format, empty: 'No member yet.' });
}

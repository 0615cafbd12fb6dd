import type { Context } from '../../context.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { exportColumns } from './columns.ts';
import { filters, times, trail } from './trail.ts';

const spec = {
  path: 'audit export',
  summary: 'Write the audit trail of an account as CSV',
  about:
    'All of it that matches, newest first, row by row whatever its length. A cell that a spreadsheet would run as a formula gets a leading apostrophe. -o ndjson gives the whole events.',
  flags: { ...filters, ...times },
  examples: [
    'tenantctl audit export --account acme --out audit.csv',
    'tenantctl audit export --since 2026-01-01 --until 2026-04-01 -o ndjson --out q1.ndjson',
  ],
  operations: ['audit.list', 'audit.platform'],
  fanOut: { without: ['platform'] },
  next: 'tenantctl audit tail',
} as const satisfies VerbSpec;

export type ExportOptions = OptionsOf<typeof spec>;

export function exportCommand(ctx: Context, run = exportRun): Verb {
  return verb(spec, ctx, run);
}

export async function exportRun(options: ExportOptions, ctx: Context): Promise<void> {
  const format = ctx.out.format === 'table' && ctx.flags.output !== 'table' ? 'csv' : ctx.out.format;
  const rows = trail(options, ctx, ctx.flags.limit);
  await ctx.out.list(exportColumns, rows, { all: true, format, empty: 'Nothing was done that matches.' });
}

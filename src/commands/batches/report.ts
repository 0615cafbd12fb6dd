import type { Context } from '../../context.ts';
import { rowOutcomeNames } from '../../contract/limits.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { rowColumns } from './columns.ts';

const spec = {
  path: 'batches report',
  summary: 'List what became of each row',
  about: 'Made from what the server keeps: no file is needed, and any machine will do.',
  args: { batch: { help: 'its id' } },
  flags: { outcome: { value: 'OUTCOME', choices: rowOutcomeNames, help: 'only rows that came to this' } },
  examples: [
    'tenantctl batches report BATCH -o csv --out report.csv',
    'tenantctl batches report BATCH --outcome invalid_email',
  ],
  operations: ['batches.rows'],
} as const satisfies VerbSpec;

export function reportCommand(ctx: Context, run = reportRun): Verb {
  return verb(spec, ctx, run);
}

export async function reportRun(options: OptionsOf<typeof spec>, ctx: Context): Promise<void> {
  const { batch, ...query } = options;
  const params = { account: ctx.account(), batch };
  const rows = ctx.client().pages('batches.rows', { params, query }, ctx.max());
  await ctx.out.list(rowColumns, rows, ctx.listing('No such row.'));
}

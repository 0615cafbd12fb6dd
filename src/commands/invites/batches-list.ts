import type { Context } from '../../context.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { batchColumns } from './columns.ts';

const spec = {
  path: 'invites batches list',
  summary: 'List batches, the newest first',
  about: 'An open one was interrupted: it misses rows that can still be sent.',
  flags: {
    state: { value: 'STATE', choices: ['open', 'finished', 'cancelled'], help: 'only in this state' },
  },
  examples: ['tenantctl invites batches list', 'tenantctl invites batches list --state open -o id'],
  operations: ['batches.list'],
  next: 'tenantctl invites batches resume BATCH --csv FILE',
} as const satisfies VerbSpec;

export function batchesListCommand(ctx: Context, run = batchesListRun): Verb {
  return verb(spec, ctx, run);
}

export async function batchesListRun(options: OptionsOf<typeof spec>, ctx: Context): Promise<void> {
  const params = { account: ctx.account() };
  const rows = ctx.client().pages('batches.list', { params, query: options }, ctx.max());
  await ctx.out.list(batchColumns, rows, ctx.listing('No batch. Try: tenantctl invites send --csv FILE'));
}

import type { Context } from '../../context.ts';
import { batchKinds } from '../../contract/limits.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { batchColumns } from './columns.ts';

const spec = {
  path: 'batches list',
  summary: 'List batches, the newest first',
  about: 'An open one was interrupted: it misses rows that can still be sent.',
  flags: {
    kind: { value: 'KIND', choices: batchKinds, help: 'only of this kind' },
    state: { value: 'STATE', choices: ['open', 'finished', 'cancelled'], help: 'only in this state' },
  },
  examples: ['tenantctl batches list', 'tenantctl batches list --kind removals --state open -o id'],
  operations: ['batches.list'],
  next: 'tenantctl batches resume BATCH --csv FILE',
} as const satisfies VerbSpec;

export function listCommand(ctx: Context, run = listRun): Verb {
  return verb(spec, ctx, run);
}

export async function listRun(options: OptionsOf<typeof spec>, ctx: Context): Promise<void> {
  const params = { account: ctx.account() };
  const rows = ctx.client().pages('batches.list', { params, query: options }, ctx.max());
  await ctx.out.list(batchColumns, rows, ctx.listing('No batch. Try: tenantctl help bulk'));
}

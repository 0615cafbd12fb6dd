import type { Context } from '../../context.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { batchFacts } from './columns.ts';

const spec = {
  path: 'batches show',
  summary: 'Show a batch: counts, missing rows, mail',
  args: { batch: { help: 'its id' } },
  examples: ['tenantctl batches show bat_06a3xw2g5zsq9b7kq3v0m1n8rw'],
  operations: ['batches.show'],
  next: 'tenantctl batches report BATCH',
} as const satisfies VerbSpec;

export function showCommand(ctx: Context, run = showRun): Verb {
  return verb(spec, ctx, run);
}

export async function showRun({ batch }: OptionsOf<typeof spec>, ctx: Context): Promise<void> {
  const params = { account: ctx.account(), batch };
  await ctx.out.item(batchFacts, await ctx.client().call('batches.show', { params }));
}

import type { Context } from '../../context.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';

const spec = {
  path: 'batches cancel',
  summary: 'Close a batch as it is; what it did stays',
  about: 'Rows that were not sent stay unsent. To take back invitations that were: batches revoke.',
  args: { batch: { help: 'its id' } },
  examples: ['tenantctl batches cancel bat_06a3xw2g5zsq9b7kq3v0m1n8rw'],
  operations: ['batches.cancel'],
  next: 'tenantctl batches revoke BATCH',
} as const satisfies VerbSpec;

export function cancelCommand(ctx: Context, run = cancelRun): Verb {
  return verb(spec, ctx, run);
}

export async function cancelRun({ batch }: OptionsOf<typeof spec>, ctx: Context): Promise<void> {
  const params = { account: ctx.account(), batch };
  const done = await ctx.client().call('batches.cancel', { params });
  await ctx.out.result(
    done,
    `Batch ${done.id} is cancelled: ${done.rows_received} of ${done.rows_total} rows were sent.`,
  );
}

import type { Context } from '../../context.ts';
import { tellChange } from '../change.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';

const spec = {
  path: 'plans cancel-change',
  summary: 'Cancel the scheduled change of plan',
  about: 'The account stays on its plan. A change that has taken effect is not undone by it.',
  examples: ['tenantctl plans cancel-change', 'tenantctl plans cancel-change --account acme-dev'],
  operations: ['subscription.cancel_change'],
  next: 'tenantctl plans current',
} as const satisfies VerbSpec;

export type CancelChangeOptions = OptionsOf<typeof spec>;

export function cancelChangeCommand(ctx: Context, run = cancelChangeRun): Verb {
  return verb(spec, ctx, run);
}

export async function cancelChangeRun(_options: CancelChangeOptions, ctx: Context): Promise<void> {
  const account = ctx.account();
  const answer = await ctx.client().call('subscription.cancel_change', { params: { account } });
  const dryRun = ctx.flags.dryRun === true;
  await tellChange(ctx, {
    value: answer,
    changed: answer.changed,
    done: dryRun ? `${account} would stay on its plan.` : `Cancelled: ${account} stays on its plan.`,
    already: `${account} has no change scheduled.`,
  });
}

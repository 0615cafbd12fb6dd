import type { Context } from '../../context.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { planFacts } from './columns.ts';

const spec = {
  path: 'plans show',
  summary: 'Show a plan',
  args: { plan: { help: 'its name' } },
  examples: ['tenantctl plans show professional', 'tenantctl plans show basic --json --fields limits'],
  operations: ['plans.show'],
  next: 'tenantctl plans preview PLAN',
} as const satisfies VerbSpec;

export type ShowOptions = OptionsOf<typeof spec>;

export function showCommand(ctx: Context, run = showRun): Verb {
  return verb(spec, ctx, run);
}

export async function showRun({ plan }: ShowOptions, ctx: Context): Promise<void> {
  await ctx.out.item(planFacts, await ctx.client().call('plans.show', { params: { plan } }));
}

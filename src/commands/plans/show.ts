import type { Context } from '../../context.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { named } from '../named.ts';
import { planColumns } from './columns.ts';

const spec = {
  path: 'plans show',
  summary: 'Show a plan',
  args: { plan: { help: 'its name' } },
  examples: ['tenantctl plans show professional', 'tenantctl plans show basic --json --fields limits'],
  operations: ['plans.list'],
  next: 'tenantctl accounts create NAME --plan PLAN',
} as const satisfies VerbSpec;

export type ShowOptions = OptionsOf<typeof spec>;

export function showCommand(ctx: Context, run = showRun): Verb {
  return verb(spec, ctx, run);
}

export async function showRun(options: ShowOptions, ctx: Context): Promise<void> {
  const found = await named(ctx.client().pages('plans.list', {}), 'plan', options.plan);
  await ctx.out.item(planColumns, found);
}

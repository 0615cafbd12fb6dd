import type { Context } from '../../context.ts';
import type { Plan } from '../../contract/types.ts';
import { notFoundError } from '../../errors.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
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
  const names: string[] = [];
  let found: Plan | undefined;
  for await (const plan of ctx.client().pages('plans.list', {})) {
    names.push(plan.name);
    if (plan.name === options.plan) found = plan;
  }
  if (found !== undefined) return await ctx.out.item(planColumns, found);
  throw notFoundError(`there is no plan ${options.plan}`, {
    why: `There are ${names.join(', ')}.`,
    hint: 'tenantctl plans list',
  });
}

import { remembered } from '../../config/names.ts';
import type { Context } from '../../context.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { planColumns } from './columns.ts';

const spec = {
  path: 'plans list',
  summary: 'List the plans: price, limits, entitlements',
  about:
    'A plan that is not self-serve is set by staff. With -o yaml it prints what `plans replace` takes as a file.',
  examples: [
    'tenantctl plans list',
    'tenantctl plans list --json --fields name,limits.seats',
    'tenantctl plans list -o yaml --out plans.yaml',
  ],
  operations: ['plans.list'],
  next: 'tenantctl plans compare PLAN PLAN',
} as const satisfies VerbSpec;

export type ListOptions = OptionsOf<typeof spec>;

export function listCommand(ctx: Context, run = listRun): Verb {
  return verb(spec, ctx, run);
}

export async function listRun(_options: ListOptions, ctx: Context): Promise<void> {
  const rows = ctx.client().pages('plans.list', {}, ctx.max());
  const known = remembered(ctx.config(), { kind: 'plans', whole: ctx.max() === undefined }, rows);
  await ctx.out.list(planColumns, known, ctx.listing('This server knows no plans.'));
}

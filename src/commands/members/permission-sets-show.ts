import type { Context } from '../../context.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { setFacts } from './columns.ts';

const spec = {
  path: 'members permission-sets show',
  summary: 'Show a permission set',
  args: { name: { help: 'its name' } },
  examples: [
    'tenantctl members permission-sets show editors --account acme',
    'tenantctl members permission-sets show editors --json',
  ],
  operations: ['permission_sets.show'],
  next: 'tenantctl invites send ADDRESS --permission-set NAME',
} as const satisfies VerbSpec;

export type ShowSetOptions = OptionsOf<typeof spec>;

export function permissionSetsShowCommand(ctx: Context, run = permissionSetsShowRun): Verb {
  return verb(spec, ctx, run);
}

export async function permissionSetsShowRun({ name }: ShowSetOptions, ctx: Context): Promise<void> {
  const params = { account: ctx.account(), name };
  await ctx.out.item(setFacts, await ctx.client().call('permission_sets.show', { params }));
}

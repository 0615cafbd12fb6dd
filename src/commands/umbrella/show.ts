import type { Context } from '../../context.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { linkFacts } from './columns.ts';

const spec = {
  path: 'umbrella show',
  summary: 'Show the umbrella of an account, and what it sees',
  examples: ['tenantctl umbrella show', 'tenantctl umbrella show --account partner --json'],
  operations: ['umbrella.show'],
  next: 'tenantctl umbrella unlink --dry-run',
} as const satisfies VerbSpec;

export function showCommand(ctx: Context, run = showRun): Verb {
  return verb(spec, ctx, run);
}

export async function showRun(_options: OptionsOf<typeof spec>, ctx: Context): Promise<void> {
  const params = { account: ctx.account() };
  await ctx.out.item(linkFacts, await ctx.client().call('umbrella.show', { params }));
}

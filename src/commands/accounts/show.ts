import type { Context } from '../../context.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { accountFacts } from './columns.ts';

const spec = {
  path: 'accounts show',
  summary: 'Show an account: plan, seats, parent, labels, state',
  args: { account: { help: 'slug or id; without it the one that you work in', optional: true } },
  examples: [
    'tenantctl accounts show',
    'tenantctl accounts show acme',
    'tenantctl accounts show acme --json --fields seats',
  ],
  operations: ['accounts.show'],
  fanOut: true,
  next: 'tenantctl members list --account ACCOUNT',
} as const satisfies VerbSpec;

export type ShowOptions = OptionsOf<typeof spec>;

export function showCommand(ctx: Context, run = showRun): Verb {
  return verb(spec, ctx, run);
}

export async function showRun(options: ShowOptions, ctx: Context): Promise<void> {
  const account = ctx.account(options.account);
  await ctx.out.item(accountFacts, await ctx.client().call('accounts.show', { params: { account } }));
}

import type { Context } from '../../context.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { treeOf } from './columns.ts';

const spec = {
  path: 'accounts tree',
  summary: 'Draw an account with its managed accounts and workspaces',
  about: 'Downwards only: of the account above, its name is shown and nothing else.',
  args: { account: { help: 'slug or id; without it the one that you work in', optional: true } },
  examples: ['tenantctl accounts tree acme', 'tenantctl accounts tree acme --json | jq .children[].slug'],
  operations: ['accounts.tree'],
  next: 'tenantctl accounts show ACCOUNT',
} as const satisfies VerbSpec;

export type TreeOptions = OptionsOf<typeof spec>;

export function treeCommand(ctx: Context, run = treeRun): Verb {
  return verb(spec, ctx, run);
}

export async function treeRun(options: TreeOptions, ctx: Context): Promise<void> {
  const account = ctx.account(options.account);
  const tree = await ctx.client().call('accounts.tree', { params: { account } });
  await ctx.out.tree(treeOf(tree), tree);
}

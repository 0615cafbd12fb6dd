import type { Context } from '../../context.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { workspaceFacts } from './columns.ts';

const spec = {
  path: 'workspaces show',
  summary: 'Show a workspace',
  args: { workspace: { help: 'slug or id' } },
  examples: ['tenantctl workspaces show default --account acme', 'tenantctl workspaces show default --json'],
  operations: ['workspaces.show'],
  next: 'tenantctl workspaces list',
} as const satisfies VerbSpec;

export type ShowOptions = OptionsOf<typeof spec>;

export function showCommand(ctx: Context, run = showRun): Verb {
  return verb(spec, ctx, run);
}

export async function showRun({ workspace }: ShowOptions, ctx: Context): Promise<void> {
  const params = { account: ctx.account(), workspace };
  await ctx.out.item(workspaceFacts, await ctx.client().call('workspaces.show', { params }));
}

import type { Context } from '../../context.ts';
import { resourceKinds } from '../../contract/limits.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { resourceFacts } from './columns.ts';
import { within } from './within.ts';

const spec = {
  path: 'workspaces resources show',
  summary: 'Show a connector, workflow or job with its config',
  args: { resource: { help: 'name or id' } },
  flags: { kind: { value: 'KIND', choices: resourceKinds, help: 'which one, where several have the name' } },
  examples: [
    'tenantctl workspaces resources show nightly --workspace ops',
    'tenantctl workspaces resources show crm --kind connector --json | jq .config',
  ],
  operations: ['resources.show'],
  next: 'tenantctl workspaces resources update RESOURCE',
} as const satisfies VerbSpec;

export type ResourcesShowOptions = OptionsOf<typeof spec>;

export function showCommand(ctx: Context, run = showRun): Verb {
  return verb(spec, ctx, run);
}

export async function showRun({ resource, kind }: ResourcesShowOptions, ctx: Context): Promise<void> {
  const params = { ...within(ctx), resource };
  await ctx.out.item(resourceFacts, await ctx.client().call('resources.show', { params, query: { kind } }));
}

import type { Context } from '../../context.ts';
import { jobStates, resourceKinds } from '../../contract/limits.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { resourceColumns } from './columns.ts';
import { within } from './within.ts';

const spec = {
  path: 'workspaces resources list',
  summary: 'List connectors, workflows and jobs of a workspace',
  flags: {
    q: { value: 'TEXT', help: 'only those whose name has this text' },
    kind: { value: 'KIND', choices: resourceKinds, help: 'only this kind' },
    state: { value: 'STATE', choices: jobStates, help: 'only jobs in this state' },
    workflow: { value: 'ID', help: 'only the jobs of this workflow' },
  },
  examples: [
    'tenantctl workspaces resources list --workspace ops',
    'tenantctl workspaces resources list --kind job --state failed --json | jq -r .[].name',
  ],
  operations: ['resources.list'],
  next: 'tenantctl workspaces resources show RESOURCE',
} as const satisfies VerbSpec;

export type ResourcesListOptions = OptionsOf<typeof spec>;

export function listCommand(ctx: Context, run = listRun): Verb {
  return verb(spec, ctx, run);
}

export async function listRun(options: ResourcesListOptions, ctx: Context): Promise<void> {
  const params = within(ctx);
  const rows = ctx.client().pages('resources.list', { params, query: options }, ctx.max());
  const filtered = Object.values(options).some((value) => value !== undefined);
  const create = 'tenantctl workspaces resources create NAME --kind workflow';
  const empty = filtered
    ? `No such resource in ${params.workspace}.`
    : `Nothing in ${params.workspace} yet. Try: ${create} --workspace ${params.workspace} --account ${params.account}`;
  await ctx.out.list(resourceColumns, rows, ctx.listing(empty));
}

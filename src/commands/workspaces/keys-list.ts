import type { Context } from '../../context.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { keyColumns } from './columns.ts';
import { within } from './within.ts';

const spec = {
  path: 'workspaces keys list',
  summary: 'List the keys of a workspace',
  about: 'Without secrets: those are shown once, when a key is made. Deleted ones are listed as revoked.',
  examples: [
    'tenantctl workspaces keys list --workspace ops',
    'tenantctl workspaces keys list --json | jq -r ".[] | select(.state == \\"active\\") | .name"',
  ],
  operations: ['workspace_keys.list'],
  next: 'tenantctl workspaces keys create NAME --role ROLE',
} as const satisfies VerbSpec;

export type KeysListOptions = OptionsOf<typeof spec>;

export function listCommand(ctx: Context, run = listRun): Verb {
  return verb(spec, ctx, run);
}

export async function listRun(_options: KeysListOptions, ctx: Context): Promise<void> {
  const params = within(ctx);
  const rows = ctx.client().pages('workspace_keys.list', { params }, ctx.max());
  const create = `tenantctl workspaces keys create NAME --role viewer --workspace ${params.workspace}`;
  const empty = `No key yet. Try: ${create} --account ${params.account}`;
  await ctx.out.list(keyColumns, rows, ctx.listing(empty));
}

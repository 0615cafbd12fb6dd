import type { Context } from '../../context.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { roleColumns } from './columns.ts';

const spec = {
  path: 'roles list',
  summary: 'List account roles, workspace roles and modules',
  examples: ['tenantctl roles list', 'tenantctl roles list --json | jq -r .[].name'],
  operations: ['roles.list'],
  next: 'tenantctl roles show ROLE',
} as const satisfies VerbSpec;

export type ListOptions = OptionsOf<typeof spec>;

export function listCommand(ctx: Context, run = listRun): Verb {
  return verb(spec, ctx, run);
}

export async function listRun(_options: ListOptions, ctx: Context): Promise<void> {
  const rows = ctx.client().pages('roles.list', {}, ctx.max());
  await ctx.out.list(roleColumns, rows, ctx.listing('This server knows no roles.'));
}

import type { Context } from '../../context.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { setColumns } from './columns.ts';

const spec = {
  path: 'members permission-sets list',
  summary: 'List the permission sets of an account',
  flags: { q: { value: 'TEXT', help: 'only those whose name has this text' } },
  examples: [
    'tenantctl members permission-sets list --account acme',
    'tenantctl members permission-sets list --json --fields name,role,modules',
  ],
  operations: ['permission_sets.list'],
  next: 'tenantctl members permission-sets show NAME',
} as const satisfies VerbSpec;

export type ListSetsOptions = OptionsOf<typeof spec>;

export function permissionSetsListCommand(ctx: Context, run = permissionSetsListRun): Verb {
  return verb(spec, ctx, run);
}

export async function permissionSetsListRun({ q }: ListSetsOptions, ctx: Context): Promise<void> {
  const input = { params: { account: ctx.account() }, query: { q } };
  const rows = ctx.client().pages('permission_sets.list', input, ctx.max());
  const empty = 'No permission set. Try: tenantctl members permission-sets save NAME --modules forms';
  await ctx.out.list(setColumns, rows, ctx.listing(empty));
}

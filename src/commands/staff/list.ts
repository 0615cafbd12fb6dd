import type { Context } from '../../context.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { staffColumns } from './columns.ts';

const spec = {
  path: 'staff list',
  summary: 'List the people who run the platform',
  about: 'Needs a staff token.',
  examples: ['tenantctl staff list --profile staff', 'tenantctl staff list --json --profile staff'],
  operations: ['staff.list'],
  next: 'tenantctl staff add ADDRESS --reason TEXT',
} as const satisfies VerbSpec;

export type ListOptions = OptionsOf<typeof spec>;

export function listCommand(ctx: Context, run = listRun): Verb {
  return verb(spec, ctx, run);
}

export async function listRun(_options: ListOptions, ctx: Context): Promise<void> {
  const rows = ctx.client().pages('staff.list', {}, ctx.max());
  const empty = 'No staff yet. Try: tenantctl staff add ADDRESS --reason TEXT';
  await ctx.out.list(staffColumns, rows, ctx.listing(empty));
}

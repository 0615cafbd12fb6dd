import type { Context } from '../../context.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { named } from '../named.ts';
import { roleFacts } from './columns.ts';

const spec = {
  path: 'roles show',
  summary: 'Show what a role or a module is, and what it opens',
  about: 'What a module or a workspace role opens is what it adds to the role beside it.',
  args: { role: { help: 'its name' } },
  examples: ['tenantctl roles show billing_admin', 'tenantctl roles show forms --json'],
  operations: ['roles.list'],
  next: 'tenantctl access matrix',
} as const satisfies VerbSpec;

export type ShowOptions = OptionsOf<typeof spec>;

export function showCommand(ctx: Context, run = showRun): Verb {
  return verb(spec, ctx, run);
}

export async function showRun(options: ShowOptions, ctx: Context): Promise<void> {
  const found = await named(ctx.client().pages('roles.list', {}), 'role', options.role);
  await ctx.out.item(roleFacts(found), found);
}

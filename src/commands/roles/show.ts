import type { Context } from '../../context.ts';
import type { Role } from '../../contract/types.ts';
import { notFoundError } from '../../errors.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { roleColumns } from './columns.ts';

const spec = {
  path: 'roles show',
  summary: 'Show what a role or a module is',
  args: { role: { help: 'its name' } },
  examples: ['tenantctl roles show billing_admin', 'tenantctl roles show forms --json'],
  operations: ['roles.list'],
  next: 'tenantctl members update MEMBER --role ROLE',
} as const satisfies VerbSpec;

export type ShowOptions = OptionsOf<typeof spec>;

export function showCommand(ctx: Context, run = showRun): Verb {
  return verb(spec, ctx, run);
}

export async function showRun(options: ShowOptions, ctx: Context): Promise<void> {
  const names: string[] = [];
  let found: Role | undefined;
  for await (const role of ctx.client().pages('roles.list', {})) {
    names.push(role.name);
    if (role.name === options.role) found = role;
  }
  if (found !== undefined) return await ctx.out.item(roleColumns, found);
  throw notFoundError(`there is no role ${options.role}`, {
    why: `There are ${names.join(', ')}.`,
    hint: 'tenantctl roles list',
  });
}

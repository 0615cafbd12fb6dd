import type { Context } from '../../context.ts';
import { accountRoles } from '../../contract/limits.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { memberColumns } from './columns.ts';

const spec = {
  path: 'members list',
  summary: 'List the members of an account',
  about: 'Deactivated ones are listed too; people who were only invited are not members yet.',
  flags: {
    q: { value: 'TEXT', help: 'only those whose address or name has this text' },
    role: { value: 'ROLE', choices: accountRoles, help: 'only this role' },
    state: { value: 'STATE', choices: ['active', 'deactivated'], help: 'only active or deactivated ones' },
  },
  examples: [
    'tenantctl members list --account acme',
    'tenantctl members list --role admin --state active',
    'tenantctl members list -o ndjson --fields user.email,role',
    'tenantctl members list --account acme --accounts env=prod --role admin',
  ],
  operations: ['members.list'],
  fanOut: true,
  next: 'tenantctl members show MEMBER',
} as const satisfies VerbSpec;

export type ListOptions = OptionsOf<typeof spec>;

export function listCommand(ctx: Context, run = listRun): Verb {
  return verb(spec, ctx, run);
}

export async function listRun({ q, role, state }: ListOptions, ctx: Context): Promise<void> {
  const account = ctx.account();
  const input = { params: { account }, query: { q, role, state } };
  const rows = ctx.client().pages('members.list', input, ctx.max());
  const filtered = q !== undefined || role !== undefined || state !== undefined;
  const empty = filtered
    ? `No such member. Try: tenantctl members list --account ${account}`
    : `No member yet. Try: tenantctl invites send ADDRESS --account ${account}`;
  await ctx.out.list(memberColumns, rows, ctx.listing(empty));
}

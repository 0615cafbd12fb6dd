import type { Context } from '../../context.ts';
import { workspaceRoles } from '../../contract/limits.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { workspaceMemberColumns } from './columns.ts';
import { within } from './within.ts';

const spec = {
  path: 'workspaces members list',
  summary: 'List the members of a workspace',
  about: 'Super admins act in it without being listed, billing admins never do.',
  flags: {
    q: { value: 'TEXT', help: 'only those whose address or name has this text' },
    role: { value: 'ROLE', choices: workspaceRoles, help: 'only this role' },
  },
  examples: [
    'tenantctl workspaces members list --workspace ops --account acme-org',
    'tenantctl workspaces members list --role workspace_admin -o id',
  ],
  operations: ['workspace_members.list'],
  next: 'tenantctl workspaces members add PERSON --role ROLE',
} as const satisfies VerbSpec;

export type MembersListOptions = OptionsOf<typeof spec>;

export function listCommand(ctx: Context, run = listRun): Verb {
  return verb(spec, ctx, run);
}

export async function listRun({ q, role }: MembersListOptions, ctx: Context): Promise<void> {
  const params = within(ctx);
  const rows = ctx.client().pages('workspace_members.list', { params, query: { q, role } }, ctx.max());
  const add = `tenantctl workspaces members add PERSON --role viewer --workspace ${params.workspace}`;
  const empty =
    q === undefined && role === undefined
      ? `Nobody is in ${params.workspace} yet. Try: ${add} --account ${params.account}`
      : `No such member in ${params.workspace}.`;
  await ctx.out.list(workspaceMemberColumns, rows, ctx.listing(empty));
}

import type { Context } from '../../context.ts';
import { accountRoles } from '../../contract/limits.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { inviteColumns } from './columns.ts';

const spec = {
  path: 'invites list',
  summary: 'List invitations',
  about: 'Of every state unless one is named: a pending one waits to be accepted, for seven days.',
  flags: {
    q: { value: 'TEXT', help: 'only addresses with this text' },
    state: {
      value: 'STATE',
      choices: ['pending', 'accepted', 'declined', 'revoked', 'expired'],
      help: 'only in this state',
    },
    role: { value: 'ROLE', choices: accountRoles, help: 'only to this role' },
    batch: { value: 'BATCH', help: 'only those of this batch' },
  },
  examples: [
    'tenantctl invites list --state pending',
    'tenantctl invites list --state expired -o id',
    'tenantctl invites list --q @example.com --json',
  ],
  operations: ['invites.list'],
  fanOut: true,
  next: 'tenantctl invites resend --pending --older-than 5d',
} as const satisfies VerbSpec;

export type ListOptions = OptionsOf<typeof spec>;

export function listCommand(ctx: Context, run = listRun): Verb {
  return verb(spec, ctx, run);
}

export async function listRun(options: ListOptions, ctx: Context): Promise<void> {
  const params = { account: ctx.account() };
  const rows = ctx.client().pages('invites.list', { params, query: options }, ctx.max());
  await ctx.out.list(
    inviteColumns,
    rows,
    ctx.listing('No such invitation. Try: tenantctl invites send ADDRESS'),
  );
}

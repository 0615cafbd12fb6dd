import type { Context } from '../../context.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { linkColumns } from './columns.ts';

const spec = {
  path: 'sub-accounts list',
  summary: 'List sub-accounts and invitations',
  about:
    'Of every state unless one is named. Of an account that has accepted you see its name and the link; who granted you reports shows those that you were granted.',
  flags: {
    q: { value: 'TEXT', help: 'only addresses, slugs and names with this text' },
    state: {
      value: 'STATE',
      choices: ['invited', 'active', 'ended', 'declined', 'revoked', 'expired'],
      help: 'only in this state',
    },
    batch: { value: 'BATCH', help: 'only those of this batch' },
  },
  examples: [
    'tenantctl sub-accounts list',
    'tenantctl sub-accounts list --state expired -o id | xargs tenantctl sub-accounts resend',
    'tenantctl sub-accounts list --state active --json',
  ],
  operations: ['sub_accounts.list'],
  next: 'tenantctl sub-accounts show SUB-ACCOUNT',
} as const satisfies VerbSpec;

export type ListOptions = OptionsOf<typeof spec>;

export function listCommand(ctx: Context, run = listRun): Verb {
  return verb(spec, ctx, run);
}

export async function listRun(options: ListOptions, ctx: Context): Promise<void> {
  const params = { account: ctx.account() };
  const rows = ctx.client().pages('sub_accounts.list', { params, query: options }, ctx.max());
  await ctx.out.list(
    linkColumns,
    rows,
    ctx.listing('No such sub-account. Try: tenantctl sub-accounts invite OWNER-EMAIL --cap N'),
  );
}

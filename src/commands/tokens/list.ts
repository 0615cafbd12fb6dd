import type { Context } from '../../context.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { tokenColumns } from './columns.ts';

const spec = {
  path: 'tokens list',
  summary: 'List your tokens, or those bound to an account',
  about: 'Without secrets: those are shown once, when a token is made.',
  flags: { accountToken: { help: 'all tokens bound to the account, instead of yours' } },
  examples: ['tenantctl tokens list', 'tenantctl tokens list --account-token --account acme'],
  operations: ['tokens.list', 'account_tokens.list'],
  fanOut: { needs: 'accountToken' },
  next: 'tenantctl tokens revoke TOKEN',
} as const satisfies VerbSpec;

export type ListOptions = OptionsOf<typeof spec>;

export function listCommand(ctx: Context, run = listRun): Verb {
  return verb(spec, ctx, run);
}

export async function listRun(options: ListOptions, ctx: Context): Promise<void> {
  const client = ctx.client();
  const ofAccount = options.accountToken === true;
  const rows = ofAccount
    ? client.pages('account_tokens.list', { params: { account: ctx.account() } }, ctx.max())
    : client.pages('tokens.list', {}, ctx.max());
  const flag = ofAccount ? ' --account-token --role admin' : '';
  const empty = `No token yet. Try: tenantctl tokens create NAME${flag}`;
  await ctx.out.list(tokenColumns, rows, ctx.listing(empty));
}

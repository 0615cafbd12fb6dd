import type { Context } from '../../context.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { inviteColumns } from './columns.ts';

const spec = {
  path: 'umbrella invites',
  summary: 'List the umbrellas that you are invited under',
  about: 'What was sent to the address that you sign in with, and waits to be answered.',
  examples: ['tenantctl umbrella invites', 'tenantctl umbrella invites -o id'],
  operations: ['umbrella_invites.list'],
  next: 'tenantctl umbrella consent LINK --account ACCOUNT',
} as const satisfies VerbSpec;

export function invitesCommand(ctx: Context, run = invitesRun): Verb {
  return verb(spec, ctx, run);
}

export async function invitesRun(_options: OptionsOf<typeof spec>, ctx: Context): Promise<void> {
  const rows = ctx.client().pages('umbrella_invites.list', {}, ctx.max());
  await ctx.out.list(inviteColumns, rows, ctx.listing('Nobody has invited you under an umbrella.'));
}

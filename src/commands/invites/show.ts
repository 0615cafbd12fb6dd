import type { Context } from '../../context.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { inviteFacts } from './columns.ts';

const spec = {
  path: 'invites show',
  summary: 'Show an invitation',
  args: { invite: { help: 'id, or the address of a pending one' } },
  examples: ['tenantctl invites show ana@example.com'],
  operations: ['invites.show'],
  next: 'tenantctl invites resend INVITE',
} as const satisfies VerbSpec;

export function showCommand(ctx: Context, run = showRun): Verb {
  return verb(spec, ctx, run);
}

export async function showRun({ invite }: OptionsOf<typeof spec>, ctx: Context): Promise<void> {
  const params = { account: ctx.account(), invite };
  await ctx.out.item(inviteFacts, await ctx.client().call('invites.show', { params }));
}

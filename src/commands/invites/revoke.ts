import type { Context } from '../../context.ts';
import type { Invite } from '../../contract/types.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { each } from '../each.ts';
import { tell } from './each.ts';

const LOOKED_AT = 20;

const spec = {
  path: 'invites revoke',
  summary: 'Take back pending invitations',
  about:
    'Their links stop working at once and their seats are free. A mail that has left cannot be called back.',
  args: { invite: { help: 'ids, or addresses of pending ones', rest: true } },
  examples: [
    'tenantctl invites revoke ana@example.com',
    'tenantctl invites list --state pending -o id | xargs tenantctl invites revoke --yes',
  ],
  operations: ['invites.show', 'invites.revoke'],
  next: 'tenantctl invites list --state pending',
} as const satisfies VerbSpec;

export function revokeCommand(ctx: Context, run = revokeRun): Verb {
  return verb(spec, ctx, run);
}

export async function revokeRun({ invite }: OptionsOf<typeof spec>, ctx: Context): Promise<void> {
  const account = ctx.account();
  const client = ctx.client();
  // A mistyped address is found before anything is taken back.
  const found: Invite[] = [];
  for (const one of invite.slice(0, LOOKED_AT)) {
    found.push(await client.call('invites.show', { params: { account, invite: one } }));
  }
  const more = invite.length - found.length;
  await ctx.confirmed({
    weight: 'yes',
    what: `revoke ${invite.length} ${invite.length === 1 ? 'invitation' : 'invitations'} to ${account}`,
    consequences: [
      ...found.map(({ email, role, state }) => `${email}, ${role}, ${state}`),
      ...(more > 0 ? [`and ${more} more`] : []),
    ],
    command: `tenantctl invites revoke ${invite.length <= LOOKED_AT ? invite.join(' ') : 'INVITE...'}`,
  });
  const done = await each(invite, (one) =>
    client.call('invites.revoke', { params: { account, invite: one } }),
  );
  await tell(ctx, done, 'revoked', 'was revoked already');
}

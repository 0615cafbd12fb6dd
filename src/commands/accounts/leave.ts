import type { Context } from '../../context.ts';
import { asTyped, noteStillChosen, orGone, tellChange } from '../change.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';

const spec = {
  path: 'accounts leave',
  summary: 'Leave an account',
  about: 'The last administrator cannot. Only an invitation brings you back.',
  args: { account: { help: 'slug or id' } },
  examples: ['tenantctl accounts leave acme', 'tenantctl accounts leave acme --yes'],
  operations: ['accounts.show', 'accounts.leave'],
  next: 'tenantctl accounts list',
} as const satisfies VerbSpec;

export type LeaveOptions = OptionsOf<typeof spec>;

export function leaveCommand(ctx: Context, run = leaveRun): Verb {
  return verb(spec, ctx, run);
}

export async function leaveRun({ account }: LeaveOptions, ctx: Context): Promise<void> {
  const client = ctx.client();
  const found = await orGone(client.call('accounts.show', { params: { account } }));
  // Who cannot see it any more has nothing to lose: whether they left it before, the call itself tells.
  if (found !== null && ctx.flags.dryRun !== true) {
    await ctx.confirmed({
      weight: 'yes',
      what: `take you (${found.role ?? found.via}) out of ${found.slug} (${found.name})`,
      consequences: [
        'you lose its workspaces and everything granted to you there',
        'your tokens for it stop working; pending invitations that you vouch for are revoked',
        'only a new invitation brings you back',
      ],
      command: asTyped(ctx, `tenantctl accounts leave ${found.slug}`),
    });
  }
  const done = await client.call('accounts.leave', { params: { account } });
  const slug = found?.slug ?? account;
  await tellChange(ctx, {
    value: done,
    changed: done.changed,
    done: `You have left ${slug}.`,
    already: `You have left ${slug} already.`,
  });
  noteStillChosen(ctx, slug);
}

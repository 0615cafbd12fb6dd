import type { Context } from '../../context.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { each, tellEach } from '../each.ts';

const spec = {
  path: 'sub-accounts resend',
  summary: 'Send invitations again, with a new link and seven new days',
  about: 'The link that was sent before stops working. An expired invitation waits to be accepted again.',
  args: { subAccount: { help: 'invited addresses, or ids of links', rest: true } },
  examples: [
    'tenantctl sub-accounts resend pia@partner.example',
    'tenantctl sub-accounts list --state expired -o id | xargs tenantctl sub-accounts resend',
  ],
  operations: ['sub_accounts.resend'],
  next: 'tenantctl sub-accounts list --state invited',
} as const satisfies VerbSpec;

export function resendCommand(ctx: Context, run = resendRun): Verb {
  return verb(spec, ctx, run);
}

export async function resendRun({ subAccount }: OptionsOf<typeof spec>, ctx: Context): Promise<void> {
  const account = ctx.account();
  const done = await each(subAccount, async (link) => {
    await ctx.client().call('sub_accounts.resend', { params: { account, link } });
    return { changed: true };
  });
  await tellEach(ctx, done, { things: 'invitations', word: 'sent again', same: 'was sent already' });
}

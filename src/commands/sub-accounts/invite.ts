import type { Context } from '../../context.ts';
import { capFlags, capsText, chosenCaps } from '../caps.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';

const spec = {
  path: 'sub-accounts invite',
  summary: 'Invite an account under the umbrella',
  about:
    'By the address of its owner, who sees what it comes to and accepts or not within seven days; until then nothing has any effect. You pay for what a sub-account uses, so how much it may use a month must be said, or that there is no cap. The answer is the same whether address or account exist.',
  args: { ownerEmail: { help: 'address of an administrator of the account' } },
  flags: {
    ...capFlags,
    invitee: { value: 'SLUG', help: 'only this account may accept' },
    firstName: { value: 'NAME', help: 'how the mail greets them' },
    mobile: { value: 'NUMBER', help: 'their mobile, with its country code' },
    reinviteDeclined: { help: 'invite again somebody who has declined' },
  },
  examples: [
    'tenantctl sub-accounts invite pia@partner.example --cap 500',
    'tenantctl sub-accounts invite pia@partner.example --invitee partner --cap-uploads 500 --cap-messages none',
    'tenantctl sub-accounts invite pia@partner.example --cap none --first-name Pia --mobile "+41 79 123 45 67"',
  ],
  operations: ['sub_accounts.invite'],
  next: 'tenantctl sub-accounts list --state invited',
} as const satisfies VerbSpec;

export type InviteOptions = OptionsOf<typeof spec>;

export function inviteCommand(ctx: Context, run = inviteRun): Verb {
  return verb(spec, ctx, run);
}

export async function inviteRun(options: InviteOptions, ctx: Context): Promise<void> {
  const { ownerEmail: email, invitee, firstName: first_name, mobile, reinviteDeclined } = options;
  const params = { account: ctx.account() };
  const caps = await chosenCaps(options, ctx);
  const body = { email, invitee, caps, first_name, mobile, reinvite_declined: reinviteDeclined };
  const link = await ctx.client().call('sub_accounts.invite', { params, body });
  const until = link.expires_at.slice(0, 10);
  await ctx.out.result(
    link,
    `Invited ${link.email} under the umbrella of ${params.account}, ${capsText(link.caps)} a month, until ${until}.`,
  );
}

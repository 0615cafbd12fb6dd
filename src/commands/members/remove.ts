import type { Context } from '../../context.ts';
import type { Answer } from '../../contract/shapes.ts';
import type { RemovalPreview } from '../../contract/types.ts';
import { asTyped, counted, orGone, tellChange } from '../change.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';

const spec = {
  path: 'members remove',
  summary: 'Remove a member from an account and all its workspaces',
  about:
    'What it takes along is shown first. What they made stays, and so does their own account. Invitations that they vouch for pass to you, but for those to administrators, which are revoked.',
  args: { member: { help: 'address or id' } },
  flags: {
    preview: { help: 'only show what it would take along' },
    revokeInvites: { help: 'revoke all pending invitations that they vouch for' },
  },
  examples: [
    'tenantctl members remove bo@example.com --preview',
    'tenantctl members remove bo@example.com --account acme',
    'tenantctl members remove bo@example.com --yes --json',
  ],
  operations: ['members.removal_preview', 'members.remove'],
  next: 'tenantctl members list',
} as const satisfies VerbSpec;

export type RemoveOptions = OptionsOf<typeof spec>;

export function removeCommand(ctx: Context, run = removeRun): Verb {
  return verb(spec, ctx, run);
}

export async function removeRun(options: RemoveOptions, ctx: Context): Promise<void> {
  const client = ctx.client();
  const params = { account: ctx.account(), member: options.member };
  const reading = client.call('members.removal_preview', { params });
  if (options.preview === true) return await showPreview(ctx, await reading);
  const preview = await orGone(reading);
  const request = {
    params,
    query: { revoke_invites: options.revokeInvites === true ? ('true' as const) : undefined },
    // What was shown is what is agreed to.
    ifMatch: preview?.member.revision,
  };
  if (ctx.flags.dryRun === true || preview === null) {
    return await tell(ctx, options.member, await client.call('members.remove', request));
  }
  // What stands in the way is told before anybody is asked.
  const would = await client.call('members.remove', { ...request, dryRun: true });
  await ctx.confirmed({
    weight: 'yes',
    what: `remove ${preview.member.user.email} (${preview.member.role}) from ${params.account}`,
    consequences: losses(would.preview ?? preview),
    command: asTyped(
      ctx,
      `tenantctl members remove ${preview.member.user.email} --account ${params.account}`,
    ),
  });
  await tell(ctx, preview.member.user.email, await client.call('members.remove', request));
}

async function showPreview(ctx: Context, preview: RemovalPreview): Promise<void> {
  const { member } = preview;
  const lines = losses(preview).map((line) => `  - ${line}`);
  const title = `Removing ${member.user.email} (${member.role}) would have these effects:`;
  await ctx.out.result(preview, [title, ...lines].join('\n'));
}

function losses({ workspaces, tokens, invites_adopted, invites_revoked }: RemovalPreview): string[] {
  const places = workspaces.map(({ slug, role }) => `${slug} (${role})`).join(', ');
  const invites = (count: number) => counted(count, 'pending invitation');
  return [
    ...(places === '' ? [] : [`they lose their place in ${places}`]),
    ...(tokens === 0 ? [] : [`their tokens for this account stop working: ${tokens}`]),
    ...(invites_adopted === 0 ? [] : [`you vouch from now on for ${invites(invites_adopted)} of theirs`]),
    ...(invites_revoked === 0 ? [] : [`this revokes ${invites(invites_revoked)} of theirs`]),
    'what they made here stays, and so does their own account',
  ];
}

async function tell(ctx: Context, named: string, answer: Answer<'members.remove'>): Promise<void> {
  const email = answer.preview?.member.user.email ?? named;
  const lost = answer.preview === null ? '' : `: ${losses(answer.preview).join('; ')}`;
  await tellChange(ctx, {
    value: answer,
    changed: answer.changed,
    done: ctx.flags.dryRun === true ? `${email} would be removed${lost}.` : `Removed ${email}.`,
    already: `${email} is no member any more.`,
  });
}

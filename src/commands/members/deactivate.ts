import type { Context } from '../../context.ts';
import { tellChange } from '../change.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';

const spec = {
  path: 'members deactivate',
  summary: 'Deactivate a member: keeps role and grants, frees the seat',
  about: 'They stay listed and can be activated again. Their tokens for the account stop working meanwhile.',
  args: { member: { help: 'address or id' } },
  examples: [
    'tenantctl members deactivate bo@example.com',
    'tenantctl members deactivate bo@example.com --account acme --json',
    'tenantctl members deactivate bo@example.com --account acme --all-managed',
  ],
  operations: ['members.show', 'members.deactivate'],
  fanOut: { absent: 'skipped' },
  next: 'tenantctl members activate MEMBER',
} as const satisfies VerbSpec;

export type DeactivateOptions = OptionsOf<typeof spec>;

export function deactivateCommand(ctx: Context, run = deactivateRun): Verb {
  return verb(spec, ctx, run);
}

export async function deactivateRun({ member }: DeactivateOptions, ctx: Context): Promise<void> {
  const params = { account: ctx.account(), member };
  const before = await ctx.client().call('members.show', { params });
  const after = await ctx.client().call('members.deactivate', { params });
  const { email } = after.user;
  await tellChange(ctx, {
    value: after,
    changed: before.state !== after.state,
    done: `Deactivated ${email}; a seat is free.`,
    already: `${email} is deactivated already.`,
  });
}

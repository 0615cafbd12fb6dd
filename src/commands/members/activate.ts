import type { Context } from '../../context.ts';
import { tellChange } from '../change.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';

const spec = {
  path: 'members activate',
  summary: 'Activate a deactivated member again; needs a seat',
  args: { member: { help: 'address or id' } },
  examples: [
    'tenantctl members activate bo@example.com',
    'tenantctl members activate bo@example.com --account acme --json',
  ],
  operations: ['members.show', 'members.activate'],
  fanOut: { absent: 'skipped' },
  next: 'tenantctl members show MEMBER',
} as const satisfies VerbSpec;

export type ActivateOptions = OptionsOf<typeof spec>;

export function activateCommand(ctx: Context, run = activateRun): Verb {
  return verb(spec, ctx, run);
}

export async function activateRun({ member }: ActivateOptions, ctx: Context): Promise<void> {
  const params = { account: ctx.account(), member };
  const before = await ctx.client().call('members.show', { params });
  const after = await ctx.client().call('members.activate', { params });
  const { email } = after.user;
  await tellChange(ctx, {
    value: after,
    changed: before.state !== after.state,
    done: `Activated ${email} as ${after.role}.`,
    already: `${email} is active already.`,
  });
}

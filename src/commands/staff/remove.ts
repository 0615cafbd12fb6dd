import type { Context } from '../../context.ts';
import { asTyped, tellChange } from '../change.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';

const spec = {
  path: 'staff remove',
  summary: 'Take staff rights away; their staff tokens die',
  about: 'They stay a user. The last one cannot be removed.',
  args: { user: { help: 'address or id of the user' } },
  examples: [
    'tenantctl staff remove bo@example.com --profile staff',
    'tenantctl staff remove bo@example.com --yes --profile staff',
  ],
  operations: ['staff.remove'],
  next: 'tenantctl staff list',
} as const satisfies VerbSpec;

export type RemoveOptions = OptionsOf<typeof spec>;

export function removeCommand(ctx: Context, run = removeRun): Verb {
  return verb(spec, ctx, run);
}

export async function removeRun({ user }: RemoveOptions, ctx: Context): Promise<void> {
  if (ctx.flags.dryRun !== true) {
    await ctx.confirmed({
      weight: 'yes',
      what: `take the staff rights of ${user} away`,
      consequences: ['their staff tokens stop working at once', 'their own accounts stay as they are'],
      command: asTyped(ctx, `tenantctl staff remove ${user}`),
    });
  }
  const done = await ctx.client().call('staff.remove', { params: { user } });
  await tellChange(ctx, {
    value: done,
    changed: done.changed,
    done: `${user} is staff no more.`,
    already: `${user} is not staff.`,
  });
}

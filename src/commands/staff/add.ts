import type { Context } from '../../context.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';

const spec = {
  path: 'staff add',
  summary: 'Make a user staff',
  about:
    'Their rights come with a staff token that they make themselves, never with their session. They must have signed up.',
  args: { email: { help: 'address of a user' } },
  flags: { reason: { value: 'TEXT', help: 'why, for the audit trail', required: 'Why' } },
  examples: [
    'tenantctl staff add ana@example.com --reason "on call from March" --profile staff',
    'tenantctl staff add bo@example.com --reason support --profile staff --json',
  ],
  operations: ['staff.add'],
  next: 'tenantctl tokens create NAME --staff --reason TEXT',
} as const satisfies VerbSpec;

export type AddOptions = OptionsOf<typeof spec>;

export function addCommand(ctx: Context, run = addRun): Verb {
  return verb(spec, ctx, run);
}

export async function addRun({ email, reason }: AddOptions, ctx: Context): Promise<void> {
  const person = await ctx.client().call('staff.add', { body: { email, reason } });
  await ctx.out.result(person, `${person.email} is staff now.`);
}

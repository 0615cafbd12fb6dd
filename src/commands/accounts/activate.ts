import type { Context } from '../../context.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { changeState } from './state.ts';

const spec = {
  path: 'accounts activate',
  summary: 'End the suspension of an account',
  about: 'Whoever suspended it may: staff, or the master its own suspensions.',
  args: { account: { help: 'slug or id' } },
  flags: { reason: { value: 'TEXT', help: 'why, for the audit trail' } },
  examples: ['tenantctl accounts activate acme', 'tenantctl accounts activate acme --reason "paid"'],
  operations: ['accounts.show', 'accounts.activate'],
  next: 'tenantctl accounts show ACCOUNT',
} as const satisfies VerbSpec;

export type ActivateOptions = OptionsOf<typeof spec>;

export function activateCommand(ctx: Context, run = activateRun): Verb {
  return verb(spec, ctx, run);
}

export async function activateRun({ account, reason }: ActivateOptions, ctx: Context): Promise<void> {
  await changeState(ctx, {
    account,
    change: () => ctx.client().call('accounts.activate', { params: { account }, body: { reason } }),
    done: ({ slug }) => `Activated ${slug}.`,
    already: ({ slug }) => `${slug} is not suspended.`,
  });
}

import type { Context } from '../../context.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { changeState } from './state.ts';

const spec = {
  path: 'accounts suspend',
  summary: 'Suspend an account: its administrators may read, all else is refused',
  about:
    'Staff may, and a master its managed accounts. Its tokens stop working until it is activated by whoever suspended it; members and data stay.',
  args: { account: { help: 'slug or id' } },
  flags: { reason: { value: 'TEXT', help: 'why, for the audit trail' } },
  examples: [
    'tenantctl accounts suspend acme',
    'tenantctl accounts suspend acme --reason "unpaid since March"',
  ],
  operations: ['accounts.show', 'accounts.suspend'],
  next: 'tenantctl accounts activate ACCOUNT',
} as const satisfies VerbSpec;

export type SuspendOptions = OptionsOf<typeof spec>;

export function suspendCommand(ctx: Context, run = suspendRun): Verb {
  return verb(spec, ctx, run);
}

export async function suspendRun({ account, reason }: SuspendOptions, ctx: Context): Promise<void> {
  await changeState(ctx, {
    account,
    change: () => ctx.client().call('accounts.suspend', { params: { account }, body: { reason } }),
    done: ({ slug }) => `Suspended ${slug}.`,
    already: ({ slug }) => `${slug} is suspended already.`,
  });
}

import type { Context } from '../../context.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { changeState } from './state.ts';

const spec = {
  path: 'accounts lock',
  summary: 'Lock the managed accounts feature of an account',
  about:
    'Staff only. It also ends a trial. The managed accounts that it has stay as they are; new ones are refused.',
  args: { account: { help: 'slug or id' } },
  flags: { reason: { value: 'TEXT', help: 'why, for the audit trail' } },
  examples: ['tenantctl accounts lock acme', 'tenantctl accounts lock acme --reason "plan ended"'],
  operations: ['accounts.show', 'accounts.lock'],
  next: 'tenantctl accounts unlock ACCOUNT',
} as const satisfies VerbSpec;

export type LockOptions = OptionsOf<typeof spec>;

export function lockCommand(ctx: Context, run = lockRun): Verb {
  return verb(spec, ctx, run);
}

export async function lockRun({ account, reason }: LockOptions, ctx: Context): Promise<void> {
  await changeState(ctx, {
    account,
    change: () => ctx.client().call('accounts.lock', { params: { account }, body: { reason } }),
    done: ({ slug }) => `Locked managed accounts of ${slug}.`,
    already: ({ slug }) => `The feature is locked already for ${slug}.`,
  });
}

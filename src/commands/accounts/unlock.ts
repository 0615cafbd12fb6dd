import type { Context } from '../../context.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { changeState } from './state.ts';

const spec = {
  path: 'accounts unlock',
  summary: 'Unlock the managed accounts feature of an account',
  about:
    'Staff only. Unlocked, the feature is there on every plan that has it; a trial gives it to any plan until it ends, and giving another one moves its end. Opening it mails the guide to the administrators of the account. When a trial ends, managed accounts that were made stay as they are.',
  args: { account: { help: 'slug or id' } },
  flags: {
    trialDays: { value: 'N', number: true, help: 'only as a trial of so many days' },
    reason: { value: 'TEXT', help: 'why, for the audit trail' },
  },
  examples: [
    'tenantctl accounts unlock acme --profile staff',
    'tenantctl accounts unlock acme --trial-days 30 --reason "evaluation"',
  ],
  operations: ['accounts.show', 'accounts.unlock', 'subscription.show'],
  next: 'tenantctl accounts create NAME --master ACCOUNT',
} as const satisfies VerbSpec;

export type UnlockOptions = OptionsOf<typeof spec>;

export function unlockCommand(ctx: Context, run = unlockRun): Verb {
  return verb(spec, ctx, run);
}

export async function unlockRun(options: UnlockOptions, ctx: Context): Promise<void> {
  const { account, reason, trialDays } = options;
  const body = { reason, trial_days: trialDays };
  await changeState(ctx, {
    account,
    change: () => ctx.client().call('accounts.unlock', { params: { account }, body }),
    done: ({ slug, trial_ends_at }) =>
      `Unlocked managed accounts of ${slug}${trial_ends_at === null ? '' : ` until ${trial_ends_at}`}.`,
    already: ({ slug }) => `The feature is unlocked already for ${slug}.`,
  });
  if (trialDays === undefined) await notePlan(ctx, account);
}

/** Unlocking is half of it: the other half is the plan. */
async function notePlan(ctx: Context, account: string): Promise<void> {
  const { plan, entitlements } = await ctx.client().call('subscription.show', { params: { account } });
  if (entitlements.managed_accounts.lacks !== 'plan') return;
  ctx.out.note(
    `The plan ${plan} has no managed accounts: change it (tenantctl plans list), or give a trial (--trial-days N).`,
  );
}

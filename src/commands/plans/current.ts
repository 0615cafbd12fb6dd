import type { Context } from '../../context.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { subscriptionFacts } from './columns.ts';

const spec = {
  path: 'plans current',
  summary: 'Show the plan of an account, and what is used of it',
  about:
    'The price is that of the running period; a new one in the catalogue counts from the next. Of what an account may use it says where it comes from: its plan, a trial, or the umbrella that it is under.',
  examples: [
    'tenantctl plans current',
    'tenantctl plans current --account acme-dev',
    'tenantctl plans current --json --fields plan,scheduled',
  ],
  operations: ['subscription.show'],
  fanOut: true,
  next: 'tenantctl plans preview PLAN',
} as const satisfies VerbSpec;

export type CurrentOptions = OptionsOf<typeof spec>;

export function currentCommand(ctx: Context, run = currentRun): Verb {
  return verb(spec, ctx, run);
}

export async function currentRun(_options: CurrentOptions, ctx: Context): Promise<void> {
  const params = { account: ctx.account() };
  await ctx.out.item(subscriptionFacts, await ctx.client().call('subscription.show', { params }));
}

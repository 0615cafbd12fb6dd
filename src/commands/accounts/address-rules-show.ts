import type { Context } from '../../context.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { addressRuleFacts } from './columns.ts';

const spec = {
  path: 'accounts address-rules show',
  summary: 'Show which mail domains may or may not be invited',
  about:
    'Disposable domains are refused by a list that comes with the server: an allowed domain is invited all the same, a denied one never, with all below it.',
  args: { account: { help: 'slug or id; without it the one that you work in', optional: true } },
  examples: ['tenantctl accounts address-rules show', 'tenantctl accounts address-rules show acme --json'],
  operations: ['address_rules.show'],
  fanOut: true,
  next: 'tenantctl accounts address-rules update --deny DOMAIN',
} as const satisfies VerbSpec;

export type ShowOptions = OptionsOf<typeof spec>;

export function showCommand(ctx: Context, run = showRun): Verb {
  return verb(spec, ctx, run);
}

export async function showRun(options: ShowOptions, ctx: Context): Promise<void> {
  const account = ctx.account(options.account);
  const rules = await ctx.client().call('address_rules.show', { params: { account } });
  await ctx.out.item(addressRuleFacts, rules);
}

import type { Context } from '../../context.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { linkFacts } from './columns.ts';

const spec = {
  path: 'sub-accounts show',
  summary: 'Show a sub-account or an invitation',
  args: { subAccount: { help: 'slug of the sub-account, the invited address, or the id of the link' } },
  examples: ['tenantctl sub-accounts show partner', 'tenantctl sub-accounts show pia@partner.example --json'],
  operations: ['sub_accounts.show'],
  next: 'tenantctl sub-accounts cap SUB-ACCOUNT --cap N',
} as const satisfies VerbSpec;

export function showCommand(ctx: Context, run = showRun): Verb {
  return verb(spec, ctx, run);
}

export async function showRun({ subAccount: link }: OptionsOf<typeof spec>, ctx: Context): Promise<void> {
  const params = { account: ctx.account(), link };
  await ctx.out.item(linkFacts, await ctx.client().call('sub_accounts.show', { params }));
}

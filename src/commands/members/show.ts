import type { Context } from '../../context.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { memberFacts } from './columns.ts';

const spec = {
  path: 'members show',
  summary: 'Show a member: role, modules, children, state',
  args: { member: { help: 'address or id' } },
  examples: [
    'tenantctl members show ana@example.com --account acme',
    'tenantctl members show ana@example.com --json --fields role,modules',
  ],
  operations: ['members.show'],
  fanOut: { absent: 'skipped' },
  next: 'tenantctl members update MEMBER',
} as const satisfies VerbSpec;

export type ShowOptions = OptionsOf<typeof spec>;

export function showCommand(ctx: Context, run = showRun): Verb {
  return verb(spec, ctx, run);
}

export async function showRun({ member }: ShowOptions, ctx: Context): Promise<void> {
  const params = { account: ctx.account(), member };
  await ctx.out.item(memberFacts, await ctx.client().call('members.show', { params }));
}

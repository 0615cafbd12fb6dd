import type { Context } from '../../context.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { showsRows } from '../rows.ts';
import { unitColumns, unitRows } from './columns.ts';

const spec = {
  path: 'credits balance',
  summary: 'Show the credits of an account, and who pays',
  about:
    "The balance is the account's own, OF THE MONTH the part of it that expires when the month ends (UTC). While the account is under an umbrella, the umbrella pays: PAYER says who, CAP what of its monthly cap is used. USED is what this account used this month, PAID FOR what came from its credits.",
  examples: [
    'tenantctl credits balance --account acme',
    'tenantctl credits balance --json --fields units.upload.balance',
    'tenantctl credits balance --all-managed',
  ],
  operations: ['credits.show'],
  fanOut: true,
  next: 'tenantctl credits usage --by day',
} as const satisfies VerbSpec;

export type BalanceOptions = OptionsOf<typeof spec>;

export function balanceCommand(ctx: Context, run = balanceRun): Verb {
  return verb(spec, ctx, run);
}

export async function balanceRun(_options: BalanceOptions, ctx: Context): Promise<void> {
  const credits = await ctx.client().call('credits.show', { params: { account: ctx.account() } });
  if (!showsRows(ctx)) return await ctx.out.item([], credits);
  await ctx.out.list(unitColumns, unitRows(credits), { all: true });
  ctx.out.note(
    `What is left of the month's credits expires at ${credits.expires_at}, when the next ones come.`,
  );
}

import type { Context } from '../../context.ts';
import { creditUnits } from '../../contract/limits.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { timeFrom } from '../when.ts';
import { entryColumns } from './columns.ts';

const spec = {
  path: 'credits ledger',
  summary: 'List the entries of the ledger, the newest first',
  about:
    'What the account paid for and what it used, whoever paid. An entry is never changed: each moves credits from one book of the payer to another. Who acted in a sub-account, its own people see alone.',
  flags: {
    unit: { value: 'UNIT', choices: creditUnits, help: 'only this unit: upload or message' },
    consumer: { value: 'ACCOUNT', help: 'only what this account used' },
    cause: { value: 'WORD', help: 'only this cause, such as parsers.run or credits.monthly' },
    since: { value: 'WHEN', help: 'from then on: 30m, 12h, 7d, 2w ago, a day or an RFC 3339 time' },
    until: { value: 'WHEN', help: 'up to then, written alike' },
  },
  examples: [
    'tenantctl credits ledger --account acme --since 7d',
    'tenantctl credits ledger --consumer acme-west --unit upload --all -o csv --out ledger.csv',
  ],
  operations: ['credits.ledger'],
  next: 'tenantctl credits usage',
} as const satisfies VerbSpec;

export type LedgerOptions = OptionsOf<typeof spec>;

export function ledgerCommand(ctx: Context, run = ledgerRun): Verb {
  return verb(spec, ctx, run);
}

export async function ledgerRun(options: LedgerOptions, ctx: Context): Promise<void> {
  const { unit, consumer, cause } = options;
  const now = ctx.world.clock.now();
  const time = (flag: string, text: string | undefined) =>
    text === undefined ? undefined : timeFrom(flag, text, now);
  const query = {
    unit,
    consumer,
    cause,
    since: time('--since', options.since),
    until: time('--until', options.until),
  };
  const rows = ctx.client().pages('credits.ledger', { params: { account: ctx.account() }, query }, ctx.max());
  await ctx.out.list(entryColumns, rows, ctx.listing('No entry matches. Try: tenantctl credits balance'));
}

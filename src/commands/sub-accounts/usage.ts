import type { Context } from '../../context.ts';
import { creditUnits } from '../../contract/limits.ts';
import type { CreditUsage } from '../../contract/types.ts';
import { usageError } from '../../errors.ts';
import type { Chart } from '../../output/bars.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { checkDays } from '../days.ts';
import { showsRows } from '../rows.ts';
import { usageColumns } from './columns.ts';

const spec = {
  path: 'sub-accounts usage',
  summary: 'Show what sub-accounts used of your credits',
  about:
    'Of one sub-account by month or day; of all of them together by account, the month so far unless days are named. On a terminal as bars, elsewhere a row each.',
  args: {
    subAccount: {
      help: 'slug of the sub-account, the invited address, or the id of the link',
      optional: true,
    },
  },
  flags: {
    by: { value: 'WHAT', choices: ['month', 'day'], help: 'of one sub-account: month (default) or day' },
    since: { value: 'DAY', help: 'the first day that counts, as 2026-03-01' },
    until: { value: 'DAY', help: 'the first day that counts no more' },
  },
  examples: [
    'tenantctl sub-accounts usage partner --by month',
    'tenantctl sub-accounts usage --since 2026-03-01 --until 2026-04-01 -o csv',
    'tenantctl sub-accounts usage partner --by day --json',
  ],
  operations: ['sub_accounts.usage', 'credits.usage'],
  next: 'tenantctl sub-accounts cap SUB-ACCOUNT --cap N',
} as const satisfies VerbSpec;

export type UsageOptions = OptionsOf<typeof spec>;

export function usageCommand(ctx: Context, run = usageRun): Verb {
  return verb(spec, ctx, run);
}

async function asked({ subAccount, by, since, until }: UsageOptions, ctx: Context): Promise<CreditUsage> {
  const account = ctx.account();
  const client = ctx.client();
  if (subAccount !== undefined) {
    const params = { account, link: subAccount };
    return await client.call('sub_accounts.usage', { params, query: { by, since, until } });
  }
  if (by !== undefined)
    throw usageError(`--by ${by} goes with a sub-account`, {
      code: 'invalid_value',
      hint: `tenantctl sub-accounts usage SUB-ACCOUNT --by ${by}`,
    });
  const query = { by: 'consumer', since, until } as const;
  const usage = await client.call('credits.usage', { params: { account }, query });
  const data = usage.data.filter((row) => row.account?.id !== usage.account_id);
  return { ...usage, data };
}

export async function usageRun(options: UsageOptions, ctx: Context): Promise<void> {
  checkDays(options);
  const usage = await asked(options, ctx);
  if (!showsRows(ctx)) return await ctx.out.item([], usage);
  await ctx.out.charts(chartsOf(usage), usageColumns, usage.data);
}

const titles = { upload: 'UPLOADS', message: 'MESSAGES' } as const;

function chartsOf({ by, data }: CreditUsage): Chart[] {
  return creditUnits.map((unit) => ({
    title: titles[unit],
    bars: data.map(({ period, account, paid }) => ({
      label: period ?? account?.slug ?? '',
      value: paid[unit],
    })),
    ...(by !== 'consumer' && { sparkline: true as const }),
  }));
}

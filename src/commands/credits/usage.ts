import type { Context } from '../../context.ts';
import { type CreditUnit, creditUnits } from '../../contract/limits.ts';
import type { CreditUsage } from '../../contract/types.ts';
import type { Chart } from '../../output/bars.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { checkDays } from '../days.ts';
import { showsRows } from '../rows.ts';
import { usageColumns } from './columns.ts';

const spec = {
  path: 'credits usage',
  summary: 'Show what was used, by month, day or account',
  about:
    'A year of months, or with --by day or --by consumer the month so far. On a terminal as bars: of what the account used, or by consumer of what came from its credits. Elsewhere a row each, with both.',
  flags: {
    by: { value: 'WHAT', choices: ['month', 'day', 'consumer'], help: 'month (default), day or consumer' },
    since: { value: 'DAY', help: 'the first day that counts, as 2026-03-01' },
    until: { value: 'DAY', help: 'the first day that counts no more' },
  },
  examples: [
    'tenantctl credits usage --account acme',
    'tenantctl credits usage --by consumer --since 2026-03-01 --until 2026-04-01 -o csv',
    'tenantctl credits usage --by day --json',
  ],
  operations: ['credits.usage'],
  next: 'tenantctl credits ledger',
} as const satisfies VerbSpec;

export type UsageOptions = OptionsOf<typeof spec>;

export function usageCommand(ctx: Context, run = usageRun): Verb {
  return verb(spec, ctx, run);
}

export async function usageRun({ by, since, until }: UsageOptions, ctx: Context): Promise<void> {
  checkDays({ since, until });
  const query = { by, since, until };
  const usage = await ctx.client().call('credits.usage', { params: { account: ctx.account() }, query });
  if (!showsRows(ctx)) return await ctx.out.item([], usage);
  await ctx.out.charts(chartsOf(usage), usageColumns, usage.data);
}

const titles: Record<CreditUnit, string> = { upload: 'UPLOADS', message: 'MESSAGES' };

function chartsOf({ by, data }: CreditUsage): Chart[] {
  return creditUnits.map((unit) => ({
    title: titles[unit],
    bars: data.map(({ period, account, used, paid }) => ({
      label: period ?? account?.slug ?? '',
      value: by === 'consumer' ? paid[unit] : used[unit],
    })),
    ...(by !== 'consumer' && { sparkline: true as const }),
  }));
}

import type { Context } from '../../context.ts';
import type { Column } from '../../output/columns.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { showsRows } from '../rows.ts';
import { type ChangeRow, changeRows } from './change-text.ts';

const spec = {
  path: 'plans preview',
  summary: 'Show what a change of plan would change, cost and run into',
  about:
    'Changes nothing. An upgrade takes effect at once, a downgrade at the end of the period unless --now is given.',
  args: { plan: { help: 'the plan to go to' } },
  flags: { now: { help: 'a downgrade at once' } },
  examples: [
    'tenantctl plans preview professional',
    'tenantctl plans preview basic --now --account acme-dev',
    'tenantctl plans preview basic --json --fields blockers',
  ],
  operations: ['subscription.preview'],
  fanOut: true,
  next: 'tenantctl plans change PLAN',
} as const satisfies VerbSpec;

export type PreviewOptions = OptionsOf<typeof spec>;

const columns: readonly Column<ChangeRow>[] = [
  { header: 'WHAT', value: (row) => row.what, keep: true },
  { header: 'NOW', value: (row) => row.before },
  { header: 'AFTER', value: (row) => row.after },
];

export function previewCommand(ctx: Context, run = previewRun): Verb {
  return verb(spec, ctx, run);
}

export async function previewRun({ plan, now }: PreviewOptions, ctx: Context): Promise<void> {
  const account = ctx.account();
  const change = await ctx
    .client()
    .call('subscription.preview', { params: { account }, body: { plan, now } });
  if (change.direction === 'none') ctx.out.note(`${account} is on ${plan} already: nothing would change.`);
  for (const { kind, detail } of change.blockers) ctx.out.warn(`in the way: ${kind}: ${detail}`);
  if (showsRows(ctx)) await ctx.out.list(columns, changeRows(change));
  else await ctx.out.item([], change);
}

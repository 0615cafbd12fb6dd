import type { Context } from '../../context.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { namedAt } from '../place.ts';
import { formAt } from './answers.ts';
import { exportColumns } from './record-columns.ts';
import { recordFilters, timesOf } from './record-filters.ts';

const spec = {
  path: 'forms records export',
  summary: 'Write all records of a form as CSV',
  about:
    'Row by row, whatever their number, with the headings that forms submit --csv reads. A cell that a spreadsheet would run as a formula gets a leading apostrophe. -o ndjson gives the whole objects, also with answers to questions that are gone.',
  args: { form: { help: 'NAME, or ACCOUNT[/WORKSPACE]/NAME, or an id' } },
  flags: recordFilters,
  examples: [
    'tenantctl forms records export Wells --account acme --out wells.csv',
    'tenantctl forms records export acme/Wells --since 2026-11-01 | head -3',
    'tenantctl forms records export Wells -o ndjson | jq -c .answers',
  ],
  operations: ['forms.show', 'records.list'],
  next: 'tenantctl forms submit FORM --csv FILE',
} as const satisfies VerbSpec;

export type RecordsExportOptions = OptionsOf<typeof spec>;

export function recordsExportCommand(ctx: Context, run = recordsExportRun): Verb {
  return verb(spec, ctx, run);
}

export async function recordsExportRun(options: RecordsExportOptions, ctx: Context): Promise<void> {
  const form = await formAt(ctx, namedAt(ctx, options.form));
  const input = { params: { account: form.owner.id, form: form.id }, query: timesOf(options) };
  const rows = ctx.client().pages('records.list', input, ctx.flags.limit);
  const format = ctx.out.format === 'table' && ctx.flags.output !== 'table' ? 'csv' : ctx.out.format;
  await ctx.out.list(exportColumns(form), rows, { all: true, format, empty: 'No record yet.' });
}

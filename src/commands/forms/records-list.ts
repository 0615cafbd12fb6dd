import type { Context } from '../../context.ts';
import { quoted } from '../../output/text.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { namedAt } from '../place.ts';
import { formAt } from './answers.ts';
import { recordColumns } from './record-columns.ts';
import { recordFilters, timesOf } from './record-filters.ts';

const spec = {
  path: 'forms records list',
  summary: 'List the records of a form, oldest first',
  about:
    'A column for each question, in the order of the form. For all of them as a file: forms records export.',
  args: { form: { help: 'NAME, or ACCOUNT[/WORKSPACE]/NAME, or an id' } },
  flags: { ...recordFilters, key: { value: 'KEY', help: 'only the one that was submitted under this key' } },
  examples: [
    'tenantctl forms records list Wells --account acme',
    'tenantctl forms records list acme/Wells --since 2026-11-01',
    'tenantctl forms records list Wells --json | jq .[].answers.depth',
  ],
  operations: ['forms.show', 'records.list'],
  next: 'tenantctl forms records show FORM RECORD',
} as const satisfies VerbSpec;

export type RecordsListOptions = OptionsOf<typeof spec>;

export function recordsListCommand(ctx: Context, run = recordsListRun): Verb {
  return verb(spec, ctx, run);
}

export async function recordsListRun(options: RecordsListOptions, ctx: Context): Promise<void> {
  const at = namedAt(ctx, options.form);
  const form = await formAt(ctx, at);
  const query = { ...timesOf(options), key: options.key };
  const params = { account: form.owner.id, form: form.id };
  const rows = ctx.client().pages('records.list', { params, query }, ctx.max());
  const empty = `No record here. Try: tenantctl forms submit ${quoted(options.form)} --csv FILE`;
  await ctx.out.list(recordColumns(form), rows, ctx.listing(empty));
}

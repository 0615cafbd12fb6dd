import type { Context } from '../../context.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { namedAt } from '../place.ts';
import { formAt } from './answers.ts';
import { recordFacts } from './record-columns.ts';

const spec = {
  path: 'forms records show',
  summary: 'Show a record of a form',
  args: {
    form: { help: 'NAME, or ACCOUNT[/WORKSPACE]/NAME, or an id' },
    record: { help: 'its id' },
  },
  examples: [
    'tenantctl forms records show Wells rec_0f3k9x2c... --account acme',
    'tenantctl forms records show acme/Wells rec_0f3k9x2c... --json | jq .answers',
  ],
  operations: ['forms.show', 'records.show'],
  next: 'tenantctl forms records update FORM RECORD',
} as const satisfies VerbSpec;

export type RecordsShowOptions = OptionsOf<typeof spec>;

export function recordsShowCommand(ctx: Context, run = recordsShowRun): Verb {
  return verb(spec, ctx, run);
}

export async function recordsShowRun(options: RecordsShowOptions, ctx: Context): Promise<void> {
  const form = await formAt(ctx, namedAt(ctx, options.form));
  const params = { account: form.owner.id, form: form.id, record: options.record };
  const shown = await ctx.client().call('records.show', { params });
  await ctx.out.item(recordFacts(form, shown), shown);
}

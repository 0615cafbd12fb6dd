import type { Context } from '../../context.ts';
import { quoted } from '../../output/text.ts';
import { asTyped, tellChange } from '../change.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { namedAt } from '../place.ts';
import { formAt } from './answers.ts';

const spec = {
  path: 'forms records delete',
  summary: 'Delete a record, for good',
  about: 'The upload that it cost stays used.',
  args: {
    form: { help: 'NAME, or ACCOUNT[/WORKSPACE]/NAME, or an id' },
    record: { help: 'its id' },
  },
  examples: [
    'tenantctl forms records delete Wells rec_0f3k9x2c... --account acme',
    'tenantctl forms records delete acme/Wells rec_0f3k9x2c... --yes',
  ],
  operations: ['forms.show', 'records.delete'],
  next: 'tenantctl forms records list FORM',
} as const satisfies VerbSpec;

export type RecordsDeleteOptions = OptionsOf<typeof spec>;

export function recordsDeleteCommand(ctx: Context, run = recordsDeleteRun): Verb {
  return verb(spec, ctx, run);
}

export async function recordsDeleteRun(
  { form: typed, record }: RecordsDeleteOptions,
  ctx: Context,
): Promise<void> {
  const form = await formAt(ctx, namedAt(ctx, typed));
  if (ctx.flags.dryRun !== true) {
    await ctx.confirmed({
      weight: 'yes',
      what: `delete the record ${record} of ${form.name}`,
      consequences: ['its answers, for good'],
      command: asTyped(ctx, `tenantctl forms records delete ${quoted(typed)} ${quoted(record)}`),
    });
  }
  const params = { account: form.owner.id, form: form.id, record };
  const gone = await ctx.client().call('records.delete', { params });
  await tellChange(ctx, {
    value: gone,
    changed: gone.changed,
    done: `Deleted ${record}.`,
    already: `${record} is deleted already.`,
  });
}

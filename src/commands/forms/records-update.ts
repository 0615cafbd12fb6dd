import type { Context } from '../../context.ts';
import { usageError } from '../../errors.ts';
import { counted, tellChange } from '../change.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { namedAt } from '../place.ts';
import { answersFrom, answersIn, formAt, type Given } from './answers.ts';

const spec = {
  path: 'forms records update',
  summary: 'Change answers of a record',
  about:
    'Answers that are not named stay. An empty one is taken away. The record is judged by the questions that the form asks now.',
  args: {
    form: { help: 'NAME, or ACCOUNT[/WORKSPACE]/NAME, or an id' },
    record: { help: 'its id' },
  },
  flags: {
    answer: { value: 'QUESTION=ANSWER', repeat: true, help: 'one answer; again for another' },
    data: { value: 'JSON', help: 'an object of answers; null takes one away' },
    ifRevision: { value: 'N', number: true, help: 'only if it is still at this revision' },
  },
  examples: [
    'tenantctl forms records update Wells rec_0f3k9x2c... --answer depth=14 --account acme',
    'tenantctl forms records update acme/Wells rec_0f3k9x2c... --answer state=broken --answer "parts=pump;valve"',
    `tenantctl forms records update Wells rec_0f3k9x2c... --data '{"depth": null}'`,
  ],
  operations: ['forms.show', 'records.show', 'records.update'],
  next: 'tenantctl forms records show FORM RECORD',
} as const satisfies VerbSpec;

export type RecordsUpdateOptions = OptionsOf<typeof spec>;

export function recordsUpdateCommand(ctx: Context, run = recordsUpdateRun): Verb {
  return verb(spec, ctx, run);
}

export async function recordsUpdateRun(options: RecordsUpdateOptions, ctx: Context): Promise<void> {
  const { answer = [], data } = options;
  if (answer.length === 0 && data === undefined)
    throw usageError('nothing to change', { hint: 'tenantctl forms records update --help' });
  const client = ctx.client();
  const form = await formAt(ctx, namedAt(ctx, options.form));
  const params = { account: form.owner.id, form: form.id, record: options.record };
  const before = await client.call('records.show', { params });
  const given = { ...(data === undefined ? {} : answersIn(data)), ...answersFrom(form, answer) };
  const answers = Object.fromEntries(
    Object.entries(given).map(([name, value]) => [name, sendable(name, value)]),
  );
  const ifMatch = options.ifRevision ?? before.revision;
  const after = await client.call('records.update', { params, body: { answers }, ifMatch });
  await tellChange(ctx, {
    value: after,
    changed: after.revision !== before.revision,
    done: `Changed ${counted(Object.keys(answers).length, 'answer')} of ${after.id} (revision ${after.revision}).`,
    already: `${after.id} is like that already.`,
  });
}

/** What a record can hold at all; whether it fits, the server says. */
function sendable(name: string, value: unknown): Given[string] {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return value;
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value;
  throw usageError(`--data: ${name} is no answer`, {
    code: 'bad_answers',
    why: 'An answer is text, a number, true or false, a list of texts, or null.',
  });
}

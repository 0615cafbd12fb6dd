import type { Context } from '../../context.ts';
import type { Form } from '../../contract/types.ts';
import { usageError } from '../../errors.ts';
import { counted, tellChange } from '../change.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { namedAt } from '../place.ts';
import { answersFrom, answersIn, asBody, formAt, judgedHere } from './answers.ts';
import { submitRecordFile } from './submit-file.ts';

const spec = {
  path: 'forms submit',
  summary: 'Submit records of a form: one, or a whole file',
  about:
    'Each record costs one upload. A file is checked as a whole before anything is sent, with every mistake at its line; then it goes in requests of up to 1,000 records. The same file again, or after an interruption, doubles nothing: each row goes under a key, its own from a column _key, or one made from the file and the row. A heading is the name of a question or what people read; a .ndjson file has an object of answers a line. Several choices are divided by ;.',
  args: { form: { help: 'NAME, or ACCOUNT[/WORKSPACE]/NAME, or an id' } },
  flags: {
    csv: { value: 'FILE', help: 'records of a CSV or NDJSON file; - is stdin' },
    answer: { value: 'QUESTION=ANSWER', repeat: true, help: 'one answer of one record; again for another' },
    data: { value: 'JSON', help: 'one record as an object of answers' },
    key: { value: 'KEY', help: 'of one record: under it, it is recorded once' },
    map: { value: 'QUESTION=HEADING', repeat: true, help: 'which column answers a question' },
    ignoreColumns: { help: 'leave columns out that are no question' },
    report: { value: 'FILE', help: 'write what became of each row' },
  },
  examples: [
    'tenantctl forms submit Wells --csv wells.csv --account acme',
    'tenantctl forms submit acme/Wells --answer site=Nord --answer depth=12',
    `tenantctl forms submit Wells --data '{"site": "Nord", "depth": 12}' --key well-17`,
    'tenantctl forms submit Wells --csv - --dry-run < wells.csv',
  ],
  operations: ['forms.show', 'records.submit'],
  next: 'tenantctl forms records list FORM',
} as const satisfies VerbSpec;

export type SubmitOptions = OptionsOf<typeof spec>;

export function submitCommand(ctx: Context, run = submitRun): Verb {
  return verb(spec, ctx, run);
}

export async function submitRun(options: SubmitOptions, ctx: Context): Promise<void> {
  const { csv, answer = [], data, key } = options;
  const ways = [csv, data, answer.length > 0 ? answer : undefined].filter((way) => way !== undefined);
  if (ways.length !== 1) {
    throw usageError(ways.length === 0 ? 'no records are given' : 'give one of --csv, --data and --answer', {
      code: 'invalid_value',
      hint: 'tenantctl forms submit FORM --csv FILE, or --answer QUESTION=ANSWER ...',
    });
  }
  const at = namedAt(ctx, options.form);
  if (csv !== undefined) {
    if (key !== undefined) throw usageError('--key is for one record: a file has a column _key');
    await submitRecordFile(ctx, await formAt(ctx, at), { ...options, csv });
    return;
  }
  const form = await formAt(ctx, at);
  const given = data === undefined ? answersFrom(form, answer) : answersIn(data);
  await submitOne(ctx, form, given, key);
}

async function submitOne(
  ctx: Context,
  form: Form,
  given: Readonly<Record<string, unknown>>,
  key: string | undefined,
): Promise<void> {
  const answers = asBody(judgedHere(form, given));
  const params = { account: form.owner.id, form: form.id };
  const body = { records: [{ ...(key !== undefined && { key }), answers }] };
  const answer = await ctx.client().call('records.submit', { params, body });
  const [record] = answer.records;
  await tellChange(ctx, {
    value: answer,
    changed: answer.recorded > 0,
    done: `Recorded ${record?.id} for ${counted(answer.credits, 'upload')}.`,
    already: `${record?.id} was recorded under this key already.`,
  });
}

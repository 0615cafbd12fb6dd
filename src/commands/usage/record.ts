import { randomUUID } from 'node:crypto';
import type { Context } from '../../context.ts';
import { creditUnits, type UsageOutcome } from '../../contract/limits.ts';
import type { UsageRecord } from '../../contract/types.ts';
import { partialError, usageError } from '../../errors.ts';
import { counted } from '../change.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { resultColumns, type UsageResult } from './columns.ts';
import { chunksOf, recordsOf } from './file.ts';

const spec = {
  path: 'usage record',
  summary: 'Report what accounts used, one record or a file of them',
  about:
    'Needs a metering token, which staff make: tenantctl tokens create NAME --meter; it is taken from TENANTCTL_TOKEN. A CSV file has the headings account, unit, amount, key, cause and, if wanted, at. What is charged under a key of an account, is charged once for ever: running the command again is safe. Each record is judged for itself; ends with 3 if any was refused.',
  args: { account: { help: 'who used it: id or slug; or --csv', optional: true } },
  flags: {
    csv: { value: 'FILE', help: 'a file of records; - is stdin' },
    unit: { value: 'UNIT', choices: creditUnits, help: 'upload or message' },
    amount: { value: 'N', number: true, help: 'how many (1)' },
    cause: { value: 'WORD', help: 'what used them, such as parsers.run' },
    key: { value: 'TEXT', help: 'what it is charged once under (default: a new one, which is shown)' },
    at: { value: 'TIME', help: 'when, if it was before: RFC 3339' },
  },
  examples: [
    'TENANTCTL_TOKEN=... tenantctl usage record --csv usage.csv',
    'tenantctl usage record acme --unit upload --amount 3 --cause parsers.run --key run-8812',
    'meter | tenantctl usage record --csv - -o ndjson',
  ],
  operations: ['usage.record'],
  next: 'tenantctl credits ledger --account ACCOUNT',
} as const satisfies VerbSpec;

export type RecordOptions = OptionsOf<typeof spec>;

export function recordCommand(ctx: Context, run = recordRun): Verb {
  return verb(spec, ctx, run);
}

const refused: readonly UsageOutcome[] = [
  'conflict',
  'insufficient',
  'cap_reached',
  'unknown_account',
  'account_suspended',
  'payer_suspended',
];

export async function recordRun(options: RecordOptions, ctx: Context): Promise<void> {
  const records = options.csv === undefined ? [oneOf(options, ctx)] : await fileOf(options, ctx, options.csv);
  const counts = new Map<UsageOutcome, number>();
  await ctx.out.list(resultColumns, resultsOf(ctx, records, counts), { all: true });
  const told = [...counts].map(([outcome, count]) => `${count} ${outcome}`).join(', ');
  ctx.out.note(`${counted(records.length, 'record')}: ${told}.`);
  const failed = refused.reduce((sum, outcome) => sum + (counts.get(outcome) ?? 0), 0);
  if (failed > 0)
    throw partialError(
      `${failed} of ${counted(records.length, 'record')} ${failed === 1 ? 'was' : 'were'} refused`,
      {
        code: 'usage_refused',
        why: 'Nothing was charged for them; DETAIL says what stands in the way of each.',
      },
    );
}

async function* resultsOf(
  ctx: Context,
  records: readonly UsageRecord[],
  counts: Map<UsageOutcome, number>,
): AsyncGenerator<UsageResult> {
  const client = ctx.client();
  for (const chunk of chunksOf(records)) {
    const { results } = await client.call('usage.record', { body: { records: chunk } });
    for (const result of results) {
      counts.set(result.outcome, (counts.get(result.outcome) ?? 0) + 1);
      yield result;
    }
  }
}

async function fileOf(options: RecordOptions, ctx: Context, file: string): Promise<UsageRecord[]> {
  const { account, unit, amount, cause, key, at } = options;
  if ([account, unit, amount, cause, key, at].some((given) => given !== undefined))
    throw usageError('--csv goes without ACCOUNT and the flags of one record: the file says all of it', {
      code: 'invalid_value',
    });
  return await recordsOf(ctx, file);
}

function oneOf({ account, unit, amount = 1, cause, key, at }: RecordOptions, ctx: Context): UsageRecord {
  const missing = [
    ...(account === undefined ? ['ACCOUNT'] : []),
    ...(unit === undefined ? ['--unit'] : []),
    ...(cause === undefined ? ['--cause'] : []),
  ];
  if (account === undefined || unit === undefined || cause === undefined)
    throw usageError(`${missing.join(', ')} missing: name one record, or a file with --csv`, {
      code: 'missing_flag',
      hint: 'tenantctl usage record ACCOUNT --unit upload --cause parsers.run',
    });
  const made = key ?? randomUUID();
  if (key === undefined)
    ctx.out.note(`Charged under the key ${made}: to repeat it safely, give it with --key.`);
  return { account, unit, amount, cause, key: made, ...(at !== undefined && { at }) };
}

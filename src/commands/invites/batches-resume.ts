import { resolve } from 'node:path';
import { checkRows } from '../../bulk/check.ts';
import { openInput, type RowSource } from '../../bulk/input.ts';
import { rulesFor } from '../../bulk/places.ts';
import { openReport } from '../../bulk/report.ts';
import type { Context } from '../../context.ts';
import { batchIdentity } from '../../contract/batch.ts';
import type { Batch } from '../../contract/types.ts';
import { conflictError, usageError } from '../../errors.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { holding, resumeCommand, sendBatch } from './bulk.ts';
import { inputStream } from './stdin.ts';

const spec = {
  path: 'invites batches resume',
  summary: 'Send the rows that a batch still misses',
  about:
    'Needs the file, for the server keeps no rows that it has not got, and makes sure that it is the same one. On any machine; what was sent is not sent again.',
  args: { batch: { help: 'its id' } },
  flags: {
    csv: {
      value: 'FILE',
      help: 'the file that the batch was begun with; - is stdin',
      required: 'Which file was it?',
    },
    map: { value: 'FIELD=HEADING', repeat: true, help: 'as when it was begun' },
    report: { value: 'FILE', help: 'write what became of each row, of the earlier runs too' },
  },
  examples: ['tenantctl invites batches resume bat_06a3xw2g5zsq9b7kq3v0m1n8rw --csv people.csv'],
  operations: [
    'accounts.show',
    'accounts.tree',
    'batches.show',
    'batches.send',
    'batches.rows',
    'batches.finish',
  ],
  next: 'tenantctl invites batches show BATCH',
} as const satisfies VerbSpec;

export type ResumeOptions = OptionsOf<typeof spec>;

export function batchesResumeCommand(ctx: Context, run = batchesResumeRun): Verb {
  return verb(spec, ctx, run);
}

export async function batchesResumeRun(options: ResumeOptions, ctx: Context): Promise<void> {
  const params = { account: ctx.account(), batch: options.batch };
  const batch = await ctx.client().call('batches.show', { params });
  if (batch.state === 'cancelled') {
    throw conflictError(`batch ${batch.id} is cancelled`, {
      code: 'batch_closed',
      hint: 'begin a new one: tenantctl invites send --csv FILE',
    });
  }
  const { csv, map } = options;
  const source = await openInput(csv, {
    map,
    directory: ctx.world.cwd,
    stdin: csv === '-' ? inputStream(ctx) : undefined,
  });
  try {
    await resume(options, ctx, batch, source);
  } finally {
    await source.close();
  }
}

async function resume(options: ResumeOptions, ctx: Context, batch: Batch, source: RowSource): Promise<void> {
  const client = ctx.client();
  const account = await client.call('accounts.show', { params: { account: batch.account_id } });
  const rules = await rulesFor(client, account, source, batch.defaults, options.map);
  const check = await checkRows(source, rules);
  if (batchIdentity(batch.kind, check.digest, batch.defaults) !== batch.digest) {
    throw usageError(`${source.name} is not the file that batch ${batch.id} was begun with`, {
      code: 'wrong_file',
      why: 'Its rows are not the same, or --map is not.',
    });
  }
  if (ctx.flags.dryRun === true) {
    const left = batch.rows_total - batch.rows_received;
    return await ctx.out.result(batch, `${left} of ${batch.rows_total} rows would be sent.`);
  }
  const report =
    options.report === undefined ? null : await openReport(resolve(ctx.world.cwd, options.report), source);
  const command = resumeCommand(ctx, account, batch.id, options);
  await sendBatch(ctx, holding(ctx), {
    account,
    source,
    check,
    report,
    batch,
    resumed: true,
    resume: command,
  });
}

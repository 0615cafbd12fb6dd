import { checkRows } from '../../bulk/check.ts';
import { withFile } from '../../bulk/file-job.ts';
import type { RowSource } from '../../bulk/input.ts';
import { rulesFor } from '../../bulk/places.ts';
import type { Report } from '../../bulk/report.ts';
import { holding, resumeCommand as resumeWords, sendBatch } from '../../bulk/sending.ts';
import type { Context } from '../../context.ts';
import { batchIdentity } from '../../contract/batch.ts';
import type { Batch } from '../../contract/types.ts';
import { conflictError, usageError } from '../../errors.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';

const spec = {
  path: 'batches resume',
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
  examples: ['tenantctl batches resume bat_06a3xw2g5zsq9b7kq3v0m1n8rw --csv people.csv'],
  operations: [
    'accounts.show',
    'accounts.tree',
    'batches.show',
    'batches.send',
    'batches.rows',
    'batches.finish',
  ],
  next: 'tenantctl batches show BATCH',
} as const satisfies VerbSpec;

export type ResumeOptions = OptionsOf<typeof spec>;

export function resumeCommand(ctx: Context, run = resumeRun): Verb {
  return verb(spec, ctx, run);
}

export async function resumeRun(options: ResumeOptions, ctx: Context): Promise<void> {
  const params = { account: ctx.account(), batch: options.batch };
  const batch = await ctx.client().call('batches.show', { params });
  if (batch.state === 'cancelled') {
    throw conflictError(`batch ${batch.id} is cancelled`, {
      code: 'batch_closed',
      hint: 'begin a new one, by the command that began this one',
    });
  }
  await withFile(ctx, batch.kind, options, (source, report) => resume(options, ctx, batch, source, report));
}

async function resume(
  options: ResumeOptions,
  ctx: Context,
  batch: Batch,
  source: RowSource,
  report: Report | null,
): Promise<void> {
  const client = ctx.client();
  const account = await client.call('accounts.show', { params: { account: batch.account_id } });
  const check = await checkRows(source, await rulesFor(client, account, source, batch, options.map));
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
  const command = resumeWords(ctx, account, batch.id, options);
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

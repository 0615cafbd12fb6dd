import { resolve } from 'node:path';
import { checkRecords, type RecordCheck, refuseRecords } from '../../bulk/record-check.ts';
import { openRecords, type RecordFile } from '../../bulk/record-file.ts';
import { type RecordRun, submitFile } from '../../bulk/record-run.ts';
import { type Report, reportAt } from '../../bulk/report.ts';
import { holding, patiently, progressOf } from '../../bulk/sending.ts';
import { inputStream } from '../../bulk/stdin.ts';
import type { Context } from '../../context.ts';
import type { Form } from '../../contract/types.ts';
import { asTenantctlError, partialError, retold, type TenantctlError, usageError } from '../../errors.ts';
import { quoted } from '../../output/text.ts';
import { asTyped, counted } from '../change.ts';

export interface FileOptions {
  /** As typed. */
  readonly form: string;
  readonly csv: string;
  readonly map?: readonly string[] | undefined;
  readonly ignoreColumns?: true | undefined;
  readonly report?: string | undefined;
}

/** A file from beginning to end: checked as a whole, agreed to, sent in chunks, reported. */
export async function submitRecordFile(ctx: Context, form: Form, options: FileOptions): Promise<void> {
  const { csv, map, ignoreColumns } = options;
  const file = await openRecords(csv, {
    form,
    map,
    ignoreColumns,
    directory: ctx.world.cwd,
    stdin: csv === '-' ? inputStream(ctx) : undefined,
  });
  try {
    const report = await reportFor(ctx, file, options);
    try {
      await submitChecked(ctx, form, file, report, options);
    } finally {
      await report?.close();
    }
  } finally {
    await file.close();
  }
}

/** Opened before any work, so that a wrong path fails first. A dry run writes nothing. */
async function reportFor(ctx: Context, file: RecordFile, { report }: FileOptions): Promise<Report | null> {
  if (report === undefined || ctx.flags.dryRun === true) return null;
  return await reportAt(resolve(ctx.world.cwd, report), file, '_record_id');
}

async function submitChecked(
  ctx: Context,
  form: Form,
  file: RecordFile,
  report: Report | null,
  options: FileOptions,
): Promise<void> {
  const check = await checkRecords(file, form);
  if (check.mistakeCount > 0) throw refuseRecords(ctx, file, check);
  if (check.rows === 0) throw usageError(`${file.name}: it has no rows`, { code: 'no_rows' });
  if (ctx.flags.dryRun !== true && ctx.prompt.allowed) {
    await ctx.confirmed({
      weight: 'yes',
      what: `submit ${counted(check.rows, 'record')} of ${form.name} to ${form.owner.slug}`,
      consequences: [`${counted(check.rows, 'upload')}, but for records that are there already`],
      command: commandOf(ctx, options),
    });
  }
  const held = holding(ctx);
  const progress = progressOf(ctx, 'Submitting', check.rows);
  ctx.out.event({ event: 'run_start', form: form.id, rows: check.rows });
  const run = await patiently(ctx, held.interrupt, (patience) =>
    submitFile({
      ...held,
      params: { account: form.owner.id, form: form.id },
      file,
      check,
      report,
      progress,
      patience,
      onRow: ({ row }, submitted) => ctx.out.event({ event: 'item', row, ...submitted }),
    }),
  );
  progress.end();
  await report?.finish(check.rows, 'the run ended before; run it again');
  await conclude(ctx, form, check, run, options);
}

const columns = [
  { header: 'OUTCOME', value: (row: { outcome: string; rows: number }) => row.outcome },
  { header: 'ROWS', value: (row: { outcome: string; rows: number }) => row.rows, align: 'right' },
] as const;

async function conclude(
  ctx: Context,
  form: Form,
  { rows }: RecordCheck,
  { recorded, repeated, credits, failure }: RecordRun,
  options: FileOptions,
): Promise<void> {
  const { out } = ctx;
  const dryRun = ctx.flags.dryRun === true;
  const report = dryRun ? null : (options.report ?? null);
  const result = { form: form.id, dry_run: dryRun, rows, recorded, repeated, credits, report };
  out.event({ event: 'summary', ended: failure === undefined ? 'done' : 'failed', ...result });
  if (failure !== undefined) throw stopped(ctx, rows, { recorded, repeated }, failure, options);
  if (out.format === 'ndjson') return;
  if (out.format !== 'table' || ctx.flags.fields !== undefined) return await out.result(result);
  const counts = [
    { outcome: dryRun ? 'would be recorded' : 'recorded', rows: recorded },
    { outcome: 'repeated', rows: repeated },
  ];
  await out.list(
    columns,
    counts.filter((one) => one.rows > 0),
  );
  out.note(`${counted(credits, 'upload')} ${dryRun ? 'would be' : credits === 1 ? 'was' : 'were'} used.`);
  if (report !== null) out.note(`Report: ${report}`);
}

/** Where it stands and how to go on: by the same command, whatever stopped it. */
function stopped(
  ctx: Context,
  rows: number,
  { recorded, repeated }: Pick<RecordRun, 'recorded' | 'repeated'>,
  thrown: unknown,
  options: FileOptions,
): TenantctlError {
  const failure = asTenantctlError(thrown);
  const done = recorded + repeated;
  const stands = `${done} of ${counted(rows, 'row')} are recorded; none is lost or doubled`;
  const again = commandOf(ctx, options);
  if (failure.outcome === 'interrupted' || failure.outcome === 'terminated') {
    ctx.out.say(`Interrupted: ${stands}. To go on:\n  ${again}`);
    return failure;
  }
  if (failure.status === 402) {
    const left = rows - done;
    return retold(failure, {
      why: `${stands}. The other ${left} take ${counted(left, 'upload')}`,
      hint: `with more credits: ${again}`,
    });
  }
  const why = `${failure.message.replace(/\.$/, '')}. ${stands}`;
  if (done > 0 && failure.outcome === 'temporary')
    return partialError(`not all of ${counted(rows, 'row')} were submitted`, {
      why,
      hint: again,
      cause: failure,
      retryable: true,
    });
  return done === 0 ? failure : retold(failure, { why: stands });
}

/** What was typed, as a shell takes it. */
function commandOf(ctx: Context, { form, csv, map = [], ignoreColumns, report }: FileOptions): string {
  if (csv === '-') return 'the same command again, with the same input';
  const words = ['tenantctl forms submit', quoted(form), '--csv', quoted(csv)];
  for (const entry of map) words.push('--map', quoted(entry));
  if (ignoreColumns === true) words.push('--ignore-columns');
  if (report !== undefined) words.push('--report', quoted(report));
  if (!form.includes('/')) words.push('--account', ctx.account());
  return asTyped(ctx, words.join(' '));
}

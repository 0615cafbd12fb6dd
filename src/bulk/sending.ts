import type { Client } from '../client/client.ts';
import type { Context } from '../context.ts';
import type { Account, Batch } from '../contract/types.ts';
import { asTenantctlError, retold, type TenantctlError } from '../errors.ts';
import type { Progress } from '../output/progress.ts';
import { quoted } from '../output/text.ts';
import type { CheckResult } from './check.ts';
import { type BatchRun, runBatch } from './engine.ts';
import { CHUNK_ROWS, type RowSource } from './input.ts';
import { wordsOf } from './kinds.ts';
import { Patience, type PatienceOptions } from './patience.ts';
import type { Report } from './report.ts';
import { resultOf, showResult, throwIfFailed } from './result.ts';

export interface Sending {
  readonly account: Account;
  readonly source: RowSource;
  readonly check: CheckResult;
  readonly report: Report | null;
  readonly batch: Batch;
  /** The batch was there before this run. */
  readonly resumed: boolean;
  /** What to type to go on after an interruption. */
  readonly resume: string;
}

/** A client whose calls outlive the first Ctrl-C, and the signal by which the engine learns of it. */
export function holding(ctx: Context): { readonly client: Client; readonly interrupt: AbortSignal } {
  const interrupt = ctx.holdInterrupt();
  interrupt.throwIfAborted();
  return { client: ctx.client({ drains: true }), interrupt };
}

/** Keeps at what may be repeated, as the settings of this run say. */
export function patienceOf(ctx: Context, interrupt: AbortSignal): PatienceOptions {
  return {
    clock: ctx.world.clock,
    patienceMs: ctx.config().settings.timeout.value,
    interrupt,
    note: (text) => ctx.out.note(text),
  };
}

export async function patiently<A>(
  ctx: Context,
  interrupt: AbortSignal,
  work: (patience: Patience) => Promise<A>,
): Promise<A> {
  const patience = new Patience(patienceOf(ctx, interrupt));
  try {
    return await work(patience);
  } finally {
    patience.end();
  }
}

/** Sends, reports and sums up, however it ends; throws what ends the run with another code than 0. */
export async function sendBatch(
  ctx: Context,
  { client, interrupt }: ReturnType<typeof holding>,
  sending: Sending,
): Promise<void> {
  const { account, source, check, report, batch, resumed } = sending;
  const { out } = ctx;
  out.event({
    event: 'run_start',
    batch_id: batch.id,
    rows: batch.rows_total,
    received: batch.rows_received,
    resumed,
  });
  if (resumed)
    out.note(
      `Resuming batch ${batch.id}: ${batch.rows_received} of ${batch.rows_total} rows are there already.`,
    );
  const progress = progressOf(ctx, wordsOf[batch.kind].doing, batch.rows_total, batch.rows_received);
  const run = await runBatch({
    client,
    account: account.id,
    source,
    check,
    batch,
    report,
    progress,
    ...patienceOf(ctx, interrupt),
    onRow: (record, result) => out.event({ event: 'item', email: record.input.email, ...result }),
  });
  progress.end();
  await finishReport(report, run);
  await conclude(ctx, sending, run);
}

/** What one request does needs no bar; events are made in any case. */
export function progressOf(ctx: Context, label: string, rows: number, before = 0): Progress {
  if (rows > CHUNK_ROWS || ctx.out.format === 'ndjson') return ctx.out.progress(label, before);
  return { update: () => undefined, end: () => undefined };
}

async function finishReport(report: Report | null, run: BatchRun): Promise<void> {
  const reason =
    run.failure === undefined ? 'its outcome is not known' : 'the run ended before; run it again';
  await report?.finish(run.batch.rows_total, reason);
}

async function conclude(ctx: Context, { report, resume }: Sending, run: BatchRun): Promise<void> {
  const { out } = ctx;
  const result = resultOf(run.batch, run.outcomes, report?.path ?? null);
  const failure = run.failure === undefined ? null : asTenantctlError(run.failure);
  out.event({
    event: 'summary',
    ended:
      failure === null
        ? 'done'
        : failure.outcome === 'interrupted' || failure.outcome === 'terminated'
          ? failure.outcome
          : 'failed',
    received: run.received,
    ...result,
    resume: failure === null ? null : resume,
  });
  if (failure === null) {
    await showResult(ctx, result);
    throwIfFailed(result);
    return;
  }
  throw stopped(ctx, failure, run, resume);
}

/** Where it stands and how to go on. main says nothing of its own after Ctrl-C. */
function stopped(ctx: Context, failure: TenantctlError, run: BatchRun, resume: string): TenantctlError {
  const stands = `${run.received} of ${run.batch.rows_total} rows have their outcome; none is lost or sent twice`;
  if (failure.outcome === 'interrupted' || failure.outcome === 'terminated') {
    ctx.out.say(`Interrupted: ${stands}. To go on:\n  ${resume}`);
    return failure;
  }
  return retold(failure, {
    why: failure.why === undefined ? stands : `${failure.why.replace(/\.$/, '')}. ${stands}`,
    hint: failure.outcome === 'temporary' ? resume : (failure.hint ?? resume),
  });
}

/** The command that goes on with a batch: what was typed by flag is typed again, as a shell takes it. */
export function resumeCommand(ctx: Context, account: Account, batch: string, file: FileFlags): string {
  const words = ['tenantctl batches resume', batch];
  if (file.csv !== undefined && file.csv !== '-') words.push('--csv', quoted(file.csv));
  for (const entry of file.map ?? []) words.push('--map', quoted(entry));
  if (file.report !== undefined) words.push('--report', quoted(file.report));
  words.push('--account', account.slug);
  if (ctx.flags.profile !== undefined) words.push('--profile', quoted(ctx.flags.profile));
  return file.csv === undefined || file.csv === '-'
    ? 'the same command again, with the same input'
    : words.join(' ');
}

export interface FileFlags {
  readonly csv?: string | undefined;
  readonly map?: readonly string[] | undefined;
  readonly report?: string | undefined;
}

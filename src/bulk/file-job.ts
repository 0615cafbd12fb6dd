import { resolve } from 'node:path';
import type { Context } from '../context.ts';
import { batchIdentity } from '../contract/batch.ts';
import type { OperationId } from '../contract/operations.ts';
import type { BodyInput } from '../contract/shapes.ts';
import type { Account } from '../contract/types.ts';
import { conflictError, usageError } from '../errors.ts';
import { refuseBadRows } from './bad-rows.ts';
import { type CheckResult, type CheckRules, checkRows } from './check.ts';
import { openInput, type RowSource } from './input.ts';
import { fieldsOf, type Head, wordsOf } from './kinds.ts';
import { freeSeats, type Plan, planRows } from './plan.ts';
import { openReport, type Report } from './report.ts';
import { dryResultOf, mainOutcome, planLines, showResult } from './result.ts';
import { type FileFlags, holding, patiently, progressOf, resumeCommand, sendBatch } from './sending.ts';
import { inputStream } from './stdin.ts';

/** What commands with `--csv` have in common. */
export interface FileOptions extends FileFlags {
  readonly allowInvalid?: true | undefined;
  /** Kinds that take seats: as many rows as there are seats for. */
  readonly allowPartial?: true | undefined;
}

/** What sending a file may call beside reading its account. */
export const batchOperations = [
  'batches.list',
  'batches.check',
  'batches.create',
  'batches.send',
  'batches.rows',
  'batches.show',
  'batches.finish',
] as const satisfies readonly OperationId[];

export interface FileJob {
  readonly ctx: Context;
  readonly account: Account;
  readonly head: Head;
  readonly source: RowSource;
  readonly report: Report | null;
  readonly options: FileOptions;
}

/** The file as rows of a kind; opened, spooled if it comes by a pipe, and closed when `work` has ended. */
export async function withFile(
  ctx: Context,
  kind: Head['kind'],
  options: FileOptions & { readonly csv: string },
  work: (source: RowSource, report: Report | null) => Promise<void>,
): Promise<void> {
  const { csv, map } = options;
  const source = await openInput(csv, {
    fields: fieldsOf[kind],
    map,
    directory: ctx.world.cwd,
    stdin: csv === '-' ? inputStream(ctx) : undefined,
  });
  await withSource(ctx, kind, options, source, (report) => work(source, report));
}

export async function withSource(
  ctx: Context,
  kind: Head['kind'],
  { report: path }: FileOptions,
  source: RowSource,
  work: (report: Report | null) => Promise<void>,
): Promise<void> {
  try {
    // Opened before any work, so that a wrong path fails first. A dry run writes nothing.
    const report =
      path === undefined || ctx.flags.dryRun === true
        ? null
        : await openReport(resolve(ctx.world.cwd, path), source, kind);
    try {
      await work(report);
    } finally {
      // Closed already where rows were sent; an earlier end leaves what was written.
      await report?.close();
    }
  } finally {
    await source.close();
  }
}

/** The account that a file is for; waited for like the rest of a bulk run. */
export async function accountOf(ctx: Context): Promise<Account> {
  const client = ctx.client();
  const params = { account: ctx.account() };
  return await patiently(ctx, ctx.world.signal, (patience) =>
    patience.keep((signal) => client.call('accounts.show', { params, signal })),
  );
}

/**
 * A file from beginning to end: checked as a whole, its plan shown and agreed to, sent as a batch that survives
 * whatever happens, reported.
 */
export async function runFile(job: FileJob, rules: CheckRules): Promise<void> {
  const { ctx, source, report, options, head } = job;
  const check = await checkRows(source, rules);
  if (check.errorCount > 0 && options.allowInvalid !== true)
    throw await refuseBadRows(ctx, head.kind, source, check, report);
  if (check.rows === 0) throw usageError(`${source.name}: it has no rows`, { code: 'no_rows' });
  const seatsNeeded = await consented(job, check);
  if (seatsNeeded !== null) await open(job, check, seatsNeeded);
}

/**
 * The plan, shown and agreed to; how many seats it takes. null: it was a dry run. Where nobody looks, nothing is
 * taken away and the seats suffice in any case, the command is the consent and the server judges each row once, not twice.
 */
async function consented(job: FileJob, check: CheckResult): Promise<number | null> {
  const { options, ctx, account, head } = job;
  const { kind } = head;
  const most = kind === 'invites' ? check.valid : 0;
  const dryRun = ctx.flags.dryRun === true;
  const takesAway = kind === 'removals';
  const fits = most <= freeSeats(account.seats);
  if (!dryRun && !takesAway && !ctx.prompt.allowed && (fits || options.allowPartial === true)) return most;
  if (!dryRun && (await isOpen(job, check))) return most;
  const plan = await planned(job, check);
  if (options.allowPartial !== true) mustFit(plan, account);
  if (dryRun) {
    for (const line of planLines(plan, check.rows)) ctx.out.note(line);
    const result = dryResultOf(plan, check.rows);
    ctx.out.event({ event: 'summary', ended: 'done', ...result });
    await showResult(ctx, result);
    return null;
  }
  const people = plan.outcomes[mainOutcome[kind]] ?? 0;
  if (people > 0 && (ctx.prompt.allowed || takesAway)) {
    await ctx.confirmed({
      weight: 'yes',
      what: wordsOf[kind].what(people, account.slug),
      consequences: planLines(plan, check.rows),
      command: 'the same command, with',
    });
  }
  return plan.needed;
}

/** A batch of the same rows that is still open was agreed to when it was begun. */
async function isOpen({ ctx, account, head }: FileJob, check: CheckResult): Promise<boolean> {
  const { kind, defaults } = head;
  const digest = batchIdentity(kind, check.digest, defaults);
  const query = { state: 'open' as const, kind };
  const open = ctx.client().pages('batches.list', { params: { account: account.id }, query });
  for await (const batch of open) if (batch.digest === digest) return true;
  return false;
}

async function planned({ ctx, source, account, head }: FileJob, check: CheckResult): Promise<Plan> {
  const progress = progressOf(ctx, 'Checking', check.rows);
  const { seats } = account;
  const client = ctx.client();
  const plan = await patiently(ctx, ctx.world.signal, (patience) =>
    planRows({ client, account: account.id, source, check, head, seats, progress, patience }),
  );
  progress.end();
  return plan;
}

function mustFit({ needed, seats }: Plan, account: Account): void {
  const free = freeSeats(seats);
  if (needed <= free) return;
  throw conflictError(
    `${needed} seats are needed and ${free} are free in ${account.slug}; nothing was sent`,
    {
      code: 'batch_too_large',
      why: `The plan ${account.plan} has ${seats.limit} seats, ${seats.used} are in use.`,
      hint: 'invite as many as there are seats for with --allow-partial, or choose a larger plan',
    },
  );
}

async function open(job: FileJob, check: CheckResult, seatsNeeded: number): Promise<void> {
  const { options, ctx, source, report, account, head } = job;
  const held = holding(ctx);
  const params = { account: account.id };
  const body: BodyInput<'batches.create'> = {
    ...head,
    digest: check.digest,
    rows_total: check.rows,
    seats_needed: seatsNeeded,
    allow_partial: options.allowPartial === true,
  };
  const { answer: batch, status } = await patiently(ctx, held.interrupt, (patience) =>
    patience.keep((signal) => held.client.exchange('batches.create', { params, body, signal })),
  );
  const resume = resumeCommand(ctx, account, batch.id, options);
  await sendBatch(ctx, held, { account, source, check, report, batch, resumed: status === 200, resume });
}

import { freeSeats, type Plan } from '../../bulk/plan.ts';
import { allOutcomes, countOf, type Outcomes } from '../../bulk/tally.ts';
import type { Context } from '../../context.ts';
import { rowOutcomeNames, rowOutcomes } from '../../contract/limits.ts';
import type { Batch } from '../../contract/types.ts';
import { partialError } from '../../errors.ts';

/** What `invites send` answers, with the same members for a dry run. */
export interface BulkResult {
  readonly batch_id: string | null;
  readonly dry_run: boolean;
  readonly rows: number;
  /** Every outcome of the contract, those without rows with 0. */
  readonly outcomes: Outcomes;
  readonly seats: Batch['seats'];
  /** Pending or member rows that have another role or modules than asked for; counted by a dry run. */
  readonly differs: number | null;
  readonly mail: Batch['mail'] | null;
  readonly report: string | null;
}

export function resultOf(
  batch: Batch,
  outcomes: Readonly<Record<string, number>>,
  report: string | null,
): BulkResult {
  return {
    batch_id: batch.id,
    dry_run: false,
    rows: batch.rows_total,
    outcomes: allOutcomes(outcomes),
    seats: batch.seats,
    differs: null,
    mail: batch.mail,
    report,
  };
}

export function dryResultOf(plan: Plan, rows: number): BulkResult {
  return {
    batch_id: null,
    dry_run: true,
    rows,
    outcomes: plan.outcomes,
    seats: { used: plan.seats.used + plan.outcomes.invited, limit: plan.seats.limit },
    differs: plan.differingCount,
    mail: null,
    report: null,
  };
}

const outcomeColumns = [
  { header: 'OUTCOME', value: (row: OutcomeCount) => row.outcome },
  { header: 'ROWS', value: (row: OutcomeCount) => row.rows, align: 'right' },
] as const;

interface OutcomeCount {
  readonly outcome: string;
  readonly rows: number;
}

/** A table of counts for people, one object for programs; an ndjson stream ends with its summary event. */
export async function showResult(ctx: Context, result: BulkResult): Promise<void> {
  if (ctx.out.format === 'ndjson') return;
  if (ctx.out.format !== 'table' || ctx.flags.fields !== undefined) return await ctx.out.result(result);
  const counts = Object.entries(result.outcomes).map(([outcome, rows]) => ({ outcome, rows }));
  await ctx.out.list(
    outcomeColumns,
    counts.filter(({ rows }) => rows > 0),
  );
  for (const line of remarksOn(result, ctx)) ctx.out.note(line);
}

function remarksOn({ seats, mail, report, batch_id, outcomes }: BulkResult, ctx: Context): string[] {
  const lines = seats.limit === null ? [] : [`Seats: ${seats.used} of ${seats.limit} used.`];
  if (mail?.waiting_until)
    lines.push(`Mail beyond the plan's daily limit goes out from ${mail.waiting_until} on.`);
  if (mail !== null && mail.failed > 0)
    lines.push(`Mail could not be delivered to ${mail.failed}: tenantctl invites list`);
  if (report !== null) lines.push(`Report: ${report}`);
  if (batch_id !== null && outcomes.invited > 0) {
    const account = ctx.flags.account === undefined ? '' : ` --account ${ctx.flags.account}`;
    lines.push(`A wrong file is taken back with: tenantctl invites batches revoke ${batch_id}${account}`);
  }
  return lines;
}

/** R15: what was skipped has its reason and is no error; 3 if rows failed. */
export function throwIfFailed({ outcomes, rows, batch_id, dry_run, report }: BulkResult): void {
  const failed = countOf(outcomes, 'failed');
  if (failed === 0 || dry_run) return;
  const which = rowOutcomeNames.filter((name) => rowOutcomes[name] === 'failed' && outcomes[name] > 0);
  throw partialError(`${failed} of ${rows} rows failed`, {
    why: which.map((name) => `${name} ${outcomes[name]}`).join(', '),
    hint: report === null ? `tenantctl invites batches report ${batch_id}` : undefined,
  });
}

/** What is shown before anything is sent. */
export function planLines(plan: Plan, rows: number): string[] {
  const free = freeSeats(plan.seats);
  const { used, limit } = plan.seats;
  const lines = Object.entries(plan.outcomes)
    .filter(([outcome, count]) => count > 0 && outcome !== 'invited')
    .map(([outcome, count]) => `${count} of ${rows} rows: ${outcome.replaceAll('_', ' ')}`);
  for (const { row, email, detail } of plan.differing) lines.push(`row ${row}, ${email}: ${detail}`);
  const unseen = plan.differingCount - plan.differing.length;
  if (unseen > 0) lines.push(`and ${unseen} more that differ`);
  lines.push(
    limit === null
      ? `seats: ${used} used, ${used + plan.outcomes.invited} afterwards, no limit`
      : `seats: ${used} of ${limit} used, ${used + Math.min(plan.needed, free)} afterwards`,
  );
  return lines;
}

import type { Context } from '../context.ts';
import { keysOf } from '../contract/keys.ts';
import { type BatchKind, rowOutcomes } from '../contract/limits.ts';
import type { Batch } from '../contract/types.ts';
import { partialError } from '../errors.ts';
import { freeSeats, type Plan } from './plan.ts';
import { allOutcomes, countOf, type Outcomes } from './tally.ts';

/** What a command with a file answers, with the same members for a dry run. */
export interface BulkResult {
  readonly kind: BatchKind;
  readonly batch_id: string | null;
  readonly dry_run: boolean;
  readonly rows: number;
  /** Every outcome of the kind, those without rows with 0. */
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
    kind: batch.kind,
    batch_id: batch.id,
    dry_run: false,
    rows: batch.rows_total,
    outcomes: allOutcomes(batch.kind, outcomes),
    seats: batch.seats,
    differs: null,
    mail: sendsMail(batch.kind) ? batch.mail : null,
    report,
  };
}

export function dryResultOf(plan: Plan, rows: number): BulkResult {
  const { kind, seats, outcomes } = plan;
  return {
    kind,
    batch_id: null,
    dry_run: true,
    rows,
    outcomes,
    seats: { used: seats.used + (kind === 'invites' ? (outcomes.invited ?? 0) : 0), limit: seats.limit },
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

const sendsMail = (kind: BatchKind): boolean => mainOutcome[kind] === 'invited';

function remarksOn(
  { kind, seats, mail, report, batch_id, outcomes, dry_run }: BulkResult,
  ctx: Context,
): string[] {
  const outside = kind === 'contacts' || kind === 'sub_accounts';
  const lines = seats.limit === null || outside ? [] : [`Seats: ${seats.used} of ${seats.limit} used.`];
  if (mail?.waiting_until)
    lines.push(`Mail beyond the plan's daily limit goes out from ${mail.waiting_until} on.`);
  if (mail !== null && mail.failed > 0)
    lines.push(
      `Mail could not be delivered to ${mail.failed}: tenantctl ${kind === 'invites' ? 'invites' : 'sub-accounts'} list`,
    );
  if (report !== null) lines.push(`Report: ${report}`);
  const account = ctx.flags.account === undefined ? '' : ` --account ${ctx.flags.account}`;
  if (batch_id !== null && (outcomes.invited ?? 0) > 0) {
    lines.push(`A wrong file is taken back with: tenantctl batches revoke ${batch_id}${account}`);
  }
  if (kind === 'removals' && !dry_run && (outcomes.removed ?? 0) > 0) {
    lines.push(`A wrong file is taken back with: tenantctl members restore --csv FILE${account}`);
  }
  return lines;
}

/** R15: what was skipped has its reason and is no error; 3 if rows failed. */
export function throwIfFailed({ outcomes, rows, batch_id, dry_run, report }: BulkResult): void {
  const failed = countOf(outcomes, 'failed');
  if (failed === 0 || dry_run) return;
  const which = keysOf(outcomes).filter(
    (name) => rowOutcomes[name] === 'failed' && (outcomes[name] ?? 0) > 0,
  );
  throw partialError(`${failed} of ${rows} rows failed`, {
    why: which.map((name) => `${name} ${outcomes[name]}`).join(', '),
    hint: report === null ? `tenantctl batches report ${batch_id}` : undefined,
  });
}

/** What the file is for: everything else is remarked on. */
export const mainOutcome = {
  invites: 'invited',
  removals: 'removed',
  restores: 'restored',
  workspace_members: 'placed',
  contacts: 'invited',
  sub_accounts: 'invited',
} as const satisfies Record<BatchKind, string>;

/** What is shown before anything is sent. */
export function planLines(plan: Plan, rows: number): string[] {
  const free = freeSeats(plan.seats);
  const { used, limit } = plan.seats;
  const lines = Object.entries(plan.outcomes)
    .filter(([outcome, count]) => count > 0 && outcome !== mainOutcome[plan.kind])
    .map(([outcome, count]) => `${count} of ${rows} rows: ${outcome.replaceAll('_', ' ')}`);
  for (const { row, email, detail } of plan.differing) lines.push(`row ${row}, ${email}: ${detail}`);
  const unseen = plan.differingCount - plan.differing.length;
  if (unseen > 0) lines.push(`and ${unseen} more that differ`);
  if (plan.kind !== 'invites') return lines;
  lines.push(
    limit === null
      ? `seats: ${used} used, ${used + (plan.outcomes.invited ?? 0)} afterwards, no limit`
      : `seats: ${used} of ${limit} used, ${used + Math.min(plan.needed, free)} afterwards`,
  );
  return lines;
}

import type { Client } from '../client/client.ts';
import type { Batch, RowResult } from '../contract/types.ts';
import type { Progress } from '../output/progress.ts';
import type { CheckResult } from './check.ts';
import type { RowSource } from './input.ts';
import type { Patience } from './patience.ts';
import type { InputRecord } from './rows.ts';
import { allOutcomes, type Outcomes } from './tally.ts';
import { wireRow } from './wire-row.ts';

const DIFFERENCES_KEPT = 20;

export interface PlanJob {
  readonly client: Client;
  readonly account: string;
  readonly source: RowSource;
  readonly check: CheckResult;
  readonly defaults: Batch['defaults'];
  readonly seats: Batch['seats'];
  readonly progress: Progress;
  readonly patience: Patience;
}

/** What would become of each row if it were sent now. */
export interface Plan {
  readonly outcomes: Outcomes;
  readonly seats: Batch['seats'];
  /** Seats that the rows would take if there were enough. */
  readonly needed: number;
  /** Pending or member rows that have another role or modules than the row asks for; the first of them. */
  readonly differing: readonly { readonly row: number; readonly email: string; readonly detail: string }[];
  readonly differingCount: number;
}

/** Free seats; Infinity where the plan has no limit. */
export function freeSeats({ used, limit }: Batch['seats']): number {
  return limit === null ? Number.POSITIVE_INFINITY : Math.max(0, limit - used);
}

/**
 * The rows before the server, chunk by chunk, nothing written. A chunk does not know of the others: rows
 * that repeat one another were found by the tool, and seats are added up here.
 */
export async function planRows(job: PlanJob): Promise<Plan> {
  const counts: Record<string, number> = {};
  const count = (outcome: string) => {
    counts[outcome] = (counts[outcome] ?? 0) + 1;
  };
  const differing: { row: number; email: string; detail: string }[] = [];
  let differingCount = 0;
  let seats = job.seats;
  let done = 0;
  for await (const records of job.source.rows()) {
    const asked = records.filter((record) => !settledHere(record, job.check, count));
    const answer = asked.length === 0 ? undefined : await checkChunk(job, asked);
    if (answer) seats = answer.seats;
    for (const [at, result] of answer?.outcomes.entries() ?? []) {
      count(result.outcome);
      if (!result.differs) continue;
      differingCount += 1;
      if (differing.length < DIFFERENCES_KEPT) differing.push(difference(result, asked[at]));
    }
    done += records.length;
    job.progress.update({ done, total: job.check.rows });
  }
  const needed = (counts.invited ?? 0) + (counts.no_seat ?? 0);
  const outcomes = allOutcomes(withSeats(counts, needed, freeSeats(seats)));
  return { outcomes, seats, needed, differing, differingCount };
}

/** Repeats, contradictions and rows that are bad in themselves need no server. */
function settledHere(record: InputRecord, check: CheckResult, count: (outcome: string) => void): boolean {
  const verdict = check.verdictOf(record);
  if (verdict.kind === 'send') return false;
  if (verdict.kind === 'duplicate') count('duplicate_row');
  else count(verdict.code === 'malformed_row' ? 'invalid_email' : verdict.code);
  return true;
}

function checkChunk(job: PlanJob, records: readonly InputRecord[]) {
  const body = {
    kind: 'invites' as const,
    defaults: job.defaults,
    rows: records.map((record) => wireRow(record, job.check.verdictOf(record))),
  };
  const params = { account: job.account };
  return job.patience.keep((signal) => job.client.call('batches.check', { params, body, signal }));
}

function difference(result: RowResult, record: InputRecord | undefined) {
  return { row: result.row, email: record?.input.email ?? '', detail: result.detail ?? result.outcome };
}

function withSeats(counts: Record<string, number>, needed: number, free: number): Record<string, number> {
  return { ...counts, invited: Math.min(needed, free), no_seat: Math.max(0, needed - free) };
}

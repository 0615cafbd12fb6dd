import type { Client } from '../client/client.ts';
import { chunkRows } from '../contract/limits.ts';
import type { Batch, RowResult } from '../contract/types.ts';
import type { Progress } from '../output/progress.ts';
import type { CheckResult } from './check.ts';
import type { RowSource } from './input.ts';
import type { Head } from './kinds.ts';
import type { Patience } from './patience.ts';
import type { InputRecord } from './rows.ts';
import { allOutcomes, type Outcomes } from './tally.ts';
import { checkOf } from './wire-row.ts';

const DIFFERENCES_KEPT = 20;

export interface PlanJob {
  readonly client: Client;
  readonly account: string;
  readonly source: RowSource;
  readonly check: CheckResult;
  readonly head: Head;
  readonly seats: Batch['seats'];
  readonly progress: Progress;
  readonly patience: Patience;
}

/** What would become of each row if it were sent now. */
export interface Plan {
  readonly kind: Head['kind'];
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
    for (const part of parts(asked, chunkRows[job.head.kind])) {
      const answer = await checkChunk(job, part);
      seats = answer.seats;
      for (const [at, result] of answer.outcomes.entries()) {
        count(result.outcome);
        if (!result.differs) continue;
        differingCount += 1;
        if (differing.length < DIFFERENCES_KEPT) differing.push(difference(result, part[at]));
      }
    }
    done += records.length;
    job.progress.update({ done, total: job.check.rows });
  }
  const { kind } = job.head;
  if (kind !== 'invites') {
    return { kind, outcomes: allOutcomes(kind, counts), seats, needed: 0, differing, differingCount };
  }
  const needed = (counts.invited ?? 0) + (counts.no_seat ?? 0);
  const outcomes = allOutcomes(kind, withSeats(counts, needed, freeSeats(seats)));
  return { kind, outcomes, seats, needed, differing, differingCount };
}

/** A chunk of the file in pieces that the server takes at once. */
export function parts<T>(records: readonly T[], size: number): T[][] {
  const found: T[][] = [];
  for (let from = 0; from < records.length; from += size) found.push(records.slice(from, from + size));
  return found;
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
  const body = checkOf(job.head, records, job.check.verdictOf);
  const params = { account: job.account };
  return job.patience.keep((signal) => job.client.call('batches.check', { params, body, signal }));
}

function difference(result: RowResult, record: InputRecord | undefined) {
  return { row: result.row, email: record?.input.email ?? '', detail: result.detail ?? result.outcome };
}

function withSeats(counts: Record<string, number>, needed: number, free: number): Record<string, number> {
  return { ...counts, invited: Math.min(needed, free), no_seat: Math.max(0, needed - free) };
}

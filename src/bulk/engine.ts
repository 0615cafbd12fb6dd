import type { Client } from '../client/client.ts';
import type { Clock } from '../client/transport.ts';
import { type BatchKind, chunkRows, rowOutcomes } from '../contract/limits.ts';
import type { Batch, RowResult } from '../contract/types.ts';
import { asTenantctlError } from '../errors.ts';
import type { Progress } from '../output/progress.ts';
import type { CheckResult } from './check.ts';
import type { RowSource } from './input.ts';
import { wordsOf } from './kinds.ts';
import { Lanes } from './lanes.ts';
import { missingRows } from './missing.ts';
import { Patience } from './patience.ts';
import { parts } from './plan.ts';
import type { Report, ReportLine } from './report.ts';
import type { InputRecord } from './rows.ts';
import { storedRows } from './stored.ts';
import { chunkOf } from './wire-row.ts';

/** More than two chunks on their way gain nothing: the server takes an account's chunks one by one. */
const IN_FLIGHT = 2;
/** An answer lost, a batch closed under us: how often the batch is asked anew what it misses. */
const ROUNDS = 3;

export interface BatchJob {
  /** Not cut by the first Ctrl-C: what is in flight shall be finished. */
  readonly client: Client;
  readonly account: string;
  readonly source: RowSource;
  readonly check: CheckResult;
  /** As created or found again; what it has already is not sent. */
  readonly batch: Batch;
  readonly report: Report | null;
  readonly progress: Progress;
  readonly clock: Clock;
  /** How long to go on without any answer, milliseconds. */
  readonly patienceMs: number;
  /** Aborted by Ctrl-C. */
  readonly interrupt: AbortSignal;
  readonly note: (text: string) => void;
  /** Told of each row as its outcome arrives, in the order of arrival. */
  readonly onRow: (record: InputRecord, result: RowResult) => void;
}

/** What is known when the engine ends, however it ends. */
export interface BatchRun {
  /** The server's own last word; finished if all went well. */
  readonly batch: Batch;
  /** Rows with an outcome, by outcome. */
  readonly outcomes: Readonly<Record<string, number>>;
  readonly received: number;
  /** Why it is not finished; the reason of `interrupt` if that is why. */
  readonly failure: unknown;
}

/**
 * Sends what the batch misses and finishes it. Every row counts once whatever is sent twice, so an answer
 * that was lost is simply asked for again. Memory does not grow with the file. Never throws for what the
 * server or the network does: that is `failure`.
 */
export async function runBatch(job: BatchJob): Promise<BatchRun> {
  const run = new Run(job);
  return await run.whole();
}

class Run {
  readonly #job: BatchJob;
  readonly #patience: Patience;
  readonly #outcomes: Record<string, number>;
  #batch: Batch;
  #received: number;

  constructor(job: BatchJob) {
    this.#job = job;
    this.#batch = job.batch;
    this.#received = job.batch.rows_received;
    this.#outcomes = { ...job.batch.outcomes };
    this.#patience = new Patience(job);
  }

  async whole(): Promise<BatchRun> {
    let failure: unknown;
    try {
      await this.#rounds();
    } catch (thrown) {
      failure = thrown;
    } finally {
      this.#patience.end();
    }
    return { batch: this.#batch, outcomes: this.#outcomes, received: this.#received, failure };
  }

  async #rounds(): Promise<void> {
    const { client, account } = this.#job;
    const params = { account, batch: this.#batch.id };
    for (let round = 1; ; round += 1) {
      await this.#sendMissing(round === 1 ? this.#job.report : null);
      try {
        this.#batch = await this.#patience.keep((signal) =>
          client.call('batches.finish', { params, signal }),
        );
        return;
      } catch (thrown) {
        if (asTenantctlError(thrown).code !== 'batch_incomplete' || round === ROUNDS) throw thrown;
      }
      this.#batch = await this.#patience.keep((signal) => client.call('batches.show', { params, signal }));
    }
  }

  async #sendMissing(report: Report | null): Promise<void> {
    const { source, interrupt } = this.#job;
    const isMissing = missingRows(this.#batch);
    const stored = storedRows(this.#job, this.#batch);
    const lanes = new Lanes(() => (this.#patience.slow ? 1 : IN_FLIGHT));
    this.#show();
    try {
      for await (const records of source.rows()) {
        const missing = records.filter((record) => isMissing(record.row));
        if (missing.length === 0 && report === null) continue;
        if (!(await lanes.room()) || interrupt.aborted) break;
        const known = report === null ? [] : await stored(records, numbersOf(missing));
        lanes.start(() => this.#chunk(records, missing, known, report));
      }
    } finally {
      // Whatever stopped the reading: what was begun has its outcome counted and reported first.
      await lanes.settled();
    }
    lanes.check();
    interrupt.throwIfAborted();
  }

  async #chunk(
    records: readonly InputRecord[],
    missing: readonly InputRecord[],
    known: readonly RowResult[],
    report: Report | null,
  ): Promise<void> {
    const fresh: RowResult[] = [];
    for (const part of parts(missing, chunkRows[this.#batch.kind])) {
      const results = await this.#send(part);
      this.#count(part, results);
      fresh.push(...results);
      // What is not sent yet is asked for at the next run.
      if (this.#job.interrupt.aborted) break;
    }
    if (report === null) return;
    const results = new Map([...known, ...fresh].map((result) => [result.row, result]));
    await report.write(records.map((record) => this.#reportLine(record, results.get(record.row))));
  }

  async #send(records: readonly InputRecord[]): Promise<readonly RowResult[]> {
    const { client, account, check } = this.#job;
    const params = { account, batch: this.#batch.id };
    try {
      const body = chunkOf(this.#batch.kind, records, check.verdictOf);
      return (await this.#patience.keep((signal) => client.call('batches.send', { params, body, signal })))
        .outcomes;
    } catch (thrown) {
      // Rows may hold long lists: a chunk past the body's limit goes in halves.
      if (asTenantctlError(thrown).status !== 413 || records.length < 2) throw thrown;
    }
    const half = records.length >> 1;
    return [...(await this.#send(records.slice(0, half))), ...(await this.#send(records.slice(half)))];
  }

  #count(records: readonly InputRecord[], results: readonly RowResult[]): void {
    const byRow = new Map(records.map((record) => [record.row, record]));
    for (const result of results) {
      this.#outcomes[result.outcome] = (this.#outcomes[result.outcome] ?? 0) + 1;
      const record = byRow.get(result.row);
      if (record) this.#job.onRow(record, result);
    }
    this.#received += results.length;
    this.#show();
  }

  #show(): void {
    const { progress, batch } = this.#job;
    progress.update({ done: this.#received, total: batch.rows_total, outcomes: { ...this.#outcomes } });
  }

  #reportLine(record: InputRecord, result: RowResult | undefined): ReportLine {
    if (result === undefined) return { record, status: 'not_sent', error: 'its outcome is not known' };
    const { outcome, detail } = result;
    const verdict = rowOutcomes[outcome] === 'failed' ? this.#job.check.verdictOf(record) : null;
    // The tool's own words name the file's rows and cells, the server sees only what was sent.
    const error = verdict?.kind === 'error' ? verdict.message : detail;
    return { record, status: outcome, id: idOf(this.#batch.kind, result), error };
  }
}

/** What the row came to be, in the column that its kind has for it. */
function idOf(kind: BatchKind, result: RowResult): string | null {
  switch (wordsOf[kind].idColumn) {
    case '_contact_id':
      return result.contact_id;
    case '_link_id':
      return result.link_id;
    default:
      return result.invite_id ?? result.receipt_id;
  }
}

function numbersOf(missing: readonly InputRecord[]): ReadonlySet<number> {
  return new Set(missing.map((record) => record.row));
}

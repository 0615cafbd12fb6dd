import type { Client } from '../client/client.ts';
import type { Answer, BodyInput } from '../contract/shapes.ts';
import { asTenantctlError } from '../errors.ts';
import type { Progress } from '../output/progress.ts';
import type { Patience } from './patience.ts';
import { keyOf, type RecordCheck } from './record-check.ts';
import type { RecordFile, RecordRow } from './record-file.ts';
import type { Report } from './report.ts';

type Submitted = Answer<'records.submit'>['records'][number];

export interface RecordJob {
  /** Not cut by the first Ctrl-C: what is in flight shall be finished. */
  readonly client: Client;
  readonly params: { readonly account: string; readonly form: string };
  readonly file: RecordFile;
  readonly check: RecordCheck;
  readonly report: Report | null;
  readonly progress: Progress;
  readonly patience: Patience;
  readonly interrupt: AbortSignal;
  readonly onRow: (record: RecordRow, submitted: Submitted) => void;
}

/** What is known when it ends, however it ends. */
export interface RecordRun {
  readonly recorded: number;
  readonly repeated: number;
  readonly credits: number;
  /** Why not all of them went; undefined if they did. */
  readonly failure: unknown;
}

/**
 * Submits a file in chunks, one after the other. Each record goes under a key, so what is sent twice is recorded once: an
 * answer that was lost is asked for again, and a run that was killed goes on by the same command.
 */
export async function submitFile(job: RecordJob): Promise<RecordRun> {
  const { file, check, report, progress, interrupt } = job;
  const sum = { recorded: 0, repeated: 0, credits: 0 };
  try {
    for await (const rows of file.rows()) {
      interrupt.throwIfAborted();
      const answer = await submitRows(job, rows);
      sum.recorded += answer.recorded;
      sum.repeated += answer.repeated;
      sum.credits += answer.credits;
      const lines = rows.flatMap((record, at) => {
        const submitted = answer.records[at];
        if (submitted === undefined) return [];
        job.onRow(record, submitted);
        return [{ record, status: submitted.outcome, id: submitted.id }];
      });
      await report?.write(lines);
      const done = sum.recorded + sum.repeated;
      progress.update({
        done,
        total: check.rows,
        outcomes: { recorded: sum.recorded, repeated: sum.repeated },
      });
    }
    return { ...sum, failure: undefined };
  } catch (thrown) {
    return { ...sum, failure: thrown };
  }
}

/** A chunk past the body's limit goes in halves. */
async function submitRows(job: RecordJob, rows: readonly RecordRow[]): Promise<Answer<'records.submit'>> {
  const { client, params, check, patience } = job;
  const records = rows.map((row) => ({ key: keyOf(row, check), answers: sendable(check.answersOf(row)) }));
  try {
    return await patience.keep((signal) =>
      client.call('records.submit', { params, body: { records }, signal }),
    );
  } catch (thrown) {
    if (asTenantctlError(thrown).status !== 413 || rows.length < 2) throw thrown;
  }
  const half = rows.length >> 1;
  const first = await submitRows(job, rows.slice(0, half));
  const second = await submitRows(job, rows.slice(half));
  return {
    recorded: first.recorded + second.recorded,
    repeated: first.repeated + second.repeated,
    credits: first.credits + second.credits,
    records: [...first.records, ...second.records],
  };
}

type Sendable = BodyInput<'records.submit'>['records'][number]['answers'];

function sendable(answers: ReturnType<RecordCheck['answersOf']>): Sendable {
  return Object.fromEntries(
    Object.entries(answers).map(([name, value]) => [name, typeof value === 'object' ? [...value] : value]),
  );
}

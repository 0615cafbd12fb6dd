import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Kysely, PostgresAdapter, type Transaction } from 'kysely';
import {
  DatabaseBusyError,
  DatabaseUnavailableError,
  isConflict,
  isTimeout,
  isUnreachable,
  NestedTransactionError,
} from './failures.ts';
import type { Schema } from './schema.ts';

/** The only handle on the database that anything outside this folder gets. It lives as long as its transaction. */
export type Trx = Transaction<Schema>;

export interface WriteOptions {
  /** Milliseconds after which conflicts are no longer retried; 10,000 when not given. */
  deadline?: number;
  /**
   * Changes with the same key (an account's id) line up inside this process instead of conflicting in
   * PostgreSQL. Other servers' changes still may conflict, and are retried.
   */
  queue?: string;
}

const WRITE_DEADLINE_MS = 10_000;
/** A snapshot meets no conflicts; this only bridges a connection that broke. */
const READ_DEADLINE_MS = 2_000;
const LONGEST_PAUSE_MS = 250;

type Mode = 'read' | 'write';

/** `open` goes false when the transaction ends, for what was started inside it may live on. */
const inside = new AsyncLocalStorage<{ mode: Mode; open: boolean }>();

export function dialectOf(trx: Trx): 'sqlite' | 'postgres' {
  return trx.getExecutor().adapter instanceof PostgresAdapter ? 'postgres' : 'sqlite';
}

function refuseNesting(): void {
  const outer = inside.getStore();
  if (outer?.open) {
    throw new NestedTransactionError(
      `a transaction was asked for inside a ${outer.mode}; use the one that is open, or start it afterwards`,
    );
  }
}

/** One call at a time for each key, in the order they came. */
export class Queues {
  readonly #tails = new Map<string, Promise<void>>();

  async run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.#tails.get(key) ?? Promise.resolve();
    const result = before.then(work);
    const tail = result.then(
      () => {},
      () => {},
    );
    this.#tails.set(key, tail);
    try {
      return await result;
    } finally {
      if (this.#tails.get(key) === tail) this.#tails.delete(key);
    }
  }
}

function begin(db: Kysely<Schema>, mode: Mode) {
  return mode === 'write'
    ? db.transaction().setIsolationLevel('serializable')
    : db.transaction().setIsolationLevel('repeatable read').setAccessMode('read only');
}

async function attempt<T>(
  db: Kysely<Schema>,
  mode: Mode,
  work: (trx: Trx) => Promise<T>,
  beforeCommit: () => void,
): Promise<T> {
  const frame = { mode, open: true };
  try {
    return await inside.run(frame, () =>
      begin(db, mode).execute(async (trx) => {
        const result = await work(trx);
        beforeCommit();
        return result;
      }),
    );
  } finally {
    frame.open = false;
  }
}

function busy(cause?: unknown): DatabaseBusyError {
  return new DatabaseBusyError('the database is busy with too many changes at once', { cause });
}

/** What a failure of the database, not of the work, becomes when the attempt is the last. */
function refusal(error: unknown, committing: boolean): Error {
  if (!isUnreachable(error)) return busy(error);
  return new DatabaseUnavailableError(committing ? 'unknown' : 'nothing_written', error);
}

async function retried<T>(
  db: Kysely<Schema>,
  mode: Mode,
  work: (trx: Trx) => Promise<T>,
  end: number,
): Promise<T> {
  for (let attempts = 1; ; attempts += 1) {
    let committing = false;
    try {
      return await attempt(db, mode, work, () => {
        committing = mode === 'write';
      });
    } catch (error) {
      const lost = isUnreachable(error);
      if (!lost && !isConflict(error) && !isTimeout(error)) throw error;
      const pause = Math.random() * Math.min(LONGEST_PAUSE_MS, 2 ** attempts);
      const last = performance.now() + pause >= end || isTimeout(error) || (lost && committing);
      if (last) throw refusal(error, committing);
      await sleep(pause);
    }
  }
}

/** A snapshot that cannot write. Throws DatabaseBusyError, DatabaseUnavailableError, and whatever `work` throws. */
export async function readTransaction<T>(db: Kysely<Schema>, work: (trx: Trx) => Promise<T>): Promise<T> {
  refuseNesting();
  return await retried(db, 'read', work, performance.now() + READ_DEADLINE_MS);
}

/**
 * A serializable transaction, run again after a conflict, and after a lost connection as long as nothing can have
 * been committed. So `work` may run many times and must touch nothing but the transaction.
 * Throws DatabaseBusyError, DatabaseUnavailableError, and whatever `work` throws.
 */
export async function writeTransaction<T>(
  db: Kysely<Schema>,
  queues: Queues,
  work: (trx: Trx) => Promise<T>,
  options: WriteOptions,
): Promise<T> {
  refuseNesting();
  const end = performance.now() + (options.deadline ?? WRITE_DEADLINE_MS);
  if (options.queue === undefined) return await retried(db, 'write', work, end);
  return await queues.run(options.queue, () => {
    if (performance.now() >= end) throw busy();
    return retried(db, 'write', work, end);
  });
}

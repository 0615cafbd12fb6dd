import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Kysely, PostgresAdapter, type Transaction } from 'kysely';
import {
  DatabaseBusyError,
  DatabaseUnavailableError,
  isConflict,
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

const DEFAULT_DEADLINE_MS = 10_000;
const LONGEST_PAUSE_MS = 250;

const inside = new AsyncLocalStorage<'read' | 'write'>();

export function dialectOf(trx: Trx): 'sqlite' | 'postgres' {
  return trx.getExecutor().adapter instanceof PostgresAdapter ? 'postgres' : 'sqlite';
}

function refuseNesting(): void {
  const outer = inside.getStore();
  if (outer !== undefined) {
    throw new NestedTransactionError(
      `a transaction was asked for inside a ${outer}; use the one that is open`,
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

/** A snapshot that cannot write. */
export async function readTransaction<T>(db: Kysely<Schema>, work: (trx: Trx) => Promise<T>): Promise<T> {
  refuseNesting();
  try {
    return await inside.run('read', () =>
      db.transaction().setIsolationLevel('repeatable read').setAccessMode('read only').execute(work),
    );
  } catch (error) {
    throw isUnreachable(error) ? new DatabaseUnavailableError('nothing_written', error) : error;
  }
}

/** What to do with a failed attempt: throw something, or (undefined) try again. */
function verdict(error: unknown, committing: boolean, late: boolean): unknown {
  if (isConflict(error)) {
    return late
      ? new DatabaseBusyError('the database is busy: too many changes at once', { cause: error })
      : undefined;
  }
  if (!isUnreachable(error)) return error;
  if (committing) return new DatabaseUnavailableError('unknown', error);
  return late ? new DatabaseUnavailableError('nothing_written', error) : undefined;
}

/**
 * A serializable transaction, run again after a conflict, and after a lost connection as long as nothing can have
 * been committed. So `work` may run many times and must touch nothing but the transaction.
 * Throws DatabaseBusyError, DatabaseUnavailableError, and whatever `work` throws.
 */
export async function writeTransaction<T>(
  db: Kysely<Schema>,
  work: (trx: Trx) => Promise<T>,
  deadline: number = DEFAULT_DEADLINE_MS,
): Promise<T> {
  refuseNesting();
  const end = performance.now() + deadline;
  for (let attempt = 1; ; attempt += 1) {
    let committing = false;
    try {
      return await inside.run('write', () =>
        db
          .transaction()
          .setIsolationLevel('serializable')
          .execute(async (trx) => {
            const result = await work(trx);
            committing = true;
            return result;
          }),
      );
    } catch (error) {
      const pause = Math.random() * Math.min(LONGEST_PAUSE_MS, 2 ** attempt);
      const failure = verdict(error, committing, performance.now() + pause >= end);
      if (failure !== undefined) throw failure;
      await sleep(pause);
    }
  }
}

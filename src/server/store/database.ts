import { dirname } from 'node:path';
import { Kysely, type SqliteDialect } from 'kysely';
import { migrate } from './migrations/migrate.ts';
import { lockDirectory, type OwnerLock } from './owner-lock.ts';
import { openPostgres, openPostgresForMigration, type PostgresPlace } from './postgres.ts';
import type { Schema } from './schema.ts';
import { openSqlite } from './sqlite.ts';
import { Queues, readTransaction, type Trx, type WriteOptions, writeTransaction } from './transaction.ts';

export interface SqlitePlace {
  kind: 'sqlite';
  /** A path, whose folder is the data directory, or `:memory:`. */
  file: string;
}

export type Place = SqlitePlace | PostgresPlace;

/**
 * An open database with the current schema. There is no way to it but a transaction, and a transaction
 * inside another is refused (NestedTransactionError): on SQLite it would wait for itself for ever.
 */
export interface Database {
  readonly kind: 'sqlite' | 'postgres';
  /** A read-only snapshot. */
  read<T>(work: (trx: Trx) => Promise<T>): Promise<T>;
  /** A serializable transaction, retried on conflict: `work` may run many times. */
  write<T>(work: (trx: Trx) => Promise<T>, options?: WriteOptions): Promise<T>;
  /** Lets what is running finish, refuses anything new. */
  close(): Promise<void>;
}

class OpenDatabase implements Database {
  readonly kind: 'sqlite' | 'postgres';
  readonly #db: Kysely<Schema>;
  readonly #lock: OwnerLock | null;
  readonly #queues = new Queues();
  readonly #running = new Set<Promise<unknown>>();
  #closed: Promise<void> | null = null;

  constructor(kind: 'sqlite' | 'postgres', db: Kysely<Schema>, lock: OwnerLock | null) {
    this.kind = kind;
    this.#db = db;
    this.#lock = lock;
  }

  read<T>(work: (trx: Trx) => Promise<T>): Promise<T> {
    return this.#track(() => readTransaction(this.#db, work));
  }

  write<T>(work: (trx: Trx) => Promise<T>, options: WriteOptions = {}): Promise<T> {
    return this.#track(() => writeTransaction(this.#db, this.#queues, work, options));
  }

  close(): Promise<void> {
    this.#closed ??= this.#shut();
    return this.#closed;
  }

  async #shut(): Promise<void> {
    await Promise.allSettled(this.#running);
    await this.#db.destroy();
    this.#lock?.release();
  }

  async #track<T>(work: () => Promise<T>): Promise<T> {
    if (this.#closed !== null) throw new Error('the database is closed');
    const running = work();
    this.#running.add(running);
    try {
      return await running;
    } finally {
      this.#running.delete(running);
    }
  }
}

async function openOnSqlite(place: SqlitePlace): Promise<Database> {
  const lock = place.file === ':memory:' ? null : lockDirectory(dirname(place.file));
  let db: Kysely<Schema> | undefined;
  try {
    const dialect: SqliteDialect = openSqlite(place.file);
    db = new Kysely<Schema>({ dialect });
    await migrate(db, 'sqlite');
    return new OpenDatabase('sqlite', db, lock);
  } catch (error) {
    await db?.destroy();
    lock?.release();
    throw error;
  }
}

async function openOnPostgres(place: PostgresPlace): Promise<Database> {
  const migrating = new Kysely<Schema>({ dialect: openPostgresForMigration(place) });
  try {
    await migrate(migrating, 'postgres', place.schema);
  } finally {
    await migrating.destroy();
  }
  return new OpenDatabase('postgres', new Kysely<Schema>({ dialect: openPostgres(place) }), null);
}

/**
 * Opens the database and brings its schema up to date; many servers may do so at once on one PostgreSQL.
 * Throws DirectoryInUseError, DatabaseUnavailableError, MigrationError.
 */
export function openDatabase(place: Place): Promise<Database> {
  return place.kind === 'sqlite' ? openOnSqlite(place) : openOnPostgres(place);
}

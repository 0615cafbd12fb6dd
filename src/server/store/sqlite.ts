import { chmodSync, closeSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import {
  CompiledQuery,
  type DatabaseConnection,
  type Driver,
  SqliteAdapter,
  type SqliteDatabase,
  SqliteDialect,
  SqliteDriver,
  type SqliteStatement,
  type TransactionSettings,
} from 'kysely';
import { makeDirectory } from './directory.ts';

const CACHED_STATEMENTS = 256;
/** Short, because node:sqlite waits with the event loop stopped; the longer wait is the retry in transaction.ts. */
const BUSY_TIMEOUT_MS = 100;

function bindable(value: unknown): SQLInputValue {
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (
    value === null ||
    typeof value === 'string' ||
    typeof value === 'number' ||
    typeof value === 'bigint' ||
    value instanceof Uint8Array
  ) {
    return value;
  }
  throw new TypeError(`a value of type ${typeof value} cannot be stored`);
}

/** node:sqlite in the shape of better-sqlite3, which is what Kysely's dialect speaks. */
function adapt(raw: DatabaseSync): SqliteDatabase {
  const cache = new Map<string, SqliteStatement>();
  const prepare = (text: string): SqliteStatement => {
    const statement = raw.prepare(text);
    return {
      reader: statement.columns().length > 0,
      all: (values) => statement.all(...values.map(bindable)),
      run: (values) => statement.run(...values.map(bindable)),
      iterate: (values) => raw.prepare(text).iterate(...values.map(bindable)),
    };
  };
  return {
    close: () => {
      cache.clear();
      raw.close();
    },
    prepare(text) {
      // A cached statement keeps the columns it had when it was made.
      if (/^\s*(create|alter|drop)\b/i.test(text)) {
        cache.clear();
        return prepare(text);
      }
      const statement = cache.get(text) ?? prepare(text);
      cache.delete(text);
      cache.set(text, statement);
      const oldest = cache.size > CACHED_STATEMENTS ? cache.keys().next().value : undefined;
      if (oldest !== undefined) cache.delete(oldest);
      return statement;
    },
  };
}

class NodeSqliteDriver extends SqliteDriver {
  readonly #raw: DatabaseSync;

  constructor(raw: DatabaseSync) {
    super({ database: adapt(raw) });
    this.#raw = raw;
  }

  /** A writer takes the write lock at once: taking it later would fail instead of wait. */
  override async beginTransaction(
    connection: DatabaseConnection,
    settings?: TransactionSettings,
  ): Promise<void> {
    const readOnly = settings?.accessMode === 'read only';
    await connection.executeQuery(CompiledQuery.raw(readOnly ? 'begin' : 'begin immediate'));
    if (readOnly) this.#raw.exec('pragma query_only = 1');
  }

  override async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('commit'));
    this.#raw.exec('pragma query_only = 0');
  }

  /** SQLite rolls back by itself after some failures (a full disk); a second rollback would hide the cause. */
  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    this.#raw.exec('pragma query_only = 0');
    if (this.#raw.isTransaction) await connection.executeQuery(CompiledQuery.raw('rollback'));
  }
}

/** SQLite can roll back DDL; Kysely leaves that unused, so that a killed migration would stay half done. */
class NodeSqliteAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

class NodeSqliteDialect extends SqliteDialect {
  readonly #raw: DatabaseSync;

  constructor(raw: DatabaseSync) {
    super({ database: adapt(raw) });
    this.#raw = raw;
  }

  override createDriver(): Driver {
    return new NodeSqliteDriver(this.#raw);
  }

  override createAdapter(): SqliteAdapter {
    return new NodeSqliteAdapter();
  }
}

/** Makes the directory (0700) and the file (0600) when they are not there: the file holds everybody's addresses. */
function createPrivateFile(file: string): void {
  makeDirectory(dirname(file));
  closeSync(openSync(file, 'a', 0o600));
  chmodSync(file, 0o600);
}

/**
 * One connection on one file, or `:memory:`. Kysely lines up what uses it; node:sqlite is synchronous,
 * so a second connection in this process would gain nothing.
 */
export function openSqlite(file: string): SqliteDialect {
  if (file !== ':memory:') createPrivateFile(file);
  const raw = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS, enableForeignKeyConstraints: true });
  raw.exec('pragma journal_mode = wal; pragma synchronous = full; pragma trusted_schema = off');
  // 16 MB of log instead of 4: a bulk run otherwise copies the same index pages into the file after every chunk.
  raw.exec('pragma wal_autocheckpoint = 4000');
  return new NodeSqliteDialect(raw);
}

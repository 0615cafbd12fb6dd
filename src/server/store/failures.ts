/** Failures of the database itself, as against rules (DomainError) and constraints (constraintOf). */

/** Too much contention: nothing was written, and the same call may be made again later. HTTP 503. */
export class DatabaseBusyError extends Error {
  readonly code = 'database_busy';
  override readonly name = 'DatabaseBusyError';
}

/**
 * The database cannot be reached. HTTP 503. `outcome` is `unknown` when the connection broke while a
 * commit was on its way: then only an idempotency key tells whether the change was made.
 */
export class DatabaseUnavailableError extends Error {
  readonly code = 'database_unavailable';
  override readonly name = 'DatabaseUnavailableError';
  readonly outcome: 'nothing_written' | 'unknown';

  constructor(outcome: 'nothing_written' | 'unknown', cause: unknown) {
    super(
      outcome === 'unknown'
        ? 'the connection to the database broke while a change was being committed'
        : 'the database cannot be reached',
      { cause },
    );
    this.outcome = outcome;
  }
}

/** Another server holds the data directory. */
export class DirectoryInUseError extends Error {
  readonly code = 'directory_in_use';
  override readonly name = 'DirectoryInUseError';
  readonly directory: string;

  constructor(directory: string, cause: unknown) {
    super(
      `another server is using the data directory ${directory}; stop it, or start this one with another directory`,
      { cause },
    );
    this.directory = directory;
  }
}

/** A mistake in our code: a transaction was asked for inside another one, where it would wait for itself. */
export class NestedTransactionError extends Error {
  readonly code = 'nested_transaction';
  override readonly name = 'NestedTransactionError';
}

/** The schema in the database was not made by this version: it is newer, or a migration failed. */
export class MigrationError extends Error {
  readonly code = 'migration_failed';
  override readonly name = 'MigrationError';
}

const UNREACHABLE_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  '57P01',
  '57P02',
  '57P03',
  '53300',
]);
/** pg gives these without a code. */
const UNREACHABLE_MESSAGES =
  /^(Connection terminated|Client has encountered a connection error|timeout exceeded when trying to connect|timeout expired)/;

function property(error: unknown, name: string): unknown {
  return typeof error === 'object' && error !== null ? Reflect.get(error, name) : undefined;
}

export function textProperty(error: unknown, name: string): string {
  const value = property(error, name);
  return typeof value === 'string' ? value : '';
}

/** node:sqlite's extended result code, 0 when the error is not SQLite's. */
export function sqliteErrorCode(error: unknown): number {
  const value = property(error, 'errcode');
  return typeof value === 'number' ? value : 0;
}

/** Serialization failure or deadlock (PostgreSQL), a locked file (SQLite): the transaction may run again. */
export function isConflict(error: unknown): boolean {
  const code = textProperty(error, 'code');
  const primary = sqliteErrorCode(error) & 0xff;
  return code === '40001' || code === '40P01' || primary === 5 || primary === 6;
}

/** PostgreSQL ended a statement that waited or worked longer than postgres.ts lets it. */
export function isTimeout(error: unknown): boolean {
  return textProperty(error, 'code') === '57014';
}

export function isUnreachable(error: unknown): boolean {
  const code = textProperty(error, 'code');
  return (
    UNREACHABLE_CODES.has(code) ||
    /^08\d{3}$/.test(code) ||
    (code === '' && UNREACHABLE_MESSAGES.test(textProperty(error, 'message')))
  );
}

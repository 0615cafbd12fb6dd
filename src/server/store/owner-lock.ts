import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { makeDirectory } from './directory.ts';
import { DirectoryInUseError, sqliteErrorCode } from './failures.ts';

const SQLITE_BUSY = 5;

export interface OwnerLock {
  release(): void;
}

/**
 * Makes this process the only server on a data directory. The lock is the operating system's, on a file
 * of its own, so it goes with the process however that ends, and backups may still read the database.
 * Throws DirectoryInUseError.
 */
export function lockDirectory(directory: string): OwnerLock {
  makeDirectory(directory);
  const file = join(directory, 'owner.lock');
  closeSync(openSync(file, 'a', 0o600));
  const lock = new DatabaseSync(file, { timeout: 0 });
  try {
    lock.exec('pragma locking_mode = exclusive; begin exclusive');
  } catch (error) {
    lock.close();
    if ((sqliteErrorCode(error) & 0xff) === SQLITE_BUSY) throw new DirectoryInUseError(directory, error);
    throw error;
  }
  return { release: () => lock.close() };
}

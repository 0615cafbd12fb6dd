import {
  chmodSync,
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { otherError, usageError } from '../errors.ts';
import { errnoOf, type Host } from './host.ts';

/**
 * Files that hold rights: a directory of mode 0700, files of mode 0600, never through a symbolic link
 * (threats T129). Windows has no such modes; there the user's profile directory protects them.
 */
export type FileHost = Pick<Host, 'platform' | 'warn'>;

const PRIVATE_FILE = 0o600;
const PRIVATE_DIRECTORY = 0o700;
const OTHERS = 0o077;
const WRITABLE_BY_OTHERS = 0o022;
const STICKY = 0o1000;

/** Makes the directory if it is missing, and makes sure that it is ours alone. */
export function ensureDirectory(directory: string, host: FileHost): void {
  if (checkDirectory(directory, host)) return;
  try {
    mkdirSync(directory, { recursive: true, mode: PRIVATE_DIRECTORY });
  } catch (error) {
    throw unusable(directory, 'cannot be made', error);
  }
  checkDirectory(directory, host);
}

/** Refuses a directory that is a link or not a directory, narrows one that is open to others. False: it is missing. */
export function checkDirectory(directory: string, host: FileHost): boolean {
  const found = lstatSync(directory, { throwIfNoEntry: false });
  if (found === undefined) return false;
  if (found.isSymbolicLink()) throw linked(directory);
  if (!found.isDirectory()) throw unusable(directory, 'is not a directory');
  if (host.platform === 'win32' || (found.mode & OTHERS) === 0) return true;
  // A sticky directory is shared on purpose (/tmp): narrowing it would break everybody else.
  if ((found.mode & STICKY) !== 0) throw unusable(directory, 'is shared with other users');
  narrow(directory, found.mode, PRIVATE_DIRECTORY, (mode) => chmodSync(directory, mode), host);
  return true;
}

/** The file's text, or null if there is none. A mode that lets others in is repaired with a warning. */
export function readPrivate(path: string, host: FileHost): string | null {
  checkDirectory(dirname(path), host);
  const file = openPrivate(path);
  if (file === null) return null;
  try {
    const { mode } = fstatSync(file);
    if (host.platform !== 'win32' && (mode & OTHERS) !== 0) {
      narrow(path, mode, PRIVATE_FILE, (wanted) => fchmodSync(file, wanted), host);
    }
    return readText(file, path);
  } finally {
    closeSync(file);
  }
}

/**
 * Replaces the file in one step: whoever reads, and whatever is killed, sees the old text or the new. The
 * caller holds the file's lock: the temporary file has a fixed name, so that the next write clears away
 * what a killed one left, secrets included.
 */
export function writePrivate(path: string, text: string, host: FileHost): void {
  ensureDirectory(dirname(path), host);
  refuseLink(path);
  const temporary = join(dirname(path), `.${basename(path)}.tmp`);
  try {
    rmSync(temporary, { force: true });
    const file = openSync(temporary, 'wx', PRIVATE_FILE);
    try {
      writeSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw unusable(path, 'cannot be written', error);
  }
}

export function refuseLink(path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink()) throw linked(path);
}

/** The parsed JSON, or a usage error that names the file. */
export function parseJson(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : undefined;
    throw usageError(`${path} is not valid JSON`, {
      code: 'invalid_config',
      why,
      hint: `correct or delete ${path}`,
      cause: error,
    });
  }
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readText(file: number, path: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw unusable(path, 'cannot be read', error);
  }
}

function narrow(path: string, found: number, wanted: number, change: (mode: number) => void, host: FileHost) {
  const open = `${path} was open to other users (mode ${octal(found)})`;
  try {
    change(wanted);
    host.warn(`${open}; it is ${octal(wanted)} now`);
  } catch (error) {
    // A read-only file system, or another owner: to be read by others is told, to be written by them is refused.
    if ((found & WRITABLE_BY_OTHERS) !== 0) throw unusable(path, 'can be written by other users', error);
    host.warn(`${open} and cannot be narrowed`);
  }
}

function openPrivate(path: string): number | null {
  refuseLink(path);
  try {
    // O_NOFOLLOW closes the gap between looking and opening; Windows has none and needs none.
    return openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return null;
    if (errnoOf(error) === 'ELOOP') throw linked(path);
    throw unusable(path, 'cannot be read', error);
  }
}

const octal = (mode: number) => (mode & 0o777).toString(8).padStart(4, '0');

function linked(path: string) {
  return usageError(`${path} is a symbolic link`, {
    code: 'config_is_link',
    why: 'profiles and credentials are never read or written through a link, which another user may have made',
    hint: 'put the real directory in TENANTCTL_CONFIG_DIR, or replace the link by what it points to',
  });
}

function unusable(path: string, what: string, cause?: unknown) {
  return otherError(`${path} ${what}`, {
    code: 'config_unusable',
    why: cause instanceof Error ? cause.message : undefined,
    hint: 'name a directory of your own in TENANTCTL_CONFIG_DIR',
    cause,
  });
}

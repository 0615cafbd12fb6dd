import { closeSync, openSync, readFileSync, rmSync, statSync, utimesSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { temporaryError } from '../errors.ts';
import { ensureDirectory, isRecord } from './files.ts';
import { errnoOf, type Host } from './host.ts';

export type LockHost = Pick<Host, 'pid' | 'hostname' | 'kill' | 'platform' | 'warn' | 'now'>;

export interface LockLimits {
  /** How long to wait for the others, milliseconds. */
  readonly waitMs: number;
  /** A lock not renewed for so long belongs to nobody, milliseconds. Its holder renews it four times as often. */
  readonly staleMs: number;
}

interface Owner {
  readonly pid: number;
  readonly host: string;
  readonly nonce: string;
  readonly started_at: string;
}

const LIMITS: LockLimits = { waitMs: 30_000, staleMs: 60_000 };
/** A file without a readable owner: its maker died between making and filling it, or is just doing so. */
const UNFILLED_MS = 2_000;
/** The locks this process holds: another one under our pid was left by a dead process whose number we got. */
const ours = new Set<string>();

/**
 * Runs `work` while no other process runs under the same lock file. A holder that died (same machine) or
 * fell silent (any machine) is passed over. Throws a temporary error when the wait is over.
 */
export async function withLock<T>(
  path: string,
  host: LockHost,
  work: () => Promise<T> | T,
  limits: Partial<LockLimits> = {},
): Promise<T> {
  const { waitMs, staleMs } = { ...LIMITS, ...limits };
  ensureDirectory(dirname(path), host);
  const nonce = await acquire(path, host, waitMs, staleMs);
  const heartbeat = setInterval(() => renew(path, nonce), staleMs / 4);
  heartbeat.unref();
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    release(path, nonce);
  }
}

async function acquire(path: string, host: LockHost, waitMs: number, staleMs: number): Promise<string> {
  const deadline = host.now() + waitMs;
  for (;;) {
    const nonce = tryLock(path, host);
    if (nonce !== null) return nonce;
    if (isStale(path, host, staleMs)) breakLock(path, host, staleMs);
    else if (host.now() >= deadline) throw stillHeld(path);
    // Jitter, so that waiters do not come back all at once.
    await sleep(2 + Math.random() * 20);
  }
}

function tryLock(path: string, host: LockHost): string | null {
  const nonce = crypto.randomUUID();
  const started = new Date(host.now()).toISOString();
  const owner: Owner = { pid: host.pid, host: host.hostname, nonce, started_at: started };
  // Before the file is there: others in this process must not take it for a dead namesake's.
  ours.add(nonce);
  try {
    const file = openSync(path, 'wx', 0o600);
    try {
      writeSync(file, JSON.stringify(owner));
    } finally {
      closeSync(file);
    }
    return nonce;
  } catch (error) {
    ours.delete(nonce);
    // Windows answers EPERM or EACCES while a deleted file is still open somewhere.
    const code = errnoOf(error);
    if (code === 'EEXIST' || (host.platform === 'win32' && (code === 'EPERM' || code === 'EACCES')))
      return null;
    throw error;
  }
}

function isStale(path: string, host: LockHost, staleMs: number): boolean {
  const age = ageOf(path, host);
  if (age === null) return false;
  const owner = readOwner(path);
  if (owner === null) return age > UNFILLED_MS;
  if (owner.host === host.hostname && !lives(owner, host)) return true;
  return age > staleMs;
}

function lives(owner: Owner, host: LockHost): boolean {
  if (owner.pid === host.pid) return ours.has(owner.nonce);
  try {
    host.kill(owner.pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, under another user.
    return errnoOf(error) !== 'ESRCH';
  }
}

/** Two that both saw a stale lock must not delete each other's fresh one: only the holder of `.break` deletes. */
function breakLock(path: string, host: LockHost, staleMs: number): void {
  const guard = `${path}.break`;
  try {
    closeSync(openSync(guard, 'wx', 0o600));
  } catch {
    const age = ageOf(guard, host);
    if (age !== null && age > UNFILLED_MS) rmSync(guard, { force: true });
    return;
  }
  try {
    if (isStale(path, host, staleMs)) rmSync(path, { force: true });
  } finally {
    rmSync(guard, { force: true });
  }
}

/** Milliseconds since the file was made or renewed, by the file system's clock; null if it is gone. */
function ageOf(path: string, host: LockHost): number | null {
  const found = statSync(path, { throwIfNoEntry: false });
  return found === undefined ? null : host.now() - found.mtimeMs;
}

function readOwner(path: string): Owner | null {
  try {
    const owner: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (!isRecord(owner)) return null;
    const { pid, host, nonce, started_at } = owner;
    if (typeof pid !== 'number' || typeof host !== 'string') return null;
    if (typeof nonce !== 'string' || typeof started_at !== 'string') return null;
    return { pid, host, nonce, started_at };
  } catch {
    return null;
  }
}

function renew(path: string, nonce: string): void {
  if (readOwner(path)?.nonce !== nonce) return;
  const now = new Date();
  try {
    utimesSync(path, now, now);
  } catch {
    // Gone between the two calls: nothing to renew.
  }
}

function release(path: string, nonce: string): void {
  ours.delete(nonce);
  if (readOwner(path)?.nonce === nonce) rmSync(path, { force: true });
}

function stillHeld(path: string) {
  const owner = readOwner(path);
  const who = owner === null ? 'another process' : `process ${owner.pid} on ${owner.host}`;
  return temporaryError(`${path} is held by ${who}`, {
    code: 'config_locked',
    hint: `wait for it to finish, or delete ${path} if no tenantctl is running`,
  });
}

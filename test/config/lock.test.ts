import { once } from 'node:events';
import { existsSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { withLock } from '../../src/config/lock.ts';
import { child, machine, output, temporaryDirectory } from './machine.ts';

const newLock = () => join(temporaryDirectory(), 'lock');
/** No process has it: Linux stops at 2 ** 22. */
const DEAD = 2 ** 30;

function leaveLock(path: string, owner: object, ageMs = 0) {
  writeFileSync(path, JSON.stringify({ host: hostname(), nonce: 'left', started_at: '', ...owner }));
  const then = new Date(Date.now() - ageMs);
  utimesSync(path, then, then);
}

describe('the lock', () => {
  it('gives what the work gives, and is gone afterwards', async () => {
    const path = newLock();
    const seen = await withLock(path, machine(), () => JSON.parse(readFileSync(path, 'utf8')));
    expect(seen).toMatchObject({ pid: process.pid, host: hostname() });
    expect(existsSync(path)).toBe(false);
  });

  it('is given back when the work fails', async () => {
    const path = newLock();
    const failing = withLock(path, machine(), () => Promise.reject(new Error('no')));
    await expect(failing).rejects.toThrow('no');
    expect(existsSync(path)).toBe(false);
  });

  it('that another process took over stays that one’s', async () => {
    const path = newLock();
    await withLock(path, machine(), () => leaveLock(path, { pid: process.ppid }));
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ pid: process.ppid, nonce: 'left' });
  });

  it('lets one process at a time work', async () => {
    const directory = temporaryDirectory();
    writeFileSync(join(directory, 'count'), '0');
    await Promise.all(Array.from({ length: 6 }, () => output(child('count.ts', directory, '15'))));
    expect(readFileSync(join(directory, 'count'), 'utf8')).toBe('90');
  });

  it('lets one piece of work at a time run inside a process', async () => {
    const path = newLock();
    let [running, most] = [0, 0];
    const work = async () => {
      most = Math.max(most, ++running);
      await sleep(1);
      running--;
    };
    await Promise.all(Array.from({ length: 20 }, () => withLock(path, machine(), work)));
    expect(most).toBe(1);
  });

  it('passes over a holder that was killed', async () => {
    const path = newLock();
    const holder = child('hold.ts', path);
    if (holder.stdout) await once(holder.stdout, 'data');
    const waiting = withLock(path, machine(), () => 'never', { waitMs: 50 });
    await expect(waiting).rejects.toMatchObject({
      code: 'config_locked',
      outcome: 'temporary',
      message: `${path} is held by process ${holder.pid} on ${hostname()}`,
    });
    holder.kill('SIGKILL');
    await once(holder, 'close');
    expect(await withLock(path, machine(), () => 'done')).toBe('done');
  });

  it.each([
    ['a dead process', { pid: DEAD }, 0],
    ['a dead process that had our number', { pid: process.pid }, 0],
    ['a silent process elsewhere', { pid: 1, host: 'elsewhere' }, 61_000],
    ['a silent process here', { pid: process.ppid }, 61_000],
  ])('passes over the lock of %s', async (_, owner, ageMs) => {
    const path = newLock();
    leaveLock(path, owner, ageMs);
    expect(await withLock(path, machine(), () => 'done', { waitMs: 500 })).toBe('done');
  });

  it.each([
    ['a living process', { pid: process.ppid }],
    ['a process elsewhere, whose number says nothing here', { pid: DEAD, host: 'elsewhere' }],
  ])('waits for %s', async (_, owner) => {
    const path = newLock();
    leaveLock(path, owner);
    const waiting = withLock(path, machine(), () => 'never', { waitMs: 50 });
    await expect(waiting).rejects.toMatchObject({ code: 'config_locked' });
    expect(existsSync(path)).toBe(true);
  });

  it('waits for a process of another user', async () => {
    const path = newLock();
    leaveLock(path, { pid: 1 });
    const kill = () => {
      throw Object.assign(new Error('not permitted'), { code: 'EPERM' });
    };
    const waiting = withLock(path, machine({ kill }), () => 'never', { waitMs: 50 });
    await expect(waiting).rejects.toMatchObject({ code: 'config_locked' });
  });

  it('waits for a lock just made, and passes over one that was never filled', async () => {
    const path = newLock();
    writeFileSync(path, '');
    const waiting = withLock(path, machine(), () => 'never', { waitMs: 50 });
    await expect(waiting).rejects.toMatchObject({ message: `${path} is held by another process` });
    const then = new Date(Date.now() - 3_000);
    utimesSync(path, then, then);
    expect(await withLock(path, machine(), () => 'done')).toBe('done');
  });

  it('is kept by a holder that works longer than a silent one may', async () => {
    const path = newLock();
    const limits = { staleMs: 200, waitMs: 5_000 };
    const order: string[] = [];
    const long = withLock(path, machine(), () => sleep(600).then(() => order.push('long')), limits);
    await withLock(path, machine({ pid: process.ppid }), () => order.push('next'), limits);
    await long;
    expect(order).toEqual(['long', 'next']);
  });

  it('lets only one of many take over a stale lock', async () => {
    const directory = temporaryDirectory();
    writeFileSync(join(directory, 'count'), '0');
    leaveLock(join(directory, 'lock'), { pid: DEAD });
    await Promise.all(Array.from({ length: 6 }, () => output(child('count.ts', directory, '1'))));
    expect(readFileSync(join(directory, 'count'), 'utf8')).toBe('6');
  });
});

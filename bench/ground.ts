// What the measurements stand on: a temporary folder, child processes that end with it, servers to measure.
import { type ChildProcess, type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));
export const launcher = join(root, 'bin/tenantctl.js');

export interface Ground {
  readonly folder: string;
  /** For children: nothing of the machine's own settings but PATH. */
  readonly env: Readonly<Record<string, string>>;
  /** What is to be undone at the end, last first. */
  defer(task: () => Promise<void> | void): void;
}

export async function onGround<T>(work: (ground: Ground) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'tenantctl-bench-'));
  const tasks: (() => Promise<void> | void)[] = [() => rmSync(folder, { recursive: true, force: true })];
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: folder,
    TENANTCTL_CONFIG_DIR: join(folder, 'config'),
    TENANTCTL_NO_INPUT: '1',
    TENANTCTL_LOG_LEVEL: 'error',
  };
  const undo = async () => {
    for (let task = tasks.pop(); task; task = tasks.pop()) await task();
  };
  // oxlint-disable-next-line unicorn/no-process-exit -- the measurement that goes on meanwhile has nothing to stand on any more
  const stopped = () => void undo().finally(() => process.exit(130));
  const signals = ['SIGINT', 'SIGTERM'] as const;
  for (const signal of signals) process.once(signal, stopped);
  try {
    return await work({ folder, env, defer: (task) => tasks.push(task) });
  } finally {
    for (const signal of signals) process.removeListener(signal, stopped);
    await undo();
  }
}

/** Ends one child of ours, by its id. */
export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}

/** Bytes; null where there is no /proc. */
export function memoryOf(pid: number | undefined): { readonly now: number; readonly peak: number } | null {
  const file = `/proc/${pid}/status`;
  if (pid === undefined || !existsSync(file)) return null;
  try {
    const text = readFileSync(file, 'utf8');
    const of = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1]) * 1024;
    const [now, peak] = [of('VmRSS'), of('VmHWM')];
    return Number.isNaN(peak) ? null : { now, peak };
  } catch {
    return null;
  }
}

async function firstLine(child: ChildProcessByStdio<null, Readable, Readable>): Promise<string> {
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => {
    complaint = (complaint + chunk.toString()).slice(-4000);
  });
  const lines = createInterface({ input: child.stdout });
  const printed: unknown[] = await Promise.race([
    once(lines, 'line'),
    once(child, 'exit').then(([code]) =>
      Promise.reject(new Error(`the server ended with ${code}: ${complaint}`)),
    ),
  ]);
  return String(printed[0]);
}

export interface Served {
  readonly url: string;
  readonly pid: number;
  /** From the start to the ready line. */
  readonly seconds: number;
  stop(): Promise<void>;
}

/** `tenantctl serve` as it is installed, until its ready line; left running. */
export async function serve(
  ground: Ground,
  args: readonly string[],
  nodeArgs: readonly string[] = [],
): Promise<Served> {
  const began = performance.now();
  const child = spawn(process.execPath, [...nodeArgs, launcher, 'serve', '--port', '0', '--json', ...args], {
    env: ground.env,
    cwd: ground.folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const stop = () => end(child);
  ground.defer(stop);
  // oxlint-disable-next-line typescript/no-unsafe-assignment -- printed by the tool or by this suite's own child
  const { url }: { url: string } = JSON.parse(await firstLine(child));
  return { url, seconds: (performance.now() - began) / 1000, pid: child.pid ?? 0, stop };
}

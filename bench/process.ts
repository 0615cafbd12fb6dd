// Whole processes, measured from outside.
import { spawn } from 'node:child_process';
import { memoryOf } from './ground.ts';

type Env = Readonly<Record<string, string>>;

export interface Cost {
  /** Seconds. */
  readonly cpu: number;
  readonly wall: number;
}

/** User and system time, and the time on the wall, as bash tells them; fails with what the program printed. */
export function costOf(command: readonly string[], env: Env, cwd: string): Promise<Cost> {
  const script = `TIMEFORMAT='cost %R %U %S'; time "$@" >/dev/null`;
  const child = spawn('bash', ['-c', script, 'bash', ...command], { env, cwd });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  return new Promise((resolve, reject) => {
    child.on('close', (code) => {
      const [, wall, user, system] = /cost ([\d.]+) ([\d.]+) ([\d.]+)/.exec(stderr) ?? [];
      if (code === 0 && wall !== undefined) {
        resolve({ wall: Number(wall), cpu: Number(user) + Number(system) });
      } else reject(new Error(`${command.join(' ')} ended with ${code}: ${stderr}`));
    });
  });
}

export interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Seconds. */
  readonly wall: number;
  /** Bytes at the most; NaN where the system does not tell. */
  readonly peak: number;
}

const LOOK_EVERY_MS = 25;
const KEPT_OUTPUT = 100_000;

/** Runs a program to its end. The kernel keeps the high-water mark, so that a look now and then is enough. */
export function runOf(command: readonly string[], env: Env, cwd: string): Promise<Run> {
  const [program = '', ...args] = command;
  const began = performance.now();
  const child = spawn(program, args, { env, cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  let peak = Number.NaN;
  const look = setInterval(() => {
    peak = memoryOf(child.pid)?.peak ?? peak;
  }, LOOK_EVERY_MS);
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => {
    if (stdout.length < KEPT_OUTPUT) stdout += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    if (stderr.length < KEPT_OUTPUT) stderr += chunk.toString();
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      clearInterval(look);
      resolve({ code, stdout, stderr, peak, wall: (performance.now() - began) / 1000 });
    });
  });
}

export async function mustRun(command: readonly string[], env: Env, cwd: string, code = 0): Promise<Run> {
  const run = await runOf(command, env, cwd);
  if (run.code === code) return run;
  throw new Error(`${command.join(' ')} ended with ${run.code}: ${run.stderr.slice(-1000)}`);
}

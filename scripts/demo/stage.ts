import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bold, dim, print, printOutput, typed } from './terminal.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const tool = join(root, 'bin', 'tenantctl.js');
const READY_MS = 30_000;
const COMMAND_MS = 90_000;
const STOP_MS = 15_000;

/** Something is not as it should be; the message names it. */
export class DemoFailure extends Error {
  override readonly name = 'DemoFailure';
}

export interface RunOptions {
  readonly stdin?: string;
  /** What stands for stdin in the text. */
  readonly stdinAs?: string;
  /** The exit code that it must end with; 0 when not given. */
  readonly exit?: number;
}

interface StartOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** A file for both streams. */
  readonly output?: number;
}

const meanings: Readonly<Record<number, string>> = {
  2: 'bad input, nothing was changed',
  3: 'partly done',
  5: 'not found',
  6: 'conflict',
  9: 'not allowed',
};

/** A temporary folder with a server, and the built tool with a configuration of its own in it. */
export class Stage {
  readonly folder: string;
  readonly #running = new Set<ChildProcess>();
  #server: ChildProcess | null = null;
  #interrupted = false;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async open(): Promise<Stage> {
    return new Stage(await mkdtemp(join(tmpdir(), 'tenantctl-demo-')));
  }

  /** Starts the built tool; its environment has nothing of the caller's configuration. */
  start(args: readonly string[], { env, output }: StartOptions = {}): ChildProcess {
    if (this.#interrupted) throw new DemoFailure('interrupted');
    const child = spawn(process.execPath, [tool, ...args], {
      cwd: root,
      env: {
        PATH: process.env['PATH'],
        HOME: this.folder,
        TENANTCTL_CONFIG_DIR: join(this.folder, 'config'),
        // The demo's credentials have no place in anybody's keyring.
        TENANTCTL_KEYRING: '0',
        TENANTCTL_NO_INPUT: '1',
        TENANTCTL_LOG_LEVEL: 'warn',
        ...env,
      },
      stdio: ['pipe', output ?? 'pipe', output ?? 'pipe'],
    });
    this.#running.add(child);
    child.on('close', () => this.#running.delete(child));
    // Whoever is killed does not read the rest.
    child.stdin?.on('error', () => {});
    return child;
  }

  /** Starts the server and waits until it says that it is ready. @returns where it listens */
  async serve(): Promise<string> {
    const args = ['serve', '--dev', '--port', '0', '--data', join(this.folder, 'data'), '--json'];
    print(`$ ${bold(this.#masked(typed(args)))} &`);
    const server = this.start(args);
    this.#server = server;
    server.stderr?.pipe(createWriteStream(join(this.folder, 'server.log')));
    const line = await firstLine(server);
    printOutput(this.#masked(line));
    const ready: unknown = JSON.parse(line);
    if (typeof ready === 'object' && ready !== null && 'url' in ready && typeof ready.url === 'string')
      return ready.url;
    throw new DemoFailure(`the server's first line is not the ready event: ${line}`);
  }

  /** Runs a command to its end and shows it. Throws DemoFailure when it ends otherwise than it should. */
  async run(args: readonly string[], { stdin = '', stdinAs, exit = 0 }: RunOptions = {}): Promise<void> {
    const shown = this.#masked(typed(args));
    print(`$ ${bold(shown)}${stdinAs === undefined ? '' : dim(`   < ${stdinAs}`)}`);
    // One file for both streams keeps them in the order in which they were written, as a terminal would.
    const file = await open(join(this.folder, 'output'), 'w+');
    try {
      const child = this.start(args, { output: file.fd });
      child.stdin?.end(stdin);
      const code = await ended(child, COMMAND_MS, shown);
      printOutput(this.#masked(await readFile(join(this.folder, 'output'), 'utf8')));
      if (code !== 0) print(dim(`  exit ${[code, meanings[code] ?? []].flat().join(': ')}`));
      if (code !== exit) throw new DemoFailure(`"${shown}" ended with ${code} instead of ${exit}`);
    } finally {
      await file.close();
    }
  }

  /** What a command answers with --json, not shown. */
  async json(args: readonly string[]): Promise<unknown> {
    const child = this.start([...args, '--json']);
    child.stdin?.end();
    let stdout = '';
    let stderr = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    const code = await ended(child, COMMAND_MS, typed(args));
    if (code !== 0) throw new DemoFailure(`"${typed(args)} --json" ended with ${code}: ${stderr}`);
    return JSON.parse(stdout);
  }

  /** The same on every machine. */
  #masked(text: string): string {
    return text.replaceAll(this.folder, 'TMP');
  }

  /** What the server had to say when something went wrong. */
  async serverLog(): Promise<string> {
    return await readFile(join(this.folder, 'server.log'), 'utf8').catch(() => '');
  }

  /** Ends all commands at once; no further one can be started. */
  interrupt(): void {
    this.#interrupted = true;
    for (const child of this.#running) if (child !== this.#server) child.kill('SIGKILL');
  }

  /** Ends what still runs, by its own process ids, and removes the folder. */
  async close(): Promise<void> {
    this.interrupt();
    const server = this.#server;
    if (server !== null && this.#running.has(server)) {
      server.kill('SIGTERM');
      await ended(server, STOP_MS, 'tenantctl serve').catch(() => server.kill('SIGKILL'));
    }
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Settles as the promise does, or fails after so many milliseconds. */
async function within<T>(work: Promise<T>, ms: number, what: string): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new DemoFailure(`${what} took more than ${ms / 1000} s`)), ms);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

export function ended(child: ChildProcess, ms: number, what: string): Promise<number> {
  const end = new Promise<number>((resolve, reject) => {
    if (child.exitCode !== null) return resolve(child.exitCode);
    child.on('error', reject);
    child.on('close', (code, signal) => resolve(code ?? (signal === 'SIGKILL' ? 137 : 1)));
  });
  return within(end, ms, `"${what}"`);
}

async function firstLine(child: ChildProcess): Promise<string> {
  const line = new Promise<string>((resolve, reject) => {
    let text = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const end = text.indexOf('\n');
      if (end >= 0) resolve(text.slice(0, end));
    });
    child.on('error', reject);
    child.on('close', (code) => reject(new DemoFailure(`the server ended with ${code} before it was ready`)));
  });
  return await within(line, READY_MS, 'the start of the server');
}

import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
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
  readonly quiet?: boolean;
}

export interface Ran {
  readonly stdout: string;
  readonly stderr: string;
}

const meanings: Readonly<Record<number, string>> = {
  2: 'bad input, nothing was changed',
  3: 'partly done',
  6: 'conflict',
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
  start(args: readonly string[], env: Readonly<Record<string, string>> = {}): ChildProcess {
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
      stdio: ['pipe', 'pipe', 'pipe'],
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
    print(`$ ${bold(typed(args).replaceAll(this.folder, 'TMP'))} &`);
    const server = this.start(args);
    this.#server = server;
    server.stderr?.pipe(createWriteStream(join(this.folder, 'server.log')));
    const line = await firstLine(server);
    printOutput(line.replaceAll(this.folder, 'TMP'));
    const ready: unknown = JSON.parse(line);
    if (typeof ready === 'object' && ready !== null && 'url' in ready && typeof ready.url === 'string')
      return ready.url;
    throw new DemoFailure(`the server's first line is not the ready event: ${line}`);
  }

  /** Runs a command to its end and shows it. Throws DemoFailure when it ends otherwise than it should. */
  async run(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
    const { stdin = '', stdinAs, exit = 0, quiet = false } = options;
    const shown = typed(args).replaceAll(this.folder, 'TMP');
    if (!quiet) print(`$ ${bold(shown)}${stdinAs === undefined ? '' : dim(`   < ${stdinAs}`)}`);
    const child = this.start(args);
    child.stdin?.end(stdin);
    const ran = collected(child);
    const code = await ended(child, COMMAND_MS, shown);
    const { stdout, stderr } = { stdout: ran.stdout(), stderr: ran.stderr() };
    if (!quiet || code !== exit) {
      printOutput(`${stdout}${stderr}`.replaceAll(this.folder, 'TMP'));
      if (code !== 0)
        print(dim(`  exit ${code}${meanings[code] === undefined ? '' : `: ${meanings[code]}`}`));
    }
    if (code !== exit) throw new DemoFailure(`"${shown}" ended with ${code} instead of ${exit}`);
    return { stdout, stderr };
  }

  /** The same for its JSON, not shown. */
  async json(args: readonly string[], options: RunOptions = {}): Promise<unknown> {
    const { stdout } = await this.run([...args, '--json'], { quiet: true, ...options });
    return JSON.parse(stdout);
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

function collected(child: ChildProcess): { stdout(): string; stderr(): string } {
  const chunks = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  child.stdout?.on('data', (chunk: Buffer) => chunks.stdout.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => chunks.stderr.push(chunk));
  return {
    stdout: () => Buffer.concat(chunks.stdout).toString(),
    stderr: () => Buffer.concat(chunks.stderr).toString(),
  };
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

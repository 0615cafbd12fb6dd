import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Place } from '../../src/server/store/database.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

export interface Ended {
  /** null if a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A build of the tool, a folder for its files and a server, all of them processes of their own. */
export class Machine {
  readonly folder = mkdtempSync(join(tmpdir(), 'tenantctl-crash-'));
  readonly #build = mkdtempSync(join(root, 'node_modules/.tenantctl-crash-'));
  #server: ChildProcess | undefined;
  readonly #database: string | undefined;
  #port = 0;

  /** @param database where its server keeps everything: a URL of PostgreSQL, or without it SQLite in its folder */
  constructor(database?: string) {
    this.#database = database;
    cpSync(join(root, 'bin'), join(this.#build, 'bin'), { recursive: true });
    cpSync(join(root, 'package.json'), join(this.#build, 'package.json'));
    const script = [join(root, 'scripts/build.ts'), join(this.#build, 'dist')];
    const { status, stderr } = spawnSync(process.execPath, script, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`the build failed: ${stderr}`);
  }

  tool(words: readonly string[], stdin?: string, env: Readonly<Record<string, string>> = {}): ChildProcess {
    const child = spawn(process.execPath, [join(this.#build, 'bin/tenantctl.js'), ...words], {
      cwd: this.folder,
      env: {
        PATH: process.env.PATH,
        TENANTCTL_CONFIG_DIR: join(this.folder, 'config'),
        TENANTCTL_KEYRING: '0',
        NODE_COMPILE_CACHE: join(this.#build, 'cache'),
        ...(this.#database !== undefined && { TENANTCTL_DATABASE: this.#database }),
        ...env,
      },
      stdio: [stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    });
    child.stdin?.end(stdin);
    return child;
  }

  async run(words: readonly string[], stdin?: string): Promise<Ended> {
    return await ended(this.tool(words, stdin));
  }

  /** A run that must succeed, as JSON. */
  async json(words: readonly string[], stdin?: string): Promise<unknown> {
    const done = await this.run([...words, '--json'], stdin);
    if (done.code !== 0) throw new Error(`${words.join(' ')} ended with ${done.code}: ${done.stderr}`);
    return JSON.parse(done.stdout);
  }

  /** What a `tenantctl` of this build is started by. */
  get launcher(): string {
    return join(this.#build, 'bin/tenantctl.js');
  }

  /** Of the server, once it is ready. */
  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Starts it on the same data and port as before; resolves when it is ready. */
  async startServer(): Promise<void> {
    const place = this.#database === undefined ? ['--data', join(this.folder, 'data')] : [];
    const server = this.tool(['serve', '--dev', '--port', String(this.#port), ...place, '--json']);
    this.#server = server;
    let stderr = '';
    server.stderr?.on('data', (chunk) => {
      stderr += chunk;
    });
    this.#port = await new Promise<number>((resolve, reject) => {
      let stdout = '';
      server.once('exit', (code) => reject(new Error(`the server ended with ${code}: ${stderr}`)));
      server.stdout?.on('data', (chunk) => {
        stdout += chunk;
        if (stdout.includes('\n')) resolve(Number(new URL(JSON.parse(stdout.split('\n')[0] ?? '').url).port));
      });
    });
  }

  /** kill -9, and up again at once. */
  async crashServer(): Promise<void> {
    await killed(this.#server);
    await this.startServer();
  }

  /** What the server counts, as it tells it itself. */
  async metrics(): Promise<string> {
    return await (await fetch(`http://127.0.0.1:${this.#port}/metrics`)).text();
  }

  async stopServer(): Promise<void> {
    await killed(this.#server);
  }

  /** Where the server listens; the same after each start. */
  get port(): number {
    return this.#port;
  }

  /** Where the data lies, for whoever writes to it while no server does. */
  get place(): Place {
    return this.#database === undefined
      ? { kind: 'sqlite', file: join(this.folder, 'data/tenancy.db') }
      : { kind: 'postgres', url: this.#database };
  }

  async end(): Promise<void> {
    await killed(this.#server);
    for (const folder of [this.folder, this.#build]) rmSync(folder, { recursive: true, force: true });
  }
}

export async function ended(child: ChildProcess): Promise<Ended> {
  let [stdout, stderr] = ['', ''];
  child.stdout?.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    stderr += chunk;
  });
  return await new Promise((resolve) => child.once('close', (code) => resolve({ code, stdout, stderr })));
}

async function killed(child: ChildProcess | undefined): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
}

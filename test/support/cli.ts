import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import type { FastifyInstance } from 'fastify';
import type { Send } from '../../src/client/wire.ts';
import { interruptedError } from '../../src/errors.ts';
import { main } from '../../src/main.ts';
import type { InputStream, World } from '../../src/world.ts';
import { PASSWORD, type TestServer } from './server.ts';

export interface CliOptions {
  /** Carries HTTP: a test server's `send`, or a scripted one. Without it a request fails the test. */
  readonly send?: Send | undefined;
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** Are stdin, stdout and stderr terminals? */
  readonly tty?: boolean | undefined;
  /** A person at the terminal (implies `tty`): when this text stands there, these keys and Enter are typed. */
  readonly answers?: readonly (readonly [text: string, keys: string])[] | undefined;
  readonly stdin?: string | PassThrough | undefined;
  /** Kept between runs when the same one is given; else each run has a new, empty one. */
  readonly configDir?: string | undefined;
  /** Milliseconds since 1970; sleeping moves it. */
  readonly now?: number | undefined;
  readonly columns?: number | undefined;
  /** Aborting it is Ctrl-C. */
  readonly interrupt?: AbortSignal | undefined;
  /** Stands for the person's browser; without it there is none. */
  readonly openUrl?: World['openUrl'];
  readonly cwd?: string | undefined;
  /** Stands for other programs (`accounts exec`); without it one fails the test. */
  readonly runProgram?: World['runProgram'] | undefined;
  /** Called with what has been written so far: for commands that go on until they are told to end. */
  readonly onStdout?: ((text: string) => void) | undefined;
  readonly onStderr?: ((text: string) => void) | undefined;
}

export interface CliResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** stdout as JSON. */
  json(): unknown;
}

/** The real server as the wire. */
export function sendTo(app: FastifyInstance): Send {
  return async ({ method, url, headers, body, signal }) => {
    signal.throwIfAborted();
    const { pathname, search } = new URL(url);
    const verb = methods.find((known) => known === method);
    if (verb === undefined) throw new Error(`inject does not know the method ${method}`);
    const answer = await app.inject({
      method: verb,
      url: `${pathname}${search}`,
      headers: { ...headers },
      ...(body === undefined ? {} : { payload: body }),
    });
    const flat = Object.entries(answer.headers).map(([name, value]) => [name, String(value)]);
    return { status: answer.statusCode, headers: Object.fromEntries(flat), body: answer.body };
  };
}

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD'] as const;

/** The tool on one machine: its runs share a configuration and talk to one server, whose clock they follow. */
export class Cli {
  readonly configDir = newConfigDir();
  readonly server: TestServer;

  constructor(server: TestServer) {
    this.server = server;
  }

  async run(argv: readonly string[] | string, options: CliOptions = {}): Promise<CliResult> {
    return await runCli(argv, {
      send: sendTo(this.server.app),
      configDir: this.configDir,
      now: this.server.clock.now().getTime(),
      ...options,
    });
  }

  /** Signs somebody up, if nobody has yet, and in; the profile is named after the part before the @ and is the default. */
  async signIn(email: string, options: { readonly known?: boolean } = {}): Promise<void> {
    if (options.known !== true) await this.server.signUp(email);
    const profile = email.split('@')[0] ?? 'default';
    await this.ok(['login', '--email', email, '--password-stdin', '--profile', profile], { stdin: PASSWORD });
    await this.ok(['profiles', 'use', profile]);
  }

  /** Keeps a staff token as the profile `staff`; not the default unless it is the first. */
  async staff(): Promise<void> {
    await this.ok('login --with-token --profile staff', { stdin: await this.server.staffToken() });
  }

  /** A run that must succeed. */
  async ok(argv: readonly string[] | string, options: CliOptions = {}): Promise<CliResult> {
    const done = await this.run(argv, options);
    if (done.code !== 0) throw new Error(`${String(argv)} ended with ${done.code}: ${done.stderr}`);
    return done;
  }
}

export const newConfigDir = (): string => mkdtempSync(join(tmpdir(), 'tenantctl-test-'));

/** Runs the tool in this process, as the shell would: words in, streams and exit code out. */
export async function runCli(argv: readonly string[] | string, options: CliOptions = {}): Promise<CliResult> {
  const words = typeof argv === 'string' ? argv.split(' ').filter((word) => word !== '') : argv;
  const atTerminal = { ...options, tty: options.tty === true || options.answers !== undefined };
  const person = typist(options.answers ?? []);
  const stdout = collector(atTerminal, options.onStdout);
  const stderr = collector(atTerminal, (text) => {
    options.onStderr?.(text);
    person.sees(text);
  });
  const world = worldOf(atTerminal, stdout.stream, stderr.stream);
  const code = await main(words, options.answers === undefined ? world : { ...world, stdin: person.stdin });
  return {
    code,
    stdout: stdout.text(),
    stderr: stderr.text(),
    json: () => JSON.parse(stdout.text()),
  };
}

export function worldOf(options: CliOptions, stdout: World['stdout'], stderr: World['stderr']): World {
  let now = options.now ?? Date.UTC(2026, 0, 1);
  const configDir = options.configDir ?? newConfigDir();
  const env = {
    TENANTCTL_CONFIG_DIR: configDir,
    TENANTCTL_API_URL: 'http://127.0.0.1:7411',
    TENANTCTL_KEYRING: '0',
    LANG: 'C.UTF-8',
    ...options.env,
  };
  return {
    env,
    cwd: options.cwd ?? configDir,
    platform: 'linux',
    home: configDir,
    hostname: 'test',
    pid: process.pid,
    kill: (pid, signal) => process.kill(pid, signal),
    runProgram: options.runProgram ?? noProgram,
    openUrl: options.openUrl,
    stdin: stdinOf(options),
    stdout,
    stderr,
    version: '1.2.3',
    node: '24.0.0',
    clock: {
      now: () => now,
      sleep: async (ms) => {
        now += ms;
      },
    },
    random: () => 0,
    uuid: () => crypto.randomUUID(),
    signal: signalOf(options.interrupt),
    send: options.send ?? unexpected,
    openKeyring: async () => null,
  };
}

const noProgram: World['runProgram'] = async ({ command }) => {
  throw new Error(`no program was expected to run, and there was ${command}`);
};

const unexpected: Send = async ({ method, url }) => {
  throw new Error(`no request was expected, and there was ${method} ${url}`);
};

function signalOf(interrupt: AbortSignal | undefined): AbortSignal {
  const stop = new AbortController();
  interrupt?.addEventListener('abort', () => stop.abort(interruptedError('interrupted')));
  return stop.signal;
}

function stdinOf({ stdin = '', tty = false }: CliOptions): InputStream {
  if (typeof stdin !== 'string') return Object.assign(stdin, { isTTY: tty });
  return Object.assign(Readable.from([Buffer.from(stdin)]), { isTTY: tty });
}

/** Types an answer when its question has been drawn; inquirer listens from the tick after that. */
function typist(answers: readonly (readonly [string, string])[]) {
  const stdin: PassThrough = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => stdin });
  const left = [...answers];
  const sees = (text: string) => {
    const [next] = left;
    if (next === undefined || !stripVTControlCharacters(text).includes(next[0])) return;
    left.shift();
    setTimeout(() => stdin.write(`${next[1]}\r`), 20);
  };
  return { stdin, sees };
}

function collector({ tty = false, columns = 200 }: CliOptions, seen?: (text: string) => void) {
  const chunks: Buffer[] = [];
  const stream = new PassThrough();
  const text = () => Buffer.concat(chunks).toString('utf8');
  stream.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    seen?.(text());
  });
  // As on process.stderr: else inquirer would end the stream with its first question.
  return { stream: Object.assign(stream, { isTTY: tty, columns, _isStdio: true }), text };
}

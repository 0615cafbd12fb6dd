import { BlockList, isIP } from 'node:net';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Session } from '../contract/types.ts';
import { buildApp, type LogOptions } from './app.ts';
import { BillingWorker } from './billing/worker.ts';
import { Attempts } from './domain/attempts.ts';
import { CLOCK_SETTING, movableClock, systemClock } from './domain/clock.ts';
import { firstStart, freshStaffToken, type StaffCredential } from './domain/first-start.ts';
import { idMaker } from './domain/new-id.ts';
import { scryptPasswords } from './domain/passwords.ts';
import type { Seal } from './domain/ports/seal.ts';
import type { Transactions } from './domain/ports.ts';
import { resealSecrets } from './domain/reseal.ts';
import { TokenUse } from './domain/token-use.ts';
import type { Clock, Deps, Setup } from './domain/work.ts';
import { type ServerEnvironment, serverEnvironment } from './env.ts';
import type { Transport } from './mail/transport.ts';
import { MailWorker } from './mail/worker.ts';
import type { SmsTransport } from './sms/transport.ts';
import { webhookTransport } from './sms/webhook.ts';
import { SmsWorker } from './sms/worker.ts';
import { type Database, openDatabase, type Place } from './store/database.ts';
import { KeyError, type KeyPlace, sealAt } from './store/key-file.ts';
import { transactionsOf } from './store/stores.ts';
import { sweep } from './store/sweep.ts';

/** What `tenantctl serve` was asked for; what is not given comes from the environment (env.ts) or the defaults. */
export interface StartOptions {
  /** 127.0.0.1 */
  readonly host?: string | undefined;
  /** 7411; 0 takes a free one. */
  readonly port?: number | undefined;
  /** Folder of the embedded database. */
  readonly data?: string | undefined;
  /** postgres://... instead of a folder. */
  readonly database?: string | undefined;
  /** Links in mail begin with it (D20); where it listens when not given. */
  readonly publicUrl?: string | undefined;
  /** smtp://user:password@host:587 */
  readonly smtp?: string | undefined;
  /** https://gateway.example.org/messages: forms by SMS are posted there, signed with TENANTCTL_SMS_SECRET. */
  readonly smsWebhook?: string | undefined;
  /** Captured mail, a movable clock, every plan self-serve; on loopback only. */
  readonly dev?: boolean | undefined;
  /** May people sign up by themselves? true. */
  readonly signup?: boolean | undefined;
  /** Address of somebody to issue a fresh staff token to. */
  readonly staff?: string | undefined;
  readonly logLevel?: LogOptions['level'] | undefined;
  /** Where JSON log lines go; stderr when not given. */
  readonly log?: LogOptions['stream'] | undefined;
}

export interface RunningServer {
  /** Where it listens, without a trailing slash. */
  readonly url: string;
  /** The data folder, or the database without its password. */
  readonly data: string;
  /** Of the first user, when this start made one on an empty database. */
  readonly session: Session | null;
  /** The first user's password, random and shown once, for signing in again when the session is over. */
  readonly password: string | null;
  /** A fresh staff token, shown once: the first user's, or of whom `staff` named. */
  readonly staff: StaffCredential | null;
  /** Takes nothing new, lets what runs finish for up to 10 s, closes the database. May be called again. */
  close(): Promise<void>;
}

/** The server cannot start as it was asked to; the message says what to do. */
export class StartError extends Error {
  override readonly name = 'StartError';
  readonly code = 'start_refused';
}

type App = ReturnType<typeof buildApp>;

const DEFAULT_HOST = '127.0.0.1';
const DEFAULT_PORT = 7411;
const DRAIN_MS = 10_000;
const SMS_SECRET_MIN = 16;
const YOUNG_BYTES = 32 * 2 ** 20;
const YOUNG_LOOK_MS = 250;
const HOUSEKEEPING_MS = 5 * 60_000;
const SWEEP_ROWS = 500;
const SWEEP_ROUNDS = 20;

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8);
loopback.addAddress('::1', 'ipv6');

function isLoopback(host: string): boolean {
  if (host === 'localhost') return true;
  const family = isIP(host);
  return family !== 0 && loopback.check(host, family === 6 ? 'ipv6' : 'ipv4');
}

/** Nothing of a URL's credentials is ever shown. */
function withoutCredentials(url: string): string {
  const shown = new URL(url);
  shown.username = '';
  shown.password = '';
  shown.search = '';
  return shown.href;
}

function cleanPublicUrl(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (parsed === null || !/^https?:$/.test(parsed.protocol) || parsed.search !== '' || parsed.hash !== '') {
    throw new StartError(
      `--public-url ${url}: give an http or https URL without a query, such as https://tenancy.example.org`,
    );
  }
  return parsed.href.replace(/\/+$/, '');
}

/** Where messages go and what they are signed with; null where no gateway is named. */
function gatewayOf(
  url: string | undefined,
  secret: string | undefined,
): { readonly url: string; readonly secret: string } | null {
  if (url === undefined) return null;
  const parsed = URL.canParse(url) ? new URL(url) : null;
  const safe = parsed?.protocol === 'https:' || (parsed?.protocol === 'http:' && isLoopback(hostOf(parsed)));
  if (parsed === null || !safe || parsed.username !== '' || parsed.password !== '' || parsed.hash !== '') {
    throw new StartError(
      '--sms-webhook: give an https URL without a password, such as https://gateway.example.org/messages; http only to this machine',
    );
  }
  if (secret === undefined || secret.length < SMS_SECRET_MIN) {
    throw new StartError(
      `--sms-webhook needs TENANTCTL_SMS_SECRET in the environment, ${SMS_SECRET_MIN} characters or more: the gateway tells our messages from others' by it`,
    );
  }
  return { url: parsed.href, secret };
}

const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[|\]$/g, '');

/** A line a request is for whoever collects logs, not for the person who started it in a terminal. */
function quietOnATerminal(): LogOptions['level'] {
  return process.stderr.isTTY ? 'warn' : 'info';
}

/** Where the key for secrets comes from; null where nobody gives one and there is no folder to keep it in. */
function keyPlaceOf(
  { secretsKey, secretsKeyFile }: Pick<ServerEnvironment, 'secretsKey' | 'secretsKeyFile'>,
  own: string | null,
): KeyPlace | null {
  if (secretsKey !== undefined && secretsKeyFile !== undefined) {
    throw new StartError(
      'TENANTCTL_SECRETS_KEY and TENANTCTL_SECRETS_KEY_FILE are both set: leave one of them out',
    );
  }
  if (secretsKey !== undefined) return { is: 'given', text: secretsKey };
  if (secretsKeyFile !== undefined) return { is: 'file', file: secretsKeyFile };
  return own === null ? null : { is: 'own', file: own };
}

function sealOf(place: KeyPlace | null): Seal | null {
  try {
    return place === null ? null : sealAt(place);
  } catch (error) {
    throw error instanceof KeyError ? new StartError(error.message) : error;
  }
}

/** The options with everything filled in, checked before anything is opened. */
function settle(options: StartOptions) {
  const env = serverEnvironment();
  const host = options.host ?? DEFAULT_HOST;
  const dev = options.dev ?? false;
  const smtp = options.smtp ?? env.smtp;
  const database = options.database ?? (options.data === undefined ? env.database : undefined);
  if (options.database !== undefined && options.data !== undefined) {
    throw new StartError(
      '--data and --database contradict each other: the data is in a folder or in PostgreSQL',
    );
  }
  if (database !== undefined && !/^postgres(?:ql)?:\/\//.test(database)) {
    throw new StartError('--database: give a URL that begins with postgres://');
  }
  if (dev && !isLoopback(host)) {
    throw new StartError(
      `--dev listens on loopback only, not on ${host}: leave --host out, or leave --dev out`,
    );
  }
  if (dev && options.smtp !== undefined) {
    throw new StartError('--dev captures mail and sends none: leave --smtp out, or leave --dev out');
  }
  if (dev && options.smsWebhook !== undefined) {
    throw new StartError(
      '--dev captures messages and sends none: leave --sms-webhook out, or leave --dev out',
    );
  }
  const publicUrl = options.publicUrl === undefined ? null : cleanPublicUrl(options.publicUrl);
  if (smtp !== undefined && !dev && publicUrl === null && !isLoopback(host)) {
    throw new StartError(
      '--smtp on a host that others reach needs --public-url: the links in the mails begin with it',
    );
  }
  const data = resolve(options.data ?? env.data);
  const place: Place =
    database === undefined
      ? { kind: 'sqlite', file: `${data}/tenancy.db` }
      : { kind: 'postgres', url: database };
  return {
    host,
    port: options.port ?? DEFAULT_PORT,
    dev,
    smtp,
    publicUrl,
    place,
    data: database === undefined ? data : withoutCredentials(database),
    signup: options.signup ?? true,
    mailFrom: env.mailFrom,
    gateway: dev ? null : gatewayOf(options.smsWebhook ?? env.smsWebhook, env.smsSecret),
    key: keyPlaceOf(env, database === undefined ? `${data}/secrets.key` : null),
    log: {
      level: options.logLevel ?? env.logLevel ?? quietOnATerminal(),
      stream: options.log ?? process.stderr,
    },
  };
}

type Settled = ReturnType<typeof settle>;

async function clockOf(transactions: Transactions, dev: boolean): Promise<Clock> {
  if (!dev) return systemClock;
  const offset = await transactions.read(({ platform }) => platform.settings.get(CLOCK_SETTING));
  return movableClock(Number(offset ?? 0));
}

async function listen(app: App, { host, port }: Settled): Promise<string> {
  try {
    return await app.listen({ host, port });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : '';
    if (code === 'EADDRINUSE') {
      throw new StartError(
        `port ${port} of ${host} is taken, perhaps by another server: choose one with --port, or 0 for a free one`,
      );
    }
    if (code === 'EACCES')
      throw new StartError(`port ${port} may not be opened by this user: choose one above 1023 with --port`);
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
      throw new StartError(`--host ${host} is no address of this machine`);
    throw error;
  }
}

async function transportOf(settled: Settled, setup: Setup): Promise<Transport> {
  if (setup.mail !== 'smtp' || settled.smtp === undefined)
    return { kind: setup.mail === 'captured' ? 'captured' : 'none' };
  const { smtpTransport } = await import('./mail/smtp.ts');
  const from = settled.mailFrom ?? `no-reply@${new URL(setup.publicUrl).hostname}`;
  return smtpTransport({ url: settled.smtp, from });
}

function smsTransportOf({ dev, gateway }: Settled): SmsTransport {
  if (dev) return { kind: 'captured' };
  return gateway === null ? { kind: 'none' } : webhookTransport(gateway);
}

/** What nobody waits for: expired rows go, token use is written down. Short transactions, one after the other. */
function housekeeping(
  database: Database,
  transactions: Transactions,
  clock: Clock,
  use: TokenUse,
  log: App['log'],
) {
  let running: Promise<void> = Promise.resolve();
  let stopped = false;
  const round = async (): Promise<void> => {
    await use.flush(transactions);
    for (let left = SWEEP_ROUNDS; left > 0 && !stopped; left -= 1) {
      if (!(await database.write((trx) => sweep(trx, clock.now(), SWEEP_ROWS)))) return;
      await sleep(100);
    }
  };
  const timer = setInterval(() => {
    running = running
      .then(round)
      .catch((err: unknown) => log.warn({ err }, 'housekeeping failed; it is tried again later'));
  }, HOUSEKEEPING_MS);
  timer.unref();
  return async (): Promise<void> => {
    stopped = true;
    clearInterval(timer);
    await running;
    await use
      .flush(transactions)
      .catch((err: unknown) => log.warn({ err }, 'token use was not written down'));
  };
}

/** Lets requests finish for a while, then cuts them off. */
async function drain(app: App): Promise<void> {
  const late = setTimeout(() => app.server.closeAllConnections(), DRAIN_MS);
  // A connection that was busy when the closing began is kept alive by its client after its answer.
  const idle = setInterval(() => app.server.closeIdleConnections(), 50);
  try {
    await app.close();
  } finally {
    clearTimeout(late);
    clearInterval(idle);
  }
}

/**
 * Loading the server leaves some 20 MB of garbage that V8 would keep for as long as nobody calls. One collection
 * before the first request gives it back; it takes about 50 ms.
 */
function giveBackMemory(): void {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  if (typeof collect !== 'function') return;
  Reflect.apply(collect, undefined, [{ type: 'major', execution: 'sync', flavor: 'last-resort' }]);
}

/**
 * Under a bulk run V8 lets the young generation grow to 128 MB. Its size cannot be set once a process runs, but its
 * growth can be stopped, and is allowed again when V8 has shrunk it: measured on 60,000 invites, 213 MB instead of 286.
 */
function boundYoungGeneration(): void {
  const timer = setInterval(() => {
    const young = getHeapSpaceStatistics().find((space) => space.space_name === 'new_space');
    setFlagsFromString(`--semi-space-growth-factor=${(young?.space_size ?? 0) < YOUNG_BYTES ? 2 : 1}`);
  }, YOUNG_LOOK_MS);
  timer.unref();
}

/** After a change of keys; a key that is missing is told at once and not when a value is needed. */
async function sealAnew(deps: Deps, log: App['log']): Promise<void> {
  const { resealed, lost } = await resealSecrets(deps);
  if (resealed > 0) log.info({ resealed }, 'secrets were sealed anew with the current key');
  if (lost > 0)
    log.warn({ lost }, 'secrets were sealed by a key that is not here: put it back beside the current one');
}

async function run(settled: Settled, options: StartOptions, database: Database): Promise<RunningServer> {
  const transactions = transactionsOf(database);
  const { dev, signup } = settled;
  const clock = await clockOf(transactions, dev);
  const mail = dev ? 'captured' : settled.smtp === undefined ? 'none' : 'smtp';
  const sms = smsTransportOf(settled);
  const setup: { -readonly [Key in keyof Setup]: Setup[Key] } = {
    dev,
    signup,
    mail,
    sms: sms.kind,
    publicUrl: settled.publicUrl ?? '',
  };
  const use = new TokenUse(clock);
  let worker: MailWorker | null = null;
  let smsWorker: SmsWorker | null = null;
  let billing: BillingWorker | null = null;
  const deps: Deps = {
    transactions,
    clock,
    setup,
    passwords: scryptPasswords(),
    seal: sealOf(settled.key),
    attempts: new Attempts(clock),
    newId: idMaker(clock),
    mailQueued: () => worker?.wake(),
    messagesQueued: () => smsWorker?.wake(),
    clockMoved: () => {
      worker?.wake();
      smsWorker?.wake();
      billing?.wake();
    },
    tokenSeen: use.seen,
  };
  const first = await firstStart(deps);
  const staff = options.staff === undefined ? null : await freshStaffToken(deps, options.staff);
  const app = buildApp({ deps, log: settled.log, memory: () => process.memoryUsage() });
  await app.ready();
  await sealAnew(deps, app.log);
  giveBackMemory();
  boundYoungGeneration();
  const url = await listen(app, settled);
  // With port 0 it is known only now.
  setup.publicUrl ||= url;
  const transport = await transportOf(settled, setup);
  worker = new MailWorker({ transactions, clock, transport, publicUrl: setup.publicUrl, log: app.log });
  worker.start();
  smsWorker = new SmsWorker({ transactions, clock, transport: sms, log: app.log });
  smsWorker.start();
  billing = new BillingWorker({ deps, log: app.log });
  billing.start();
  const stopHousekeeping = housekeeping(database, transactions, clock, use, app.log);
  let closing: Promise<void> | null = null;
  const stop = async (): Promise<void> => {
    await drain(app);
    await billing?.stop();
    await worker?.stop();
    await smsWorker?.stop();
    await stopHousekeeping();
    await database.close();
  };
  return {
    url,
    data: settled.data,
    session: first?.session ?? null,
    password: first?.password ?? null,
    staff: staff ?? first?.staff ?? null,
    close: () => (closing ??= stop()),
  };
}

/**
 * Starts a server: opens the database, brings its schema up to date, makes the first user where there is nobody,
 * listens. Signals are the caller's: call `close` on the first, leave at once on the second.
 * Throws StartError, DirectoryInUseError, DatabaseUnavailableError, MigrationError; DomainError for `staff`.
 */
export async function start(options: StartOptions = {}): Promise<RunningServer> {
  const settled = settle(options);
  const database = await openDatabase(settled.place);
  try {
    return await run(settled, options, database);
  } catch (error) {
    await database.close();
    throw error;
  }
}

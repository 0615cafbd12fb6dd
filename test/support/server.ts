import type { FastifyInstance } from 'fastify';
import { type Problem, problem } from '../../src/contract/common.ts';
import { type OperationId, operationOf } from '../../src/contract/operations.ts';
import { type Answer, type BodyInput, pathParams, shapeOf } from '../../src/contract/shapes.ts';
import { hashToken, mintToken } from '../../src/contract/token.ts';
import type { Session } from '../../src/contract/types.ts';
import { buildApp } from '../../src/server/app.ts';
import { Attempts } from '../../src/server/domain/attempts.ts';
import { idMaker } from '../../src/server/domain/new-id.ts';
import { scryptPasswords } from '../../src/server/domain/passwords.ts';
import { aesSeal } from '../../src/server/domain/seal.ts';
import { createUser, readAddress } from '../../src/server/domain/users.ts';
import type { Deps, Setup } from '../../src/server/domain/work.ts';
import type { RatePolicies } from '../../src/server/http/rate-limit.ts';
import { type Database, openDatabase } from '../../src/server/store/database.ts';
import { transactionsOf } from '../../src/server/store/stores.ts';
import { served } from './databases.ts';

/** Where every test's clock stands at first. */
export const START = '2026-03-02T09:00:00.000Z';
/** A password that passes every check; the hashes of test servers are cheap. */
export const PASSWORD = 'plum harbour weaves nine';
export const NEW_PASSWORD = 'otter ladder misty quartz';

/** The same in every test: what it sealed can be opened by hand. */
export const SEALING_KEY = new Uint8Array(32).fill(7);

const UNLIMITED: RatePolicies = {
  default: { quota: 1_000_000, window: 60 },
  public: { quota: 1_000_000, window: 60 },
  mailing: { quota: 1_000_000, window: 60 },
};

export interface TestOptions {
  /** What `open()` of describeOnEachDatabase gives; SQLite in memory when not given. */
  readonly database?: Database;
  readonly setup?: Partial<Setup>;
  readonly policies?: RatePolicies;
  /** Replaces parts of what the server is made of. */
  readonly deps?: Partial<Deps>;
}

export interface Request<Id extends OperationId> {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;
  readonly body?: BodyInput<Id>;
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** As whom the request comes, for limits by address. */
  readonly ip?: string;
}

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Parsed JSON. */
  readonly body: unknown;
}

/** A queued mail as the outbox holds it before it is sent. */
export interface QueuedMail {
  readonly kind: string;
  readonly to: string;
  readonly payload: Readonly<Record<string, string | null>>;
}

/** A time that only tests move. */
export class TestClock {
  #now = new Date(START);
  readonly now = (): Date => new Date(this.#now);
  readonly moveTo = (time: Date): void => {
    this.#now = time;
  };
  advance(span: { days?: number; hours?: number; minutes?: number; seconds?: number }): void {
    const { days = 0, hours = 0, minutes = 0, seconds = 0 } = span;
    this.#now = new Date(this.#now.getTime() + (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000);
  }
}

function urlOf(id: OperationId, request: Pick<Request<OperationId>, 'params' | 'query'>): string {
  let path = operationOf(id).path;
  for (const name of pathParams(id)) {
    const value = request.params?.[name];
    if (value === undefined) throw new Error(`${id} needs the path parameter ${name}`);
    path = path.replace(`{${name}}`, encodeURIComponent(value));
  }
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(request.query ?? {})) {
    for (const one of Array.isArray(value) ? value : [value])
      if (one !== undefined) query.append(name, String(one));
  }
  return `/v1${path}${query.size > 0 ? `?${query.toString()}` : ''}`;
}

/** The real server in process, on a database of its own, with people made in one line. */
export class TestServer {
  readonly app: FastifyInstance;
  readonly deps: Deps;
  readonly clock: TestClock;
  readonly database: Database;
  /** Tokens that were seen in use. */
  readonly seen: string[];

  constructor(parts: {
    app: FastifyInstance;
    deps: Deps;
    clock: TestClock;
    database: Database;
    seen: string[];
  }) {
    this.app = parts.app;
    this.deps = parts.deps;
    this.clock = parts.clock;
    this.database = parts.database;
    this.seen = parts.seen;
  }

  /** Sends a request, whatever comes of it. */
  async call<Id extends OperationId>(id: Id, request: Request<Id> = {}): Promise<Reply> {
    const response = await this.app.inject({
      method: operationOf(id).method,
      url: urlOf(id, request),
      headers: {
        ...(request.token !== undefined && { authorization: `Bearer ${request.token}` }),
        ...(request.body !== undefined && { 'content-type': 'application/json' }),
        ...request.headers,
      },
      ...(request.body !== undefined && { payload: JSON.stringify(request.body) }),
      ...(request.ip !== undefined && { remoteAddress: request.ip }),
    });
    const headers = Object.fromEntries(
      Object.entries(response.headers).map(([name, value]) => [
        name,
        value === undefined ? undefined : String(value),
      ]),
    );
    const body: unknown = response.body === '' ? null : JSON.parse(response.body);
    return { status: response.statusCode, headers, body };
  }

  /** The answer of a request that must succeed. */
  async ok<Id extends OperationId>(id: Id, request: Request<Id> = {}): Promise<Answer<Id>> {
    const { status, body } = await this.call(id, request);
    if (status >= 300) throw new Error(`${id} answered ${status}: ${JSON.stringify(body)}`);
    // The schema is the one that `Answer<Id>` is read from.
    return shapeOf(id).answer.parse(body) as Answer<Id>;
  }

  /** The problem of a request that must be refused. */
  async refused<Id extends OperationId>(id: Id, request: Request<Id> = {}): Promise<Problem> {
    const { status, headers, body } = await this.call(id, request);
    if (status < 400) throw new Error(`${id} answered ${status}: ${JSON.stringify(body)}`);
    if (headers['content-type'] !== 'application/problem+json')
      throw new Error(`${id}: ${headers['content-type']}`);
    return problem.parse(body);
  }

  /** Mails that still wait to be sent, oldest first; to one address, or to all. */
  async mails(to?: string): Promise<QueuedMail[]> {
    return await this.database.read(async (trx) => {
      const rows = await trx
        .selectFrom('outbox')
        .select(['kind', 'recipient', 'payload'])
        .where('state', '=', 'queued')
        .orderBy('created_at')
        .orderBy('id')
        .execute();
      return rows
        .filter((row) => to === undefined || row.recipient === to)
        .map((row) => ({ kind: row.kind, to: row.recipient, payload: JSON.parse(row.payload ?? '{}') }));
    });
  }

  /** The secret of the newest mail to an address. */
  async secretFor(address: string): Promise<string> {
    const secret = (await this.mails(address)).at(-1)?.payload.secret;
    if (secret == null) throw new Error(`no mail with a secret waits for ${address}`);
    return secret;
  }

  /** Signs somebody up by the mailed link; the password is PASSWORD. */
  async signUp(email: string, name?: string): Promise<Session> {
    await this.ok('auth.signup', { body: { email } });
    const secret = await this.secretFor(email);
    const body = { secret, password: PASSWORD, ...(name !== undefined && { name }) };
    return await this.ok('auth.signup_finish', { body });
  }

  /** A staff token of somebody who is made staff (and made at all) behind the API's back. */
  async staffToken(email = 'staff@platform.example'): Promise<string> {
    const secret = mintToken('staff');
    const now = this.clock.now();
    const at = now.toISOString();
    const expiresAt = new Date(now.getTime() + 30 * 86_400_000).toISOString();
    const { deps } = this;
    const address = readAddress(email);
    const passwordHash = await deps.passwords.hash(PASSWORD);
    await deps.transactions.write(async ({ platform, tenant }) => {
      const known = await platform.users.findByAddress(address.emailFolded);
      const userId =
        known?.id ??
        (await createUser(
          { platform, tenantOf: tenant, now, deps },
          { ...address, name: null, passwordHash },
        ));
      if (!known?.staff) await platform.staff.insert({ userId, reason: 'test', addedBy: null, at });
      await platform.tokens.insert({
        id: deps.newId('token'),
        hash: hashToken(secret),
        kind: 'staff',
        owner: 'user',
        userId,
        accountId: null,
        name: 'test',
        role: null,
        modules: [],
        reason: 'test',
        createdBy: userId,
        expiresAt,
        at,
      });
    });
    return secret;
  }

  /** Closes the app; the suite that gave the database closes it. */
  readonly close = async (): Promise<void> => {
    await this.app.close();
  };
}

/** Starts a server in process. Give it the database of `describeOnEachDatabase`, or nothing for SQLite in memory. */
export async function startServer(options: TestOptions = {}): Promise<TestServer> {
  const database = options.database ?? (await openDatabase({ kind: 'sqlite', file: ':memory:' }));
  served.add(database);
  const clock = new TestClock();
  const seen: string[] = [];
  const deps: Deps = {
    transactions: transactionsOf(database),
    clock,
    setup: {
      dev: false,
      publicUrl: 'http://tenancy.test',
      signup: true,
      mail: 'captured',
      sms: 'captured',
      ...options.setup,
    },
    passwords: scryptPasswords({ ln: 1, r: 1, p: 1 }),
    seal: aesSeal([SEALING_KEY]),
    attempts: new Attempts(clock),
    newId: idMaker(clock),
    mailQueued: () => {},
    messagesQueued: () => {},
    clockMoved: () => {},
    tokenSeen: (id) => seen.push(id),
    ...options.deps,
  };
  const app = buildApp({ deps, policies: options.policies ?? UNLIMITED, checkAnswers: true });
  await app.ready();
  return new TestServer({ app, deps, clock, database, seen });
}

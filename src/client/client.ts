import { type OperationId, operationOf, takesIdempotencyKey } from '../contract/operations.ts';
import type { Answer, Item, ListId } from '../contract/shapes.ts';
import { authError } from '../errors.ts';
import { accountInPath, admit, admitRaw, type Guard } from './guard.ts';
import { type Page, type PageQuery, pagesOf } from './pages.ts';
import { isRecord, unreadable } from './refusal.ts';
import { type CallArguments, type CallInput, fillPath, type LooseInput, queryString } from './request.ts';
import { rawRepeatsSafely, repeatsSafely } from './retry.ts';
import { exchange, type Incoming, type Outgoing, refuse, type TransportOptions } from './transport.ts';

/** Where the bearer token comes from. */
export interface Credential {
  /** The token to send; undefined if nobody is signed in. */
  token(): Promise<string | undefined>;
  /**
   * A newer token than the one the server called expired; undefined if there is none to be had.
   * Single-flight: many calls may ask at once.
   */
  renew(stale: string): Promise<string | undefined>;
}

export interface ClientOptions extends TransportOptions {
  /** Without `/v1`, with or without a path of its own. */
  readonly baseUrl: string;
  readonly credential: Credential;
  readonly guard: Guard;
  /** `tenantctl/1.2.3 (node 24.1.0; linux)` */
  readonly userAgent: string;
}

export interface Exchange<A> {
  readonly answer: A;
  readonly status: number;
  /** As the server wrote it, quotes included. */
  readonly etag: string | undefined;
  readonly requestId: string;
  /** The effect happened at an earlier attempt; this is the stored answer to it. */
  readonly replayed: boolean;
}

export interface RawRequest {
  readonly method: string;
  /** Below the base URL, beginning with `/`; a query of its own is kept. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** undefined if the body is not JSON. */
  readonly json: unknown;
  /** Throws the refusal that an answer of 300 or more is. */
  check(): void;
}

/** Typed calls over the contract. Refusals are thrown as TenantctlError, with their exit code and what to do. */
export interface Client {
  call<Id extends OperationId>(id: Id, ...input: CallArguments<Id>): Promise<Answer<Id>>;
  exchange<Id extends OperationId>(id: Id, ...input: CallArguments<Id>): Promise<Exchange<Answer<Id>>>;
  /** Every item of a list, page by page; the next page is under way while one is used. `max` ends it early. */
  pages<Id extends ListId>(
    id: Id,
    input: CallInput<Id>,
    max?: number,
  ): AsyncGenerator<Item<Id>, void, undefined>;
  raw(request: RawRequest): Promise<RawAnswer>;
}

export function createClient(options: ClientOptions): Client {
  const run = <Id extends OperationId>(id: Id, input: LooseInput): Promise<Exchange<Answer<Id>>> =>
    runOperation<Answer<Id>>(options, id, input);
  return {
    call: async (id, ...[input]) => (await run(id, input ?? {})).answer,
    exchange: (id, ...[input]) => run(id, input ?? {}),
    pages: (id, input, max) => pagesOf((page) => fetchPage<Item<typeof id>>(options, id, input, page), max),
    raw: (request) => runRaw(options, request),
  };
}

async function runOperation<A>(
  options: ClientOptions,
  id: OperationId,
  input: LooseInput,
): Promise<Exchange<A>> {
  const operation = operationOf(id);
  const named = accountOf(input);
  const account = takesCredential(id) ? await options.guard.place(named) : named;
  const params = named === undefined ? input.params : { ...input.params, account };
  const { asDryRun } = await admit(options.guard, id, input.dryRun ?? options.guard.dryRun, named);
  const query = asDryRun ? { ...input.query, dry_run: true } : input.query;
  const incoming = await sendSigned(options, id, input.anonymous === true, {
    method: operation.method,
    url: `${options.baseUrl}/v1${fillPath(operation.path, params)}${queryString(query)}`,
    headers: headersOf(options, id, input),
    body: input.body === undefined ? undefined : JSON.stringify(input.body),
    account: named,
    operation: id,
    repeats: repeatsSafely(id),
    signal: input.signal,
  });
  const { answer, body, asked } = incoming;
  if (answer.status < 200 || answer.status >= 300) refuse(incoming);
  if (!isAnswer<A>(body)) throw unreadable(answer, asked);
  return {
    answer: body,
    status: answer.status,
    etag: answer.headers.etag,
    requestId: answer.headers['x-request-id'] ?? asked.requestId,
    replayed: answer.headers['idempotency-replayed'] === 'true',
  };
}

async function fetchPage<T>(
  options: ClientOptions,
  id: ListId,
  input: LooseInput,
  page: PageQuery,
): Promise<Page<T>> {
  const paged = { ...input, query: { ...input.query, ...page } };
  return (await runOperation<Page<T>>(options, id, paged)).answer;
}

/** Every answer of the contract is an object. Its members are the server's word: it validates them by the schema. */
function isAnswer<A>(body: unknown): body is A {
  return isRecord(body);
}

function accountOf(input: LooseInput): string | undefined {
  const account: unknown = input.params === undefined ? undefined : Reflect.get(input.params, 'account');
  return typeof account === 'string' ? account : undefined;
}

function headersOf(options: ClientOptions, id: OperationId, input: LooseInput): Record<string, string> {
  const headers: Record<string, string> = { accept: 'application/json', 'user-agent': options.userAgent };
  if (input.body !== undefined) headers['content-type'] = 'application/json';
  if (input.ifMatch !== undefined) headers['if-match'] = `"${input.ifMatch}"`;
  if (takesIdempotencyKey(operationOf(id)))
    headers['idempotency-key'] = input.idempotencyKey ?? options.uuid();
  return headers;
}

/** Public operations carry a secret of their own; these ask who is signed in as well, or instead. */
const eitherWay: ReadonlySet<OperationId> = new Set(['invites.accept', 'umbrella_invites.decline']);

function takesCredential(id: OperationId): boolean {
  return operationOf(id).public !== true || eitherWay.has(id);
}

async function sendSigned(
  options: ClientOptions,
  id: OperationId,
  anonymous: boolean,
  outgoing: Outgoing,
): Promise<Incoming> {
  if (anonymous || !takesCredential(id)) return await exchange(options, outgoing);
  const token = await options.credential.token();
  if (token === undefined && operationOf(id).public !== true) throw notSignedIn();
  return await exchangeAs(options, token, outgoing);
}

/** An expired token is renewed once; the first request was turned away unread, so sending it again is safe. */
async function exchangeAs(
  options: ClientOptions,
  token: string | undefined,
  outgoing: Outgoing,
): Promise<Incoming> {
  if (token === undefined) return await exchange(options, outgoing);
  const first = await exchange(options, signed(outgoing, token));
  if (first.answer.status !== 401 || !isRecord(first.body) || first.body.code !== 'token_expired')
    return first;
  const renewed = await options.credential.renew(token);
  return renewed === undefined ? first : await exchange(options, signed(outgoing, renewed));
}

function signed(outgoing: Outgoing, token: string): Outgoing {
  return { ...outgoing, headers: { ...outgoing.headers, authorization: `Bearer ${token}` } };
}

function notSignedIn() {
  return authError('nobody is signed in', {
    why: 'This needs a credential, and neither the environment nor the profile has one.',
    hint: 'tenantctl login --email ADDRESS, or set TENANTCTL_TOKEN',
  });
}

async function runRaw(options: ClientOptions, request: RawRequest): Promise<RawAnswer> {
  await options.guard.place(accountInPath(request.path));
  await admitRaw(options.guard, request.method, request.path);
  const key = request.method === 'POST' ? { 'idempotency-key': options.uuid() } : {};
  const headers = { accept: 'application/json', 'user-agent': options.userAgent, ...key, ...request.headers };
  const outgoing = {
    method: request.method,
    url: `${options.baseUrl}${request.path}`,
    headers,
    body: request.body,
    account: undefined,
    operation: undefined,
    repeats: rawRepeatsSafely(request.method, headers),
    signal: undefined,
  };
  const incoming = await exchangeAs(options, await options.credential.token(), outgoing);
  const { answer, body } = incoming;
  return {
    ...answer,
    json: body,
    check: () => {
      if (answer.status >= 300) refuse(incoming);
    },
  };
}

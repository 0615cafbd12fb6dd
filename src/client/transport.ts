import type { OperationId } from '../contract/operations.ts';
import { interruptedError, TenantctlError } from '../errors.ts';
import { type Asked, codeIn, jsonOf, refusal, unreachable } from './refusal.ts';
import { type Again, againAfterAnswer, againAfterError, waitMs } from './retry.ts';
import { asWireError, type Send, type WireAnswer, type WireRequest } from './wire.ts';

/** What the transport needs of the world; tests give their own. */
export interface TransportOptions {
  readonly send: Send;
  readonly clock: Clock;
  /** 0 <= x < 1 */
  readonly random: () => number;
  readonly uuid: () => string;
  /** One deadline over all attempts and waits of a call. */
  readonly timeoutMs: number;
  readonly maxRetries: number;
  /** Said to the person on stderr: waiting, mostly. */
  readonly notice: (text: string) => void;
  /** Given under `--debug`. Never receives a credential or a body. */
  readonly debug?: ((line: string) => void) | undefined;
  /** The run's own: aborted by Ctrl-C. */
  readonly signal?: AbortSignal | undefined;
}

export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Rejects when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** One request, before its attempts. */
export interface Outgoing {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  readonly account: string | undefined;
  /** Of the contract; a raw request may be none. */
  readonly operation: OperationId | undefined;
  /** May it be sent again when nobody knows whether it took effect? */
  readonly repeats: boolean;
  readonly signal: AbortSignal | undefined;
}

/** An answer of any status that is final: no attempt is left, or none would help. */
export interface Incoming {
  readonly answer: WireAnswer;
  /** Its body as JSON; undefined if it is none. */
  readonly body: unknown;
  readonly asked: Asked;
}

/** Sends, and sends again while that is safe, may help and fits the deadline. Throws only if no answer came. */
export async function exchange(options: TransportOptions, outgoing: Outgoing): Promise<Incoming> {
  const deadline = options.clock.now() + options.timeoutMs;
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await attemptOnce(options, outgoing, deadline);
    const pause = outcome.again === undefined ? undefined : waitMs(attempt, outcome.again, options.random());
    const late = pause === undefined || options.clock.now() + pause >= deadline;
    if (outcome.again === undefined || pause === undefined || late || attempt > options.maxRetries) {
      return outcome.finish();
    }
    tellWait(options, outcome.again, pause);
    await options.clock.sleep(pause, anySignal(options.signal, outgoing.signal));
  }
}

interface Attempt {
  readonly again: Again | undefined;
  /** Gives the answer, or throws what stood in its way. */
  finish(): Incoming;
}

async function attemptOnce(
  options: TransportOptions,
  outgoing: Outgoing,
  deadline: number,
): Promise<Attempt> {
  const asked: Asked = {
    method: outgoing.method,
    url: outgoing.url,
    requestId: options.uuid(),
    account: outgoing.account,
    operation: outgoing.operation,
  };
  const started = options.clock.now();
  const interrupt = anySignal(options.signal, outgoing.signal);
  if (interrupt?.aborted) throw interruption(interrupt);
  const timeout = AbortSignal.timeout(Math.max(1, deadline - started));
  const request: WireRequest = {
    method: outgoing.method,
    url: outgoing.url,
    headers: { ...outgoing.headers, 'x-request-id': asked.requestId },
    body: outgoing.body,
    signal: interrupt === undefined ? timeout : AbortSignal.any([interrupt, timeout]),
  };
  try {
    const answer = await options.send(request);
    trace(options, request, answer, started);
    const body = jsonOf(answer);
    const again = againAfterAnswer(answer, codeIn(body), outgoing.repeats, options.clock.now());
    return { again, finish: () => ({ answer, body, asked }) };
  } catch (thrown) {
    if (interrupt?.aborted) throw interruption(interrupt);
    const error = asWireError(thrown);
    options.debug?.(`${request.method} ${request.url} ${error.code} ${options.clock.now() - started} ms`);
    const timedOut = timeout.aborted ? options.timeoutMs : undefined;
    return {
      again: timedOut === undefined ? againAfterError(error, outgoing.repeats) : undefined,
      finish: () => {
        throw unreachable(error, asked, timedOut);
      },
    };
  }
}

function interruption(signal: AbortSignal): TenantctlError {
  const reason: unknown = signal.reason;
  return reason instanceof TenantctlError ? reason : interruptedError('interrupted');
}

export function refuse(incoming: Incoming): never {
  throw refusal(incoming.answer, incoming.body, incoming.asked);
}

/** Short waits are nobody's business; a long one would look like a hang. */
const worthSaying = 1000;

function tellWait(options: TransportOptions, again: Again, pause: number): void {
  if (pause >= worthSaying) options.notice(`${again.reason}, waiting ${Math.ceil(pause / 1000)} s`);
}

const shownHeaders = [
  'content-type',
  'etag',
  'idempotency-key',
  'idempotency-replayed',
  'if-match',
  'ratelimit',
  'ratelimit-policy',
  'retry-after',
  'user-agent',
];

function trace(options: TransportOptions, request: WireRequest, answer: WireAnswer, started: number): void {
  if (options.debug === undefined) return;
  const requestId = answer.headers['x-request-id'] ?? request.headers['x-request-id'];
  options.debug(
    `${request.method} ${request.url} ${answer.status} ${options.clock.now() - started} ms request_id=${requestId}`,
  );
  for (const [mark, headers] of [
    ['>', request.headers],
    ['<', answer.headers],
  ] as const) {
    for (const name of shownHeaders)
      if (headers[name] !== undefined) options.debug(`${mark} ${name}: ${headers[name]}`);
  }
}

function anySignal(...signals: (AbortSignal | undefined)[]): AbortSignal | undefined {
  const given = signals.filter((signal) => signal !== undefined);
  return given.length > 1 ? AbortSignal.any(given) : given[0];
}

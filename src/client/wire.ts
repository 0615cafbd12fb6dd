/**
 * The port between the client and whatever carries HTTP: undici when the tool runs, `app.inject` or, under msw,
 * global fetch in tests. It sends one request and reads one whole answer; it never retries, never follows a
 * redirect (a token must not leave its host) and never looks into the body.
 */
export type Send = (request: WireRequest) => Promise<WireAnswer>;

export interface WireRequest {
  readonly method: string;
  readonly url: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  /** Aborted when the deadline passes or the person interrupts. */
  readonly signal: AbortSignal;
}

export interface WireAnswer {
  readonly status: number;
  /** Names in lower case; a repeated header is joined by `, `. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** An answer past this is a mistake or an attack: a full page of 1,000 objects is about 1 MiB. */
export const answerBytesMax = 32 * 1024 * 1024;

/** Thrown by a Send when no usable answer came. `code` is the system's or undici's name of the cause. */
export class WireError extends Error {
  override readonly name = 'WireError';
  readonly code: string;

  constructor(message: string, code: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Causes that prove that the request never reached a server, so that repeating it cannot do anything twice. */
const neverSentCodes = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

export function neverSent(error: WireError): boolean {
  return neverSentCodes.has(error.code);
}

/** Causes that no repetition heals: a wrong certificate, a broken answer, a wrong address. */
export function isHopeless(error: WireError): boolean {
  return /CERT|SELF_SIGNED|ALTNAME|^ERR_TLS|^ERR_SSL|^EPROTO$|^ANSWER_|^UND_ERR_INVALID_ARG|^ERR_INVALID/.test(
    error.code,
  );
}

/** Turns whatever a vendor threw into a WireError; fetch and undici hide the system's code in `cause`. */
export function asWireError(thrown: unknown): WireError {
  if (thrown instanceof WireError) return thrown;
  const chain = causes(thrown);
  const coded = chain.find((error) => codeOf(error) !== undefined) ?? chain[0];
  return new WireError(coded?.message ?? String(thrown), codeOf(coded) ?? 'UNKNOWN', { cause: thrown });
}

function causes(thrown: unknown): Error[] {
  const found: Error[] = [];
  let next = thrown;
  while (next instanceof Error && found.length < 5) {
    found.push(next);
    // Happy Eyeballs reports one error per address; they agree but for the address.
    next = next instanceof AggregateError ? next.errors[0] : next.cause;
  }
  return found;
}

function codeOf(error: Error | undefined): string | undefined {
  if (error === undefined || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

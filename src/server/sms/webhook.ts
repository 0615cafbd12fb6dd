import { createHmac } from 'node:crypto';
import type { Dispatcher } from 'undici';
import { DeliveryError, type Trouble } from '../delivery/delivery-error.ts';
import type { DueMessage } from '../domain/ports/messages.ts';
import type { GatewayTransport } from './transport.ts';

export interface WebhookOptions {
  /** Where messages are posted to; checked by `start`. */
  readonly url: string;
  /** What the gateway tells our requests from others' by. */
  readonly secret: string;
  /** Milliseconds that a request may take in all; default 15 s. */
  readonly timeoutMs?: number;
  readonly lanes?: number;
  /** Milliseconds since 1970, for the signature; default: the system's clock, which the gateway's is compared with. */
  readonly now?: () => number;
}

const TIMEOUT_MS = 15_000;
const LANES = 4;
const SECOND_MS = 1000;
/** An answer is read only so far: its words are not used. */
const ANSWER_MAX = 64 * 1024;

/**
 * `t=1764061200,v1=<hex>`: the HMAC-SHA256 of `t.body`. The time in it lets the gateway refuse what somebody
 * recorded and sends again.
 */
export function signatureOf(secret: string, seconds: number, body: string): string {
  const mac = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex');
  return `t=${seconds},v1=${mac}`;
}

/** What the gateway reads. The id is the same however often a message is posted, so that it is sent once. */
export function postOf({ id, mode, recipient, body }: DueMessage): string {
  const { text, form, questions } = body;
  return JSON.stringify({ id, to: recipient, mode, text, form, questions });
}

/**
 * Posts messages to one URL that whoever runs the server has set: nothing that a user types reaches it. Redirects are
 * not followed, so that nobody who answers for the gateway can point us into the own network.
 */
export function webhookTransport(options: WebhookOptions): GatewayTransport {
  const url = new URL(options.url);
  let opened: Promise<Dispatcher> | undefined;
  return {
    kind: 'webhook',
    lanes: options.lanes ?? LANES,
    async send(message) {
      opened ??= openDispatcher();
      await post(await opened, url, options, message);
    },
    async close() {
      await (await opened)?.destroy();
    },
  };
}

async function openDispatcher(): Promise<Dispatcher> {
  const { Agent } = await import('undici');
  return new Agent({ allowH2: false, connect: { timeout: 10_000 }, maxResponseSize: ANSWER_MAX });
}

async function post(
  dispatcher: Dispatcher,
  url: URL,
  { secret, timeoutMs = TIMEOUT_MS, now = Date.now }: WebhookOptions,
  message: DueMessage,
): Promise<void> {
  const body = postOf(message);
  const status = await statusOf(dispatcher, {
    origin: url.origin,
    path: `${url.pathname}${url.search}`,
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'idempotency-key': message.id,
      'user-agent': 'tenantctl',
      'x-tenantctl-signature': signatureOf(secret, Math.floor(now() / SECOND_MS), body),
    },
    body,
    signal: AbortSignal.timeout(timeoutMs),
  });
  const trouble = troubleOf(status);
  if (trouble === null) return;
  const redirected = status >= 300 && status < 400 ? ': it redirects, which is not followed' : '';
  throw new DeliveryError(trouble, `the gateway answered ${status}${redirected}`);
}

async function statusOf(dispatcher: Dispatcher, request: Dispatcher.RequestOptions): Promise<number> {
  try {
    const { statusCode, body } = await dispatcher.request(request);
    // The connection is used again only once the answer is read; a longer one is cut off.
    await body.dump({ limit: ANSWER_MAX });
    return statusCode;
  } catch (thrown) {
    const code: unknown = thrown instanceof Error ? Reflect.get(thrown, 'code') : undefined;
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    throw new DeliveryError(neverThere(code) ? 'outage' : 'cut', `the gateway: ${reason}`, thrown);
  }
}

/** Nothing was heard of it: no message can have arrived. */
function neverThere(code: unknown): boolean {
  return [
    'ECONNREFUSED',
    'ENOTFOUND',
    'EAI_AGAIN',
    'EHOSTUNREACH',
    'ENETUNREACH',
    'UND_ERR_CONNECT_TIMEOUT',
  ].some((known) => known === code);
}

/** What a status means for what comes next; null: it took the message. */
function troubleOf(status: number): Trouble | null {
  if (status >= 200 && status < 300) return null;
  if (status >= 500 || status === 408 || status === 425) return 'later';
  // It lets nobody in, is somewhere else, or asks for less: no message goes through now, whichever it is.
  if (status < 400 || [401, 403, 404, 405, 407, 410, 429].includes(status)) return 'outage';
  return 'refused';
}

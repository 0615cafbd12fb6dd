import { type ClientOptions, createClient } from '../../src/client/client.ts';
import type { Send, WireAnswer, WireRequest } from '../../src/client/wire.ts';

export type Reply = Partial<WireAnswer> | Error | ((request: WireRequest) => Promise<WireAnswer>);

export const json = (body: unknown, status = 200, headers: Record<string, string> = {}): WireAnswer => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
});

export const problem = (
  status: number,
  code: string,
  more: Record<string, unknown> = {},
  headers: Record<string, string> = {},
): WireAnswer => ({
  status,
  headers: { 'content-type': 'application/problem+json', ...headers },
  body: JSON.stringify({
    type: `about:${code}`,
    title: code,
    status,
    detail: `${code} happened`,
    code,
    ...more,
  }),
});

/** A wire that answers in order and fails on a request too many; keeps what was sent. */
export function scripted(...replies: Reply[]): { send: Send; sent: WireRequest[] } {
  const sent: WireRequest[] = [];
  const send: Send = async (request) => {
    const reply = replies[sent.length];
    sent.push(request);
    if (reply === undefined)
      throw new Error(`request ${sent.length} was not expected: ${request.method} ${request.url}`);
    if (reply instanceof Error) throw reply;
    if (typeof reply === 'function') return await reply(request);
    return { status: 200, headers: {}, body: '', ...reply };
  };
  return { send, sent };
}

/** A guard that lets everything through. */
export const free = {
  beforeWrite: async () => undefined,
  place: async (account: string | undefined) => account,
};

/** A client on a clock of its own: sleeping moves it, nothing waits. `uuid` counts. */
export function client(send: Send, more: Partial<ClientOptions> = {}) {
  let now = Date.UTC(2026, 0, 1);
  let count = 0;
  const notices: string[] = [];
  const slept: number[] = [];
  const made = createClient({
    baseUrl: 'https://api.test',
    send,
    credential: { token: async () => 'tctl_user_1', renew: async () => undefined },
    guard: { dryRun: false, readOnly: false, ...free },
    userAgent: 'tenantctl/test',
    clock: {
      now: () => now,
      sleep: async (ms) => {
        slept.push(ms);
        now += ms;
      },
    },
    random: () => 0.5,
    uuid: () => `uuid-${++count}`,
    timeoutMs: 30_000,
    maxRetries: 3,
    notice: (text) => notices.push(text),
    ...more,
  });
  return { ...made, notices, slept };
}

export const refused = (code: string): Error =>
  Object.assign(new Error(`connect ${code} 127.0.0.1:1`), { code });

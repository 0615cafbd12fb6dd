import { delay, HttpResponse, http } from 'msw';
import { setupServer } from 'msw/node';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Send } from '../../src/client/wire.ts';
import { mintToken } from '../../src/contract/token.ts';
import { type CliResult, runCli } from '../support/cli.ts';

const ORIGIN = 'http://127.0.0.1:7411';
const LIST = `${ORIGIN}/v1/accounts`;
const EMPTY = { data: [], next_cursor: null };
const server = setupServer();

beforeAll(() => server.listen({ onUnhandledFrame: 'error' }));
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

/** Global fetch as the wire, because msw does not see undici's own requests. */
const overFetch: Send = async ({ method, url, headers, body, signal }) => {
  const answer = await fetch(url, { method, headers, body: body ?? null, signal, redirect: 'manual' });
  return {
    status: answer.status,
    headers: Object.fromEntries(answer.headers),
    body: await answer.text(),
  };
};

const list = (words = ''): Promise<CliResult> =>
  runCli(`accounts list --json ${words}`, {
    send: overFetch,
    env: { TENANTCTL_TOKEN: mintToken('user') },
  });

const refusal = (status: number, code: string, headers: Record<string, string> = {}) =>
  HttpResponse.json(
    { type: `about:${code}`, title: code, status, detail: `${code} happened`, code },
    { status, headers: { 'content-type': 'application/problem+json', ...headers } },
  );

/** Answers the first `times` requests so and the rest with an empty list; counts them all. */
function stormOf(times: number, answer: () => Response | Promise<Response>): { readonly seen: () => number } {
  let seen = 0;
  server.use(
    http.get(LIST, () => {
      seen += 1;
      return seen <= times ? answer() : HttpResponse.json(EMPTY);
    }),
  );
  return { seen: () => seen };
}

describe('what a server cannot be made to do', () => {
  it('429 with Retry-After: waits as asked, says so, and ends well', async () => {
    const storm = stormOf(2, () => refusal(429, 'rate_limited', { 'retry-after': '7' }));
    const done = await list();
    expect([done.code, done.json(), storm.seen()]).toEqual([0, [], 3]);
    expect(done.stderr.match(/rate limited, waiting 7 s/g)).toHaveLength(2);
  });

  it('429 without end: gives up with 7 after the retries that were allowed', async () => {
    const storm = stormOf(Number.POSITIVE_INFINITY, () =>
      refusal(429, 'rate_limited', { 'retry-after': '2' }),
    );
    const done = await list('--max-retries 2');
    expect([done.code, done.stdout, storm.seen()]).toEqual([7, '', 3]);
    expect(done.stderr).toContain('rate_limited');
  });

  it('429 that asks for longer than the deadline is not waited for', async () => {
    const storm = stormOf(1, () => refusal(429, 'rate_limited', { 'retry-after': '3600' }));
    const done = await list('--timeout 5s');
    expect([done.code, done.stdout, storm.seen()]).toEqual([7, '', 1]);
    expect(done.stderr).not.toContain('waiting');
  });

  it('503s of a server that restarts are outlasted', async () => {
    const storm = stormOf(3, () => refusal(503, 'busy', { 'retry-after': '1' }));
    const done = await list('--max-retries 3');
    expect([done.code, done.json(), storm.seen()]).toEqual([0, [], 4]);
  });

  it('broken JSON is an error that shows how the answer starts, and is not asked for again', async () => {
    const storm = stormOf(1, () =>
      HttpResponse.text('{"data": [{"id":', { headers: { 'content-type': 'application/json' } }),
    );
    const done = await list();
    expect([done.code, done.stdout, storm.seen()]).toEqual([1, '', 1]);
    expect(done.stderr).toMatch(/not JSON/);
    expect(done.stderr).toMatch(/bad_answer/);
  });

  it('a connection that hangs is left at the deadline', async () => {
    const storm = stormOf(1, async () => {
      await delay('infinite');
      return HttpResponse.json(EMPTY);
    });
    const done = await list('--timeout 1s');
    expect([done.code, done.stdout, storm.seen()]).toEqual([7, '', 1]);
    expect(done.stderr).toContain(`no answer from ${ORIGIN} within 1 s`);
  });
});

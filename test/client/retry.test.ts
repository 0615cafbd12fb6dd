import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { retryAfterMs, waitMs } from '../../src/client/retry.ts';
import { client, json, problem, refused, scripted } from './wire.ts';

const me = json({ user: null });

describe('what is sent again', () => {
  it.each([
    ['a refused connection', refused('ECONNREFUSED')],
    ['a connection cut', refused('ECONNRESET')],
    ['429', problem(429, 'rate_limited')],
    ['503', problem(503, 'busy')],
    ['500', problem(500, 'internal')],
    ['504 of a proxy', { status: 504, headers: { 'content-type': 'text/html' }, body: 'x' }],
    ['a key in flight', problem(409, 'idempotency_in_flight')],
  ])('%s', async (_, first) => {
    const { send, sent } = scripted(first, me);
    await client(send).call('me.show');
    expect(sent).toHaveLength(2);
  });

  it.each([
    ['a conflict', problem(409, 'no_seat'), 'conflict'],
    ['mail that is not configured', problem(503, 'mail_not_configured'), 'temporary'],
    ['not implemented', problem(501, 'x'), 'temporary'],
    ['a certificate nobody trusts', refused('SELF_SIGNED_CERT_IN_CHAIN'), 'error'],
  ])('not %s', async (_, first, outcome) => {
    const { send, sent } = scripted(first);
    await expect(client(send).call('me.show')).rejects.toMatchObject({ outcome });
    expect(sent).toHaveLength(1);
  });

  it('stops after --max-retries with 7', async () => {
    const { send, sent } = scripted(...Array.from({ length: 4 }, () => problem(503, 'busy')));
    await expect(client(send).call('me.show')).rejects.toMatchObject({
      outcome: 'temporary',
      exitCode: 7,
      retryable: true,
    });
    expect(sent).toHaveLength(4);
  });
});

describe('a secret that works once', () => {
  const body = { refresh_token: 'r' };

  it.each([refused('ECONNRESET'), problem(500, 'internal')])(
    'is not sent again after an unknown outcome',
    async (first) => {
      const { send, sent } = scripted(first);
      await expect(client(send).call('auth.refresh', { body })).rejects.toMatchObject({
        outcome: 'temporary',
      });
      expect(sent).toHaveLength(1);
    },
  );

  it.each([refused('ECONNREFUSED'), problem(429, 'rate_limited'), problem(503, 'busy')])(
    'is sent again if it certainly did nothing',
    async (first) => {
      const { send, sent } = scripted(first, json({}));
      await client(send).call('auth.refresh', { body });
      expect(sent).toHaveLength(2);
    },
  );
});

describe('waiting', () => {
  it('honours Retry-After and says so', async () => {
    const { send } = scripted(problem(429, 'rate_limited', {}, { 'retry-after': '12' }), me);
    const run = client(send, { random: () => 0 });
    await run.call('me.show');
    expect([run.slept, run.notices]).toEqual([[12_000], ['rate limited, waiting 12 s']]);
  });

  it('does not begin a wait that the deadline would cut', async () => {
    const { send } = scripted(problem(429, 'mail_limit', {}, { 'retry-after': '86400' }));
    const run = client(send);
    await expect(run.call('me.show')).rejects.toMatchObject({ code: 'mail_limit', outcome: 'temporary' });
    expect(run.slept).toEqual([]);
  });

  it('grows, with full jitter, and never undercuts the server', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.option(fc.integer({ min: 0, max: 1e7 }), { nil: undefined }),
        fc.double({ min: 0, max: 0.999999, noNaN: true }),
        (attempt, askedMs, random) => {
          const wait = waitMs(attempt, { reason: 'busy', askedMs }, random);
          expect(wait).toBeGreaterThanOrEqual(askedMs ?? 0);
          expect(wait).toBeLessThanOrEqual((askedMs ?? 0) + Math.min(20_000, 250 * 2 ** (attempt - 1)));
        },
      ),
    );
  });

  it.each([
    ['7', 7000],
    ['Thu, 01 Jan 2026 00:00:05 GMT', 5000],
    ['Wed, 31 Dec 2025 00:00:00 GMT', 0],
    ['soon', undefined],
    ['-3', undefined],
  ])('reads Retry-After: %s', (value, ms) => {
    const read = retryAfterMs(value, Date.UTC(2026, 0, 1));
    expect(value === '-3' ? undefined : read).toBe(ms);
  });
});

describe('time and interruption', () => {
  const hang = (request: { signal: AbortSignal }) =>
    new Promise<never>((_, reject) =>
      request.signal.addEventListener('abort', () => reject(request.signal.reason)),
    );

  it('an answer that never comes is 7, named timeout', async () => {
    const { send } = scripted(hang);
    await expect(client(send, { timeoutMs: 20 }).call('me.show')).rejects.toMatchObject({
      code: 'timeout',
      outcome: 'temporary',
      message: 'no answer from https://api.test within 0.02 s',
    });
  });

  it('Ctrl-C is no error of the network', async () => {
    const stop = new AbortController();
    const { send } = scripted(hang);
    const running = client(send, { signal: stop.signal }).call('me.show');
    await Promise.resolve();
    stop.abort();
    await expect(running).rejects.toMatchObject({ outcome: 'interrupted', exitCode: 130 });
  });
});

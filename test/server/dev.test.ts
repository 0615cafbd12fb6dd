import { describe, expect, test } from 'vitest';
import { MailWorker } from '../../src/server/mail/worker.ts';
import { startServer } from '../support/server.ts';

const dev = { setup: { dev: true } };

describe('a --dev server', () => {
  test('shows staff the mail it kept, with its links, newest first', async () => {
    const server = await startServer(dev);
    const token = await server.staffToken();
    for (const email of ['ada@example.org', 'bob@example.org'])
      await server.ok('auth.signup', { body: { email } });
    const secret = await server.secretFor('bob@example.org');
    const { transactions, setup } = server.deps;
    const worker = new MailWorker({
      transactions,
      clock: server.clock,
      transport: { kind: 'captured' },
      publicUrl: setup.publicUrl,
    });
    await worker.round();
    const all = await server.ok('dev.mail', { token });
    expect(all.data.map(({ to }) => to)).toEqual(['bob@example.org', 'ada@example.org']);
    const one = await server.ok('dev.mail', { token, query: { to: 'BOB@example.org' } });
    expect(one.data).toHaveLength(1);
    expect(one.data[0]?.links).toEqual([`http://tenancy.test/signup?secret=${secret}`]);
    const page = await server.ok('dev.mail', { token, query: { limit: 1 } });
    const rest = await server.ok('dev.mail', { token, query: { limit: 1, cursor: page.next_cursor ?? '' } });
    expect([page.data[0]?.to, rest.data[0]?.to, rest.next_cursor]).toEqual([
      'bob@example.org',
      'ada@example.org',
      null,
    ]);
  });

  test('moves its clock forward and never back', async () => {
    const server = await startServer(dev);
    const token = await server.staffToken();
    expect(await server.ok('dev.clock', { token })).toEqual({ now: '2026-03-02T09:00:00.000Z' });
    const moved = await server.ok('dev.clock_set', { token, body: { advance_seconds: 8 * 86_400 } });
    expect(moved).toEqual({ now: '2026-03-10T09:00:00.000Z' });
    expect(await server.ok('dev.clock', { token })).toEqual(moved);
    const set = await server.ok('dev.clock_set', { token, body: { now: '2026-03-11T00:00:00.000Z' } });
    expect(set).toEqual({ now: '2026-03-11T00:00:00.000Z' });
    const back = await server.refused('dev.clock_set', { token, body: { now: '2026-03-10T00:00:00.000Z' } });
    expect(back.errors?.[0]?.pointer).toBe('/now');
  });

  test('lets only staff do so', async () => {
    const server = await startServer(dev);
    const { access_token: token } = await server.signUp('ada@example.org');
    expect((await server.call('dev.mail', { token })).status).toBe(403);
    expect((await server.call('dev.clock_set', { body: { advance_seconds: 1 } })).status).toBe(401);
  });
});

test('any other server has none of this', async () => {
  const server = await startServer();
  const token = await server.staffToken();
  for (const id of ['dev.mail', 'dev.clock', 'dev.clock_set'] as const) {
    expect((await server.call(id, { token })).status).toBe(404);
  }
});

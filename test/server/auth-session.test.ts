import { describe, expect, test } from 'vitest';
import { mintToken } from '../../src/contract/token.ts';
import type { Session } from '../../src/contract/types.ts';
import { DomainError } from '../../src/server/domain/errors.ts';
import { describeOnEachDatabase } from '../support/databases.ts';
import { PASSWORD, startServer, type TestServer } from '../support/server.ts';

const refresh = (server: TestServer, { refresh_token }: Session) =>
  server.call('auth.refresh', { body: { refresh_token } });
const works = async (server: TestServer, token: string) =>
  (await server.call('me.show', { token })).status === 200;

describeOnEachDatabase('a session', (open) => {
  test('twenty refreshes with one token at the same moment log nobody out (T64)', async () => {
    const server = await startServer({ database: await open() });
    const session = await server.signUp('ada@example.org');
    const answers = await Promise.all(
      Array.from({ length: 20 }, () =>
        server.ok('auth.refresh', { body: { refresh_token: session.refresh_token } }),
      ),
    );
    expect(new Set(answers.map(({ refresh_token }) => refresh_token)).size).toBe(20);
    for (const { access_token } of answers) expect(await works(server, access_token)).toBe(true);
    server.clock.advance({ minutes: 5 });
    for (const answer of answers.slice(0, 3)) expect((await refresh(server, answer)).status).toBe(200);
  });

  test('reuse of a refresh token past the grace ends the whole family, although it is refused (T64)', async () => {
    const server = await startServer({ database: await open() });
    const stolen = await server.signUp('ada@example.org');
    const next = await server.ok('auth.refresh', { body: { refresh_token: stolen.refresh_token } });
    server.clock.advance({ seconds: 10 });
    expect((await refresh(server, stolen)).status).toBe(200);
    server.clock.advance({ seconds: 1 });
    const problem = await server.refused('auth.refresh', { body: { refresh_token: stolen.refresh_token } });
    expect([problem.status, problem.code]).toEqual([401, 'invalid_grant']);
    expect(await works(server, next.access_token)).toBe(false);
    expect((await refresh(server, next)).status).toBe(401);
    const token = await server.staffToken();
    const { data } = await server.ok('audit.platform', { token, query: { action: 'auth.refresh' } });
    expect(data.map(({ actor, after }) => [actor.kind, after])).toEqual([
      ['anonymous', { state: 'revoked', revoked_reason: 'reuse' }],
    ]);
  });

  test('another session of the same person is untouched by that', async () => {
    const server = await startServer({ database: await open() });
    const stolen = await server.signUp('ada@example.org');
    const other = await server.ok('auth.login', { body: { email: 'ada@example.org', password: PASSWORD } });
    await refresh(server, stolen);
    server.clock.advance({ seconds: 11 });
    await refresh(server, stolen);
    expect(await works(server, other.access_token)).toBe(true);
  });

  test('ends at once with logout', async () => {
    const server = await startServer({ database: await open() });
    const session = await server.signUp('ada@example.org');
    expect(await server.ok('auth.logout', { token: session.access_token })).toEqual({ changed: true });
    expect(await works(server, session.access_token)).toBe(false);
    expect((await refresh(server, session)).status).toBe(401);
  });

  test('lives 15 minutes by its access token, 30 days without use and 90 at most', async () => {
    const server = await startServer({ database: await open() });
    let session = await server.signUp('ada@example.org');
    server.clock.advance({ minutes: 15 });
    const problem = await server.refused('me.show', { token: session.access_token });
    expect([problem.status, problem.code]).toEqual([401, 'token_expired']);
    for (const days of [0, 29, 29, 29]) {
      server.clock.advance({ days });
      session = await server.ok('auth.refresh', { body: { refresh_token: session.refresh_token } });
    }
    expect(session.refresh_expires_at).toBe('2026-05-31T09:00:00.000Z');
    server.clock.advance({ days: 3 });
    expect((await refresh(server, session)).status).toBe(401);
    const fresh = await server.ok('auth.login', { body: { email: 'ada@example.org', password: PASSWORD } });
    server.clock.advance({ days: 30 });
    expect((await refresh(server, fresh)).status).toBe(401);
  });

  test('expired access tokens go when the session is refreshed', async () => {
    const server = await startServer({ database: await open() });
    let session = await server.signUp('ada@example.org');
    for (let times = 0; times < 4; times += 1) {
      server.clock.advance({ minutes: 20 });
      session = await server.ok('auth.refresh', { body: { refresh_token: session.refresh_token } });
    }
    const tokens = await server.database.read((trx) => trx.selectFrom('tokens').select('kind').execute());
    expect(tokens).toHaveLength(1);
  });
});

describe('signing in', () => {
  const wrong = 'plum harbour weaves ten';

  test('unknown people and wrong passwords are refused alike', async () => {
    const server = await startServer();
    await server.signUp('ada@example.org');
    const one = await server.refused('auth.login', { body: { email: 'ada@example.org', password: wrong } });
    const two = await server.refused('auth.login', { body: { email: 'bob@example.org', password: wrong } });
    expect({ ...one, request_id: '' }).toEqual({ ...two, request_id: '' });
    expect([one.status, one.code]).toEqual([401, 'invalid_credentials']);
  });

  test('a password is checked for unknown people too', async () => {
    const server = await startServer();
    const checked: (string | null)[] = [];
    const { passwords } = server.deps;
    const watched = await startServer({
      deps: {
        passwords: {
          hash: passwords.hash,
          verify: (password, hash) => {
            checked.push(hash);
            return passwords.verify(password, hash);
          },
        },
      },
    });
    await watched.refused('auth.login', { body: { email: 'bob@example.org', password: wrong } });
    expect(checked).toEqual([null]);
  });

  test('guessing is slowed down for the guesser and not for the owner (T73)', async () => {
    const server = await startServer();
    await server.signUp('ada@example.org');
    const login = (password: string, ip: string) =>
      server.call('auth.login', { body: { email: 'ada@example.org', password }, ip });
    const guesses = await Promise.all(Array.from({ length: 15 }, () => login(wrong, '203.0.113.9')));
    expect(guesses.filter(({ status }) => status === 401)).toHaveLength(10);
    const refused = guesses.filter(({ status }) => status === 429);
    expect(refused).toHaveLength(5);
    expect(refused[0]?.headers['retry-after']).toBe('900');
    expect((await login(PASSWORD, '203.0.113.9')).status).toBe(429);
    expect((await login(PASSWORD, '198.51.100.7')).status).toBe(200);
    server.clock.advance({ minutes: 15 });
    expect((await login(PASSWORD, '203.0.113.9')).status).toBe(200);
  });

  test('a right password forgets the wrong ones before it', async () => {
    const server = await startServer();
    await server.signUp('ada@example.org');
    const login = (password: string) =>
      server.call('auth.login', { body: { email: 'ada@example.org', password } });
    for (let round = 0; round < 3; round += 1) {
      for (let times = 0; times < 9; times += 1) expect((await login(wrong)).status).toBe(401);
      expect((await login(PASSWORD)).status).toBe(200);
    }
  });

  test('one network tries a hundred wrong passwords, whatever the addresses and headers', async () => {
    const server = await startServer();
    const login = (n: number) =>
      server.call('auth.login', {
        body: { email: `user${n}@example.org`, password: wrong },
        ip: `2001:db8:1:2::${n.toString(16)}`,
        headers: { 'x-forwarded-for': `10.0.0.${n}` },
      });
    const statuses: number[] = [];
    for (let n = 1; n <= 101; n += 1) statuses.push((await login(n)).status);
    expect(statuses.filter((status) => status === 401)).toHaveLength(100);
    expect(statuses.at(-1)).toBe(429);
  });
});

describe('a credential', () => {
  test('that is malformed is refused and never a fault of ours (T70)', async () => {
    const server = await startServer();
    const { access_token } = await server.signUp('ada@example.org');
    const headers = [
      access_token,
      `Basic ${access_token}`,
      `Bearer ${access_token}, Bearer ${access_token}`,
      `Bearer  ${access_token} x`,
      'Bearer',
      'Bearer ',
      `Bearer ${'x'.repeat(8000)}`,
      'Bearer \u00ff\u00fe',
    ];
    for (const authorization of headers) {
      const problem = await server.refused('me.show', { headers: { authorization } });
      expect([authorization.slice(0, 20), problem.status, problem.code]).toEqual([
        authorization.slice(0, 20),
        401,
        'invalid_token',
      ]);
    }
    // A public operation needs none, but one that is sent must be good.
    expect((await server.refused('plans.list', { headers: { authorization: 'Bearer x' } })).status).toBe(401);
    expect((await server.call('plans.list')).status).toBe(200);
  });

  test('that is mistyped never reaches the database (T69)', async () => {
    const asked: string[] = [];
    const never = (what: string) => async () => {
      asked.push(what);
      throw new Error('asked');
    };
    const server = await startServer({
      deps: { transactions: { read: never('read'), write: never('write') } },
    });
    const token = mintToken('user');
    const mistyped = token.slice(0, -1) + (token.endsWith('A') ? 'B' : 'A');
    expect((await server.refused('me.show', { token: mistyped })).code).toBe('invalid_token');
    expect((await server.refused('auth.logout', { token: mistyped })).code).toBe('invalid_token');
    expect(asked).toEqual([]);
  });

  test('that cannot be looked up passes nothing: 503 (T71)', async () => {
    const gone = async () => {
      throw new DomainError('database_unavailable', 'The database cannot be reached right now.', {
        retryAfter: 2,
      });
    };
    const server = await startServer({ deps: { transactions: { read: gone, write: gone } } });
    for (const [id, token] of [
      ['me.show', mintToken('user')],
      ['plans.list', undefined],
    ] as const) {
      const { status, headers } = await server.call(id, token === undefined ? {} : { token });
      expect([id, status, headers['retry-after']]).toEqual([id, 503, '2']);
    }
  });
});

import { describe, expect, test } from 'vitest';
import { errorCodes } from '../../../src/contract/errors.ts';
import { describeOnEachDatabase } from '../../support/databases.ts';
import { startServer, type TestServer } from '../../support/server.ts';

/** What the HTTP contract promises of every operation: api.md, "Conventions"; threats.md A6. */

const json = { 'content-type': 'application/json' };

async function raw(
  server: TestServer,
  request: {
    method?: 'GET' | 'POST' | 'PATCH' | 'DELETE' | 'PUT';
    url: string;
    headers?: Record<string, string>;
    payload?: string | Buffer;
  },
) {
  const response = await server.app.inject({ method: 'GET', ...request });
  const problem = response.body.startsWith('{') ? JSON.parse(response.body) : null;
  return { status: response.statusCode, headers: response.headers, body: response.body, problem };
}

async function withAccount(server: TestServer, slug = 'acme') {
  const session = await server.signUp(`ana@${slug}.example`);
  const token = session.access_token;
  const account = await server.ok('accounts.create', { token, body: { name: slug, slug, plan: 'business' } });
  return { token, account };
}

describe('errors', () => {
  test('every refusal is a problem document with a code of the table, a request id and nothing internal', async () => {
    const server = await startServer();
    const refusals = [
      await raw(server, { url: '/nowhere' }),
      await raw(server, { method: 'PUT', url: '/v1/roles' }),
      await raw(server, { url: '/v1/me' }),
      await raw(server, { url: '/v1/me', headers: { authorization: 'Basic YTpi' } }),
      await raw(server, { method: 'POST', url: '/v1/auth/login', headers: json, payload: '{"email":' }),
      await raw(server, {
        method: 'POST',
        url: '/v1/auth/login',
        headers: json,
        payload: '{"email":"a@b.example"}',
      }),
      await raw(server, {
        method: 'POST',
        url: '/v1/auth/login',
        headers: { 'content-type': 'text/plain' },
        payload: 'x',
      }),
    ];
    expect(refusals.map(({ status, problem }) => [status, problem.code])).toEqual([
      [404, 'not_found'],
      [405, 'method_not_allowed'],
      [401, 'unauthenticated'],
      [401, 'invalid_token'],
      [400, 'malformed_json'],
      [400, 'invalid_request'],
      [415, 'unsupported_media_type'],
    ]);
    for (const { headers, problem, status } of refusals) {
      expect(headers['content-type']).toBe('application/problem+json');
      expect(problem.status).toBe(status);
      expect(problem.request_id).toBe(headers['x-request-id']);
      expect(problem.type).toBe(`urn:tenantctl:error:${problem.code}`);
      expect(Object.keys(errorCodes)).toContain(problem.code);
      expect(JSON.stringify(problem)).not.toMatch(/at .*\.ts|select |insert |SQLITE|node_modules/i);
    }
    await server.close();
  });

  test('bad input names each field by its pointer, all at once', async () => {
    const server = await startServer();
    const { token } = await withAccount(server);
    const problem = await server.refused('accounts.list', { token, query: { limit: 0, colour: 'red' } });
    expect(problem.errors?.map((error) => error.pointer).sort()).toEqual(['?colour', '?limit']);
    const response = await raw(server, {
      method: 'POST',
      url: '/v1/accounts',
      headers: { ...json, authorization: `Bearer ${token}` },
      payload: JSON.stringify({ name: '', plan: 'Gold', owner: 'me' }),
    });
    expect(response.problem.errors.map((error: { pointer: string }) => error.pointer).sort()).toEqual([
      '/name',
      '/owner',
      '/plan',
    ]);
    await server.close();
  });

  test("T45 fields that are not the caller's to set are refused, not ignored", async () => {
    const server = await startServer();
    const { token } = await withAccount(server);
    for (const field of [
      'state',
      'id',
      'owner_user_id',
      'managed_accounts',
      'revision',
      'created_at',
      'suspended_by',
    ]) {
      const response = await raw(server, {
        method: 'PATCH',
        url: '/v1/accounts/acme',
        headers: { ...json, authorization: `Bearer ${token}` },
        payload: JSON.stringify({ [field]: 'x' }),
      });
      expect([field, response.status]).toEqual([field, 400]);
    }
    await server.close();
  });
});

describe('bodies', () => {
  const hostile: [string, string, number][] = [
    ['__proto__', '{"email":"a@b.example","password":"x","__proto__":{"admin":true}}', 400],
    [
      'constructor.prototype',
      '{"email":"a@b.example","password":"x","constructor":{"prototype":{"admin":true}}}',
      400,
    ],
    ['a NUL', '{"email":"a\\u0000@b.example","password":"x"}', 400],
    ['a huge number', '{"email":1e400,"password":"x"}', 400],
    ['an array', '[]', 400],
    ['nothing', '', 400],
    ['depth 10,000', `${'['.repeat(10_000)}${']'.repeat(10_000)}`, 400],
  ];
  test.each(hostile)('T83 %s is refused', async (_name, payload, status) => {
    const server = await startServer();
    const response = await raw(server, { method: 'POST', url: '/v1/auth/login', headers: json, payload });
    expect(response.status).toBe(status);
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
    await server.close();
  });

  test('T83 a lone surrogate in an address is bad input, not a fault', async () => {
    const server = await startServer();
    const response = await raw(server, {
      method: 'POST',
      url: '/v1/auth/signup',
      headers: json,
      payload: '{"email":"\\ud800@b.example"}',
    });
    expect(response.status).toBe(400);
    await server.close();
  });

  test('over 5 MiB is 413', async () => {
    const server = await startServer();
    const payload = JSON.stringify({ email: 'x'.repeat(5 * 1024 * 1024 + 1) });
    const response = await raw(server, { method: 'POST', url: '/v1/auth/login', headers: json, payload });
    expect([response.status, response.problem.code]).toEqual([413, 'body_too_large']);
    await server.close();
  });

  test.each(['application/json\ta', 'json', 'application/jsonx', 'application/x-www-form-urlencoded'])(
    'T82 content type %j is 415',
    async (type) => {
      const server = await startServer();
      const response = await raw(server, {
        method: 'POST',
        url: '/v1/auth/login',
        headers: { 'content-type': type },
        payload: '{"email":"a@b.example","password":"x"}',
      });
      expect(response.status).toBe(415);
      await server.close();
    },
  );
});

describe('request ids, limits and paths', () => {
  test('T85 a harmless id of the caller comes back, a hostile one is replaced', async () => {
    const server = await startServer();
    const kept = await raw(server, { url: '/v1/plans', headers: { 'x-request-id': 'deploy-42.a_b' } });
    expect(kept.headers['x-request-id']).toBe('deploy-42.a_b');
    for (const id of ['short', 'x'.repeat(200), 'a b c d e f g h', '<script>alert(1)</script>']) {
      const replaced = await raw(server, { url: '/v1/plans', headers: { 'x-request-id': id } });
      expect(replaced.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    }
    await server.close();
  });

  test('T86 the headers count down, and past the quota comes 429 with when to try again', async () => {
    const policies = {
      default: { quota: 3, window: 60 },
      public: { quota: 3, window: 60 },
      mailing: { quota: 1000, window: 60 },
    };
    const server = await startServer({ policies });
    const left: string[] = [];
    let last = await raw(server, { url: '/v1/plans' });
    for (let n = 0; n < 3; n += 1) {
      left.push(/r=(\d+)/.exec(String(last.headers.ratelimit))?.[1] ?? '');
      expect(last.headers['ratelimit-policy']).toBe('"public";q=3;w=60');
      last = await raw(server, { url: '/v1/plans' });
    }
    expect(left).toEqual(['2', '1', '0']);
    expect([last.status, last.problem.code]).toEqual([429, 'rate_limited']);
    expect(Number(last.headers['retry-after'])).toBeGreaterThan(0);
    await server.close();
  });

  test('T153 one tenant at its limit leaves another untouched', async () => {
    const policies = {
      default: { quota: 20, window: 60 },
      public: { quota: 1000, window: 60 },
      mailing: { quota: 1000, window: 60 },
    };
    const server = await startServer({ policies });
    const noisy = await server.signUp('noisy@x.example');
    const calm = await server.signUp('calm@x.example');
    for (let n = 0; n < 20; n += 1) await server.ok('me.show', { token: noisy.access_token });
    expect((await server.call('me.show', { token: noisy.access_token })).status).toBe(429);
    expect((await server.call('me.show', { token: calm.access_token })).status).toBe(200);
    await server.close();
  });

  test.each(['/v1/roles/', '/v1//roles', '/V1/roles', '/v1/Roles'])(
    'T40 %s is not another way to an operation',
    async (url) => {
      const server = await startServer();
      const response = await raw(server, { url });
      // An inject normalises dot segments as any client does.
      expect(response.status === 404 || url.includes('/./')).toBe(true);
      await server.close();
    },
  );

  test('answers are not for caches to keep', async () => {
    const server = await startServer();
    const { headers } = await raw(server, { url: '/v1/plans' });
    expect(headers['cache-control']).toBe('no-store');
    expect(headers['x-content-type-options']).toBe('nosniff');
    await server.close();
  });
});

describeOnEachDatabase('revisions', (open) => {
  test('T81 of two writers with the same ETag one wins; the other is told that it is stale', async () => {
    const server = await startServer({ database: await open() });
    const { token } = await withAccount(server);
    const read = await server.call('accounts.show', { params: { account: 'acme' }, token });
    const etag = read.headers.etag ?? '';
    expect(etag).toMatch(/^"\d+"$/);
    const write = (name: string) =>
      server.call('accounts.update', {
        params: { account: 'acme' },
        token,
        body: { name },
        headers: { 'if-match': etag },
      });
    const both = await Promise.all([write('One'), write('Two')]);
    expect(both.map((reply) => reply.status).sort((a, b) => a - b)).toEqual([200, 412]);
    const again = await server.call('accounts.update', {
      params: { account: 'acme' },
      token,
      body: { name: 'Three' },
      headers: { 'if-match': '"bogus"' },
    });
    expect(again.status).toBe(412);
    await server.close();
  });
});

describeOnEachDatabase('idempotency keys', (open) => {
  const create = (server: TestServer, token: string, key: string, name: string) =>
    server.call('accounts.create', {
      token,
      body: { name, slug: name },
      headers: { 'idempotency-key': key },
    });

  test('T76 fifty at once make one account, and all get its answer', async () => {
    const server = await startServer({ database: await open() });
    const { access_token: token } = await server.signUp('ana@x.example');
    const replies = await Promise.all(Array.from({ length: 50 }, () => create(server, token, 'k1', 'beta')));
    expect(new Set(replies.map((reply) => reply.status))).toEqual(new Set([201]));
    expect(new Set(replies.map((reply) => JSON.stringify(reply.body))).size).toBe(1);
    expect(replies.filter((reply) => reply.headers['idempotency-replayed'] === 'true')).toHaveLength(49);
    const { data } = await server.ok('accounts.list', { token, query: { kind: 'standard' } });
    expect(data.map((account) => account.slug)).toEqual(['beta']);
    await server.close();
  });

  test("T77 the same key with another body is 422, and another caller's key is another key", async () => {
    const server = await startServer({ database: await open() });
    const { access_token: ana } = await server.signUp('ana@x.example');
    const { access_token: ben } = await server.signUp('ben@x.example');
    expect((await create(server, ana, 'k1', 'one')).status).toBe(201);
    const other = await create(server, ana, 'k1', 'two');
    expect([other.status, Reflect.get(Object(other.body), 'code')]).toEqual([422, 'idempotency_mismatch']);
    expect((await create(server, ben, 'k1', 'two')).status).toBe(201);
    await server.close();
  });

  test('T78 a malformed key is refused', async () => {
    const server = await startServer({ database: await open() });
    const { access_token: token } = await server.signUp('ana@x.example');
    expect((await create(server, token, 'x'.repeat(256), 'one')).status).toBe(400);
    expect((await create(server, token, 'has space', 'one')).status).toBe(400);
    await server.close();
  });

  test('T79 a refused request leaves no record: once it is mended, the same key succeeds', async () => {
    const server = await startServer({ database: await open() });
    const { token } = await withAccount(server);
    const managed = () =>
      server.call('accounts.create', {
        token,
        body: { name: 'Dev', slug: 'acme-dev', master: 'acme' },
        headers: { 'idempotency-key': 'k1' },
      });
    expect((await managed()).status).toBe(403);
    await server.ok('accounts.unlock', {
      params: { account: 'acme' },
      token: await server.staffToken(),
      body: {},
    });
    expect((await managed()).status).toBe(201);
    expect((await managed()).headers['idempotency-replayed']).toBe('true');
    await server.close();
  });

  test('T80 after 24 hours a key is new', async () => {
    const server = await startServer({ database: await open() });
    const session = await server.signUp('ana@x.example');
    const api = await server.ok('accounts.create', {
      token: session.access_token,
      body: { name: 'One', slug: 'one' },
    });
    const { secret } = await server.ok('tokens.create', {
      token: session.access_token,
      body: { kind: 'api', name: 'ci', account: api.id, role: 'admin', expires_in_days: 30 },
    });
    const send = (email: string) =>
      server.call('invites.send', {
        params: { account: 'one' },
        token: secret,
        body: { email, role: 'admin' },
        headers: { 'idempotency-key': 'k' },
      });
    expect((await send('a@y.example')).status).toBe(201);
    expect((await send('a@y.example')).headers['idempotency-replayed']).toBe('true');
    expect((await send('b@y.example')).status).toBe(422);
    server.clock.advance({ hours: 24, seconds: 1 });
    expect((await send('b@y.example')).status).toBe(201);
    await server.close();
  });

  test('an answer that held a secret is not told twice; the repeat names what was made', async () => {
    const server = await startServer({ database: await open() });
    const { token } = await withAccount(server);
    const make = () =>
      server.call('account_tokens.create', {
        params: { account: 'acme' },
        token,
        body: { name: 'ci', role: 'admin' },
        headers: { 'idempotency-key': 'k' },
      });
    const first = await make();
    expect(first.status).toBe(201);
    const made = Reflect.get(Object(Reflect.get(Object(first.body), 'token')), 'id');
    const second = await make();
    expect([second.status, Reflect.get(Object(second.body), 'code')]).toEqual([409, 'idempotency_secret']);
    expect(JSON.stringify(second.body)).toContain(String(made));
    const { data } = await server.ok('account_tokens.list', { params: { account: 'acme' }, token });
    expect(data).toHaveLength(1);
    const stored = await server.database.read((trx) =>
      trx
        .selectFrom('idempotency_records')
        .select('answer')
        .where('operation', '=', 'account_tokens.create')
        .execute(),
    );
    expect(stored).toEqual([{ answer: null }]);
    await server.close();
  });
});

describeOnEachDatabase('cursors', (open) => {
  test('T87 a walk during inserts and deletes shows what stays exactly once, and cursors of other lists are refused', async () => {
    const server = await startServer({ database: await open() });
    const { token } = await withAccount(server);
    const ids: string[] = [];
    const invite = async (n: number) => {
      const made = await server.ok('invites.send', {
        params: { account: 'acme' },
        token,
        body: { email: `p${n}@x.example`, role: 'admin' },
      });
      return made.id;
    };
    for (let n = 0; n < 12; n += 1) ids.push(await invite(n));
    const seen: string[] = [];
    let cursor: string | null = null;
    let round = 0;
    do {
      const page: Awaited<ReturnType<typeof server.ok<'invites.list'>>> = await server.ok('invites.list', {
        params: { account: 'acme' },
        token,
        query: { limit: 5, state: 'pending', ...(cursor !== null && { cursor }) },
      });
      seen.push(...page.data.map((item) => item.id));
      cursor = page.next_cursor;
      if (round === 0) {
        await server.ok('invites.revoke', { params: { account: 'acme', invite: ids[7] ?? '' }, token });
        await invite(100);
      }
      round += 1;
    } while (cursor !== null && round < 10);
    const stays = ids.filter((_, at) => at !== 7);
    expect(seen.filter((id) => stays.includes(id))).toEqual(stays);
    expect(new Set(seen).size).toBe(seen.length);

    const first = await server.ok('invites.list', {
      params: { account: 'acme' },
      token,
      query: { limit: 2 },
    });
    const good = first.next_cursor ?? '';
    const tampered = Buffer.from(
      Buffer.from(good, 'base64url').toString().replace('inv_0', 'inv_1'),
    ).toString('base64url');
    for (const [query, what] of [
      [{ limit: 2, cursor: tampered }, 'tampered'],
      [{ limit: 2, cursor: 'x' }, 'nonsense'],
      [{ limit: 2, cursor: good, role: 'admin' }, 'of other filters'],
    ] as const) {
      const refusal = await server.call('invites.list', { params: { account: 'acme' }, token, query });
      expect([what, refusal.status]).toEqual([what, 400]);
    }
    await server.close();
  });
});

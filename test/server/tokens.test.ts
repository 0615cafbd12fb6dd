import { describe, expect, test } from 'vitest';
import { TokenUse } from '../../src/server/domain/token-use.ts';
import { describeOnEachDatabase } from '../support/databases.ts';
import { PASSWORD, startServer, type TestServer } from '../support/server.ts';

async function withAccount(server: TestServer) {
  const { access_token: token, user } = await server.signUp('ada@example.org', 'Ada');
  await server.ok('accounts.create', { token, body: { name: 'Acme', slug: 'acme' } });
  return { token, user };
}

describeOnEachDatabase('tokens', (open) => {
  test("a member's token works in its one account until it is revoked", async () => {
    const server = await startServer({ database: await open() });
    const { token, user } = await withAccount(server);
    const made = await server.ok('tokens.create', {
      token,
      body: { kind: 'api', name: 'laptop', account: 'acme' },
    });
    expect(made.token).toEqual({
      id: expect.stringMatching(/^tok_/),
      kind: 'api',
      owner: 'member',
      name: 'laptop',
      account_id: expect.stringMatching(/^acc_/),
      user_id: user.id,
      role: 'admin',
      modules: [],
      reason: null,
      state: 'active',
      created_by: user.id,
      created_at: '2026-03-02T09:00:00.000Z',
      expires_at: '2026-05-31T09:00:00.000Z',
      last_used_at: null,
    });
    const me = await server.ok('me.show', { token: made.secret });
    expect(me.credential).toMatchObject({
      kind: 'api',
      owner: 'member',
      name: 'laptop',
      account: { slug: 'acme' },
    });
    expect(
      (await server.call('accounts.show', { token: made.secret, params: { account: 'acme' } })).status,
    ).toBe(200);
    const personal = user.personal_account ?? '';
    expect(
      (await server.call('accounts.show', { token: made.secret, params: { account: personal } })).status,
    ).toBe(404);
    const params = { token: made.token.id };
    expect(await server.ok('tokens.revoke', { token, params })).toEqual({ changed: true });
    expect(await server.ok('tokens.revoke', { token, params })).toEqual({ changed: false });
    expect((await server.refused('me.show', { token: made.secret })).code).toBe('invalid_token');
    const { data } = await server.ok('tokens.list', { token });
    expect(data.map(({ id, state }) => [id, state])).toEqual([[made.token.id, 'revoked']]);
    const stored = await server.database.read((trx) => trx.selectFrom('tokens').selectAll().execute());
    expect(JSON.stringify(stored)).not.toContain(made.secret);
  });

  test('an account token belongs to the account and every admin sees it (D24)', async () => {
    const server = await startServer({ database: await open() });
    const { token } = await withAccount(server);
    const params = { account: 'acme' };
    const body = { name: 'ci', role: 'user' as const, modules: ['parsers' as const], expires_in_days: 10 };
    const made = await server.ok('account_tokens.create', { token, params, body });
    expect(made.token).toMatchObject({
      owner: 'account',
      user_id: null,
      role: 'user',
      modules: ['parsers'],
      expires_at: '2026-03-12T09:00:00.000Z',
    });
    expect((await server.ok('me.show', { token: made.secret })).user).toBe(null);
    const { data } = await server.ok('account_tokens.list', { token, params });
    expect(data.map(({ name }) => name)).toEqual(['ci']);
    server.clock.advance({ days: 10 });
    const { access_token: later } = await server.ok('auth.login', {
      body: { email: 'ada@example.org', password: PASSWORD },
    });
    expect((await server.refused('me.show', { token: made.secret })).code).toBe('token_expired');
    expect((await server.ok('account_tokens.list', { token: later, params })).data[0]?.state).toBe('expired');
    const one = { account: 'acme', token: made.token.id };
    expect(await server.ok('account_tokens.revoke', { token: later, params: one })).toEqual({
      changed: true,
    });
  });

  test("an account's token is out of reach of another account", async () => {
    const server = await startServer({ database: await open() });
    const { token } = await withAccount(server);
    const { secret, token: made } = await server.ok('account_tokens.create', {
      token,
      params: { account: 'acme' },
      body: { name: 'ci', role: 'admin' },
    });
    const bob = await server.signUp('bob@example.org');
    await server.ok('accounts.create', { token: bob.access_token, body: { name: 'Other', slug: 'other' } });
    const params = { account: 'other', token: made.id };
    expect((await server.call('account_tokens.revoke', { token: bob.access_token, params })).status).toBe(
      404,
    );
    expect(
      (await server.call('tokens.revoke', { token: bob.access_token, params: { token: made.id } })).status,
    ).toBe(404);
    expect((await server.call('me.show', { token: secret })).status).toBe(200);
  });
});

describe('a token', () => {
  test('is never above its maker, nor made by another token (T74)', async () => {
    const server = await startServer();
    const { token } = await withAccount(server);
    const bob = await server.signUp('bob@example.org');
    const at = server.clock.now().toISOString();
    const account = await server.ok('accounts.show', { token, params: { account: 'acme' } });
    await server.deps.transactions.write(({ tenant }) =>
      tenant(account.id).members.insert({
        id: server.deps.newId('member'),
        userId: bob.user.id,
        role: 'user',
        modules: ['parsers', 'reports'],
        children: [],
        at,
      }),
    );
    const make = (body: object) =>
      server.call('tokens.create', {
        token: bob.access_token,
        body: { kind: 'api', name: 'x', account: 'acme', ...body },
      });
    expect((await make({ role: 'admin' })).status).toBe(403);
    expect((await make({ modules: ['parsers', 'settings'] })).status).toBe(403);
    expect((await make({ role: 'super_admin' })).status).toBe(400);
    expect((await make({ expires_in_days: 366 })).status).toBe(400);
    expect((await make({})).body).toMatchObject({ token: { role: 'user', modules: ['parsers', 'reports'] } });
    const params = { account: 'acme' };
    const body = { name: 'ci', role: 'user' } as const;
    expect(
      (await server.call('account_tokens.create', { token: bob.access_token, params, body })).status,
    ).toBe(403);
    const machine = await server.ok('account_tokens.create', {
      token,
      params,
      body: { ...body, role: 'admin' },
    });
    expect((await server.call('account_tokens.create', { token: machine.secret, params, body })).status).toBe(
      403,
    );
    const wrong = await server.refused('account_tokens.create', {
      token,
      params,
      body: { ...body, role: 'member' },
    });
    expect(wrong.errors?.[0]?.pointer).toBe('/role');
  });

  test('of an account that one does not see is 404, whether it is there or not', async () => {
    const server = await startServer();
    await withAccount(server);
    const { access_token: token } = await server.signUp('bob@example.org');
    const make = (account: string) =>
      server.refused('tokens.create', { token, body: { kind: 'api', name: 'x', account } });
    const [there, nowhere] = [await make('acme'), await make('acmf')];
    expect([there.status, there.code]).toEqual([404, 'not_found']);
    expect(nowhere.detail).toBe(there.detail.replace('acme', 'acmf'));
  });

  test('is shown once: a repeated request says what was made', async () => {
    const server = await startServer();
    const { token } = await withAccount(server);
    const request = {
      token,
      body: { kind: 'api', name: 'laptop', account: 'acme' } as const,
      headers: { 'idempotency-key': 'k1' },
    };
    const made = await server.ok('tokens.create', request);
    const problem = await server.refused('tokens.create', request);
    expect([problem.status, problem.code]).toEqual([409, 'idempotency_secret']);
    expect(problem.detail).toContain(made.token.id);
  });

  test('notes its use at most once an hour, outside the request', async () => {
    const server = await startServer();
    const { token } = await withAccount(server);
    const { secret, token: made } = await server.ok('tokens.create', {
      token,
      body: { kind: 'api', name: 'laptop', account: 'acme' },
    });
    const use = new TokenUse(server.clock);
    const lastUse = async () => {
      for (const id of server.seen.splice(0)) use.seen(id);
      await use.flush(server.deps.transactions);
      return (await server.ok('tokens.list', { token })).data[0]?.last_used_at;
    };
    await server.ok('me.show', { token: secret });
    expect(await lastUse()).toBe('2026-03-02T09:00:00.000Z');
    server.clock.advance({ minutes: 10 });
    await server.ok('me.show', { token: secret });
    expect(await lastUse()).toBe('2026-03-02T09:00:00.000Z');
    server.clock.advance({ minutes: 4 });
    expect(await lastUse()).toBe('2026-03-02T09:00:00.000Z');
    expect(made.last_used_at).toBe(null);
  });
});

describe('staff', () => {
  test('a staff token takes staff, a password and a reason (T72)', async () => {
    const server = await startServer();
    const staffToken = await server.staffToken('root@platform.example');
    const login = { email: 'root@platform.example', password: PASSWORD };
    const { access_token: token } = await server.ok('auth.login', { body: login });
    const body = { kind: 'staff', name: 'ops', reason: 'incident 7', current_password: PASSWORD } as const;
    const made = await server.ok('tokens.create', { token, body });
    expect(made.token).toMatchObject({
      kind: 'staff',
      reason: 'incident 7',
      expires_at: '2026-03-09T09:00:00.000Z',
    });
    expect((await server.call('staff.list', { token: made.secret })).status).toBe(200);
    const wrong = await server.refused('tokens.create', { token, body: { ...body, current_password: 'x' } });
    expect(wrong.code).toBe('invalid_credentials');
    expect((await server.call('tokens.create', { token: staffToken, body })).status).toBe(403);
    const bob = await server.signUp('bob@example.org');
    const refused = await server.refused('tokens.create', { token: bob.access_token, body });
    expect([refused.status, refused.reasons?.[0]?.text]).toEqual([403, 'you are not staff']);
    // A session of somebody who is staff has no staff rights by itself.
    expect((await server.call('staff.list', { token })).status).toBe(403);
  });

  test('are added without a secret, removed with their staff tokens, and never all of them', async () => {
    const server = await startServer();
    const token = await server.staffToken('root@platform.example');
    const bob = await server.signUp('bob@example.org');
    const body = { email: 'Bob@example.org', reason: 'on call' };
    const added = await server.call('staff.add', { token, body });
    expect([added.status, added.body]).toEqual([
      201,
      expect.objectContaining({ user_id: bob.user.id, email: 'bob@example.org', reason: 'on call' }),
    ]);
    expect((await server.call('staff.add', { token, body })).status).toBe(200);
    const { secret } = await server.ok('tokens.create', {
      token: bob.access_token,
      body: { kind: 'staff', name: 'ops', reason: 'x', current_password: PASSWORD },
    });
    const params = { user: 'bob@example.org' };
    expect(await server.ok('staff.remove', { token, params })).toEqual({ changed: true });
    expect((await server.call('staff.list', { token: secret })).status).toBe(401);
    expect(await server.ok('staff.remove', { token, params })).toEqual({ changed: false });
    const last = await server.refused('staff.remove', { token, params: { user: 'root@platform.example' } });
    expect([last.status, last.code]).toEqual([409, 'last_staff']);
    expect(
      (await server.call('staff.remove', { token, params: { user: 'no@platform.example' } })).status,
    ).toBe(404);
    expect(
      (await server.call('staff.add', { token, body: { email: 'no@x.example', reason: 'x' } })).status,
    ).toBe(404);
  });
});

describeOnEachDatabase('the last staff member', (open) => {
  test('stays, also when two take each other out at the same moment', async () => {
    const server = await startServer({ database: await open() });
    const one = await server.staffToken('one@platform.example');
    const two = await server.staffToken('two@platform.example');
    const replies = await Promise.all([
      server.call('staff.remove', { token: one, params: { user: 'two@platform.example' } }),
      server.call('staff.remove', { token: two, params: { user: 'one@platform.example' } }),
    ]);
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(1);
    const left = await server.database.read((trx) => trx.selectFrom('staff').selectAll().execute());
    expect(left).toHaveLength(1);
  });
});

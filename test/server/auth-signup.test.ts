import { describe, expect, test } from 'vitest';
import { describeOnEachDatabase } from '../support/databases.ts';
import { PASSWORD, START, startServer } from '../support/server.ts';

describeOnEachDatabase('sign-up', (open) => {
  test('a mailed link and a password make a signed-in person with an account of their own', async () => {
    const server = await startServer({ database: await open() });
    const session = await server.signUp('Ada@Example.org', 'Ada');
    expect(session.user).toEqual({
      id: expect.stringMatching(/^usr_/),
      email: 'Ada@Example.org',
      name: 'Ada',
      staff: false,
      personal_account: expect.stringMatching(/^acc_/),
      revision: 1,
      created_at: START,
      updated_at: START,
    });
    expect(session.access_expires_at).toBe('2026-03-02T09:15:00.000Z');
    expect(session.refresh_expires_at).toBe('2026-04-01T09:00:00.000Z');
    expect(await server.ok('me.show', { token: session.access_token })).toEqual({
      user: session.user,
      credential: {
        kind: 'user',
        id: expect.stringMatching(/^tok_/),
        name: null,
        owner: 'user',
        account: null,
        role: null,
        workspace: null,
        modules: [],
        expires_at: session.access_expires_at,
        delegation: null,
      },
    });
    const account = await server.ok('accounts.show', {
      params: { account: session.user.personal_account ?? '' },
      token: session.access_token,
    });
    expect(account).toMatchObject({ kind: 'personal', name: 'Ada', role: 'owner', state: 'active' });
    expect(account.slug).toMatch(/^ada-[0-9a-f]{8}$/);
    const workspaces = await server.ok('workspaces.list', {
      params: { account: account.id },
      token: session.access_token,
    });
    expect(workspaces.data.map(({ slug }) => slug)).toEqual(['default']);
  });

  test('a link used three times at the same moment makes one person', async () => {
    const server = await startServer({ database: await open() });
    await server.ok('auth.signup', { body: { email: 'ada@example.org' } });
    const secret = await server.secretFor('ada@example.org');
    const replies = await Promise.all(
      [1, 2, 3].map(() => server.call('auth.signup_finish', { body: { secret, password: PASSWORD } })),
    );
    expect(replies.map((reply) => reply.status).sort((a, b) => a - b)).toEqual([201, 404, 404]);
  });

  test('two links of one address finished at the same moment make one person', async () => {
    const server = await startServer({ database: await open() });
    await server.ok('auth.signup', { body: { email: 'ada@example.org' } });
    await server.ok('auth.signup', { body: { email: 'Ada@example.org' } });
    const [one, two] = (await server.mails()).map((mail) => mail.payload.secret ?? '');
    const replies = await Promise.all(
      [one ?? '', two ?? ''].map((secret) =>
        server.call('auth.signup_finish', { body: { secret, password: PASSWORD } }),
      ),
    );
    expect(replies.map((reply) => reply.status).sort((a, b) => a - b)).toEqual([201, 404]);
  });

  test('known and unknown addresses get the same answer, and another mail', async () => {
    const server = await startServer({ database: await open() });
    await server.signUp('ada@example.org');
    const known = await server.call('auth.signup', { body: { email: 'ADA@example.org' } });
    const unknown = await server.call('auth.signup', { body: { email: 'bob@example.org' } });
    const telling = new Set(['x-request-id', 'date', 'ratelimit']);
    const bare = ({ status, headers, body }: typeof known) => ({
      status,
      body,
      headers: Object.entries(headers).filter(([name]) => !telling.has(name)),
    });
    expect(bare(known)).toEqual(bare(unknown));
    expect((await server.mails()).map(({ kind, to }) => [kind, to])).toEqual([
      ['signup', 'ada@example.org'],
      ['signup_known', 'ada@example.org'],
      ['signup', 'bob@example.org'],
    ]);
    const rows = await server.database.read((trx) =>
      trx
        .selectFrom('mailed_secrets')
        .select(['state', 'email'])
        .orderBy('created_at')
        .orderBy('email')
        .execute(),
    );
    expect(rows).toEqual([
      { state: 'revoked', email: 'ADA@example.org' },
      { state: 'used', email: 'ada@example.org' },
      { state: 'pending', email: 'bob@example.org' },
    ]);
  });
});

describe('a sign-up link', () => {
  test('is good for a day', async () => {
    const server = await startServer();
    await server.ok('auth.signup', { body: { email: 'ada@example.org' } });
    const secret = await server.secretFor('ada@example.org');
    server.clock.advance({ hours: 24 });
    const problem = await server.refused('auth.signup_finish', { body: { secret, password: PASSWORD } });
    expect([problem.status, problem.code]).toEqual([410, 'secret_expired']);
  });

  test('opens nothing but the end of a sign-up', async () => {
    const server = await startServer();
    await server.ok('auth.signup', { body: { email: 'ada@example.org' } });
    const secret = await server.secretFor('ada@example.org');
    const reset = await server.refused('auth.password_reset', { body: { secret, password: PASSWORD } });
    const confirm = await server.refused('auth.email_confirm', { body: { secret } });
    expect([reset.code, confirm.code]).toEqual(['invalid_secret', 'invalid_secret']);
    expect((await server.call('auth.signup_finish', { body: { secret, password: PASSWORD } })).status).toBe(
      201,
    );
  });

  test('survives a password that is not good enough', async () => {
    const server = await startServer();
    await server.ok('auth.signup', { body: { email: 'ada@example.org' } });
    const secret = await server.secretFor('ada@example.org');
    const problem = await server.refused('auth.signup_finish', { body: { secret, password: 'too short' } });
    expect([problem.status, problem.code, problem.errors?.[0]?.pointer]).toEqual([
      400,
      'weak_password',
      '/password',
    ]);
    expect((await server.call('auth.signup_finish', { body: { secret, password: PASSWORD } })).status).toBe(
      201,
    );
  });

  test('is stored as a hash only', async () => {
    const server = await startServer();
    await server.ok('auth.signup', { body: { email: 'ada@example.org' } });
    const secret = await server.secretFor('ada@example.org');
    const stored = await server.database.read((trx) =>
      trx.selectFrom('mailed_secrets').selectAll().execute(),
    );
    expect(JSON.stringify(stored)).not.toContain(secret);
  });
});

describe('sign-up', () => {
  test('mails one address five times an hour, and answers as ever past it', async () => {
    const server = await startServer();
    for (let times = 0; times < 7; times += 1) {
      expect(await server.ok('auth.signup', { body: { email: 'ada@example.org' } })).toEqual({ sent: true });
    }
    expect(await server.mails('ada@example.org')).toHaveLength(5);
    server.clock.advance({ hours: 1, seconds: 1 });
    await server.ok('auth.signup', { body: { email: 'ada@example.org' } });
    expect(await server.mails('ada@example.org')).toHaveLength(6);
  });

  test('can be closed, and needs mail', async () => {
    const closed = await startServer({ setup: { signup: false } });
    expect((await closed.refused('auth.signup', { body: { email: 'a@example.org' } })).code).toBe(
      'signup_closed',
    );
    const mute = await startServer({ setup: { mail: 'none' } });
    for (const id of ['auth.signup', 'auth.password_forgot'] as const) {
      const problem = await mute.refused(id, { body: { email: 'a@example.org' } });
      expect([problem.status, problem.code]).toEqual([503, 'mail_not_configured']);
    }
  });

  test('says what is wrong with an address', async () => {
    const server = await startServer();
    const problem = await server.refused('auth.signup', { body: { email: 'nobody' } });
    expect(problem).toMatchObject({ status: 400, code: 'invalid_request', errors: [{ pointer: '/email' }] });
  });
});

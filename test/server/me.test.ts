import { expect, test } from 'vitest';
import { describeOnEachDatabase } from '../support/databases.ts';
import { PASSWORD, startServer } from '../support/server.ts';

describeOnEachDatabase('deleting oneself', (open) => {
  test('takes the personal account along and frees the address', async () => {
    const server = await startServer({ database: await open() });
    const { access_token: token, user } = await server.signUp('ada@example.org');
    const body = { current_password: PASSWORD };
    const dry = await server.ok('me.delete', { token, body, query: { dry_run: true } });
    expect(dry).toEqual({ changed: true, left_accounts: [] });
    expect((await server.call('me.show', { token })).status).toBe(200);
    expect(await server.ok('me.delete', { token, body })).toEqual(dry);
    expect((await server.call('me.show', { token })).status).toBe(401);
    expect(
      (await server.call('auth.login', { body: { email: 'ada@example.org', password: PASSWORD } })).status,
    ).toBe(401);
    const again = await server.signUp('ada@example.org');
    expect(again.user.id).not.toBe(user.id);
    const accounts = await server.ok('accounts.list', { token: again.access_token });
    expect(accounts.data.map(({ id }) => id)).toEqual([again.user.personal_account]);
  });

  test('is refused for the last administrator of an account, which is named (D25)', async () => {
    const server = await startServer({ database: await open() });
    const { access_token: token } = await server.signUp('ada@example.org');
    const account = await server.ok('accounts.create', { token, body: { name: 'Acme', slug: 'acme' } });
    const problem = await server.refused('me.delete', { token, body: { current_password: PASSWORD } });
    expect([problem.status, problem.code, problem.blockers]).toEqual([
      409,
      'last_admin',
      [{ kind: 'account', detail: 'acme' }],
    ]);
    await server.ok('accounts.delete', {
      token,
      params: { account: account.id },
      query: { confirm: 'acme' },
    });
    expect((await server.ok('me.delete', { token, body: { current_password: PASSWORD } })).changed).toBe(
      true,
    );
  });

  test('needs the password', async () => {
    const server = await startServer({ database: await open() });
    const { access_token: token } = await server.signUp('ada@example.org');
    const problem = await server.refused('me.delete', {
      token,
      body: { current_password: 'quite another one' },
    });
    expect(problem.code).toBe('invalid_credentials');
  });
});

test('an own name changes with its revision, and a stale one is refused', async () => {
  const server = await startServer();
  const { access_token: token } = await server.signUp('ada@example.org');
  const first = await server.call('me.update', {
    token,
    body: { name: 'Ada' },
    headers: { 'if-match': '"1"' },
  });
  expect([first.status, first.headers.etag]).toEqual([200, '"2"']);
  const stale = await server.refused('me.update', {
    token,
    body: { name: 'Eve' },
    headers: { 'if-match': '"1"' },
  });
  expect(stale.status).toBe(412);
  const same = await server.ok('me.update', { token, body: { name: 'Ada' } });
  expect(same.revision).toBe(2);
  expect((await server.ok('me.update', { token, body: { name: null } })).name).toBe(null);
});

import { expect, it } from 'vitest';
import type { OperationId } from '../../../src/contract/operations.ts';
import { describeOnEachDatabase } from '../../support/databases.ts';
import {
  accountToken,
  apiToken,
  join,
  managed,
  master,
  organization,
  person,
  standard,
} from '../../support/estate.ts';
import { PASSWORD, startServer } from '../../support/server.ts';

describeOnEachDatabase('what a token may when its maker changes', (open) => {
  it('D24: nothing appears in it that it was not given, whatever becomes of the maker', async () => {
    const server = await startServer({ database: await open() });
    const staff = await server.staffToken();
    const sue = await person(server, 'sue@org.example');
    const max = await person(server, 'max@org.example');
    const org = await organization(server, staff, 'org', sue);
    const params = { account: org.id };
    const member = await join(server, org.id, max, 'super_admin');
    const asMember = await apiToken(server, org.id, max, 'member');
    const asBilling = await apiToken(server, org.id, max, 'billing_admin');
    const asAdmin = await apiToken(server, org.id, max, 'super_admin');
    const roleOf = async (token: string) => {
      const { status, body } = await server.call('accounts.show', { token, params });
      return status === 200 ? Reflect.get(Object(body), 'role') : status;
    };
    const roles = async () => [await roleOf(asMember), await roleOf(asBilling), await roleOf(asAdmin)];
    expect(await roles()).toEqual(['member', 'billing_admin', 'super_admin']);
    const change = (role: 'member' | 'billing_admin' | 'super_admin') =>
      server.ok('members.update', { token: sue.token, params: { ...params, member }, body: { role } });
    await change('billing_admin');
    expect(await roles()).toEqual([404, 'billing_admin', 'billing_admin']);
    await change('member');
    expect(await roles()).toEqual(['member', 404, 'member']);
    await change('super_admin');
    expect(await roles()).toEqual(['member', 'billing_admin', 'super_admin']);
  });

  it('a token of a suspended account does nothing there, not even end it', async () => {
    const server = await startServer({ database: await open() });
    const staff = await server.staffToken();
    const ann = await person(server, 'ann@acme.example');
    const acme = await standard(server, ann, 'acme');
    const tokens = [
      await accountToken(server, acme.id, 'admin'),
      await apiToken(server, acme.id, ann, 'admin'),
    ];
    await server.ok('accounts.suspend', { token: staff, params: { account: 'acme' }, body: {} });
    for (const token of tokens) {
      const { code } = await server.refused('accounts.delete', {
        token,
        params: { account: 'acme' },
        query: { confirm: 'acme' },
      });
      expect(code).toBe('account_suspended');
      const listed = await server.ok('accounts.list', { token });
      expect(listed.data).toEqual([]);
    }
    // The person may still go, and take the account along.
    await server.ok('accounts.delete', {
      token: ann.token,
      params: { account: 'acme' },
      query: { confirm: 'acme' },
    });
  });

  it('a suspended master has nothing of its managed accounts, by session or token', async () => {
    const server = await startServer({ database: await open() });
    const staff = await server.staffToken();
    const ann = await person(server, 'ann@acme.example');
    const acme = await master(server, ann, 'acme', staff);
    await managed(server, ann, 'acme', 'acme-dev');
    const tokens = [
      ann.token,
      await accountToken(server, acme.id, 'admin'),
      await apiToken(server, acme.id, ann, 'admin'),
    ];
    await server.ok('accounts.suspend', { token: staff, params: { account: 'acme' }, body: {} });
    for (const token of tokens) {
      for (const id of [
        'accounts.show',
        'accounts.tree',
        'members.list',
        'invites.list',
        'audit.list',
      ] as const) {
        expect([id, (await server.call(id, { token, params: { account: 'acme-dev' } })).status]).toEqual([
          id,
          404,
        ]);
      }
      const { data } = await server.ok('accounts.list', { token });
      expect(data.map(({ slug }) => slug)).not.toContain('acme-dev');
      const { status } = await server.call('accounts.list', { token, query: { master: 'acme' } });
      const under =
        status === 200 ? (await server.ok('accounts.list', { token, query: { master: 'acme' } })).data : [];
      expect(under).toEqual([]);
    }
  });

  it('T52, T36: deactivation, removal and coming back: old tokens stay dead or say what is so now', async () => {
    const server = await startServer({ database: await open() });
    const ann = await person(server, 'ann@acme.example');
    const bob = await person(server, 'bob@acme.example');
    const acme = await standard(server, ann, 'acme');
    const params = { account: acme.id };
    const member = await join(server, acme.id, bob, 'admin');
    const { secret: token } = await server.ok('tokens.create', {
      token: bob.token,
      body: { kind: 'api', name: 'ci', account: acme.id, role: 'admin' },
    });
    const status = async () => (await server.call('members.list', { token, params })).status;
    expect(await status()).toBe(200);
    await server.ok('members.deactivate', { token: ann.token, params: { ...params, member } });
    expect([
      await status(),
      (await server.call('members.list', { token: bob.token, params })).status,
    ]).toEqual([401, 404]);
    await server.ok('members.activate', { token: ann.token, params: { ...params, member } });
    expect(await status()).toBe(200);
    await server.ok('members.update', {
      token: ann.token,
      params: { ...params, member },
      body: { role: 'user', modules: [] },
    });
    expect(await status()).toBe(403);
    await server.ok('members.remove', { token: ann.token, params: { ...params, member } });
    expect(await status()).toBe(401);
    await join(server, acme.id, bob, 'admin');
    expect(await status()).toBe(401);
  });

  it('T5, T74: a token of one kind is nothing where another kind is wanted', async () => {
    const server = await startServer({ database: await open() });
    const ann = await person(server, 'ann@acme.example');
    const acme = await standard(server, ann, 'acme');
    const session = await server.ok('auth.login', {
      body: { email: 'ann@acme.example', password: PASSWORD },
    });
    const { secret: api } = await server.ok('tokens.create', {
      token: ann.token,
      body: { kind: 'api', name: 'ci', account: acme.id },
    });
    await server.ok('auth.password_forgot', { body: { email: 'ann@acme.example' } });
    const reset = await server.secretFor('ann@acme.example');
    await server.ok('auth.signup', { body: { email: 'new@x.example' } });
    const signup = await server.secretFor('new@x.example');
    await server.ok('invites.send', {
      token: ann.token,
      params: { account: acme.id },
      body: { email: 'inv@x.example', role: 'admin' },
    });
    const invite = await server.secretFor('inv@x.example');
    await server.ok('me.update', {
      token: ann.token,
      body: { email: 'ann@new.example', current_password: PASSWORD },
    });
    const confirm = await server.secretFor('ann@new.example');
    const secrets = {
      api,
      reset,
      signup,
      invite,
      confirm,
      access: session.access_token,
      refresh: session.refresh_token,
    };
    const accepted: string[] = [];
    const password = 'otter ladder misty quartz';
    for (const [name, secret] of Object.entries(secrets)) {
      const tries: [string, OperationId, object][] = [
        ['signup', 'auth.signup_finish', { secret, password }],
        ['reset', 'auth.password_reset', { secret, password }],
        ['confirm', 'auth.email_confirm', { secret }],
        ['refresh', 'auth.refresh', { refresh_token: secret }],
        ['invite', 'invites.accept', { secret, password }],
        ['invite', 'invites.decline', { secret }],
        ['invite', 'invites.preview', { secret }],
      ];
      for (const [own, id, body] of tries) {
        if (own === name) continue;
        const { statusCode } = await server.app.inject({
          method: 'POST',
          url: `/v1/${{ 'auth.signup_finish': 'auth/signup/finish', 'auth.password_reset': 'auth/password/reset', 'auth.email_confirm': 'auth/email/confirm', 'auth.refresh': 'auth/refresh' }[String(id)] ?? id.replace('.', '/')}`,
          payload: body,
        });
        if (statusCode < 400 || statusCode >= 500) accepted.push(`${name} at ${id}: ${statusCode}`);
      }
      const bearer = await server.call('me.show', { token: secret });
      if ((bearer.status === 200) !== ['api', 'access'].includes(name))
        accepted.push(`${name} as bearer: ${bearer.status}`);
    }
    expect(accepted).toEqual([]);
  });
});

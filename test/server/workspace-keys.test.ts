import { expect, it } from 'vitest';
import { operationIds } from '../../src/contract/operations.ts';
import { pathParams } from '../../src/contract/shapes.ts';
import { describeOnEachDatabase, type OpenDatabase } from '../support/databases.ts';
import { join, organization, person, place, standard, trail, workspaceKey } from '../support/estate.ts';
import { PASSWORD, type Request, startServer } from '../support/server.ts';
import { dumpOf, holding } from './attacks/dump.ts';

async function withKey(open: OpenDatabase) {
  const server = await startServer({ database: await open() });
  const staff = await server.staffToken();
  const sue = await person(server, 'sue@org.example');
  const org = await organization(server, staff, 'org', sue);
  const token = sue.token;
  const ops = await server.ok('workspaces.create', {
    token,
    params: { account: 'org' },
    body: { name: 'Ops', slug: 'ops' },
  });
  const params = { account: 'org', workspace: 'ops' };
  const make = (
    by: string,
    body: { name: string; role: 'viewer' | 'operator' | 'developer'; expires_in_days?: number },
  ) => server.call('workspace_keys.create', { token: by, params, body });
  const { key, secret } = await server.ok('workspace_keys.create', {
    token,
    params,
    body: { name: 'bot', role: 'developer' },
  });
  return { server, staff, sue, org, ops, params, make, key, secret, token };
}

describeOnEachDatabase('a workspace’s key', (open) => {
  it('is shown once, with a name, a role and an end', async () => {
    const { server, org, ops, sue, key, secret, params, token } = await withKey(open);
    expect(secret).toMatch(/^tctl_key_[0-9A-Za-z]{49}$/);
    expect(key).toEqual({
      id: expect.stringMatching(/^tok_/),
      account_id: org.id,
      workspace_id: ops.id,
      name: 'bot',
      role: 'developer',
      state: 'active',
      created_by: sue.id,
      created_at: '2026-03-02T09:00:00.000Z',
      expires_at: '2027-03-02T09:00:00.000Z',
      last_used_at: null,
    });
    const { data } = await server.ok('workspace_keys.list', { token, params });
    expect(data).toEqual([key]);
    expect(holding(await dumpOf(server.database), secret)).toEqual([]);
    expect((await trail(server, org.id)).at(-1)).toBe('workspace_keys.create bot');
    // It is no token of the account: those have lists of their own.
    const tokens = await server.ok('account_tokens.list', { token, params: { account: 'org' } });
    expect(tokens.data).toEqual([]);
    const elsewhere = { token, params: { account: 'org', token: key.id } };
    expect((await server.call('account_tokens.revoke', elsewhere)).status).toBe(404);
    expect((await server.call('tokens.revoke', { token, params: { token: key.id } })).status).toBe(404);
  });

  it('is made by developers and above, in person, and never repeated by its Idempotency-Key', async () => {
    const { server, org, params, make, secret, token } = await withKey(open);
    const outcomes: Record<string, number> = {};
    for (const role of ['viewer', 'operator', 'developer', 'workspace_admin'] as const) {
      const who = await person(server, `${role}@org.example`);
      await place(server, org.id, await join(server, org.id, who, 'member'), role, 'ops');
      outcomes[role] = (await make(who.token, { name: role, role: 'viewer' })).status;
    }
    expect(outcomes).toEqual({ viewer: 403, operator: 403, developer: 201, workspace_admin: 201 });
    // T74: never above its maker, and no key makes another.
    expect((await make(token, { name: 'x', role: 'workspace_admin' as 'viewer' })).status).toBe(400);
    expect((await make(token, { name: 'x', role: 'viewer', expires_in_days: 3651 })).status).toBe(400);
    expect((await make(secret, { name: 'x', role: 'viewer' })).body).toMatchObject({
      reasons: [{ check: 'person', ok: false, text: 'only a signed-in person may do this, not a token' }],
    });
    const headers = { 'idempotency-key': 'once' };
    const request = { token, params, body: { name: 'idem', role: 'viewer' as const }, headers };
    const made = await server.ok('workspace_keys.create', request);
    const again = await server.refused('workspace_keys.create', request);
    expect([again.code, again.detail.includes(made.key.id), again.detail.includes(made.secret)]).toEqual([
      'idempotency_secret',
      true,
      false,
    ]);
  });

  it('works in its own workspace with its own role, and says so', async () => {
    const { server, org, ops, key, secret, params } = await withKey(open);
    const me = await server.ok('me.show', { token: secret });
    expect(me).toEqual({
      user: null,
      credential: {
        kind: 'key',
        id: key.id,
        name: 'bot',
        owner: 'account',
        account: { id: org.id, slug: 'org', name: 'org', parent_id: null },
        role: null,
        modules: [],
        workspace: { id: ops.id, slug: 'ops', role: 'developer' },
        expires_at: key.expires_at,
        delegation: null,
      },
    });
    expect(server.seen).toContain(key.id);
    const accounts = await server.ok('accounts.list', { token: secret });
    expect(accounts.data.map(({ slug, via, role }) => [slug, via, role])).toEqual([['org', 'key', null]]);
    const seen = await server.ok('workspaces.list', { token: secret, params: { account: 'org' } });
    expect(seen.data.map(({ slug, role }) => [slug, role])).toEqual([['ops', 'developer']]);
    const made = await server.ok('resources.create', {
      token: secret,
      params,
      body: { kind: 'connector', name: 'mail' },
    });
    expect(made.created_by).toBe(key.id);
    const { data } = await server.ok('audit.list', {
      token: (
        await server.ok('auth.login', {
          body: { email: 'sue@org.example', password: PASSWORD },
        })
      ).access_token,
      params: { account: 'org' },
      query: { action: 'resources.create' },
    });
    expect(data[0]?.actor).toEqual({ kind: 'key', id: key.id, name: 'bot' });
    const viewer = await workspaceKey(server, org.id, ops.id, 'viewer');
    const refused = await server.refused('resources.create', {
      token: viewer,
      params,
      body: { kind: 'workflow', name: 'x' },
    });
    expect(refused.detail).toBe(
      'resources.create is not allowed: this key is viewer in the workspace ops of org; needs the role operator or more in the workspace ops.',
    );
  });

  it('reaches nothing outside it: no sibling workspace, no other account, nothing of the account itself', async () => {
    const { server, sue, secret } = await withKey(open);
    await standard(server, sue, 'acme');
    const places = [
      { account: 'org', workspace: 'default' },
      { account: 'acme', workspace: 'default' },
      { account: 'acme', workspace: 'ops' },
    ];
    const inside = operationIds.filter((id) => pathParams(id).includes('workspace'));
    const nothing = '0'.repeat(26);
    const rest = { member: sue.email, resource: `res_${nothing}`, key: `tok_${nothing}` };
    const bodies: Record<string, object> = {
      'workspace_members.add': { member: sue.email, role: 'viewer' },
      'workspace_members.update': { role: 'viewer' },
      'resources.create': { kind: 'workflow', name: 'x' },
      'workspace_keys.create': { name: 'x', role: 'viewer' },
    };
    for (const id of inside) {
      for (const place of places) {
        const request: Request<typeof id> = {
          token: secret,
          params: { ...place, ...rest },
          query: id === 'workspaces.delete' ? { confirm: place.workspace } : {},
        };
        const { status } = await server.call(id, { ...request, body: bodies[id] ?? {} } as typeof request);
        expect([id, place, status]).toEqual([id, place, 404]);
      }
    }
    const params = { account: 'org' };
    expect((await server.call('members.list', { token: secret, params })).status).toBe(403);
    expect((await server.call('audit.list', { token: secret, params })).status).toBe(403);
    expect((await server.call('account_tokens.list', { token: secret, params })).status).toBe(403);
    expect((await server.call('accounts.show', { token: secret, params: { account: 'acme' } })).status).toBe(
      404,
    );
    expect((await server.call('tokens.list', { token: secret })).status).toBe(403);
    expect((await server.call('accounts.create', { token: secret, body: { name: 'x' } })).status).toBe(403);
  });

  it('is dead at once when it is deleted, and expires', async () => {
    const { server, org, key, secret, params, make, token } = await withKey(open);
    const remove = () => server.call('workspace_keys.delete', { token, params: { ...params, key: key.id } });
    const other = { ...params, workspace: 'default', key: key.id };
    expect((await server.call('workspace_keys.delete', { token, params: other })).status).toBe(404);
    expect((await remove()).body).toEqual({ changed: true });
    expect((await server.refused('me.show', { token: secret })).detail).toBe(
      'The token is unknown or was revoked.',
    );
    expect((await remove()).body).toEqual({ changed: false });
    const short = await make(token, { name: 'short', role: 'viewer', expires_in_days: 1 });
    const text = String(Reflect.get(Object(short.body), 'secret'));
    const { data } = await server.ok('workspace_keys.list', { token, params, query: { limit: 1 } });
    expect(data.map(({ name, state }) => [name, state])).toEqual([['bot', 'revoked']]);
    server.clock.advance({ days: 1 });
    expect((await server.refused('me.show', { token: text })).code).toBe('token_expired');
    const events = (await trail(server, org.id)).filter((event) => event.startsWith('workspace_keys.delete'));
    expect(events).toEqual(['workspace_keys.delete bot']);
  });

  it('dies with its workspace and its account, rests with a suspension, and outlives its maker (D8)', async () => {
    const { server, staff, sue, org, params, secret, make, token } = await withKey(open);
    const dev = await person(server, 'dev@org.example');
    await place(server, org.id, await join(server, org.id, dev, 'member'), 'developer', 'ops');
    const theirs = String(
      Reflect.get(Object((await make(dev.token, { name: 'dev', role: 'operator' })).body), 'secret'),
    );
    await server.ok('members.remove', { token, params: { account: 'org', member: dev.email } });
    const works = async (by: string) => (await server.call('resources.list', { token: by, params })).status;
    expect([await works(theirs), await works(secret)]).toEqual([200, 200]);
    await server.ok('accounts.suspend', { token: staff, params: { account: 'org' }, body: {} });
    const suspended = await server.refused('resources.list', { token: secret, params });
    expect([suspended.status, suspended.code]).toEqual([403, 'account_suspended']);
    expect((await server.ok('accounts.list', { token: secret })).data).toEqual([]);
    await server.ok('accounts.activate', { token: staff, params: { account: 'org' }, body: {} });
    expect(await works(secret)).toBe(200);
    const first = (
      await server.ok('workspaces.show', { token, params: { account: 'org', workspace: 'default' } })
    ).id;
    const inDefault = await workspaceKey(server, org.id, first, 'viewer');
    await server.ok('workspaces.delete', { token, params, query: { confirm: 'ops' } });
    expect([
      (await server.call('me.show', { token: secret })).status,
      (await server.call('me.show', { token: theirs })).status,
    ]).toEqual([401, 401]);
    expect((await server.call('me.show', { token: inDefault })).status).toBe(200);
    await server.ok('accounts.delete', {
      token: staff,
      params: { account: 'org' },
      query: { confirm: 'org' },
    });
    expect((await server.refused('me.show', { token: inDefault })).code).toBe('invalid_token');
    expect((await server.call('me.show', { token: sue.token })).status).toBe(200);
  });

  it('of a standard account is its administrators’ to make, and works there all the same', async () => {
    const server = await startServer({ database: await open() });
    const ann = await person(server, 'ann@acme.example');
    const acme = await standard(server, ann, 'acme');
    const par = await person(server, 'par@acme.example');
    await join(server, acme.id, par, 'user', ['parsers']);
    const params = { account: 'acme', workspace: 'default' };
    const body = { name: 'bot', role: 'operator' as const };
    expect((await server.call('workspace_keys.create', { token: par.token, params, body })).status).toBe(403);
    const { secret } = await server.ok('workspace_keys.create', { token: ann.token, params, body });
    const workflow = { kind: 'workflow' as const, name: 'nightly' };
    expect((await server.call('resources.create', { token: secret, params, body: workflow })).status).toBe(
      201,
    );
    const connector = { kind: 'connector' as const, name: 'mail' };
    expect(
      (await server.refused('resources.create', { token: secret, params, body: connector })).detail,
    ).toBe(
      'resources.write_connector is not allowed: this key is operator in the workspace default of acme; needs the role developer or more in the workspace default.',
    );
  });
});

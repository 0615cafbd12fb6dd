import { expect, it } from 'vitest';
import { describeOnEachDatabase } from '../support/databases.ts';
import {
  accountToken,
  apiToken,
  join,
  organization,
  person,
  place,
  workspaceKey,
} from '../support/estate.ts';
import { PASSWORD, startServer } from '../support/server.ts';

describeOnEachDatabase('an organization', (open) => {
  it('is made by staff, opens with its first super admin, and starts with one workspace (R27)', async () => {
    const server = await startServer({ database: await open() });
    const staff = await server.staffToken();
    const body = { name: 'Big Corp', kind: 'organization' as const, admin_email: 'ana@big.example' };
    const made = await server.ok('accounts.create', { token: staff, body });
    expect([made.slug, made.kind, made.state]).toEqual(['big-corp', 'organization', 'provisioning']);
    const secret = await server.secretFor('ana@big.example');
    await server.ok('invites.accept', { body: { secret, password: PASSWORD } });
    const credentials = { email: 'ana@big.example', password: PASSWORD };
    const { access_token: ana } = await server.ok('auth.login', { body: credentials });
    const shown = await server.ok('accounts.show', { token: ana, params: { account: 'big-corp' } });
    expect([shown.state, shown.role]).toEqual(['active', 'super_admin']);
    const { data } = await server.ok('workspaces.list', { token: ana, params: { account: 'big-corp' } });
    expect(data.map(({ slug, role }) => [slug, role])).toEqual([['default', null]]);
    // R25: the personal account stands beside it.
    const accounts = await server.ok('accounts.list', { token: ana });
    expect(accounts.data.map(({ kind, role }) => [kind, role])).toEqual([
      ['organization', 'super_admin'],
      ['personal', 'owner'],
    ]);
    const second = { token: ana, params: { account: 'big-corp' }, body: { name: 'Two' } };
    expect((await server.ok('workspaces.create', second)).slug).toBe('two');
  });

  it('is deleted by staff with everything in it, counted first; people keep their own accounts (R33)', async () => {
    const server = await startServer({ database: await open() });
    const staff = await server.staffToken();
    const sue = await person(server, 'sue@org.example');
    const wes = await person(server, 'wes@org.example');
    const org = await organization(server, staff, 'org', sue);
    const member = await join(server, org.id, wes, 'member');
    const params = { account: 'org' };
    const ops = await server.ok('workspaces.create', { token: sue.token, params, body: { name: 'Ops' } });
    await place(server, org.id, member, 'developer', 'ops');
    const within = { ...params, workspace: 'ops' };
    for (const kind of ['connector', 'workflow'] as const)
      await server.ok('resources.create', { token: sue.token, params: within, body: { kind, name: kind } });
    await server.ok('resources.run', {
      token: sue.token,
      params: { ...within, resource: 'workflow' },
      body: {},
    });
    const credentials = {
      key: await workspaceKey(server, org.id, ops.id, 'developer'),
      owned: await accountToken(server, org.id, 'super_admin'),
      api: await apiToken(server, org.id, wes, 'member'),
    };
    await server.ok('invites.send', {
      token: sue.token,
      params,
      body: { email: 'new@org.example', workspaces: [{ workspace: 'ops', role: 'viewer' }] },
    });
    const remove = (token: string, query: Record<string, string>) =>
      server.call('accounts.delete', { token, params, query });
    const confirm = { confirm: 'org' };
    expect((await remove(sue.token, confirm)).body).toMatchObject({
      detail:
        'accounts.delete is not allowed: you are super_admin of org; staff may do this, with a staff token.',
    });
    const counts = {
      changed: true,
      members: 2,
      // The first super admin's, too, which nobody has accepted in this test.
      pending_invites: 2,
      workspaces: 2,
      parsers: 0,
      forms: 0,
      records: 0,
      resources: 3,
      tokens: 2,
      keys: 1,
    };
    expect((await remove(staff, { ...confirm, dry_run: 'true' })).body).toEqual(counts);
    expect((await remove(staff, { confirm: 'orgs' })).status).toBe(400);
    expect((await remove(staff, confirm)).body).toEqual(counts);
    expect((await remove(staff, confirm)).body).toMatchObject({ changed: false });
    for (const token of Object.values(credentials)) {
      const gone = await server.refused('workspaces.list', { token, params });
      expect([gone.status, gone.code]).toEqual([401, 'invalid_token']);
    }
    for (const who of [sue, wes]) {
      expect((await server.refused('accounts.show', { token: who.token, params })).status).toBe(404);
      await server.ok('auth.login', { body: { email: who.email, password: PASSWORD } });
      const { data } = await server.ok('accounts.list', { token: who.token });
      expect(data.map(({ kind }) => kind)).toEqual(['personal']);
    }
    const secret = await server.secretFor('new@org.example').catch(() => 'gone');
    expect(secret).toBe('gone');
    const left = await server.database.read(async (trx) => ({
      resources: await trx.selectFrom('resources').selectAll().execute(),
      places: await trx.selectFrom('workspace_members').selectAll().execute(),
    }));
    expect(left).toEqual({ resources: [], places: [] });
  });
});

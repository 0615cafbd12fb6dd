import { expect, it } from 'vitest';
import type { WorkspaceRole } from '../../src/contract/limits.ts';
import { describeOnEachDatabase, type OpenDatabase } from '../support/databases.ts';
import { apiToken, join, organization, type Person, person, place, trail } from '../support/estate.ts';
import { startServer } from '../support/server.ts';

/** An organization with the workspaces default and ops, a workspace_admin of ops, and two plain members. */
async function withOps(open: OpenDatabase) {
  const server = await startServer({ database: await open() });
  const sue = await person(server, 'sue@org.example');
  const org = await organization(server, await server.staffToken(), 'org', sue);
  const body = { name: 'Ops', slug: 'ops' };
  const ops = await server.ok('workspaces.create', { token: sue.token, params: { account: 'org' }, body });
  const member = async (name: string) => {
    const who = await person(server, `${name}@org.example`);
    return { ...who, memberId: await join(server, org.id, who, 'member') };
  };
  const [wad, bo, cy] = [await member('wad'), await member('bo'), await member('cy')];
  await place(server, org.id, wad.memberId, 'workspace_admin', 'ops');
  const params = { account: 'org', workspace: 'ops' };
  const add = (by: Person, who: string, role: WorkspaceRole = 'viewer') =>
    server.call('workspace_members.add', { token: by.token, params, body: { member: who, role } });
  const remove = (by: Person, who: string, headers = {}) =>
    server.call('workspace_members.remove', { token: by.token, params: { ...params, member: who }, headers });
  const list = async (query = {}) =>
    (await server.ok('workspace_members.list', { token: sue.token, params, query })).data.map(
      ({ user, role }) => `${user.email.split('@')[0]} ${role}`,
    );
  return { server, sue, org, ops, wad, bo, cy, params, add, remove, list };
}

describeOnEachDatabase('members of a workspace', (open) => {
  it('are added by a workspace_admin from the members of the account, by address or id (D7)', async () => {
    const { server, org, ops, wad, bo, cy, add, list } = await withOps(open);
    const added = await add(wad, 'bo@ORG.example', 'workspace_admin');
    expect([added.status, added.body]).toEqual([
      201,
      {
        id: bo.memberId,
        account_id: org.id,
        workspace_id: ops.id,
        user: { id: bo.id, email: 'bo@org.example', name: null },
        role: 'workspace_admin',
        account_role: 'member',
        state: 'active',
        revision: 1,
        created_at: '2026-03-02T09:00:00.000Z',
        updated_at: '2026-03-02T09:00:00.000Z',
      },
    ]);
    expect((await add(wad, cy.memberId)).status).toBe(201);
    // Repeating is no error; another role is not a repetition.
    expect((await add(wad, cy.id)).status).toBe(200);
    expect((await add(wad, cy.id, 'developer')).body).toMatchObject({
      code: 'already_member',
      detail: 'cy@org.example is in the workspace ops already, as viewer. Change the role instead.',
    });
    expect(await list()).toEqual(['wad workspace_admin', 'bo workspace_admin', 'cy viewer']);
    expect((await trail(server, org.id)).slice(-2)).toEqual([
      'workspace_members.add bo@org.example',
      'workspace_members.add cy@org.example',
    ]);
  });

  it('are nobody from outside: known elsewhere or not, the answer is one (R26)', async () => {
    const { server, sue, wad, add } = await withOps(open);
    const eve = await person(server, 'eve@other.example');
    for (const by of [wad, sue]) {
      const known = await add(by, eve.email);
      const unknown = await add(by, 'nobody@other.example');
      expect([known.status, unknown.status]).toEqual([404, 404]);
      const text = (body: unknown, name: string) =>
        JSON.stringify(body)
          .replace(name, 'X')
          .replace(/"request_id":"[^"]+"/, '');
      expect(text(known.body, eve.email)).toBe(text(unknown.body, 'nobody@other.example'));
      expect((await add(by, eve.id)).status).toBe(404);
    }
  });

  it('are added by nobody below, and not in other workspaces', async () => {
    const { server, org, bo, cy, wad, params, add } = await withOps(open);
    for (const role of ['viewer', 'operator', 'developer'] as const) {
      const who = await person(server, `${role}@org.example`);
      await place(server, org.id, await join(server, org.id, who, 'member'), role, 'ops');
      expect((await add(who, cy.email)).status).toBe(403);
    }
    expect((await add(bo, cy.email)).status).toBe(404);
    const elsewhere = {
      params: { ...params, workspace: 'default' },
      body: { member: cy.email, role: 'viewer' as const },
    };
    expect((await server.call('workspace_members.add', { token: wad.token, ...elsewhere })).status).toBe(404);
  });

  it('may be deactivated, billing_admins or super_admins; a billing_admin never acts there', async () => {
    const { server, org, sue, bo, wad, params, add, list } = await withOps(open);
    const bill = await person(server, 'bill@org.example');
    await join(server, org.id, bill, 'billing_admin');
    await server.ok('members.deactivate', { token: sue.token, params: { account: 'org', member: bo.email } });
    for (const who of [bill, sue, bo]) expect((await add(wad, who.email, 'developer')).status).toBe(201);
    expect(await list({ role: 'developer' })).toEqual(['sue developer', 'bo developer', 'bill developer']);
    const refused = await server.refused('resources.list', { token: bill.token, params });
    expect([refused.status, refused.detail]).toEqual([
      403,
      'resources.list is not allowed: you are billing_admin of org; needs the role viewer or more in the workspace ops; a billing_admin never acts in one, whatever the role there.',
    ]);
    expect((await server.call('workspaces.show', { token: bill.token, params })).status).toBe(200);
    // Demoted, a super_admin has what they were given.
    await server.ok('members.update', {
      token: sue.token,
      params: { account: 'org', member: bill.email },
      body: { role: 'super_admin' },
    });
    await server.ok('members.update', {
      token: bill.token,
      params: { account: 'org', member: sue.email },
      body: { role: 'member' },
    });
    const { data } = await server.ok('workspaces.list', { token: sue.token, params: { account: 'org' } });
    expect(data.map(({ slug, role }) => [slug, role])).toEqual([['ops', 'developer']]);
  });

  it('are listed by pages, and found by address or name', async () => {
    const { server, sue, wad, bo, cy, params, add, list } = await withOps(open);
    for (const who of [bo, cy]) await add(wad, who.email);
    expect(await list({ q: 'BO@' })).toEqual(['bo viewer']);
    const page = await server.ok('workspace_members.list', { token: sue.token, params, query: { limit: 2 } });
    expect(page.data.map(({ user }) => user.email)).toEqual(['wad@org.example', 'bo@org.example']);
    expect(await list({ limit: 2, cursor: page.next_cursor ?? '' })).toEqual(['cy viewer']);
    expect((await server.call('workspace_members.list', { token: bo.token, params })).status).toBe(200);
  });

  it('change their role, once', async () => {
    const { server, org, wad, bo, cy, params, add } = await withOps(open);
    await add(wad, bo.email);
    const change = (role: WorkspaceRole, headers = {}, member = bo.email) =>
      server.call('workspace_members.update', {
        token: wad.token,
        params: { ...params, member },
        body: { role },
        headers,
      });
    expect((await change('operator', { 'if-match': '"1"' })).body).toMatchObject({
      role: 'operator',
      revision: 2,
    });
    expect((await change('operator')).body).toMatchObject({ revision: 2 });
    expect((await change('viewer', { 'if-match': '"1"' })).status).toBe(412);
    expect((await change('viewer', {}, cy.email)).body).toMatchObject({
      detail: 'There is no member of the workspace "cy@org.example" that you can see.',
    });
    const events = (await trail(server, org.id)).filter((event) =>
      event.startsWith('workspace_members.update'),
    );
    expect(events).toEqual(['workspace_members.update bo@org.example']);
  });

  it('are removed, and who is not in it is out already; a workspace may be without a workspace_admin', async () => {
    const { server, sue, wad, bo, cy, add, remove, list } = await withOps(open);
    await add(wad, bo.email);
    expect((await remove(wad, bo.email, { 'if-match': '"7"' })).status).toBe(412);
    expect((await remove(wad, bo.email)).body).toEqual({ changed: true });
    expect((await remove(wad, bo.email)).body).toEqual({ changed: false });
    expect((await remove(wad, cy.email)).body).toEqual({ changed: false });
    expect((await remove(wad, 'nobody@org.example')).status).toBe(404);
    expect((await remove(sue, wad.email)).body).toEqual({ changed: true });
    expect(await list()).toEqual([]);
    expect((await add(sue, bo.email, 'workspace_admin')).status).toBe(201);
    const { data } = await server.ok('workspaces.list', { token: bo.token, params: { account: 'org' } });
    expect(data.map(({ slug }) => slug)).toEqual(['ops']);
  });

  it('leave by themselves, whatever their role, and take nobody along (D25)', async () => {
    const { server, org, wad, bo, cy, params, add, remove, list } = await withOps(open);
    const bill = await person(server, 'bill@org.example');
    await join(server, org.id, bill, 'billing_admin');
    for (const who of [bo, cy, bill]) await add(wad, who.email);
    const refused = await remove(bo, cy.email);
    expect(refused.status).toBe(403);
    expect(refused.body).toMatchObject({ detail: expect.stringContaining('workspace_members.remove_other') });
    // Who may not take others out learns nothing of who there is.
    const unknown = await remove(bo, 'nobody@org.example');
    expect(unknown.status).toBe(403);
    for (const who of [bo, bill]) {
      expect((await remove(who, who.email)).body).toEqual({ changed: true });
      expect((await remove(who, who.email)).body).toEqual({ changed: false });
    }
    expect((await server.call('workspaces.show', { token: bo.token, params })).status).toBe(404);
    // Taken out by somebody else is not left.
    await remove(wad, cy.email);
    expect((await remove(cy, cy.email)).status).toBe(404);
    // An own token stands for its person.
    const token = await apiToken(server, org.id, wad, 'member');
    expect((await remove({ ...wad, token }, wad.email)).body).toEqual({ changed: true });
    expect(await list()).toEqual([]);
  });

  it('lose their places with the account, and a re-invited one starts with none (R30, R32)', async () => {
    const { server, sue, wad, bo, add, list } = await withOps(open);
    await add(wad, bo.email, 'developer');
    await server.ok('members.remove', { token: sue.token, params: { account: 'org', member: bo.email } });
    expect(await list()).toEqual(['wad workspace_admin']);
    expect((await add(wad, bo.email)).status).toBe(404);
  });
});

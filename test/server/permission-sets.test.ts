import { expect, it } from 'vitest';
import { describeOnEachDatabase } from '../support/databases.ts';
import { join, managed, master, organization, person, standard, trail } from '../support/estate.ts';
import { startServer, type TestServer } from '../support/server.ts';

async function desk(server: TestServer) {
  const ann = await person(server, 'ann@acme.example');
  const acme = await master(server, ann, 'acme', await server.staffToken());
  await managed(server, ann, 'acme', 'acme-dev');
  await managed(server, ann, 'acme', 'acme-eu');
  const at = (name: string) => ({ token: ann.token, params: { account: 'acme', name } });
  const save = (name: string, body: object, headers: Record<string, string> = {}) =>
    server.call('permission_sets.save', { ...at(name), body, headers });
  return { ann, acme, at, save };
}

describeOnEachDatabase('permission sets', (open) => {
  it('R11: role, modules and children under a name; saving the same again changes nothing', async () => {
    const server = await startServer({ database: await open() });
    const { acme, at, save, ann } = await desk(server);
    const body = { role: 'user', modules: ['forms', 'parsers'], children: ['acme-eu', 'acme-dev'] };
    const made = (await save('editors', body)).body;
    expect(made).toMatchObject({
      name: 'editors',
      role: 'user',
      modules: ['parsers', 'forms'],
      workspaces: [],
      revision: 1,
    });
    const again = { ...body, modules: ['parsers', 'forms', 'forms'], children: ['acme-dev', 'acme-eu'] };
    expect((await save('editors', again)).body).toEqual(made);
    expect(await server.ok('permission_sets.show', at('editors'))).toEqual(made);
    expect((await save('editors', { modules: [] })).body).toMatchObject({ revision: 2, modules: [] });
    await save('admins', { role: 'admin' });
    const list = async (query: Record<string, string | number> = {}) =>
      (
        await server.ok('permission_sets.list', { token: ann.token, params: { account: 'acme' }, query })
      ).data.map(({ name }) => name);
    expect(await list()).toEqual(['admins', 'editors']);
    expect(await list({ limit: 1 })).toEqual(['admins']);
    expect(await list({ q: 'EDIT' })).toEqual(['editors']);
    expect(await server.ok('permission_sets.delete', at('editors'))).toEqual({ changed: true });
    expect(await server.ok('permission_sets.delete', at('editors'))).toEqual({ changed: false });
    expect((await server.call('permission_sets.show', at('editors'))).status).toBe(404);
    expect((await server.call('permission_sets.delete', at('never'))).status).toBe(404);
    expect((await trail(server, acme.id)).filter((event) => event.startsWith('permission_sets'))).toEqual([
      'permission_sets.save editors',
      'permission_sets.save editors',
      'permission_sets.save admins',
      'permission_sets.delete editors',
    ]);
  });

  it('R12, R13, R14, D7: what could not be granted cannot be saved', async () => {
    const server = await startServer({ database: await open() });
    const { save } = await desk(server);
    const eve = await person(server, 'eve@other.example');
    await standard(server, eve, 'other');
    const bodies: [object, string][] = [
      [{}, '/role'],
      [{ role: 'user' }, '/role'],
      [{ role: 'super_admin' }, '/role'],
      [{ role: 'admin', modules: ['forms'] }, '/role'],
      [{ modules: [], children: ['nowhere'] }, '/children'],
      [{ modules: [], children: ['other'] }, '/children'],
      [{ modules: [], workspaces: [{ workspace: 'default', role: 'viewer' }] }, '/workspaces'],
      [{ modules: ['pricing'] }, '/modules/0'],
      [{ role: 'owner' }, '/role'],
    ];
    const pointers = [];
    for (const [body] of bodies) {
      const answer = await save('x', body);
      expect(answer.status).toBe(400);
      pointers.push(JSON.stringify(answer.body).match(/"pointer":"([^"]+)"/)?.[1]);
    }
    expect(pointers).toEqual(bodies.map(([, pointer]) => pointer));
    for (const name of ['Upper', '-x', 'x-', 'a b', 'x'.repeat(64)])
      expect((await save(name, { role: 'admin' })).status).toBe(400);
  });

  it('lose children whose link has ended and workspaces that are gone', async () => {
    const server = await startServer({ database: await open() });
    const { ann, at, save } = await desk(server);
    await save('editors', { modules: [], children: ['acme-eu', 'acme-dev'] });
    const eu = { token: ann.token, params: { account: 'acme-eu' }, query: { confirm: 'acme-eu' } };
    await server.ok('accounts.delete', eu);
    const { children } = await server.ok('permission_sets.show', at('editors'));
    expect(children.map(({ slug }) => slug)).toEqual(['acme-dev']);
    const staff = await server.staffToken();
    await organization(server, staff, 'org', ann);
    const params = { account: 'org' };
    await server.ok('workspaces.create', { token: ann.token, params, body: { name: 'Ops', slug: 'ops' } });
    const crew = { token: ann.token, params: { account: 'org', name: 'crew' } };
    const workspaces = ['ops', 'default'].map((workspace) => ({ workspace, role: 'operator' as const }));
    await server.ok('permission_sets.save', { ...crew, body: { role: 'member', workspaces } });
    await server.ok('workspaces.delete', {
      token: ann.token,
      params: { account: 'org', workspace: 'ops' },
      query: { confirm: 'ops' },
    });
    const left = await server.ok('permission_sets.show', crew);
    expect(left.workspaces.map(({ slug, role }) => [slug, role])).toEqual([['default', 'operator']]);
  });

  it('are changed by who has seen the last state, and by administrators only', async () => {
    const server = await startServer({ database: await open() });
    const { ann, acme, at, save } = await desk(server);
    await save('editors', { modules: ['forms'] });
    expect((await save('editors', { modules: [] }, { 'if-match': '"7"' })).body).toMatchObject({
      code: 'stale',
    });
    expect((await save('editors', { modules: [] }, { 'if-match': '"1"' })).status).toBe(200);
    const stale = await server.call('permission_sets.delete', {
      ...at('editors'),
      headers: { 'if-match': '"1"' },
    });
    expect(stale.status).toBe(412);
    expect((await save('new', { modules: [] }, { 'if-match': '"1"' })).status).toBe(404);
    const pat = await person(server, 'pat@acme.example');
    await join(server, acme.id, pat, 'user', ['forms', 'settings']);
    expect((await server.call('permission_sets.show', { ...at('editors'), token: pat.token })).status).toBe(
      403,
    );
    // The master's administrators manage those of its managed accounts.
    const below = { token: ann.token, params: { account: 'acme-dev', name: 'devs' } };
    expect((await server.ok('permission_sets.save', { ...below, body: { role: 'admin' } })).name).toBe(
      'devs',
    );
  });
});

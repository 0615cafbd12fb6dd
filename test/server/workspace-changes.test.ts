import { expect, it } from 'vitest';
import { describeOnEachDatabase, type OpenDatabase } from '../support/databases.ts';
import { join, organization, person, place, standard, trail, workspaceKey } from '../support/estate.ts';
import { form } from '../support/forms.ts';
import { definition } from '../support/parsers.ts';
import { PASSWORD, startServer } from '../support/server.ts';

async function withOrganization(open: OpenDatabase) {
  const server = await startServer({ database: await open() });
  const sue = await person(server, 'sue@org.example');
  const org = await organization(server, await server.staffToken(), 'org', sue);
  const params = { account: 'org' };
  const create = (body: { name: string; slug?: string }) =>
    server.call('workspaces.create', { token: sue.token, params, body });
  const slugs = async () =>
    (await server.ok('workspaces.list', { token: sue.token, params })).data.map(({ slug }) => slug);
  return { server, sue, org, params, create, slugs, token: sue.token };
}

describeOnEachDatabase('workspaces of an organization', (open) => {
  it('are created with a slug of their own or one made from the name, unique in the account', async () => {
    const { server, org, sue, params, create, slugs } = await withOrganization(open);
    const made = await create({ name: 'Ops München' });
    expect([made.status, made.headers.etag, made.body]).toEqual([
      201,
      '"1"',
      {
        id: expect.stringMatching(/^wsp_/),
        account_id: org.id,
        slug: 'ops-munchen',
        name: 'Ops München',
        role: null,
        revision: 1,
        created_at: '2026-03-02T09:00:00.000Z',
        updated_at: '2026-03-02T09:00:00.000Z',
      },
    ]);
    expect((await create({ name: 'Ops München' })).body).toMatchObject({
      slug: expect.stringMatching(/^ops-munchen-[0-9a-f]{6}$/),
    });
    expect((await create({ name: 'X', slug: 'ops-munchen' })).body).toMatchObject({ code: 'slug_taken' });
    expect((await create({ name: 'X', slug: 'wsp_x' })).status).toBe(400);
    expect(await slugs()).toHaveLength(3);
    // The same slug in another account is nobody's business here.
    const other = await organization(server, await server.staffToken('s2@platform.example'), 'other', sue);
    const theirs = await server.ok('workspaces.create', {
      token: sue.token,
      params: { account: other.id },
      body: { name: 'Ops München' },
    });
    expect(theirs.slug).toBe('ops-munchen');
    expect((await trail(server, org.id)).slice(-2)).toEqual([
      'workspaces.create ops-munchen',
      expect.stringMatching(/^workspaces.create ops-munchen-/),
    ]);
    expect(
      (
        await server.call('workspaces.show', {
          token: sue.token,
          params: { ...params, workspace: theirs.id },
        })
      ).status,
    ).toBe(404);
  });

  it('are as many as the plan allows', async () => {
    const { server, org, create, slugs } = await withOrganization(open);
    const at = server.clock.now().toISOString();
    await server.deps.transactions.write(({ tenant }) =>
      tenant(org.id).account.update({ plan: 'professional' }, at),
    );
    expect([(await create({ name: 'two' })).status, (await create({ name: 'three' })).status]).toEqual([
      201, 201,
    ]);
    const [one, two] = await Promise.all([create({ name: 'four' }), create({ name: 'five' })]);
    expect([one.status, two.status]).toEqual([409, 409]);
    expect(one.body).toMatchObject({
      code: 'workspace_limit',
      detail:
        'The plan professional of org has 3 workspaces, and all are there. Delete one, or change the plan.',
    });
    expect(await slugs()).toEqual(['default', 'two', 'three']);
  });

  it('change name and slug; an old slug rests for 90 days, for all but itself (D17)', async () => {
    const { server, org, token, params, create } = await withOrganization(open);
    const change = (workspace: string, body: object, headers = {}) =>
      server.call('workspaces.update', { token, params: { ...params, workspace }, body, headers });
    await create({ name: 'Other', slug: 'other' });
    const first = await change('default', { name: 'Main', slug: 'main' }, { 'if-match': '"1"' });
    expect(first.body).toMatchObject({ slug: 'main', name: 'Main', revision: 2 });
    expect((await change('default', { name: 'x' })).status).toBe(404);
    expect((await change('main', { name: 'Main', slug: 'main' })).body).toMatchObject({ revision: 2 });
    expect((await change('main', { name: 'x' }, { 'if-match': '"1"' })).body).toMatchObject({
      code: 'stale',
    });
    expect((await change('main', { slug: 'other' })).body).toMatchObject({ code: 'slug_taken' });
    expect((await change('other', { slug: 'default' })).body).toMatchObject({ code: 'slug_taken' });
    expect((await create({ name: 'x', slug: 'default' })).body).toMatchObject({ code: 'slug_taken' });
    expect((await change('main', { slug: 'default' })).body).toMatchObject({ slug: 'default' });
    expect((await change('default', { slug: 'main' })).status).toBe(200);
    const take = async () => {
      const body = { email: 'sue@org.example', password: PASSWORD };
      const { access_token: now } = await server.ok('auth.login', { body });
      return server.call('workspaces.create', {
        token: now,
        params,
        body: { name: 'x', slug: 'default' },
      });
    };
    server.clock.advance({ days: 89 });
    expect((await take()).status).toBe(409);
    server.clock.advance({ days: 1 });
    expect((await take()).status).toBe(201);
    expect((await trail(server, org.id)).filter((event) => event.startsWith('workspaces.update'))).toEqual([
      'workspaces.update main',
      'workspaces.update default',
      'workspaces.update main',
    ]);
  });

  it('are deleted on the typed slug with all they hold, counted first; invitations lose them', async () => {
    const { server, org, token, params, create } = await withOrganization(open);
    await create({ name: 'Ops', slug: 'ops' });
    const within = { ...params, workspace: 'ops' };
    const wes = await person(server, 'wes@org.example');
    const ops = await place(server, org.id, await join(server, org.id, wes, 'member'), 'operator', 'ops');
    const flow = { kind: 'workflow', name: 'nightly' } as const;
    await server.ok('resources.create', { token, params: within, body: flow });
    await server.ok('resources.create', { token, params: within, body: { ...flow, kind: 'connector' } });
    for (const name of ['one', 'two'])
      await server.ok('resources.run', { token, params: { ...within, resource: 'nightly' }, body: { name } });
    const invoice = { workspace: 'ops', name: 'Invoice', document_type: 'invoice', definition: definition() };
    await server.ok('parsers.create', { token, params, body: invoice });
    const visit = await form(server, { token }, params.account, 'Visit', { workspace: 'ops' });
    const records = ['A', 'B'].map((site) => ({ answers: { site, incident: false } }));
    const here = { account: params.account, form: visit.id };
    await server.ok('records.submit', { token, params: here, body: { records } });
    const key = await workspaceKey(server, org.id, ops, 'developer');
    const places = ['ops', 'default'].map((workspace) => ({ workspace, role: 'viewer' as const }));
    const body = { email: 'new@org.example', workspaces: places };
    const invite = await server.ok('invites.send', { token, params, body });
    await server.ok('invites.send', {
      token,
      params,
      body: { email: 'old@org.example', workspaces: places.slice(1) },
    });
    const remove = (query: Record<string, string>, as = token) =>
      server.call('workspaces.delete', { token: as, params: within, query });
    expect((await remove({ confirm: 'op' })).body).toMatchObject({ errors: [{ pointer: '?confirm' }] });
    const things = { connectors: 1, workflows: 1, jobs: 2, parsers: 1, forms: 1, records: 2 };
    const holdings = { members: 1, ...things, keys: 1, pending_invites: 1 };
    const done = { changed: true, holdings };
    expect((await remove({ confirm: 'ops', dry_run: 'true' })).body).toEqual(done);
    expect((await server.call('me.show', { token: key })).status).toBe(200);
    expect((await remove({ confirm: 'ops' })).body).toEqual(done);
    expect((await server.refused('me.show', { token: key })).code).toBe('invalid_token');
    expect((await remove({ confirm: 'ops' })).body).toEqual({ changed: false, holdings: null });
    expect((await remove({ confirm: 'ops' }, wes.token)).status).toBe(404);
    const never = { params: { ...params, workspace: 'never' }, query: { confirm: 'never' } };
    expect((await server.refused('workspaces.delete', { token, ...never })).status).toBe(404);
    const left = await server.ok('invites.show', { token, params: { ...params, invite: invite.id } });
    expect(left.workspaces).toEqual([{ workspace: expect.not.stringContaining(ops), role: 'viewer' }]);
    expect((await create({ name: 'Ops', slug: 'ops' })).body).toMatchObject({ code: 'slug_taken' });
    const secret = await server.secretFor('new@org.example');
    const accepted = await server.ok('invites.accept', { body: { secret, password: PASSWORD } });
    expect(accepted.dropped).toEqual([]);
    const credentials = { email: 'new@org.example', password: PASSWORD };
    const { access_token: joined } = await server.ok('auth.login', { body: credentials });
    const seen = await server.ok('workspaces.list', { token: joined, params });
    expect(seen.data.map(({ slug }) => slug)).toEqual(['default']);
    const rows = await server.database.read((trx) =>
      trx.selectFrom('resources').where('account_id', '=', org.id).selectAll().execute(),
    );
    expect(rows).toEqual([]);
    expect((await trail(server, org.id)).filter((event) => event.startsWith('workspaces.delete'))).toEqual([
      'workspaces.delete ops',
    ]);
  });

  it('keep one: the last is not deleted, whichever it is, also of two at the same moment', async () => {
    const { server, token, params, create, slugs } = await withOrganization(open);
    await create({ name: 'Ops', slug: 'ops' });
    const remove = (workspace: string) =>
      server.call('workspaces.delete', {
        token,
        params: { ...params, workspace },
        query: { confirm: workspace },
      });
    const statuses = (await Promise.all([remove('default'), remove('ops')])).map(({ status }) => status);
    expect(statuses.toSorted((a, b) => a - b)).toEqual([200, 409]);
    const [last = ''] = await slugs();
    expect((await remove(last)).body).toMatchObject({
      code: 'last_workspace',
      detail: `${last} is the last workspace of org. Create another one first.`,
    });
    expect(
      (
        await server.call('workspaces.delete', {
          token,
          params: { ...params, workspace: last },
          query: { confirm: last },
          headers: { 'if-match': '"9"' },
        })
      ).status,
    ).toBe(412);
  });
});

describeOnEachDatabase('the one workspace of a personal or standard account', (open) => {
  it('stays as it is, and the answer says why', async () => {
    const server = await startServer({ database: await open() });
    const ann = await person(server, 'ann@acme.example');
    await standard(server, ann, 'acme');
    const { data } = await server.ok('accounts.list', { token: ann.token, query: { kind: 'personal' } });
    const codes: Record<string, string[]> = {};
    for (const account of ['acme', data[0]?.slug ?? '']) {
      const request = { token: ann.token, params: { account, workspace: 'default', member: ann.id } };
      const refused = [
        await server.refused('workspaces.create', { ...request, body: { name: 'x' } }),
        await server.refused('workspaces.update', { ...request, body: { name: 'x' } }),
        await server.refused('workspaces.delete', { ...request, query: { confirm: 'default' } }),
        await server.refused('workspace_members.add', {
          ...request,
          body: { member: ann.email, role: 'viewer' },
        }),
        await server.refused('workspace_members.update', { ...request, body: { role: 'viewer' } }),
        await server.refused('workspace_members.remove', request),
      ];
      codes[account === 'acme' ? 'standard' : 'personal'] = refused.map(({ code }) => code);
      expect(refused.map(({ detail }) => detail.split(' ')[0])).toEqual(refused.map(() => account));
    }
    expect(codes).toEqual({
      standard: Array.from({ length: 6 }, () => 'conflict'),
      personal: Array.from({ length: 6 }, () => 'personal_account'),
    });
  });
});

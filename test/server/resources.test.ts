import { expect, it } from 'vitest';
import type { WorkspaceRole } from '../../src/contract/limits.ts';
import { describeOnEachDatabase, type OpenDatabase } from '../support/databases.ts';
import { accountToken, join, organization, person, place, standard, trail } from '../support/estate.ts';
import type { Reply, TestServer } from '../support/server.ts';
import { startServer } from '../support/server.ts';

async function withOrganization(open: OpenDatabase) {
  const server = await startServer({ database: await open() });
  const sue = await person(server, 'sue@org.example');
  const org = await organization(server, await server.staffToken(), 'org', sue);
  const params = { account: 'org', workspace: 'default' };
  const as = async (role: WorkspaceRole) => {
    const who = await person(server, `${role}@org.example`);
    await place(server, org.id, await join(server, org.id, who, 'member'), role);
    return who;
  };
  return { server, sue, org, params, as, on: onResources(server, params) };
}

/** Calls on the resources of one workspace, by token. */
function onResources(server: TestServer, params: { account: string; workspace: string }) {
  return (token: string) => ({
    create: (kind: string, name: string, config?: object): Promise<Reply> =>
      server.call('resources.create', {
        token,
        params,
        body: { kind: kind as 'workflow', name, ...(config && { config: { ...config } }) },
      }),
    show: (resource: string, query = {}) =>
      server.call('resources.show', { token, params: { ...params, resource }, query }),
    update: (resource: string, body: object, headers = {}, query = {}) =>
      server.call('resources.update', { token, params: { ...params, resource }, body, headers, query }),
    remove: (resource: string, query = {}, headers = {}) =>
      server.call('resources.delete', { token, params: { ...params, resource }, query, headers }),
    run: (resource: string, body = {}) =>
      server.call('resources.run', { token, params: { ...params, resource }, body }),
    names: async (query = {}) =>
      (await server.ok('resources.list', { token, params, query })).data.map(
        ({ kind, name, state }) => `${kind} ${name}${state === null ? '' : ` ${state}`}`,
      ),
  });
}

const idOf = ({ body }: Reply): string => String(Reflect.get(Object(body), 'id'));

describeOnEachDatabase('resources', (open) => {
  it('are made, shown by name or id, listed without their config', async () => {
    const { server, sue, org, params, on } = await withOrganization(open);
    const config = { url: 'https://mail.example', retries: 3, nested: { on: [true, null, 'ü'] } };
    const made = await on(sue.token).create('connector', 'mail', config);
    expect([made.status, made.headers.etag]).toEqual([201, '"1"']);
    expect(made.body).toEqual({
      id: expect.stringMatching(/^res_/),
      account_id: org.id,
      workspace_id: expect.stringMatching(/^wsp_/),
      kind: 'connector',
      name: 'mail',
      config,
      state: null,
      workflow_id: null,
      finished_at: null,
      created_by: sue.id,
      revision: 1,
      created_at: '2026-03-02T09:00:00.000Z',
      updated_at: '2026-03-02T09:00:00.000Z',
    });
    expect((await on(sue.token).show('mail')).body).toEqual(made.body);
    expect((await on(sue.token).show(idOf(made))).body).toEqual(made.body);
    const { data } = await server.ok('resources.list', { token: sue.token, params });
    expect(data[0]).not.toHaveProperty('config');
    expect(await trail(server, org.id)).toContain('resources.create mail');
    const dump = await server.database.read((trx) => trx.selectFrom('audit_events').selectAll().execute());
    expect(JSON.stringify(dump)).not.toContain('mail.example');
  });

  it('have a name of their own among those of their kind; a name of several needs the kind', async () => {
    const { sue, on } = await withOrganization(open);
    const { create, show, update, remove } = on(sue.token);
    await create('connector', 'crm');
    await create('workflow', 'crm');
    await create('workflow', 'other');
    expect((await create('workflow', 'crm')).body).toMatchObject({ code: 'name_taken' });
    expect((await update('other', { name: 'crm' })).body).toMatchObject({ code: 'name_taken' });
    expect((await show('crm')).body).toMatchObject({
      detail:
        'The request is not valid: ?kind is needed: "crm" is the name of several (connector, workflow).',
    });
    expect((await show('crm', { kind: 'workflow' })).body).toMatchObject({ kind: 'workflow' });
    expect((await update('crm', { name: 'crm2' }, {}, { kind: 'connector' })).body).toMatchObject({
      kind: 'connector',
    });
    expect((await remove('crm')).status).toBe(200);
    expect((await show('crm', { kind: 'job' })).body).toMatchObject({
      detail: 'There is no job "crm" that you can see.',
    });
  });

  it('are written as the role in the workspace says: connectors by developers, the rest by operators', async () => {
    const { sue, as, on } = await withOrganization(open);
    await on(sue.token).create('connector', 'mail');
    await on(sue.token).create('workflow', 'nightly');
    const outcomes: Record<string, number[]> = {};
    for (const role of ['viewer', 'operator', 'developer', 'workspace_admin'] as const) {
      const mine = on((await as(role)).token);
      outcomes[role] = [
        (await mine.show('mail')).status,
        (await mine.create('workflow', role)).status,
        (await mine.run('nightly', { name: role })).status,
        (await mine.update('nightly', { config: { role } })).status,
        (await mine.update(role, { state: 'running' }, {}, { kind: 'job' })).status,
        (await mine.create('connector', role)).status,
        (await mine.update('mail', { config: { role } })).status,
        (await mine.remove(role, { kind: 'connector' })).status,
        (await mine.remove(role, { kind: 'workflow' })).status,
      ];
    }
    expect(outcomes).toEqual({
      viewer: [200, 403, 403, 403, 403, 403, 403, 403, 403],
      operator: [200, 201, 201, 200, 200, 403, 403, 404, 200],
      developer: [200, 201, 201, 200, 200, 201, 200, 200, 200],
      workspace_admin: [200, 201, 201, 200, 200, 201, 200, 200, 200],
    });
  });

  it('say what a connector takes when an operator may not', async () => {
    const { as, on } = await withOrganization(open);
    const operator = await as('operator');
    const { body } = await on(operator.token).create('connector', 'mail');
    expect(body).toMatchObject({
      code: 'forbidden',
      detail:
        'resources.write_connector is not allowed: you are member of org; needs the role developer or more in the workspace default.',
    });
  });

  it('of a standard account are written with the module parsers, of any account by its tokens', async () => {
    const server = await startServer({ database: await open() });
    const ann = await person(server, 'ann@acme.example');
    const acme = await standard(server, ann, 'acme');
    const on = onResources(server, { account: 'acme', workspace: 'default' });
    const [par, plain] = [
      await person(server, 'par@acme.example'),
      await person(server, 'plain@acme.example'),
    ];
    await join(server, acme.id, par, 'user', ['parsers']);
    await join(server, acme.id, plain, 'user', ['forms']);
    expect((await on(par.token).create('connector', 'mail')).status).toBe(201);
    expect((await on(plain.token).create('connector', 'crm')).body).toMatchObject({
      detail: 'resources.create is not allowed: you are user of acme; needs the module parsers.',
    });
    const ci = await on(await accountToken(server, acme.id, 'admin')).create('workflow', 'nightly');
    expect([ci.status, Reflect.get(Object(ci.body), 'created_by')]).toEqual([
      201,
      expect.stringMatching(/^tok_/),
    ]);
    const { data } = await server.ok('accounts.list', { token: ann.token, query: { kind: 'personal' } });
    const own = onResources(server, { account: data[0]?.slug ?? '', workspace: 'default' });
    expect((await own(ann.token).create('workflow', 'mine')).status).toBe(201);
  });

  it('stay when their maker is removed (R31), and say who it was', async () => {
    const { server, sue, org, as, on, params } = await withOrganization(open);
    const dev = await as('developer');
    await on(dev.token).create('connector', 'mail');
    const key = await server.ok('workspace_keys.create', {
      token: dev.token,
      params,
      body: { name: 'bot', role: 'developer' },
    });
    await server.ok('members.remove', { token: sue.token, params: { account: org.id, member: dev.email } });
    expect((await on(sue.token).show('mail')).body).toMatchObject({ created_by: dev.id });
    expect((await on(dev.token).show('mail')).status).toBe(404);
    expect((await on(key.secret).show('mail')).status).toBe(200);
  });

  it('change once, against the revision that was read', async () => {
    const { server, org, sue, on } = await withOrganization(open);
    const { create, update } = on(sue.token);
    await create('workflow', 'nightly', { at: '02:00' });
    expect((await update('nightly', { config: { at: '03:00' } }, { 'if-match': '"1"' })).body).toMatchObject({
      config: { at: '03:00' },
      revision: 2,
    });
    expect((await update('nightly', { config: { at: '03:00' }, name: 'nightly' })).body).toMatchObject({
      revision: 2,
    });
    expect((await update('nightly', { name: 'x' }, { 'if-match': '"1"' })).status).toBe(412);
    expect((await update('nightly', { state: 'running' })).body).toMatchObject({
      errors: [{ pointer: '/state', detail: "is a job's: nightly is a workflow." }],
    });
    const events = await server.ok('audit.list', {
      token: sue.token,
      params: { account: org.id },
      query: { action: 'resources.update' },
    });
    expect(events.data.map(({ before, after }) => [before, after])).toEqual([[{}, { config: 'changed' }]]);
  });

  it('are bounded: config in bytes and depth, names in what they hold', async () => {
    const { sue, on } = await withOrganization(open);
    const { create } = on(sue.token);
    const text = 'ü'.repeat(32_760);
    expect((await create('workflow', 'fits', { text })).status).toBe(201);
    expect((await create('workflow', 'long', { text: `${text}üüüüüü` })).body).toMatchObject({
      errors: [{ pointer: '/config', detail: 'must be 65536 bytes of JSON at most, nested 32 deep' }],
    });
    let deep: object = {};
    for (let depth = 0; depth < 40; depth += 1) deep = { deep };
    expect((await create('workflow', 'deep', deep)).status).toBe(400);
    for (const name of ['', 'a/b', `res_${'0'.repeat(26)}`, 'two\nlines', 'x'.repeat(101)])
      expect([name, (await create('workflow', name)).status]).toEqual([name, 400]);
    expect((await create('job', 'x')).status).toBe(400);
  });

  it('are listed by kind, state, workflow and text, in pages', async () => {
    const { server, sue, on, params } = await withOrganization(open);
    const { create, run, names, update } = on(sue.token);
    const nightly = idOf(await create('workflow', 'nightly_50%'));
    await create('connector', 'mail');
    await run(nightly, { name: 'first' });
    await run(nightly, { name: 'second' });
    await update('first', { state: 'running' });
    expect(await names()).toEqual([
      'workflow nightly_50%',
      'connector mail',
      'job first running',
      'job second queued',
    ]);
    expect(await names({ kind: 'job', state: 'queued' })).toEqual(['job second queued']);
    expect(await names({ workflow: nightly })).toHaveLength(2);
    expect(await names({ q: '_50%' })).toEqual(['workflow nightly_50%']);
    const page = await server.ok('resources.list', { token: sue.token, params, query: { limit: 3 } });
    expect(await names({ limit: 3, cursor: page.next_cursor ?? '' })).toEqual(['job second queued']);
  });
});

describeOnEachDatabase('jobs', (open) => {
  it('are made by running a workflow, with its config of then', async () => {
    const { org, server, sue, on } = await withOrganization(open);
    const { create, run, update, show } = on(sue.token);
    const nightly = idOf(await create('workflow', 'nightly', { at: 1 }));
    await create('connector', 'mail');
    const job = await run('nightly');
    expect([job.status, job.body]).toEqual([
      201,
      expect.objectContaining({
        kind: 'job',
        name: expect.stringMatching(/^nightly-[0-9a-z]{8}$/),
        state: 'queued',
        workflow_id: nightly,
        config: { at: 1 },
        finished_at: null,
      }),
    ]);
    await update('nightly', { config: { at: 2 } });
    expect((await show(idOf(job))).body).toMatchObject({ config: { at: 1 } });
    expect((await update(idOf(job), { config: {} })).body).toMatchObject({
      errors: [{ pointer: '/config' }],
    });
    expect((await run('mail')).body).toMatchObject({
      detail: 'There is no workflow "mail" that you can see.',
    });
    expect((await run(nightly, { name: 'mine' })).body).toMatchObject({ name: 'mine' });
    expect((await run(nightly, { name: 'mine' })).body).toMatchObject({ code: 'name_taken' });
    expect((await trail(server, org.id)).filter((event) => event.startsWith('resources.run'))).toHaveLength(
      2,
    );
  });

  it('go forward only, and end once', async () => {
    const { server, sue, on } = await withOrganization(open);
    const { create, run, update } = on(sue.token);
    await create('workflow', 'nightly');
    await run('nightly', { name: 'job' });
    const to = async (state: string) => {
      const { status, body } = await update('job', { state });
      return status === 200
        ? String(Reflect.get(Object(body), 'finished_at'))
        : String(Reflect.get(Object(body), 'detail'));
    };
    expect(await to('succeeded')).toBe(
      'The job job is queued and cannot become succeeded: it can become running or cancelled.',
    );
    expect(await to('running')).toBe('null');
    expect(await to('running')).toBe('null');
    expect(await to('queued')).toContain('it can become succeeded or failed or cancelled');
    server.clock.advance({ minutes: 5 });
    expect(await to('failed')).toBe('2026-03-02T09:05:00.000Z');
    expect(await to('succeeded')).toBe('The job job is failed and cannot become succeeded: it has ended.');
    expect(await to('failed')).toBe('2026-03-02T09:05:00.000Z');
  });

  it('of one moment end one way: of two ends, one is told that it came too late', async () => {
    const { sue, on } = await withOrganization(open);
    const { create, run, update } = on(sue.token);
    await create('workflow', 'nightly');
    await run('nightly', { name: 'job' });
    await update('job', { state: 'running' });
    const ends = await Promise.all(
      ['succeeded', 'failed', 'cancelled'].map((state) => update('job', { state })),
    );
    expect(ends.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409, 409]);
  });

  it('go with their workflow, counted before; deleting again changes nothing', async () => {
    const { server, org, sue, on } = await withOrganization(open);
    const { create, run, remove, names } = on(sue.token);
    const id = idOf(await create('workflow', 'nightly'));
    await create('connector', 'nightly');
    for (const name of ['a', 'b']) await run(id, { name });
    expect((await remove('a')).body).toEqual({ changed: true, jobs: 0 });
    expect((await remove('a')).body).toEqual({ changed: false, jobs: 0 });
    expect((await remove(id, {}, { 'if-match': '"3"' })).status).toBe(412);
    expect((await remove(id, { dry_run: 'true' })).body).toEqual({ changed: true, jobs: 1 });
    expect(await names()).toHaveLength(3);
    expect((await remove('nightly', { kind: 'workflow' })).body).toEqual({ changed: true, jobs: 1 });
    expect((await remove('nightly', { kind: 'workflow' })).body).toEqual({ changed: false, jobs: 0 });
    expect((await remove(id)).body).toEqual({ changed: false, jobs: 0 });
    expect((await remove('never')).status).toBe(404);
    expect((await remove('a', { kind: 'connector' })).status).toBe(404);
    expect(await names()).toEqual(['connector nightly']);
    expect((await trail(server, org.id)).filter((event) => event.startsWith('resources.delete'))).toEqual([
      'resources.delete a',
      'resources.delete nightly',
    ]);
  });
});

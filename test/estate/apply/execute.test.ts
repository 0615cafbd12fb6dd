import { expect, test } from 'vitest';
import type { Json } from '../../../src/estate/changes.ts';
import { describeOnEachDatabase } from '../../support/databases.ts';
import { accountToken, join, managed, membersOf, organization, person } from '../../support/estate.ts';
import { definition, field, parsersOf } from '../../support/parsers.ts';
import { applyWorld, change, invited, reviewed, told } from './apply.world.ts';

const invoices: Readonly<Record<string, Json>> = JSON.parse(
  JSON.stringify({ document_type: 'invoice', description: null, definition: definition([field('total')]) }),
);

const role = (before: string, after: string) => [{ name: 'role', before, after }];

describeOnEachDatabase('a change set carried out', (open) => {
  test('makes everything, each after what it stands in, whatever their order', async () => {
    const { server, ann, staff, apply } = await applyWorld(await open());
    await organization(server, staff, 'org', ann);
    const copied = { account: 'acme', workspace: 'default', name: 'invoices' };
    const set = reviewed([
      change({ kind: 'parser', key: 'default/bills', fields: { copy_from: copied } }),
      change({ kind: 'parser', account: 'acme-new', key: 'default/invoices', fields: { copy_from: copied } }),
      change({ kind: 'parser', key: 'default/invoices', fields: invoices }),
      change({
        kind: 'workspace_member',
        account: 'org',
        key: 'ops/eve@x.example',
        fields: { role: 'operator' },
      }),
      { ...invited('eve@x.example', { role: 'member' }), account: 'org' },
      change({ kind: 'workspace', account: 'org', key: 'ops', fields: { name: 'Operations' } }),
      change({
        kind: 'permission_set',
        key: 'readers',
        fields: { role: 'user', modules: ['parsers'], children: ['acme-new'] },
      }),
      invited('bob@x.example', { role: 'user', modules: ['parsers'], children: ['acme-new'] }),
      change({ kind: 'promotion_path', fields: { accounts: ['acme-dev', 'acme-new'] } }),
      change({
        kind: 'account',
        account: 'acme-new',
        fields: { name: 'New', master: 'acme', plan: 'business', labels: { env: 'new' } },
      }),
    ]);
    const done = await apply(set);
    expect(told(done).filter((line) => !line.endsWith(': done'))).toEqual([]);
    expect(done.failure).toBeUndefined();
    const { token } = ann;
    const made = await server.ok('accounts.show', { token, params: { account: 'acme-new' } });
    expect(made).toMatchObject({ name: 'New', plan: 'business', labels: { env: 'new' } });
    const inNew = { token: await accountToken(server, made.id, 'admin') };
    expect(await parsersOf(server, inNew, 'acme-new')).toEqual(['invoices 1']);
    const query = { state: 'pending', q: 'eve' };
    const { data } = await server.ok('invites.list', { token, params: { account: 'org' }, query });
    const ops = await server.ok('workspaces.show', { token, params: { account: 'org', workspace: 'ops' } });
    expect(data.map(({ workspaces }) => workspaces)).toEqual([[{ workspace: ops.id, role: 'operator' }]]);
    expect(await server.mails('bob@x.example')).toHaveLength(1);
  });

  test('the same again writes nothing: what is so already is found so', async () => {
    const { server, ann, apply } = await applyWorld(await open());
    const set = reviewed([
      change({ kind: 'account', account: 'acme-new', fields: { name: 'New', master: 'acme' } }),
      change({ kind: 'parser', key: 'default/invoices', fields: invoices }),
      change({ kind: 'plan', account: 'acme-dev', fields: { plan: 'professional' } }),
      invited('bob@x.example'),
    ]);
    await apply(set);
    const again = await apply(set, { settled: new Set() });
    expect(again.failure).toBeUndefined();
    expect(told(again).filter((line) => / failed/.test(line))).toEqual([]);
    expect(await server.mails('bob@x.example')).toHaveLength(1);
    expect(await parsersOf(server, ann, 'acme')).toEqual(['invoices 1']);
  });

  test('what failed keeps back only what needs it', async () => {
    const { ann, server, apply } = await applyWorld(await open());
    const done = await apply(
      reviewed([
        change({ kind: 'account', account: 'lost', fields: { name: 'Lost', master: 'nobody' } }),
        change({ kind: 'parser', account: 'lost', key: 'default/invoices', fields: invoices }),
        change({
          kind: 'parser',
          account: 'acme-dev',
          key: 'default/invoices',
          fields: { copy_from: { account: 'lost', workspace: 'default', name: 'invoices' } },
        }),
        { ...invited('eve@x.example'), account: 'lost' },
        change({ op: 'delete', kind: 'parser', account: 'lost', key: 'default/old' }),
        change({ kind: 'permission_set', key: 'readers', fields: { role: 'user', modules: ['forms'] } }),
      ]),
    );
    expect(told(done)).toEqual([
      'create account lost: failed not_found',
      'create parser default/invoices: skipped needed_failed',
      'create parser default/invoices: skipped needed_failed',
      'create member eve@x.example: skipped needed_failed',
      'delete parser default/old: skipped needed_failed',
      'create permission_set readers: done',
    ]);
    expect(done.carried.map(({ error }) => error?.message)).toContain('account lost failed');
    const { data } = await server.ok('accounts.list', { token: ann.token });
    expect(data.map(({ slug }) => slug)).not.toContain('lost');
  });

  test('what needs a conflict is skipped, and a conflict is not begun', async () => {
    const { apply } = await applyWorld(await open());
    const done = await apply(
      reviewed([
        change({ op: 'conflict', kind: 'account', account: 'org', note: 'only staff make it' }),
        change({ kind: 'workspace', account: 'org', key: 'ops', fields: { name: 'Ops' } }),
      ]),
    );
    expect(told(done)).toEqual(['create workspace ops: skipped needed_failed']);
  });

  test('somebody is made administrator before the other one stops being it', async () => {
    const { server, ann, apply } = await applyWorld(await open());
    const bob = await person(server, 'bob@x.example');
    const { id } = await server.ok('accounts.show', { token: ann.token, params: { account: 'acme' } });
    await join(server, id, bob, 'user');
    const done = await apply(
      reviewed([
        {
          ...change({ op: 'update', kind: 'member', key: 'ann@acme.example' }),
          fields: role('admin', 'user'),
        },
        { ...change({ op: 'update', kind: 'member', key: 'bob@x.example' }), fields: role('user', 'admin') },
      ]),
      { parallel: 8 },
    );
    expect(told(done)).toEqual(['update member ann@acme.example: done', 'update member bob@x.example: done']);
    expect(await membersOf(server, bob.token, 'acme')).toEqual([
      'ann@acme.example user active',
      'bob@x.example admin active',
    ]);
  });

  test.each([
    [
      'demoted',
      { ...change({ op: 'update', kind: 'member', key: 'ann@acme.example' }), fields: role('admin', 'user') },
    ],
    ['removed', change({ op: 'delete', kind: 'member', key: 'ann@acme.example' })],
    [
      'deactivated',
      change({ op: 'update', kind: 'member', key: 'ann@acme.example', fields: { state: 'deactivated' } }),
    ],
  ])('the last administrator is not %s, whatever a change set says', async (_, last) => {
    const { server, ann, apply } = await applyWorld(await open());
    expect(told(await apply(reviewed([last])))).toEqual([
      `${last.op} member ann@acme.example: failed last_admin`,
    ]);
    expect(await membersOf(server, ann.token, 'acme')).toEqual(['ann@acme.example admin active']);
  });

  test('nobody goes if who should follow them as administrator did not come to be', async () => {
    const { server, ann, apply } = await applyWorld(await open());
    const bob = await person(server, 'bob@x.example');
    const { id } = await server.ok('accounts.show', { token: ann.token, params: { account: 'acme' } });
    await join(server, id, bob, 'admin');
    const done = await apply(
      reviewed([
        { ...change({ op: 'update', kind: 'member', key: 'no@x.example' }), fields: role('user', 'admin') },
        change({ op: 'delete', kind: 'member', key: 'bob@x.example' }),
      ]),
    );
    expect(told(done)).toEqual([
      'update member no@x.example: failed not_found',
      'delete member bob@x.example: skipped needed_failed',
    ]);
  });

  test('what moved since it was reviewed is not changed', async () => {
    const { server, ann, apply } = await applyWorld(await open());
    const params = { account: 'acme-dev' };
    const { revision } = await server.ok('accounts.show', { token: ann.token, params });
    await server.ok('accounts.update', { token: ann.token, params, body: { name: 'By hand' } });
    const stale = change({
      op: 'update',
      kind: 'account',
      account: 'acme-dev',
      revision,
      fields: { name: 'By file' },
    });
    expect(told(await apply(reviewed([stale])))).toEqual(['update account acme-dev: failed stale']);
    expect((await server.ok('accounts.show', { token: ann.token, params })).name).toBe('By hand');
  });

  test('a change of the account and of its plan: the one does not make the other stale', async () => {
    const { server, ann, apply } = await applyWorld(await open());
    const params = { account: 'acme-dev' };
    const { revision } = await server.ok('accounts.show', { token: ann.token, params });
    const done = await apply(
      reviewed([
        change({ op: 'update', kind: 'plan', account: 'acme-dev', fields: { plan: 'business' } }),
        change({
          op: 'update',
          kind: 'account',
          account: 'acme-dev',
          revision,
          fields: { labels: { env: 'dev' } },
        }),
      ]),
    );
    expect(told(done).filter((line) => !line.endsWith(': done'))).toEqual([]);
    expect(await server.ok('accounts.show', { token: ann.token, params })).toMatchObject({
      plan: 'business',
      labels: { env: 'dev' },
    });
  });

  test('a downgrade is scheduled, and the plan kept instead is the schedule cancelled', async () => {
    const { server, ann, apply } = await applyWorld(await open());
    const plan = (name: string, made_at: string) =>
      reviewed([change({ op: 'update', kind: 'plan', fields: { plan: name } })], { made_at });
    // The master needs its plan for its managed account, so the managed one goes up and down.
    const on = (name: string, at: string) => {
      const set = plan(name, at);
      return { ...set, changes: set.changes.map((one) => ({ ...one, account: 'acme-dev' })) };
    };
    const scheduled = async () =>
      (await server.ok('subscription.show', { token: ann.token, params: { account: 'acme-dev' } })).scheduled
        ?.plan;
    await apply(on('business', '2026-03-02T09:00:00.000Z'));
    expect(told(await apply(on('basic', '2026-03-02T09:01:00.000Z')))).toEqual([
      'update plan acme-dev: done',
    ]);
    expect(await scheduled()).toBe('basic');
    expect(told(await apply(on('basic', '2026-03-02T09:02:00.000Z')))).toEqual([
      'update plan acme-dev: already',
    ]);
    expect(told(await apply(on('business', '2026-03-02T09:03:00.000Z')))).toEqual([
      'update plan acme-dev: done',
    ]);
    expect(await scheduled()).toBeUndefined();
  });

  test('what a change set made and somebody removed since is not taken for made', async () => {
    const { server, ann, apply } = await applyWorld(await open());
    const set = reviewed([change({ kind: 'parser', key: 'default/invoices', fields: invoices })]);
    await apply(set);
    const params = { account: 'acme', parser: 'invoices' };
    await server.ok('parsers.delete', { token: ann.token, params, headers: { 'if-match': '"1"' } });
    expect(told(await apply(set))).toEqual(['create parser default/invoices: failed stale']);
  });

  test('a pending invitation that offers something else is taken back, and the new one mails once', async () => {
    const { server, ann, apply } = await applyWorld(await open());
    await apply(reviewed([invited('bob@x.example')]));
    const list = () =>
      server.ok('invites.list', {
        token: ann.token,
        params: { account: 'acme' },
        query: { state: 'pending' },
      });
    const [first] = (await list()).data;
    const again = {
      ...invited('bob@x.example', { role: 'admin' }),
      op: 'update' as const,
      id: first?.id ?? '',
    };
    expect(told(await apply(reviewed([again], { made_at: '2026-03-02T10:00:00.000Z' })))).toEqual([
      'update member bob@x.example: done',
    ]);
    expect((await list()).data.map((invite) => invite.role)).toEqual(['admin']);
  });

  test('deletions go last, of workspaces after what was in them', async () => {
    const { server, ann, staff, apply } = await applyWorld(await open());
    const org = await organization(server, staff, 'org', ann);
    const eve = await person(server, 'eve@x.example');
    await join(server, org.id, eve, 'member');
    const at = { token: ann.token, params: { account: 'org' } };
    await server.ok('workspaces.create', { ...at, body: { name: 'Old', slug: 'old' } });
    await server.ok('workspace_members.add', {
      token: ann.token,
      params: { account: 'org', workspace: 'old' },
      body: { member: 'eve@x.example', role: 'viewer' },
    });
    const order: string[] = [];
    const done = await apply(
      reviewed([
        change({ op: 'delete', kind: 'workspace', account: 'org', key: 'old' }),
        change({ op: 'delete', kind: 'workspace_member', account: 'org', key: 'old/eve@x.example' }),
        change({ op: 'delete', kind: 'member', account: 'org', key: 'eve@x.example' }),
        change({ kind: 'workspace', account: 'org', key: 'new', fields: { name: 'New' } }),
      ]),
      { onStep: ({ changes }) => order.push(...changes.map(({ op, kind }) => `${op} ${kind}`)) },
    );
    expect(told(done).filter((line) => !line.endsWith(': done'))).toEqual([]);
    expect(order[0]).toBe('create workspace');
    expect(order.at(-1)).toBe('delete workspace');
  });
});

describeOnEachDatabase('people of many accounts', (open) => {
  test('a batch an account, each address mailed once, however often it is applied', async () => {
    const { server, ann, apply } = await applyWorld(await open());
    const { id } = await server.ok('accounts.show', { token: ann.token, params: { account: 'acme' } });
    for (const slug of ['acme-a', 'acme-b']) await managed(server, ann, id, slug);
    const people = ['acme-a', 'acme-b'].flatMap((account) =>
      Array.from({ length: 2 }, (_, at) => ({ ...invited(`p${at}@${account}.example`), account })),
    );
    const set = reviewed(people);
    expect(told(await apply(set)).filter((line) => !line.endsWith(': done'))).toEqual([]);
    expect(told(await apply(set)).filter((line) => line.includes('failed'))).toEqual([]);
    const mails = (await server.mails()).filter(({ kind }) => kind === 'invite').map(({ to }) => to);
    expect(mails.toSorted()).toEqual(people.map(({ key }) => key).toSorted());
    const { data } = await server.ok('batches.list', { token: ann.token, params: { account: 'acme-a' } });
    expect(data[0]).toMatchObject({ kind: 'invites', state: 'finished', rows_total: 2 });
  });

  test('too few seats refuse the whole batch, and nobody of it is mailed', async () => {
    const { server, apply } = await applyWorld(await open());
    const many = Array.from({ length: 200 }, (_, at) => ({
      ...invited(`p${at}@x.example`),
      account: 'acme-dev',
    }));
    const done = await apply(reviewed(many));
    expect(new Set(done.carried.map(({ outcome, error }) => `${outcome} ${error?.code}`))).toEqual(
      new Set(['failed batch_too_large']),
    );
    expect((await server.mails()).filter(({ kind }) => kind === 'invite')).toEqual([]);
  });
});

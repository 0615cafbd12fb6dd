import { describe, expect, it } from 'vitest';
import { describeOnEachDatabase } from '../support/databases.ts';
import {
  accountToken,
  join,
  managed,
  master,
  membersOf,
  organization,
  person,
  standard,
  trail,
} from '../support/estate.ts';
import { wellsAnswers, wellsForm } from '../support/records.ts';
import { START, startServer } from '../support/server.ts';

describeOnEachDatabase('creating accounts', (open) => {
  it('makes whoever creates a standard account its administrator, on basic, with a workspace (R9)', async () => {
    const server = await startServer({ database: await open() });
    const ann = await person(server, 'ann@acme.example');
    const account = await server.ok('accounts.create', { token: ann.token, body: { name: 'Äcme & Söhne' } });
    expect(account).toEqual({
      id: account.id,
      kind: 'standard',
      slug: 'acme-sohne',
      name: 'Äcme & Söhne',
      state: 'active',
      suspended_by: null,
      plan: 'basic',
      managed_accounts: 'locked',
      trial_ends_at: null,
      labels: {},
      mail: { security: true, members: true },
      copy_out: 'family',
      parent: null,
      via: 'member',
      role: 'admin',
      seats: { used: 1, limit: 5 },
      revision: 1,
      created_at: START,
      updated_at: START,
    });
    expect(await membersOf(server, ann.token, account.id)).toEqual(['ann@acme.example admin active']);
    const workspaces = await server.ok('workspaces.list', {
      token: ann.token,
      params: { account: account.id },
    });
    expect(workspaces.data.map(({ slug, name }) => ({ slug, name }))).toEqual([
      { slug: 'default', name: 'Default' },
    ]);
    expect(await trail(server, account.id)).toEqual(['accounts.create acme-sohne']);
  });

  it('derives another slug when the plain one is taken, too short or reserved, and refuses them when asked for', async () => {
    const server = await startServer({ database: await open() });
    const ann = await person(server, 'ann@acme.example');
    await standard(server, ann, 'acme');
    const named = async (name: string) =>
      (await server.ok('accounts.create', { token: ann.token, body: { name } })).slug;
    expect(await named('Acme')).toMatch(/^acme-[0-9a-f]{6}$/);
    expect(await named('API')).toMatch(/^api-[0-9a-f]{6}$/);
    expect(await named('漢字')).toMatch(/^account-[0-9a-f]{6}$/);
    const refuse = async (slug: string) =>
      (await server.refused('accounts.create', { token: ann.token, body: { name: 'x', slug } })).code;
    expect(await refuse('acme')).toBe('slug_taken');
    expect(await refuse('api')).toBe('invalid_request');
    expect(await refuse('acc_nope')).toBe('invalid_request');
  });

  it('gives one of two that ask for the same slug at the same moment', async () => {
    const server = await startServer({ database: await open() });
    const ann = await person(server, 'ann@acme.example');
    const bob = await person(server, 'bob@acme.example');
    for (let round = 0; round < 20; round += 1) {
      const body = { name: 'Race', slug: `race-${round}` };
      const answers = await Promise.all(
        [ann, bob].map(({ token }) => server.call('accounts.create', { token, body })),
      );
      expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([201, 409]);
    }
  });

  it('finds a slug for each of two with the same name at the same moment', async () => {
    const server = await startServer({ database: await open() });
    const ann = await person(server, 'ann@acme.example');
    const bob = await person(server, 'bob@acme.example');
    for (let round = 0; round < 20; round += 1) {
      const body = { name: `Race ${round}` };
      const made = await Promise.all(
        [ann, bob].map(({ token }) => server.ok('accounts.create', { token, body })),
      );
      expect(made.map(({ slug }) => slug).filter((slug) => slug === `race-${round}`)).toHaveLength(1);
    }
  });

  it('lets only staff choose a plan that is not self-serve, and anybody under --dev (D13)', async () => {
    const body = { name: 'Big', plan: 'enterprise' as const };
    const server = await startServer({ database: await open() });
    const ann = await person(server, 'ann@acme.example');
    const problem = await server.refused('accounts.create', { token: ann.token, body });
    expect([problem.status, problem.code, problem.reasons?.length]).toEqual([403, 'plan_not_self_serve', 1]);
    const dev = await startServer({ setup: { dev: true } });
    const dan = await person(dev, 'dan@acme.example');
    expect((await dev.ok('accounts.create', { token: dan.token, body })).plan).toBe('enterprise');
  });

  it('leaves organizations to staff, who name a first super admin; it opens with them (R27)', async () => {
    const server = await startServer({ database: await open() });
    const ann = await person(server, 'ann@acme.example');
    const staff = await server.staffToken();
    const body = { name: 'Org', kind: 'organization' as const, plan: 'enterprise' as const };
    const refuse = async (token: string, extra: object = {}) => {
      const problem = await server.refused('accounts.create', { token, body: { ...body, ...extra } });
      return [problem.status, problem.code, problem.reasons?.length ?? 0];
    };
    expect(await refuse(ann.token)).toEqual([403, 'forbidden', 1]);
    expect(await refuse(staff)).toEqual([400, 'invalid_request', 0]);
    const org = await server.ok('accounts.create', {
      token: staff,
      body: { ...body, admin_email: 'First@Org.example' },
    });
    expect(org).toMatchObject({ state: 'provisioning', via: 'staff', role: null, seats: { used: 1 } });
    expect((await server.mails('First@Org.example')).map(({ kind }) => kind)).toEqual(['invite']);
    expect(await trail(server, org.id)).toEqual(['accounts.create org', 'invites.send First@Org.example']);
    const problem = await server.refused('accounts.create', { token: staff, body: { name: 'Std' } });
    expect([problem.status, problem.reasons?.length]).toEqual([403, 1]);
  });

  it('creates nothing when the first administrator cannot be invited', async () => {
    const server = await startServer({ database: await open(), setup: { mail: 'none' } });
    const staff = await server.staffToken();
    const body = { name: 'Org', kind: 'organization' as const, admin_email: 'a@b.example' };
    expect((await server.refused('accounts.create', { token: staff, body })).code).toBe(
      'mail_not_configured',
    );
    const { data } = await server.ok('accounts.list', { token: staff, query: { kind: 'organization' } });
    expect(data).toEqual([]);
  });
});

describeOnEachDatabase('managed accounts', (open) => {
  it('needs the feature unlocked and a plan that has it, or a trial that is not over (R4)', async () => {
    const server = await startServer({ database: await open() });
    const ann = await person(server, 'ann@acme.example');
    const staff = await server.staffToken();
    const acme = await standard(server, ann, 'acme');
    const params = { account: acme.id };
    const attempt = async (slug: string) => {
      const body = { name: slug, slug, master: 'acme' };
      const { status, body: answer } = await server.call('accounts.create', { token: ann.token, body });
      return status === 201 ? 'made' : `${status} ${String(Reflect.get(Object(answer), 'code'))}`;
    };
    expect(await attempt('acme-dev')).toBe('403 feature_locked');
    await server.ok('accounts.unlock', { token: staff, params, body: { trial_days: 3 } });
    const guides = async () =>
      (await server.mails('ann@acme.example')).filter(({ kind }) => kind === 'managed_accounts_guide');
    expect((await guides()).map(({ kind, payload }) => [kind, payload])).toEqual([
      ['managed_accounts_guide', { account_name: 'acme', account_slug: 'acme' }],
    ]);
    expect(await attempt('acme-dev')).toBe('made');
    server.clock.advance({ days: 3 });
    // The access token of the session is over by then as well.
    const again = await server.ok('auth.login', {
      body: { email: ann.email, password: 'plum harbour weaves nine' },
    });
    const token = again.access_token;
    const shown = await server.ok('accounts.show', { token, params });
    expect([shown.managed_accounts, shown.trial_ends_at]).toEqual(['locked', null]);
    const refused = await server.refused('accounts.create', { token, body: { name: 'x', master: acme.id } });
    expect([refused.code, refused.reasons?.map(({ check }) => check)]).toEqual([
      'feature_locked',
      ['feature'],
    ]);
    await server.ok('accounts.unlock', { token: staff, params, body: {} });
    expect(await guides()).toHaveLength(2);
    const plan = await server.refused('accounts.create', { token, body: { name: 'x', master: acme.id } });
    expect([plan.code, plan.reasons?.map(({ check }) => check)]).toEqual(['feature_locked', ['plan']]);
    // What was made in the trial is left alone.
    const { data } = await server.ok('accounts.list', { token, query: { master: 'acme' } });
    expect(data.map(({ slug, via, role }) => [slug, via, role])).toEqual([['acme-dev', 'managed', null]]);
  });

  it('are opened and closed by staff, who mail the guide once for each opening (R4)', async () => {
    const server = await startServer({ database: await open() });
    const ann = await person(server, 'ann@acme.example');
    const eve = await person(server, 'eve@acme.example');
    const staff = await server.staffToken();
    const acme = await standard(server, ann, 'acme');
    await join(server, acme.id, eve, 'admin');
    await join(server, acme.id, await person(server, 'pat@acme.example'), 'user');
    const params = { account: acme.id };
    const guides = async () =>
      (await server.mails()).filter(({ kind }) => kind === 'managed_accounts_guide').map(({ to }) => to);
    const unlock = async (days?: number) => {
      const body = { reason: 'asked for', ...(days !== undefined && { trial_days: days }) };
      const { managed_accounts, trial_ends_at, revision } = await server.ok('accounts.unlock', {
        token: staff,
        params,
        body,
      });
      return [managed_accounts, trial_ends_at?.slice(0, 10) ?? null, revision];
    };
    const lock = async () => {
      const account = await server.ok('accounts.lock', { token: staff, params, body: {} });
      return [account.managed_accounts, account.trial_ends_at, account.revision];
    };
    expect(await lock()).toEqual(['locked', null, 1]);
    expect(await unlock(10)).toEqual(['trial', '2026-03-12', 2]);
    expect((await guides()).sort()).toEqual(['ann@acme.example', 'eve@acme.example']);
    // Another trial moves the end, either way; unlocking for good takes its place. None of it is an opening.
    expect(await unlock(30)).toEqual(['trial', '2026-04-01', 3]);
    expect(await unlock(2)).toEqual(['trial', '2026-03-04', 4]);
    expect(await unlock()).toEqual(['unlocked', null, 5]);
    expect(await unlock()).toEqual(['unlocked', null, 5]);
    expect(await guides()).toHaveLength(2);
    // The plan has no managed accounts, so a trial adds something; where it has them, it would take something away.
    expect(await unlock(2)).toEqual(['trial', '2026-03-04', 6]);
    expect(await lock()).toEqual(['locked', null, 7]);
    expect(await unlock(1)).toEqual(['trial', '2026-03-03', 8]);
    server.clock.advance({ days: 1 });
    // Over is locked already.
    expect(await lock()).toEqual(['locked', null, 8]);
    expect(await unlock()).toEqual(['unlocked', null, 9]);
    expect(await guides()).toHaveLength(6);
    const change = { plan: 'professional', reason: 'asked for' };
    await server.ok('subscription.change', { token: staff, params, body: change });
    const request = { token: staff, params, body: { trial_days: 3 } };
    expect((await server.refused('accounts.unlock', request)).code).toBe('conflict');
    expect((await trail(server, acme.id)).filter((event) => event.includes('lock'))).toEqual([
      ...Array(5).fill('accounts.unlock acme'),
      'accounts.lock acme',
      'accounts.unlock acme',
      'accounts.unlock acme',
    ]);
  });

  it('are for no personal and no managed account, and need mail for the guide', async () => {
    const server = await startServer({ database: await open() });
    const staff = await server.staffToken();
    const ann = await person(server, 'ann@acme.example');
    await master(server, ann, 'acme', staff);
    const dev = await managed(server, ann, 'acme', 'acme-dev');
    const { data } = await server.ok('accounts.list', { token: ann.token, query: { kind: 'personal' } });
    const code = async (account: string, on = server) =>
      (await on.refused('accounts.unlock', { token: staff, params: { account }, body: {} })).code;
    expect([await code(dev.id), await code(data[0]?.id ?? '')]).toEqual(['conflict', 'personal_account']);
    const beta = await standard(server, ann, 'beta');
    const silent = await startServer({ database: server.database, setup: { mail: 'none' } });
    expect(await code(beta.id, silent)).toBe('mail_not_configured');
    const shown = await server.ok('accounts.show', { token: ann.token, params: { account: beta.id } });
    expect([shown.managed_accounts, shown.revision]).toEqual(['locked', 1]);
  });

  it('starts without members, apart from its siblings, and its people see nothing of the master (R2, R5, R6)', async () => {
    const server = await startServer({ database: await open() });
    const ann = await person(server, 'ann@acme.example');
    const kid = await person(server, 'kid@dev.example');
    const sib = await person(server, 'sib@prod.example');
    const acme = await master(server, ann, 'acme', await server.staffToken());
    const dev = await managed(server, ann, 'acme', 'acme-dev');
    const prod = await managed(server, ann, 'acme', 'acme-prod');
    expect(dev.parent?.account).toEqual({ id: acme.id, slug: 'acme', name: 'acme' });
    expect(dev.seats).toEqual({ used: 0, limit: 5 });
    expect(await trail(server, dev.id)).toEqual(['accounts.create acme-dev']);
    expect(await trail(server, acme.id)).toEqual([
      'accounts.create acme',
      'accounts.unlock acme',
      'accounts.create acme-dev',
      'accounts.create acme-prod',
    ]);
    await join(server, dev.id, kid, 'admin');
    await join(server, prod.id, sib, 'admin');
    const list = async (token: string) =>
      (await server.ok('accounts.list', { token, query: { kind: 'standard' } })).data.map(({ slug }) => slug);
    expect(await list(ann.token)).toEqual(['acme', 'acme-dev', 'acme-prod']);
    expect(await list(kid.token)).toEqual(['acme-dev']);
    expect(await list(sib.token)).toEqual(['acme-prod']);
    for (const account of [acme.id, prod.id]) {
      expect((await server.refused('accounts.show', { token: kid.token, params: { account } })).status).toBe(
        404,
      );
    }
    const tree = await server.ok('accounts.tree', { token: kid.token, params: { account: 'acme-dev' } });
    expect(tree.parent).toEqual({ name: 'acme' });
    expect(tree.children).toEqual([]);
    const above = await server.ok('accounts.tree', { token: ann.token, params: { account: 'acme' } });
    expect(above.children.map(({ slug, members, workspaces }) => [slug, members, workspaces.length])).toEqual(
      [
        ['acme-dev', 1, 1],
        ['acme-prod', 1, 1],
      ],
    );
    // A child has no children (no nesting).
    const nested = await server.refused('accounts.create', {
      token: kid.token,
      body: { name: 'x', master: dev.id },
    });
    expect(nested.code).toBe('conflict');
  });

  it('is labelled by its master alone, and found by its labels', async () => {
    const server = await startServer({ database: await open() });
    const ann = await person(server, 'ann@acme.example');
    const kid = await person(server, 'kid@dev.example');
    await master(server, ann, 'acme', await server.staffToken());
    const dev = await managed(server, ann, 'acme', 'acme-dev');
    await managed(server, ann, 'acme', 'acme-prod');
    await join(server, dev.id, kid, 'admin');
    const params = { account: 'acme-dev' };
    const labels = { env: 'dev', "it's": 'x' };
    const odd = await server.refused('accounts.update', { token: ann.token, params, body: { labels } });
    expect(odd.status).toBe(400);
    const refused = await server.refused('accounts.update', {
      token: kid.token,
      params,
      body: { labels: { env: 'x' } },
    });
    expect([refused.status, refused.reasons?.map(({ check }) => check)]).toEqual([403, ['master']]);
    await server.ok('accounts.update', {
      token: ann.token,
      params,
      body: { labels: { env: 'dev', team: 'a=b' } },
    });
    const found = async (...label: string[]) =>
      (await server.ok('accounts.list', { token: ann.token, query: { label } })).data.map(({ slug }) => slug);
    expect(await found('env=dev')).toEqual(['acme-dev']);
    expect(await found('env=dev', 'team=a=b')).toEqual(['acme-dev']);
    expect(await found('env=dev', 'team=other')).toEqual([]);
    expect(await found('env.x=dev')).toEqual([]);
    expect(
      (await server.refused('accounts.list', { token: ann.token, query: { label: 'env' } })).status,
    ).toBe(400);
  });

  it('is released only when it has an administrator of its own, and grants of it die (R14)', async () => {
    const server = await startServer({ database: await open() });
    const ann = await person(server, 'ann@acme.example');
    const kid = await person(server, 'kid@dev.example');
    const pat = await person(server, 'pat@acme.example');
    const acme = await master(server, ann, 'acme', await server.staffToken());
    const dev = await managed(server, ann, 'acme', 'acme-dev');
    const member = await join(server, acme.id, pat, 'user', ['parsers']);
    const granted = await server.ok('members.update', {
      token: ann.token,
      params: { account: 'acme', member },
      body: { children: ['acme-dev'] },
    });
    expect(granted.children.map(({ slug }) => slug)).toEqual(['acme-dev']);
    const params = { account: 'acme-dev' };
    const release = { token: ann.token, params };
    expect((await server.refused('accounts.release', release)).code).toBe('no_admin');
    await join(server, dev.id, kid, 'admin');
    expect((await server.refused('accounts.release', { token: kid.token, params })).status).toBe(403);
    const dry = await server.ok('accounts.release', { ...release, query: { dry_run: 'true' } });
    expect(dry).toEqual({ changed: true });
    const keyed = { ...release, headers: { 'idempotency-key': 'release-1' } };
    expect(await server.ok('accounts.release', keyed)).toEqual({ changed: true });
    const replayed = await server.call('accounts.release', keyed);
    expect([replayed.body, replayed.headers['idempotency-replayed']]).toEqual([{ changed: true }, 'true']);
    expect(await server.ok('accounts.release', release)).toEqual({ changed: false });
    expect((await server.refused('accounts.show', release)).status).toBe(404);
    const pats = await server.ok('members.show', {
      token: ann.token,
      params: { account: 'acme', member: pat.email },
    });
    expect([pats.children, pats.revision]).toEqual([[], granted.revision + 1]);
    expect((await trail(server, dev.id)).at(-1)).toBe('accounts.release acme-dev');
    expect((await trail(server, acme.id)).at(-1)).toBe('accounts.release acme-dev');
  });
});

describeOnEachDatabase('changing an account', (open) => {
  it('changes what is asked and records no more; a stale reading is refused', async () => {
    const server = await startServer({ database: await open() });
    const ann = await person(server, 'ann@acme.example');
    const acme = await standard(server, ann, 'acme');
    const update = { token: ann.token, params: { account: acme.id } };
    const body = { name: 'Acme 2', mail: { security: false } };
    const after = await server.ok('accounts.update', { ...update, body });
    expect(after).toEqual({ ...acme, name: 'Acme 2', mail: { security: false, members: true }, revision: 2 });
    expect((await server.ok('accounts.update', { ...update, body })).revision).toBe(2);
    const stale = await server.refused('accounts.update', {
      ...update,
      body: { name: 'x' },
      headers: { 'if-match': '"1"' },
    });
    expect(stale.code).toBe('stale');
    const { data } = await server.ok('audit.list', { ...update, query: { action: 'accounts.update' } });
    expect(data.map(({ before, after: to }) => ({ before, to }))).toEqual([
      {
        before: { name: 'acme', mail: { security: true, members: true } },
        to: { name: 'Acme 2', mail: { security: false, members: true } },
      },
    ]);
  });

  it('lets the module settings change name and mail preferences, nothing else', async () => {
    const server = await startServer({ database: await open() });
    const ann = await person(server, 'ann@acme.example');
    const pat = await person(server, 'pat@acme.example');
    const acme = await standard(server, ann, 'acme');
    await join(server, acme.id, pat, 'user', ['settings']);
    const update = { token: pat.token, params: { account: 'acme' } };
    expect((await server.ok('accounts.update', { ...update, body: { name: 'Pats' } })).name).toBe('Pats');
    for (const body of [{ slug: 'pats' }, { labels: { a: 'b' } }, { name: 'x', slug: 'pats' }]) {
      const problem = await server.refused('accounts.update', { ...update, body });
      expect([problem.status, problem.reasons?.length]).toEqual([403, 1]);
    }
  });

  it('retires a slug for 90 days for everybody but the account it was of (D17)', async () => {
    const server = await startServer({ database: await open() });
    const staff = await server.staffToken();
    const ann = await person(server, 'ann@acme.example');
    const org = await organization(server, staff, 'acme-org', ann);
    const update = { token: await accountToken(server, org.id, 'super_admin'), params: { account: org.id } };
    const rename = async (slug: string) =>
      (await server.call('accounts.update', { ...update, body: { slug } })).status;
    expect(await rename('new-name')).toBe(200);
    expect(await rename('acme-org')).toBe(200);
    expect(await rename('new-name')).toBe(200);
    const create = async () => {
      const bob = await person(server, `bob${server.clock.now().getTime()}@acme.example`);
      return (
        await server.call('accounts.create', { token: bob.token, body: { name: 'x', slug: 'acme-org' } })
      ).status;
    };
    expect(await create()).toBe(409);
    server.clock.advance({ days: 89, hours: 23 });
    expect(await create()).toBe(409);
    server.clock.advance({ hours: 1 });
    expect(await create()).toBe(201);
    expect(await rename('acme-org')).toBe(409);
  });
});

describeOnEachDatabase('suspending', (open) => {
  it('lets administrators read and nobody write; a staff suspension outranks a master’s', async () => {
    const server = await startServer({ database: await open() });
    const staff = await server.staffToken();
    const ann = await person(server, 'ann@acme.example');
    const kid = await person(server, 'kid@dev.example');
    const pat = await person(server, 'pat@dev.example');
    await master(server, ann, 'acme', staff);
    const dev = await managed(server, ann, 'acme', 'acme-dev');
    await join(server, dev.id, kid, 'admin');
    await join(server, dev.id, pat, 'user', ['settings']);
    const params = { account: 'acme-dev' };
    const act = async (id: 'accounts.suspend' | 'accounts.activate', token: string) => {
      const { status, body } = await server.call(id, { token, params, body: { reason: 'test' } });
      return `${status} ${String(Reflect.get(Object(body), 'suspended_by') ?? Reflect.get(Object(body), 'code') ?? null)}`;
    };
    expect(await act('accounts.suspend', kid.token)).toBe('403 forbidden');
    expect(await act('accounts.suspend', ann.token)).toBe('200 master');
    expect(await act('accounts.suspend', ann.token)).toBe('200 master');
    expect((await server.call('accounts.show', { token: kid.token, params })).status).toBe(200);
    const write = await server.refused('accounts.update', { token: kid.token, params, body: { name: 'x' } });
    expect(write.code).toBe('account_suspended');
    expect((await server.refused('accounts.show', { token: pat.token, params })).code).toBe(
      'account_suspended',
    );
    expect(await act('accounts.suspend', staff)).toBe('200 staff');
    expect(await act('accounts.suspend', ann.token)).toBe('200 staff');
    expect(await act('accounts.activate', ann.token)).toBe('403 forbidden');
    expect(await act('accounts.activate', staff)).toBe('200 null');
    expect(await act('accounts.activate', ann.token)).toBe('200 null');
    expect(
      (await server.call('accounts.update', { token: kid.token, params, body: { name: 'x' } })).status,
    ).toBe(200);
    expect(await trail(server, dev.id)).toEqual([
      'accounts.create acme-dev',
      'accounts.suspend acme-dev',
      'accounts.suspend acme-dev',
      'accounts.activate acme-dev',
      'accounts.update acme-dev',
    ]);
  });

  it('of a master takes its rights over its children and leaves the children alone (D16)', async () => {
    const server = await startServer({ database: await open() });
    const staff = await server.staffToken();
    const ann = await person(server, 'ann@acme.example');
    const acme = await master(server, ann, 'acme', staff);
    const dev = await managed(server, ann, 'acme', 'acme-dev');
    const ci = await accountToken(server, acme.id, 'admin');
    const seen = async (token: string) =>
      (await server.ok('accounts.list', { token, query: { kind: 'standard' } })).data.map(({ slug }) => slug);
    expect(await seen(ci)).toEqual(['acme', 'acme-dev']);
    await server.ok('accounts.suspend', { token: staff, params: { account: 'acme' }, body: {} });
    expect(await seen(ann.token)).toEqual(['acme']);
    expect(await seen(ci)).toEqual([]);
    const params = { account: dev.id };
    expect((await server.refused('accounts.show', { token: ann.token, params })).status).toBe(404);
    expect((await server.ok('accounts.show', { token: staff, params })).state).toBe('active');
  });
});

describeOnEachDatabase('ending', (open) => {
  it('deletes on its typed slug: members, tokens and invitations go, the slug is retired, the trail stays', async () => {
    const server = await startServer({ database: await open() });
    const ann = await person(server, 'ann@acme.example');
    const bob = await person(server, 'bob@acme.example');
    const eve = await person(server, 'eve@other.example');
    const acme = await standard(server, ann, 'acme');
    await join(server, acme.id, bob, 'user', []);
    const ci = await accountToken(server, acme.id, 'admin');
    const form = (await wellsForm(server, ann, 'acme')).id;
    const records = wellsAnswers(3);
    await server.ok('records.submit', { token: ci, params: { account: 'acme', form }, body: { records } });
    const remove = { token: ann.token, params: { account: 'acme' } };
    const wrong = await server.refused('accounts.delete', { ...remove, query: { confirm: 'acm' } });
    expect([wrong.status, wrong.errors?.[0]?.pointer]).toEqual([400, '?confirm']);
    expect(
      (await server.refused('accounts.delete', { ...remove, token: bob.token, query: { confirm: 'acme' } }))
        .status,
    ).toBe(403);
    const held = {
      members: 2,
      pending_invites: 0,
      workspaces: 1,
      parsers: 0,
      forms: 1,
      records: 3,
      resources: 0,
      tokens: 1,
      keys: 0,
    };
    const counts = { changed: true, ...held };
    const query = { confirm: 'acme' };
    expect(await server.ok('accounts.delete', { ...remove, query: { ...query, dry_run: 'true' } })).toEqual(
      counts,
    );
    expect(await server.ok('accounts.delete', { ...remove, query })).toEqual(counts);
    expect((await server.refused('accounts.list', { token: ci })).status).toBe(401);
    expect((await server.refused('accounts.show', remove)).status).toBe(404);
    // D9: who could have deleted it hears that it is done; everybody else hears 404 as for what never was.
    for (const account of ['acme', acme.id]) {
      const again = await server.ok('accounts.delete', { token: ann.token, params: { account }, query });
      const none = {
        members: 0,
        pending_invites: 0,
        workspaces: 0,
        parsers: 0,
        forms: 0,
        records: 0,
        resources: 0,
        tokens: 0,
        keys: 0,
      };
      expect(again).toEqual({ changed: false, ...none });
      for (const token of [bob.token, eve.token]) {
        expect((await server.refused('accounts.delete', { token, params: { account }, query })).status).toBe(
          404,
        );
      }
    }
    const taken = await server.refused('accounts.create', {
      token: eve.token,
      body: { name: 'x', slug: 'acme' },
    });
    expect(taken.code).toBe('slug_taken');
    const before = await trail(server, acme.id);
    expect(before.filter((event) => event.startsWith('accounts.delete'))).toEqual(['accounts.delete acme']);
  });

  it('is for staff with organizations, for the master with managed accounts, for nobody with personal ones', async () => {
    const server = await startServer({ database: await open() });
    const staff = await server.staffToken();
    const ann = await person(server, 'ann@acme.example');
    const kid = await person(server, 'kid@dev.example');
    const acme = await master(server, ann, 'acme', staff);
    const dev = await managed(server, ann, 'acme', 'acme-dev');
    await join(server, dev.id, kid, 'admin');
    const org = await organization(server, staff, 'acme-org', ann);
    const gone = async (token: string, account: string, confirm = account) => {
      const { status, body } = await server.call('accounts.delete', {
        token,
        params: { account },
        query: { confirm },
      });
      return `${status} ${String(Reflect.get(Object(body), 'changed') ?? Reflect.get(Object(body), 'code'))}`;
    };
    const { data } = await server.ok('accounts.list', { token: ann.token, query: { kind: 'personal' } });
    const own = data[0]?.slug ?? '';
    expect(await gone(ann.token, own)).toBe('403 forbidden');
    expect(await gone(staff, own)).toBe('403 forbidden');
    expect(await gone(ann.token, 'acme-org')).toBe('403 forbidden');
    expect(await gone(kid.token, 'acme-dev')).toBe('403 forbidden');
    const blocked = await server.refused('accounts.delete', {
      token: ann.token,
      params: { account: 'acme' },
      query: { confirm: 'acme' },
    });
    expect([blocked.code, blocked.blockers]).toEqual([
      'has_managed_accounts',
      [{ kind: 'managed_account', detail: 'acme-dev' }],
    ]);
    expect(await gone(ann.token, 'acme-dev')).toBe('200 true');
    expect(await gone(ann.token, 'acme-dev')).toBe('200 false');
    expect(await gone(kid.token, 'acme-dev')).toBe('404 not_found');
    expect(await gone(ann.token, 'acme')).toBe('200 true');
    expect(await gone(staff, 'acme-org')).toBe('200 true');
    expect(await gone(staff, 'acme-org')).toBe('200 false');
    expect(await gone(ann.token, 'acme-org')).toBe('404 not_found');
    expect((await trail(server, acme.id)).filter((event) => event.startsWith('accounts.delete'))).toEqual([
      'accounts.delete acme-dev',
      'accounts.delete acme',
    ]);
    expect(await trail(server, null)).toContain('accounts.delete acme-org');
    expect((await trail(server, org.id)).at(-1)).toBe('accounts.delete acme-org');
  });

  it('lets a person leave, but not the last administrator, and not their personal account', async () => {
    const server = await startServer({ database: await open() });
    const ann = await person(server, 'ann@acme.example');
    const bob = await person(server, 'bob@acme.example');
    await standard(server, ann, 'acme');
    const acme = await server.ok('accounts.show', { token: ann.token, params: { account: 'acme' } });
    await join(server, acme.id, bob, 'user', ['forms']);
    const leave = (token: string, account = 'acme') =>
      server.call('accounts.leave', { token, params: { account } });
    expect((await leave(ann.token)).body).toMatchObject({ code: 'last_admin' });
    expect((await leave(bob.token)).body).toEqual({ changed: true });
    expect((await leave(bob.token)).body).toEqual({ changed: false });
    expect((await leave(bob.token, 'never')).status).toBe(404);
    const { data } = await server.ok('accounts.list', { token: bob.token });
    expect(data.map(({ kind }) => kind)).toEqual(['personal']);
    expect((await leave(bob.token, data[0]?.id)).body).toMatchObject({ code: 'personal_account' });
    const receipts = await server.database.read((trx) => trx.selectFrom('receipts').selectAll().execute());
    expect(
      receipts.map(({ kind, user_id, data: json }) => [kind, user_id, JSON.parse(json).modules]),
    ).toEqual([['left', bob.id, ['forms']]]);
    expect((await trail(server, acme.id)).at(-1)).toBe('accounts.leave bob@acme.example');
  });
});

describeOnEachDatabase('listing accounts', (open) => {
  it('walks by pages in order, each once, whatever is searched for', async () => {
    const server = await startServer({ database: await open() });
    const ann = await person(server, 'ann@acme.example');
    for (let n = 0; n < 7; n += 1) await standard(server, ann, `acme-${n}`);
    await standard(server, ann, 'other');
    const walk = async (query: Record<string, string | number>) => {
      const slugs: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await server.ok('accounts.list', {
          token: ann.token,
          query: { ...query, limit: 2, cursor },
        });
        slugs.push(...page.data.map(({ slug }) => slug));
        cursor = page.next_cursor ?? undefined;
      } while (cursor !== undefined);
      return slugs;
    };
    const all = Array.from({ length: 7 }, (_, n) => `acme-${n}`);
    expect(await walk({ kind: 'standard' })).toEqual([...all, 'other']);
    expect(await walk({ q: 'ACME-' })).toEqual(all);
    expect(await walk({ q: 'me_3' })).toEqual([]);
    expect(await walk({ q: '%' })).toEqual([]);
    expect(await walk({ q: "'; drop table accounts; --" })).toEqual([]);
    expect(await walk({ state: 'suspended' })).toEqual([]);
  });

  it('takes a foreign master in a filter for one that is not there', async () => {
    const server = await startServer({ database: await open() });
    const ann = await person(server, 'ann@acme.example');
    const eve = await person(server, 'eve@other.example');
    await master(server, eve, 'other', await server.staffToken());
    const answer = async (name: string) => {
      const problem = await server.refused('accounts.list', { token: ann.token, query: { master: name } });
      return { ...problem, request_id: '', detail: problem.detail.replace(name, 'X') };
    };
    const never = await answer('nowhere');
    expect(never.status).toBe(404);
    expect(await answer('other')).toEqual(never);
  });

  it('refuses a cursor of another list or another filter', async () => {
    const server = await startServer({ database: await open() });
    const ann = await person(server, 'ann@acme.example');
    await standard(server, ann, 'acme');
    const { next_cursor: cursor } = await server.ok('accounts.list', {
      token: ann.token,
      query: { limit: 1 },
    });
    const other = { token: ann.token, query: { limit: 1, kind: 'standard', cursor: cursor ?? '' } };
    expect((await server.refused('accounts.list', other)).code).toBe('invalid_cursor');
  });
});

describe('a server without mail', () => {
  it('does not unlock the feature where it would have to mail the guide', async () => {
    const server = await startServer({ setup: { mail: 'none' } });
    const staff = await server.staffToken();
    const { data } = await server.ok('accounts.list', { token: staff });
    const personal = data[0]?.id ?? '';
    const refused = await server.refused('accounts.unlock', {
      token: staff,
      params: { account: personal },
      body: {},
    });
    expect(refused.code).toBe('personal_account');
  });
});

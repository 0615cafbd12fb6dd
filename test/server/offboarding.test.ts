import { expect, it } from 'vitest';
import type { WorkspaceRole } from '../../src/contract/limits.ts';
import type { RemovalPreview } from '../../src/contract/types.ts';
import { describeOnEachDatabase } from '../support/databases.ts';
import {
  accountToken,
  apiToken,
  join,
  managed,
  master,
  membersOf,
  organization,
  type Person,
  person,
  standard,
  trail,
  workspaceKey,
} from '../support/estate.ts';
import { definition } from '../support/parsers.ts';
import { PASSWORD, startServer, type TestServer } from '../support/server.ts';

/** An organization with a super admin, two members, and the workspaces default and ops. */
async function firm(server: TestServer) {
  const sue = await person(server, 'sue@org.example');
  const pat = await person(server, 'pat@org.example');
  const kim = await person(server, 'kim@org.example');
  const org = await organization(server, await server.staffToken(), 'org', sue);
  const ids = {
    pat: await join(server, org.id, pat, 'member'),
    kim: await join(server, org.id, kim, 'member'),
  };
  const body = { name: 'Operations', slug: 'ops' };
  await server.ok('workspaces.create', { token: sue.token, params: { account: 'org' }, body });
  const place = async (who: Person, workspace: string, role: WorkspaceRole) => {
    const params = { account: 'org', workspace };
    await server.ok('workspace_members.add', { token: sue.token, params, body: { member: who.email, role } });
  };
  await place(pat, 'default', 'developer');
  await place(pat, 'ops', 'operator');
  const member = (email: string) => ({ token: sue.token, params: { account: 'org', member: email } });
  const remove = (email: string, query: Record<string, string> = {}) =>
    server.ok('members.remove', { ...member(email), query });
  const restore = (receipt: string, partial = false) => ({
    token: sue.token,
    params: { account: 'org', receipt },
    body: { partial },
  });
  const receiptOf = async (email: string) => (await remove(email)).receipt_id ?? '';
  return { sue, pat, kim, org, ids, place, member, remove, restore, receiptOf };
}

const told = ({ holdings }: RemovalPreview) =>
  holdings.map(({ kind, fate, count, items }) => [
    kind,
    fate,
    count,
    items.map(({ name, place }) => `${place}/${name}`),
  ]);

describeOnEachDatabase('offboarding', (open) => {
  it('lists all that hangs on somebody, hands over and ends what it is told to, in one go (D8, R31)', async () => {
    const server = await startServer({ database: await open() });
    const { sue, pat, kim, org, member, remove } = await firm(server);
    const params = { account: 'org', workspace: 'ops' };
    for (const [kind, name] of [
      ['workflow', 'nightly'],
      ['workflow', 'weekly'],
    ] as const) {
      await server.ok('resources.create', { token: pat.token, params, body: { kind, name } });
    }
    const home = { account: 'org', workspace: 'default' };
    const crm = { kind: 'connector', name: 'crm' } as const;
    await server.ok('resources.create', { token: pat.token, params: home, body: crm });
    const { secret: key } = await server.ok('workspace_keys.create', {
      token: pat.token,
      params: home,
      body: { name: 'bot', role: 'viewer' },
    });
    const api = await apiToken(server, org.id, pat, 'member');
    const lists = (token: string) =>
      server.call('resources.list', { token, params: home }).then(({ status }) => status);
    expect([await lists(key), await lists(api)]).toEqual([200, 200]);

    const preview = await server.ok('members.removal_preview', member('pat@org.example'));
    expect(told(preview)).toEqual([
      ['token', 'ends', 1, ['null/ci']],
      ['key', 'stays', 1, ['default/bot']],
      ['connector', 'stays', 1, ['default/crm']],
      ['workflow', 'stays', 2, ['ops/nightly', 'ops/weekly']],
    ]);
    const query = { reassign_to: 'kim@org.example', revoke_keys: 'true' };
    const would = await server.ok('members.removal_preview', { ...member('pat@org.example'), query });
    expect(told(would).map(([kind, fate]) => [kind, fate])).toEqual([
      ['token', 'ends'],
      ['key', 'ends'],
      ['connector', 'passes_on'],
      ['workflow', 'passes_on'],
    ]);
    const dry = await remove('pat@org.example', { ...query, dry_run: 'true' });
    expect(dry.preview).toEqual(would);
    expect([await lists(key), await lists(api)]).toEqual([200, 200]);
    expect((await remove('pat@org.example', query)).preview).toEqual(would);
    expect([await lists(key), await lists(api)]).toEqual([401, 401]);
    const { data } = await server.ok('resources.list', { token: sue.token, params });
    expect(data.map(({ name, created_by }) => [name, created_by])).toEqual([
      ['nightly', kim.id],
      ['weekly', kim.id],
    ]);
    const [event] = (
      await server.ok('audit.list', {
        token: sue.token,
        params: { account: 'org' },
        query: { action: 'members.remove' },
      })
    ).data;
    expect(event?.after).toEqual({ keys_revoked: 1, reassigned: 3, reassigned_to: 'kim@org.example' });
  });

  it('hands nothing over to somebody who is not there, is not active, or is the one who goes', async () => {
    const server = await startServer({ database: await open() });
    const { sue, kim, ids, member } = await firm(server);
    const stranger = await person(server, 'eve@other.example');
    await server.ok('members.deactivate', { token: sue.token, params: { account: 'org', member: ids.kim } });
    for (const heir of ['nobody@org.example', stranger.email, kim.email, 'pat@org.example', ids.pat]) {
      for (const id of ['members.removal_preview', 'members.remove'] as const) {
        const problem = await server.refused(id, {
          ...member('pat@org.example'),
          query: { reassign_to: heir },
        });
        expect([problem.code, problem.errors?.[0]?.pointer]).toEqual(['invalid_request', '?reassign_to']);
      }
    }
    expect((await server.ok('members.show', member('pat@org.example'))).state).toBe('active');
  });

  it('names memberships of managed accounts, and ends them when asked: each with its receipt and trail', async () => {
    const server = await startServer({ database: await open() });
    const staff = await server.staffToken();
    const ann = await person(server, 'ann@acme.example');
    const bob = await person(server, 'bob@acme.example');
    await master(server, ann, 'acme', staff);
    const acme = await server.ok('accounts.show', { token: ann.token, params: { account: 'acme' } });
    const dev = await managed(server, ann, 'acme', 'acme-dev');
    const prod = await managed(server, ann, 'acme', 'acme-prod');
    const other = await standard(server, bob, 'bobs');
    await join(server, acme.id, bob, 'admin');
    await join(server, dev.id, bob, 'admin');
    await join(server, prod.id, bob, 'user', ['forms']);
    const params = { account: 'acme', member: bob.email };
    const preview = await server.ok('members.removal_preview', { token: ann.token, params });
    expect(told(preview)).toEqual([['managed_membership', 'stays', 2, ['acme-dev/admin', 'acme-prod/user']]]);
    await server.ok('accounts.suspend', { token: ann.token, params: { account: 'acme-prod' }, body: {} });
    const query = { managed: 'true' };
    // One that is suspended refuses all of it: nothing is half done.
    const refusal = await server.refused('members.remove', { token: ann.token, params, query });
    expect(refusal.code).toBe('account_suspended');
    expect(await membersOf(server, ann.token, 'acme-dev')).toEqual(['bob@acme.example admin active']);
    await server.ok('accounts.activate', { token: ann.token, params: { account: 'acme-prod' }, body: {} });
    await server.ok('members.remove', { token: ann.token, params, query });
    expect(await membersOf(server, ann.token, 'acme')).toEqual(['ann@acme.example admin active']);
    expect(await membersOf(server, ann.token, 'acme-dev')).toEqual([]);
    expect(await membersOf(server, ann.token, 'acme-prod')).toEqual([]);
    expect(await membersOf(server, bob.token, other.id)).toEqual(['bob@acme.example admin active']);
    expect(await trail(server, prod.id)).toContain('members.remove bob@acme.example');
    const list = { token: ann.token, params: { account: 'acme-dev' } };
    const [receipt] = (await server.ok('receipts.list', list)).data;
    expect(receipt).toMatchObject({ user: { email: bob.email }, role: 'admin', removed_by: ann.email });
    await server.ok('receipts.restore', {
      token: ann.token,
      params: { account: 'acme-dev', receipt: receipt?.id ?? '' },
      body: {},
    });
    expect(await membersOf(server, ann.token, 'acme-dev')).toEqual(['bob@acme.example admin active']);
  });

  it('ends their delegations at once, and hands over their parsers without touching a revision', async () => {
    const server = await startServer({ database: await open() });
    const ann = await person(server, 'ann@acme.example');
    const bob = await person(server, 'bob@acme.example');
    const acme = await master(server, ann, 'acme', await server.staffToken());
    await managed(server, ann, 'acme', 'acme-dev');
    await join(server, acme.id, bob, 'admin');
    const inside = { account: 'acme-dev' };
    const { secret } = await server.ok('delegations.create', {
      token: bob.token,
      params: inside,
      body: { reason: 'looking after it', mode: 'read_only' },
    });
    const made = await server.ok('parsers.create', {
      token: bob.token,
      params: { account: 'acme' },
      body: { name: 'invoices', document_type: 'invoice', definition: definition() },
    });
    const enters = async () => (await server.call('parsers.list', { token: secret, params: inside })).status;
    expect(await enters()).toBe(200);
    const act = {
      token: ann.token,
      params: { account: 'acme', member: bob.email },
      query: { reassign_to: ann.email },
    };
    const preview = await server.ok('members.removal_preview', act);
    expect(told(preview)).toEqual([
      ['delegation', 'ends', 1, ['acme-dev/read_only']],
      ['parser', 'passes_on', 1, ['default/invoices']],
    ]);
    expect((await server.ok('members.remove', act)).preview).toEqual(preview);
    expect(await enters()).toBe(401);
    const kept = await server.database.read((trx) =>
      trx.selectFrom('parsers').select(['created_by', 'revision']).executeTakeFirstOrThrow(),
    );
    expect(kept).toEqual({ created_by: ann.id, revision: made.revision });
    // Given back, they are an administrator again; the delegation stays ended.
    const list = { token: ann.token, params: { account: 'acme' } };
    const receipt = (await server.ok('receipts.list', list)).data[0]?.id ?? '';
    await server.ok('receipts.restore', { ...list, params: { account: 'acme', receipt }, body: {} });
    expect(await enters()).toBe(401);
    expect((await server.call('delegations.list', { token: bob.token, params: inside })).status).toBe(200);
  });

  it('gives nobody’s invitations to whoever removes them when all are to be revoked (D5)', async () => {
    const server = await startServer({ database: await open() });
    const ann = await person(server, 'ann@acme.example');
    const bob = await person(server, 'bob@acme.example');
    const acme = await standard(server, ann, 'acme');
    await join(server, acme.id, bob, 'admin');
    for (const [email, role] of [
      ['u@new.example', 'user'],
      ['a@new.example', 'admin'],
    ] as const) {
      const body = { email, role, ...(role === 'user' && { modules: [] }) };
      await server.ok('invites.send', { token: bob.token, params: { account: 'acme' }, body });
    }
    const act = { token: ann.token, params: { account: 'acme', member: bob.email } };
    expect(told(await server.ok('members.removal_preview', act))).toEqual([
      ['invite', 'passes_on', 1, ['null/u@new.example']],
      ['invite', 'ends', 1, ['null/a@new.example']],
    ]);
    const { preview } = await server.ok('members.remove', { ...act, query: { revoke_invites: 'true' } });
    expect(preview && told(preview)).toEqual([
      ['invite', 'ends', 2, ['null/a@new.example', 'null/u@new.example']],
    ]);
    const { data } = await server.ok('invites.list', { token: ann.token, params: { account: 'acme' } });
    expect(data.map(({ state }) => state)).toEqual(['revoked', 'revoked']);
  });
});

describeOnEachDatabase('receipts', (open) => {
  it('give back role, modules, grants, workspaces and state, and the same member (D8, R32)', async () => {
    const server = await startServer({ database: await open() });
    const { sue, org, ids, member, restore, receiptOf } = await firm(server);
    const places = async () =>
      (await server.ok('members.removal_preview', member('pat@org.example'))).workspaces;
    const before = await server.ok('members.show', member('pat@org.example'));
    const had = await places();
    const receipt = await receiptOf('pat@org.example');
    const list = async (query: Record<string, string> = {}) =>
      (await server.ok('receipts.list', { token: sue.token, params: { account: 'org' }, query })).data;
    expect(await list()).toEqual([
      {
        id: receipt,
        account_id: org.id,
        user: { id: before.user.id, email: 'pat@org.example', name: null },
        kind: 'removed',
        state: 'open',
        role: 'member',
        member_state: 'active',
        modules: [],
        children: [],
        workspaces: had,
        removed_by: 'sue@org.example',
        created_at: before.created_at,
        expires_at: '2026-05-31T09:00:00.000Z',
        restored_at: null,
      },
    ]);
    const dry = await server.ok('receipts.restore', { ...restore(receipt), query: { dry_run: 'true' } });
    expect(dry.changed).toBe(true);
    expect((await server.call('members.show', member('pat@org.example'))).status).toBe(404);
    const done = await server.ok('receipts.restore', restore(receipt));
    expect(done).toEqual({ changed: true, member: before, missing: [] });
    expect(done.member.id).toBe(ids.pat);
    expect(await places()).toEqual(had);
    // D9: what is so already.
    expect(await server.ok('receipts.restore', restore(receipt))).toEqual({
      changed: false,
      member: before,
      missing: [],
    });
    expect((await list({ state: 'restored' })).map(({ id }) => id)).toEqual([receipt]);
    expect(await list({ state: 'open' })).toEqual([]);
    for (const name of [ids.pat, before.user.id, 'PAT@org.example'])
      expect((await list({ member: name })).length).toBe(1);
    for (const name of ['kim@org.example', 'not an address', 'mbr_00000000000000000000000000'])
      expect(await list({ member: name })).toEqual([]);
    expect((await trail(server, org.id)).slice(-2)).toEqual([
      'members.remove pat@org.example',
      'receipts.restore pat@org.example',
    ]);
  });

  it('give back a deactivated member as such, without a seat', async () => {
    const server = await startServer({ database: await open() });
    const { sue, member, ids, restore, receiptOf } = await firm(server);
    await server.ok('members.deactivate', { token: sue.token, params: { account: 'org', member: ids.pat } });
    const used = async () =>
      (await server.ok('accounts.show', { token: sue.token, params: { account: 'org' } })).seats.used;
    const seats = await used();
    const receipt = await receiptOf('pat@org.example');
    await server.ok('receipts.restore', restore(receipt));
    expect((await server.ok('members.show', member('pat@org.example'))).state).toBe('deactivated');
    expect(await used()).toBe(seats);
  });

  it('refuse with all reasons at once, and give back what is left when asked to', async () => {
    const server = await startServer({ database: await open() });
    const staff = await server.staffToken();
    const ann = await person(server, 'ann@acme.example');
    const pat = await person(server, 'pat@acme.example');
    const acme = await master(server, ann, 'acme', staff);
    await managed(server, ann, 'acme', 'acme-dev');
    await managed(server, ann, 'acme', 'acme-eu');
    const id = await join(server, acme.id, pat, 'user', ['parsers', 'forms']);
    const params = { account: 'acme', member: id };
    const children = ['acme-dev', 'acme-eu'];
    await server.ok('members.update', { token: ann.token, params, body: { children } });
    const { receipt_id: receipt } = await server.ok('members.remove', { token: ann.token, params });
    const deletion = { account: 'acme-eu' };
    await server.ok('accounts.delete', { token: ann.token, params: deletion, query: { confirm: 'acme-eu' } });
    const restore = (partial: boolean) => ({
      token: ann.token,
      params: { account: 'acme', receipt: receipt ?? '' },
      body: { partial },
    });
    const [shown] = (await server.ok('receipts.list', { token: ann.token, params: { account: 'acme' } }))
      .data;
    expect(shown?.children.map(({ slug }) => slug)).toEqual(['acme-dev', null]);
    const kinds = async (partial: boolean) =>
      (await server.refused('receipts.restore', restore(partial))).blockers?.map(({ kind }) => kind);
    expect(await kinds(false)).toEqual(['child_gone']);
    // Professional has a hundred seats; basic five.
    await server.database.write((trx) =>
      trx.updateTable('accounts').set({ plan: 'basic' }).where('id', '=', acme.id).execute(),
    );
    for (let n = 0; n < 4; n += 1)
      await join(server, acme.id, await person(server, `p${n}@acme.example`), 'user');
    expect(await kinds(false)).toEqual(['no_seat', 'child_gone']);
    expect(await kinds(true)).toEqual(['no_seat']);
    await server.ok('members.remove', {
      token: ann.token,
      params: { account: 'acme', member: 'p0@acme.example' },
    });
    const done = await server.ok('receipts.restore', restore(true));
    expect(done.missing.map(({ kind }) => kind)).toEqual(['child_gone']);
    expect(done.member).toMatchObject({
      role: 'user',
      modules: ['parsers', 'forms'],
      children: [{ slug: 'acme-dev' }],
    });
  });

  it('never bring back who left, who is back, who is gone, or after 90 days; each only once', async () => {
    const server = await startServer({ database: await open() });
    const { sue, pat, kim, org, member, restore, receiptOf } = await firm(server);
    const kinds = async (receipt: string) => {
      const problem = await server.refused('receipts.restore', restore(receipt));
      return [problem.code, ...(problem.blockers ?? []).map(({ kind }) => kind)];
    };
    // Left by themselves, by both ways of doing so.
    await server.ok('accounts.leave', { token: kim.token, params: { account: 'org' } });
    const latest = async (who: Person) =>
      (
        await server.ok('receipts.list', {
          token: sue.token,
          params: { account: 'org' },
          query: { member: who.id },
        })
      ).data[0]?.id ?? '';
    expect(await kinds(await latest(kim))).toEqual(['not_restorable', 'left']);
    await join(server, org.id, kim, 'super_admin');
    const own = { token: kim.token, params: { account: 'org', member: kim.email } };
    expect((await server.ok('members.remove', own)).changed).toBe(true);
    expect(await kinds(await latest(kim))).toEqual(['not_restorable', 'left']);

    // Back by another way.
    const receipt = await receiptOf('pat@org.example');
    await join(server, org.id, pat, 'member');
    expect(await kinds(receipt)).toEqual(['not_restorable', 'already_member']);
    // Removed anew: the newest is given back, and then nothing is left to give.
    const second = await receiptOf('pat@org.example');
    await server.ok('receipts.restore', restore(second));
    expect(await kinds(receipt)).toEqual(['not_restorable', 'already_member']);
    const third = await receiptOf('pat@org.example');
    expect(await kinds(second)).toEqual(['not_restorable', 'receipt_used']);
    server.clock.advance({ days: 90, seconds: -1 });
    const token = (await server.ok('auth.login', { body: { email: sue.email, password: PASSWORD } }))
      .access_token;
    const late = (seconds: number) => {
      server.clock.advance({ seconds });
      return server.call('receipts.restore', { ...restore(third), token, query: { dry_run: 'true' } });
    };
    expect((await late(0)).status).toBe(200);
    expect((await late(1)).body).toMatchObject({ blockers: [{ kind: 'receipt_expired' }] });
    expect((await server.call('members.show', { ...member('pat@org.example'), token })).status).toBe(404);
    const bearer = (await server.ok('auth.login', { body: { email: pat.email, password: PASSWORD } }))
      .access_token;
    await server.ok('me.delete', { token: bearer, body: { current_password: PASSWORD } });
    const gone = await server.refused('receipts.restore', { ...restore(third), token });
    expect(gone.blockers?.map(({ kind }) => kind)).toEqual(['receipt_expired', 'person_gone']);
  });

  it('are of the account alone, and for its administrators (T28)', async () => {
    const server = await startServer({ database: await open() });
    const { kim, receiptOf } = await firm(server);
    const receipt = await receiptOf('pat@org.example');
    const eve = await person(server, 'eve@other.example');
    await standard(server, eve, 'other');
    const foreign = { token: eve.token, params: { account: 'other', receipt }, body: {} };
    expect((await server.refused('receipts.restore', foreign)).status).toBe(404);
    const list = (token: string) => server.call('receipts.list', { token, params: { account: 'org' } });
    expect([(await list(kim.token)).status, (await list(eve.token)).status]).toEqual([403, 404]);
  });

  it('given back by twenty at once make one member', async () => {
    const server = await startServer({ database: await open() });
    const { sue, restore, receiptOf } = await firm(server);
    const receipt = await receiptOf('pat@org.example');
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => server.call('receipts.restore', restore(receipt))),
    );
    const changed = answers.filter(
      ({ status, body }) => status === 200 && JSON.stringify(body).includes('"changed":true'),
    );
    expect(changed.length).toBe(1);
    expect(
      (await membersOf(server, sue.token, 'org')).filter((line) => line.startsWith('pat@')),
    ).toHaveLength(1);
  });
});

describeOnEachDatabase('who is offboarded', (open) => {
  it('has every credential refused by the next request; what belongs to the account lives on (T52, T55)', async () => {
    const database = await open();
    const server = await startServer({ database });
    // T57: another server on the same database has nothing cached either.
    const other = await startServer({ database, deps: { clock: server.clock } });
    const staff = await server.staffToken('pat@org.example');
    const { sue, org, ids } = await firmWith(server, staff);
    const login = await server.ok('auth.login', { body: { email: 'pat@org.example', password: PASSWORD } });
    const pat = { id: login.user.id, email: login.user.email, token: login.access_token };
    const own = await apiToken(server, org.id, pat, 'super_admin');
    const account = await accountToken(server, org.id, 'super_admin');
    const workspaces = await server.ok('workspaces.list', { token: sue.token, params: { account: 'org' } });
    const key = await workspaceKey(server, org.id, workspaces.data[0]?.id ?? '', 'viewer');
    const tries = async () => {
      const refreshed = await server.call('auth.refresh', { body: { refresh_token: refreshToken } });
      const { access_token: fresh = '', refresh_token: next = '' } = refreshed.body as Partial<typeof login>;
      refreshToken = next;
      const params = { account: 'org' };
      const status = async (token: string, at: TestServer) =>
        (await at.call('members.list', { token, params })).status;
      const made = await server.call('tokens.create', {
        token: fresh,
        body: { kind: 'api', name: 'x', account: 'org' },
      });
      const inWorkspace = { token: key, params: { account: 'org', workspace: 'default' } };
      return {
        session: [await status(pat.token, server), await status(pat.token, other)],
        refreshed: await status(fresh, other),
        api: [await status(own, server), await status(own, other)],
        another: made.status,
        account: await status(account, other),
        key: (await other.call('resources.list', inWorkspace)).status,
        staff: (await other.call('accounts.show', { token: staff, params })).status,
      };
    };
    let refreshToken = login.refresh_token;
    const lives = { account: 200, key: 200, staff: 200 };
    expect(await tries()).toEqual({
      session: [200, 200],
      refreshed: 200,
      api: [200, 200],
      another: 201,
      ...lives,
    });
    await server.ok('members.deactivate', { token: sue.token, params: { account: 'org', member: ids.pat } });
    const dead = { session: [404, 404], refreshed: 404, api: [401, 401], another: 404, ...lives };
    expect(await tries()).toEqual(dead);
    await server.ok('members.activate', { token: sue.token, params: { account: 'org', member: ids.pat } });
    await server.ok('members.remove', { token: sue.token, params: { account: 'org', member: ids.pat } });
    expect(await tries()).toEqual(dead);
    // Given back, they are who they were; what was revoked stays dead (T36).
    const { data } = await server.ok('receipts.list', { token: sue.token, params: { account: 'org' } });
    const receipt = data[0]?.id ?? '';
    await server.ok('receipts.restore', { token: sue.token, params: { account: 'org', receipt }, body: {} });
    expect(await tries()).toEqual({ ...dead, session: [200, 200], refreshed: 200, another: 201 });
  });
});

/** An organization with two super admins, of whom pat signed up as staff before. */
async function firmWith(server: TestServer, staff: string) {
  const sue = await person(server, 'sue@org.example');
  const org = await organization(server, staff, 'org', sue);
  const user = await server.database.read((trx) =>
    trx.selectFrom('users').where('email', '=', 'pat@org.example').select('id').executeTakeFirstOrThrow(),
  );
  const pat = { id: user.id, email: 'pat@org.example', token: '' };
  return { sue, org, ids: { pat: await join(server, org.id, pat, 'super_admin') } };
}

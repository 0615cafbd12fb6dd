import { expect, it } from 'vitest';
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
  place,
  standard,
  trail,
} from '../support/estate.ts';
import { START, startServer, type TestServer } from '../support/server.ts';

async function team(server: TestServer) {
  const ann = await person(server, 'ann@acme.example');
  const bob = await person(server, 'bob@acme.example');
  const pat = await person(server, 'pat@acme.example');
  const acme = await standard(server, ann, 'acme');
  const ids = {
    bob: await join(server, acme.id, bob, 'admin'),
    pat: await join(server, acme.id, pat, 'user', ['parsers', 'forms']),
  };
  return { ann, bob, pat, acme, ids };
}

const params = (member: string, account = 'acme') => ({ account, member });

/** An invitation of somebody, sent by a member. */
async function invite(server: TestServer, by: Person, email: string, role: 'admin' | 'user') {
  const body = { email, role, ...(role === 'user' && { modules: ['forms' as const] }) };
  return await server.ok('invites.send', { token: by.token, params: { account: 'acme' }, body });
}

describeOnEachDatabase('reading members', (open) => {
  it('finds a member by id, by the person and by any spelling of the address', async () => {
    const server = await startServer({ database: await open() });
    const { ann, pat, acme, ids } = await team(server);
    const expected = {
      id: ids.pat,
      account_id: acme.id,
      user: { id: pat.id, email: pat.email, name: null },
      role: 'user',
      state: 'active',
      modules: ['parsers', 'forms'],
      children: [],
      revision: 1,
      created_at: START,
      updated_at: START,
    };
    for (const reference of [ids.pat, pat.id, 'PAT@ACME.example', ' pat@acme.example']) {
      expect(await server.ok('members.show', { token: ann.token, params: params(reference) })).toEqual(
        expected,
      );
    }
  });

  it('filters and searches, wildcards being plain text', async () => {
    const server = await startServer({ database: await open() });
    const { ann } = await team(server);
    const found = async (query: Record<string, string>) =>
      (await server.ok('members.list', { token: ann.token, params: { account: 'acme' }, query })).data.map(
        ({ user }) => user.email,
      );
    expect(await found({ role: 'admin' })).toEqual(['ann@acme.example', 'bob@acme.example']);
    expect(await found({ q: 'PAT' })).toEqual(['pat@acme.example']);
    expect(await found({ q: 'a_t' })).toEqual([]);
    expect(await found({ state: 'deactivated' })).toEqual([]);
  });

  it('is for administrators, and in an organization for its other members; not for a user with modules', async () => {
    const server = await startServer({ database: await open() });
    const { ann, pat } = await team(server);
    const refused = await server.refused('members.list', { token: pat.token, params: { account: 'acme' } });
    expect([refused.status, (refused.reasons?.length ?? 0) > 0]).toEqual([403, true]);
    const org = await organization(server, await server.staffToken(), 'acme-org', ann);
    await join(server, org.id, pat, 'member');
    expect(await membersOf(server, pat.token, 'acme-org')).toEqual([
      'ann@acme.example super_admin active',
      'pat@acme.example member active',
    ]);
  });
});

describeOnEachDatabase('changing members', (open) => {
  it('changes role, modules and children, and drops what a role cannot have', async () => {
    const server = await startServer({ database: await open() });
    const { ann, ids } = await team(server);
    const update = (body: object, member = ids.pat) =>
      server.call('members.update', { token: ann.token, params: params(member), body });
    expect((await update({ modules: ['settings', 'forms', 'forms'] })).body).toMatchObject({
      modules: ['forms', 'settings'],
      revision: 2,
    });
    expect((await update({ modules: ['forms', 'settings'] })).body).toMatchObject({ revision: 2 });
    expect((await update({ role: 'admin' })).body).toMatchObject({ role: 'admin', modules: [], revision: 3 });
    expect((await update({ modules: ['forms'] })).status).toBe(400);
    expect((await update({ role: 'user' })).body).toMatchObject({ role: 'user', modules: [], revision: 4 });
    const { data } = await server.ok('audit.list', {
      token: ann.token,
      params: { account: 'acme' },
      query: { action: 'members.update' },
    });
    expect(data.map(({ before, after }) => [before, after]).reverse()).toEqual([
      [{ modules: ['parsers', 'forms'] }, { modules: ['forms', 'settings'] }],
      [
        { role: 'user', modules: ['forms', 'settings'] },
        { role: 'admin', modules: [] },
      ],
      [{ role: 'admin' }, { role: 'user' }],
    ]);
  });

  it('cannot say a role of another kind of account, a module never granted, or a field of the system (R13, T45)', async () => {
    const server = await startServer({ database: await open() });
    const { ann, pat, ids } = await team(server);
    const bodies: object[] = [
      { role: 'super_admin' },
      { role: 'owner' },
      { role: 'member' },
      ...['pricing', 'payment', 'user_management'].map((module) => ({ modules: [module] })),
      ...['state', 'account_id', 'user_id', 'revision', 'created_at', 'plan'].map((field) => ({
        [field]: 'x',
      })),
    ];
    for (const body of bodies) {
      const problem = await server.refused('members.update', {
        token: ann.token,
        params: params(ids.pat),
        body,
      });
      expect([problem.status, body]).toEqual([400, body]);
    }
    const after = await server.ok('members.show', { token: ann.token, params: params(pat.email) });
    expect([after.role, after.revision]).toEqual(['user', 1]);
  });

  it('takes a foreign child for one that is not there (T28, T30)', async () => {
    const server = await startServer({ database: await open() });
    const staff = await server.staffToken();
    const { ids } = await team(server);
    const eve = await person(server, 'eve@other.example');
    await master(server, eve, 'other', staff);
    const foreign = await managed(server, eve, 'other', 'other-dev');
    const { ann } = {
      ann: await server.ok('auth.login', {
        body: { email: 'ann@acme.example', password: 'plum harbour weaves nine' },
      }),
    };
    const details = async (children: string[]) => {
      const token = ann.access_token;
      const problem = await server.refused('members.update', {
        token,
        params: params(ids.pat),
        body: { children },
      });
      return { ...problem, request_id: '', detail: problem.detail.replace(children[0] ?? '', 'X') };
    };
    const never = await details(['lnk_00000000000000000000000000']);
    for (const reference of [foreign.id, foreign.parent?.link_id ?? '', 'other-dev']) {
      expect(await details([reference])).toEqual(never);
    }
  });

  it('refuses a stale reading', async () => {
    const server = await startServer({ database: await open() });
    const { ann, ids } = await team(server);
    const who = { token: ann.token, params: params(ids.pat) };
    const stale = { ...who, headers: { 'if-match': '"7"' } };
    expect((await server.refused('members.update', { ...stale, body: { modules: [] } })).code).toBe('stale');
    expect((await server.refused('members.remove', stale)).code).toBe('stale');
    const shown = await server.call('members.show', who);
    expect(shown.headers['etag']).toBe('"1"');
  });

  it('holds on the very next request, also for tokens made before (T48)', async () => {
    const server = await startServer({ database: await open() });
    const { ann, bob, acme, ids } = await team(server);
    const token = await apiToken(server, acme.id, bob, 'admin');
    const list = async () =>
      (await server.call('members.list', { token, params: { account: 'acme' } })).status;
    expect(await list()).toBe(200);
    await server.ok('members.update', { token: ann.token, params: params(ids.bob), body: { role: 'user' } });
    expect(await list()).toBe(403);
    await server.ok('members.deactivate', { token: ann.token, params: params(ids.bob) });
    expect(await list()).toBe(401);
    expect(
      (await server.refused('accounts.show', { token: bob.token, params: { account: 'acme' } })).status,
    ).toBe(404);
  });
});

describeOnEachDatabase('the last administrator (D7)', (open) => {
  it('can be neither demoted, deactivated nor removed, nor leave', async () => {
    const server = await startServer({ database: await open() });
    const { ann, ids } = await team(server);
    const token = ann.token;
    await server.ok('members.deactivate', { token, params: params(ids.bob) });
    const own = params(ann.email);
    const codes = [
      (await server.refused('members.update', { token, params: own, body: { role: 'user' } })).code,
      (await server.refused('members.deactivate', { token, params: own })).code,
      (await server.refused('members.remove', { token, params: own })).code,
      (await server.refused('accounts.leave', { token, params: { account: 'acme' } })).code,
    ];
    expect(codes).toEqual(['last_admin', 'last_admin', 'last_admin', 'last_admin']);
    await server.ok('members.remove', { token, params: params(ids.bob) });
    expect(await membersOf(server, token, 'acme')).toEqual([
      'ann@acme.example admin active',
      'pat@acme.example user active',
    ]);
  });

  it('may go from a managed account: its master looks after it', async () => {
    const server = await startServer({ database: await open() });
    const staff = await server.staffToken();
    const ann = await person(server, 'ann@acme.example');
    const kid = await person(server, 'kid@dev.example');
    await master(server, ann, 'acme', staff);
    const dev = await managed(server, ann, 'acme', 'acme-dev');
    await join(server, dev.id, kid, 'admin');
    const answer = await server.ok('members.remove', {
      token: ann.token,
      params: params(kid.email, 'acme-dev'),
    });
    expect(answer.changed).toBe(true);
    expect(await membersOf(server, ann.token, 'acme-dev')).toEqual([]);
  });

  it('is never lost when two go for each other at the same moment', { timeout: 120_000 }, async () => {
    const server = await startServer({ database: await open() });
    const ann = await person(server, 'ann@acme.example');
    const bob = await person(server, 'bob@acme.example');
    const acme = await standard(server, ann, 'acme');
    let bobs = await join(server, acme.id, bob, 'admin');
    const staff = await server.staffToken();
    const { data } = await server.ok('members.list', { token: ann.token, params: { account: 'acme' } });
    let anns = data.find(({ user }) => user.id === ann.id)?.id ?? '';
    type Act = (by: Person, member: string, account: string) => Promise<{ status: number }>;
    const acts: Act[] = [
      (by, member, account) =>
        server.call('members.update', {
          token: by.token,
          params: { account, member },
          body: { role: 'user' },
        }),
      (by, member, account) =>
        server.call('members.deactivate', { token: by.token, params: { account, member } }),
      (by, member, account) =>
        server.call('members.remove', { token: by.token, params: { account, member } }),
      (by, _member, account) => server.call('accounts.leave', { token: by.token, params: { account } }),
    ];
    const outcomes = new Map<string, number>();
    for (let round = 0; round < 200; round += 1) {
      const one = acts[round % acts.length];
      const other = acts[Math.floor(round / acts.length) % acts.length];
      if (!one || !other) throw new Error('no act');
      // By id and by slug, so that the two do not line up in one queue of the process.
      const [first, second] = await Promise.all([one(ann, bobs, acme.id), other(bob, anns, 'acme')]);
      const outcome = [first.status, second.status].sort((a, b) => a - b).join(' ');
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      const left = await server.deps.transactions.read(({ tenant }) =>
        tenant(acme.id).members.activeAdmins(),
      );
      expect(left, `round ${round}: ${outcome}`).toBe(1);
      ({ anns, bobs } = await server.deps.transactions.write(async ({ tenant }) => {
        const { members } = tenant(acme.id);
        for (const { id: userId } of [ann, bob]) {
          const member = await members.find(userId);
          if (member) await members.remove([member.id], server.clock.now().toISOString());
        }
        const at = server.clock.now().toISOString();
        const fresh = { role: 'admin', modules: [], children: [], at } as const;
        const ids = { anns: server.deps.newId('member'), bobs: server.deps.newId('member') };
        await members.insert({ ...fresh, id: ids.anns, userId: ann.id });
        await members.insert({ ...fresh, id: ids.bobs, userId: bob.id });
        return ids;
      }));
    }
    expect(await server.ok('accounts.show', { token: staff, params: { account: 'acme' } })).toMatchObject({
      state: 'active',
    });
    // One always succeeded; the other was refused, by D7 or because they had lost the right meanwhile, or found the
    // other one gone by themselves already (D9).
    expect([...outcomes.keys()].filter((outcome) => !/^200 (200|403|404|409)$/.test(outcome))).toEqual([]);
  });

  it('is the one who stays when all five leave at once', { timeout: 120_000 }, async () => {
    const server = await startServer({ database: await open() });
    const people = await Promise.all(
      ['a', 'b', 'c', 'd', 'e'].map((name) => person(server, `${name}@acme.example`)),
    );
    const [first] = people;
    if (!first) throw new Error('nobody');
    for (let round = 0; round < 10; round += 1) {
      const account = await standard(server, first, `acme-${round}`);
      for (const other of people.slice(1)) await join(server, account.id, other, 'admin');
      const answers = await Promise.all(
        people.map(({ token }, n) =>
          server.call('accounts.leave', { token, params: { account: n % 2 ? account.id : account.slug } }),
        ),
      );
      expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, 200, 200, 200, 409]);
      const left = await server.deps.transactions.read(({ tenant }) =>
        tenant(account.id).members.activeAdmins(),
      );
      expect(left).toBe(1);
    }
  });
});

describeOnEachDatabase('seats (D6)', (open) => {
  it('are freed by deactivating and needed for activating; nobody is counted twice', async () => {
    const server = await startServer({ database: await open() });
    const { ann, pat, ids, acme } = await team(server);
    const used = async () =>
      (await server.ok('accounts.show', { token: ann.token, params: { account: 'acme' } })).seats;
    expect(await used()).toEqual({ used: 3, limit: 5 });
    const act = (id: 'members.activate' | 'members.deactivate') =>
      server.call(id, { token: ann.token, params: params(ids.pat) });
    expect((await act('members.deactivate')).body).toMatchObject({
      state: 'deactivated',
      modules: ['parsers', 'forms'],
    });
    expect((await act('members.deactivate')).body).toMatchObject({ revision: 2 });
    expect(await used()).toEqual({ used: 2, limit: 5 });
    for (let n = 0; n < 3; n += 1)
      await join(server, acme.id, await person(server, `p${n}@acme.example`), 'user');
    expect((await act('members.activate')).body).toMatchObject({ code: 'no_seat' });
    await server.ok('members.remove', { token: ann.token, params: params('p0@acme.example') });
    expect((await act('members.activate')).body).toMatchObject({ state: 'active', revision: 3 });
    expect((await act('members.activate')).body).toMatchObject({ state: 'active', revision: 3 });
    expect(await used()).toEqual({ used: 5, limit: 5 });
    const events = (await trail(server, acme.id)).filter((event) => event.endsWith(pat.email));
    expect(events).toEqual([`members.deactivate ${pat.email}`, `members.activate ${pat.email}`]);
  });
});

describeOnEachDatabase('removing members', (open) => {
  it('previews, then takes along workspaces and tokens, and keeps a receipt (D8)', async () => {
    const server = await startServer({ database: await open() });
    const { ann, pat, acme, ids } = await team(server);
    const workspace = await place(server, acme.id, ids.pat);
    const token = await apiToken(server, acme.id, pat, 'user', ['forms']);
    const act = { token: ann.token, params: params(ids.pat) };
    const preview = await server.ok('members.removal_preview', act);
    const { member, ...rest } = preview;
    expect(member.user.email).toBe(pat.email);
    const items = [{ id: rest.holdings[0]?.items[0]?.id, name: 'ci', place: null }];
    expect(rest).toEqual({
      holdings: [{ kind: 'token', fate: 'ends', count: 1, items }],
      workspaces: [{ workspace, slug: 'default', role: 'viewer' }],
      tokens: 1,
      invites_adopted: 0,
      invites_revoked: 0,
    });
    const dry = await server.ok('members.remove', { ...act, query: { dry_run: 'true' } });
    expect(dry).toEqual({ changed: true, receipt_id: dry.receipt_id, preview });
    expect((await server.call('members.show', act)).status).toBe(200);
    const done = await server.ok('members.remove', act);
    expect(done).toEqual({ changed: true, receipt_id: done.receipt_id, preview });
    expect((await server.call('accounts.list', { token })).status).toBe(401);
    expect(
      (await server.call('accounts.show', { token: pat.token, params: { account: 'acme' } })).status,
    ).toBe(404);
    const [receipt] = await server.database.read((trx) => trx.selectFrom('receipts').selectAll().execute());
    expect([receipt?.id, receipt?.kind, receipt?.created_by]).toEqual([done.receipt_id, 'removed', ann.id]);
    expect(JSON.parse(receipt?.data ?? '')).toEqual({
      member_id: ids.pat,
      role: 'user',
      state: 'active',
      modules: ['parsers', 'forms'],
      children: [],
      workspaces: [{ workspace, role: 'viewer' }],
    });
    expect((await trail(server, acme.id)).filter((event) => event.startsWith('members.'))).toEqual([
      `members.remove ${pat.email}`,
    ]);
    // D9: removed before answers so, by whatever name; never there is 404.
    for (const name of [ids.pat, pat.id, pat.email]) {
      expect(await server.ok('members.remove', { token: ann.token, params: params(name) })).toEqual({
        changed: false,
        receipt_id: done.receipt_id,
        preview: null,
      });
    }
    for (const name of ['mbr_00000000000000000000000000', 'mbr_', 'never@acme.example', 'not an address']) {
      expect(
        (await server.refused('members.remove', { token: ann.token, params: params(name) })).status,
      ).toBe(404);
    }
  });

  it('passes their pending invitations to whoever removes them; those to administrators end (D5)', async () => {
    const server = await startServer({ database: await open() });
    const { ann, bob, ids } = await team(server);
    const toUser = await invite(server, bob, 'u@new.example', 'user');
    const toAdmin = await invite(server, bob, 'a@new.example', 'admin');
    const { preview } = await server.ok('members.remove', { token: ann.token, params: params(ids.bob) });
    expect([preview?.invites_adopted, preview?.invites_revoked]).toEqual([1, 1]);
    const state = async (id: string) =>
      (await server.ok('invites.show', { token: ann.token, params: { account: 'acme', invite: id } })).state;
    expect([await state(toUser.id), await state(toAdmin.id)]).toEqual(['pending', 'revoked']);
    await server.ok('members.remove', { token: ann.token, params: params('pat@acme.example') });
  });

  it('is nothing for a personal account', async () => {
    const server = await startServer({ database: await open() });
    const ann = await person(server, 'ann@acme.example');
    const { data } = await server.ok('accounts.list', { token: ann.token });
    const own = params(ann.email, data[0]?.id);
    const codes = [
      (await server.refused('members.update', { token: ann.token, params: own, body: {} })).code,
      (await server.refused('members.deactivate', { token: ann.token, params: own })).code,
      (await server.refused('members.activate', { token: ann.token, params: own })).code,
      (await server.refused('members.remove', { token: ann.token, params: own })).code,
    ];
    expect(new Set(codes)).toEqual(new Set(['personal_account']));
  });

  it('knows no member of another tenant, whatever they are called by (T28)', async () => {
    const server = await startServer({ database: await open() });
    const { ann } = await team(server);
    const eve = await person(server, 'eve@other.example');
    const other = await standard(server, eve, 'other');
    const { data } = await server.ok('members.list', { token: eve.token, params: { account: other.id } });
    const foreign = data[0]?.id ?? '';
    const operations = [
      'members.show',
      'members.update',
      'members.deactivate',
      'members.activate',
      'members.removal_preview',
      'members.remove',
    ] as const;
    for (const id of operations) {
      const answer = async (member: string) => {
        const request = { token: ann.token, params: params(member) };
        const problem = await (id === 'members.update'
          ? server.refused(id, { ...request, body: { role: 'user' } })
          : server.refused(id, request));
        return { ...problem, request_id: '', detail: problem.detail.replace(member, 'X') };
      };
      const never = await answer('mbr_00000000000000000000000000');
      expect(never.status).toBe(404);
      for (const name of [foreign, eve.id, eve.email]) expect(await answer(name)).toEqual(never);
    }
    expect(
      (await server.ok('members.show', { token: eve.token, params: params(foreign, 'other') })).state,
    ).toBe('active');
  });
});

describeOnEachDatabase('members below a master', (open) => {
  it('are administered by the master’s people and tokens, and by no sibling', async () => {
    const server = await startServer({ database: await open() });
    const staff = await server.staffToken();
    const ann = await person(server, 'ann@acme.example');
    const kid = await person(server, 'kid@dev.example');
    const sib = await person(server, 'sib@prod.example');
    const acme = await master(server, ann, 'acme', staff);
    const dev = await managed(server, ann, 'acme', 'acme-dev');
    const prod = await managed(server, ann, 'acme', 'acme-prod');
    await join(server, dev.id, kid, 'admin');
    await join(server, prod.id, sib, 'admin');
    const ci = await accountToken(server, acme.id, 'admin');
    const weak = await accountToken(server, acme.id, 'user', ['parsers']);
    const status = async (token: string) =>
      (await server.call('members.list', { token, params: { account: dev.id } })).status;
    expect(await Promise.all([ann.token, ci, kid.token, sib.token, weak].map(status))).toEqual([
      200, 200, 200, 404, 404,
    ]);
    await server.ok('members.update', {
      token: ci,
      params: params(kid.email, 'acme-dev'),
      body: { role: 'user', modules: ['forms'] },
    });
    const { data } = await server.ok('audit.list', { token: ann.token, params: { account: 'acme-dev' } });
    expect(data.map(({ action, actor }) => [action, actor.kind])).toEqual([
      ['members.update', 'account_token'],
      ['accounts.create', 'user'],
    ]);
    await server.ok('members.update', {
      token: ann.token,
      params: params(kid.email, 'acme-dev'),
      body: { role: 'admin' },
    });
    await server.ok('accounts.update', {
      token: kid.token,
      params: { account: 'acme-dev' },
      body: { name: 'Kids' },
    });
    const actions = async (token: string) =>
      (await server.ok('audit.list', { token, params: { account: 'acme-dev' } })).data.map(
        ({ action }) => action,
      );
    expect(await actions(kid.token)).toContain('accounts.update');
    // T146: a master sees what its own people did there.
    expect(await actions(ann.token)).not.toContain('accounts.update');
  });
});

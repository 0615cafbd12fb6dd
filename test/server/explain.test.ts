import { expect, it } from 'vitest';
import type { Explanation } from '../../src/contract/types.ts';
import { describeOnEachDatabase } from '../support/databases.ts';
import {
  accountToken,
  apiToken,
  join,
  managed,
  master,
  organization,
  person,
  place,
} from '../support/estate.ts';
import { type Reply, startServer, type TestServer } from '../support/server.ts';

type Ask = { action: string; account?: string; who?: string; workspace?: string };

const fixesOf = ({ chain }: Explanation) =>
  chain.flatMap(({ check, fix }) =>
    fix ? [`${check}: ${fix.command ?? fix.text}${fix.yours ? '' : ' (others)'}`] : [],
  );

const linksOf = ({ chain }: Explanation) =>
  chain.map(({ check, ok, text }) => `${ok ? 'yes' : 'no'} ${check}: ${text}`);

const blank = ({ status, body }: Reply, reference: string) =>
  JSON.stringify({ status, body })
    .replace(/"request_id":"[^"]+"/, '"request_id":""')
    .replaceAll(reference, '<reference>');

async function estate(server: TestServer) {
  const staff = await server.staffToken();
  const ann = await person(server, 'ann@acme.example');
  const bo = await person(server, 'bo@acme.example');
  const kid = await person(server, 'kid@dev.example');
  const acme = await master(server, ann, 'acme', staff);
  const dev = await managed(server, ann, 'acme', 'acme-dev');
  await join(server, dev.id, kid, 'admin');
  const boMember = await join(server, acme.id, bo, 'user', ['forms']);
  const explain = (token: string, body: Ask) => server.ok('access.explain', { token, body });
  return { staff, ann, bo, kid, acme, dev, boMember, explain };
}

describeOnEachDatabase('access.explain', (open) => {
  it('gives every link in order, and the least that would help', async () => {
    const server = await startServer({ database: await open() });
    const { ann, boMember, bo, acme, explain } = await estate(server);
    const answer = await explain(ann.token, {
      account: 'acme',
      action: 'accounts.update',
      who: 'BO@acme.example',
    });
    expect({ ...answer, chain: linksOf(answer) }).toEqual({
      allowed: false,
      as: null,
      code: 'forbidden',
      who: { kind: 'user', id: bo.id, name: 'bo@acme.example', member_id: boMember },
      action: 'accounts.update',
      account: { id: acme.id, slug: 'acme' },
      workspace: null,
      chain: [
        'yes credential: a signed-in person',
        'yes account_state: acme is active',
        'yes membership: user of acme with forms',
        'no admin: needs an administrator of the account',
        'no settings: needs the module settings',
      ],
    });
    expect(fixesOf(answer)).toEqual([
      'settings: tenantctl members update bo@acme.example --modules forms,settings --account acme',
    ]);
    const own = await explain(bo.token, { account: 'acme', action: 'accounts.update' });
    expect([linksOf(own), own.who]).toEqual([linksOf(answer), answer.who]);
    expect(fixesOf(own)).toEqual([
      'settings: tenantctl members update bo@acme.example --modules forms,settings --account acme (others)',
    ]);
  });

  it('says what a deactivated member lacks beside being active', async () => {
    const server = await startServer({ database: await open() });
    const { ann, boMember, explain } = await estate(server);
    await server.ok('members.deactivate', {
      token: ann.token,
      params: { account: 'acme', member: boMember },
    });
    const ask = (action: string) => explain(ann.token, { account: 'acme', action, who: boMember });
    const activate = 'membership: tenantctl members activate bo@acme.example --account acme';
    const show = await ask('accounts.show');
    expect([show.code, linksOf(show)[2], fixesOf(show)]).toEqual([
      'not_found',
      'no membership: deactivated: user of acme with forms',
      [activate],
    ]);
    expect(fixesOf(await ask('members.list'))).toEqual([
      activate,
      'admin: tenantctl members update bo@acme.example --role admin --account acme',
    ]);
  });

  it('tells of a suspension who can end it, and that its tokens are refused altogether', async () => {
    const server = await startServer({ database: await open() });
    const { ann, kid, staff, dev, explain } = await estate(server);
    const secret = await accountToken(server, dev.id, 'admin');
    await server.ok('accounts.suspend', { token: ann.token, params: { account: 'acme-dev' }, body: {} });
    const answer = await explain(kid.token, { account: 'acme-dev', action: 'invites.send' });
    expect([answer.code, fixesOf(answer)]).toEqual([
      'account_suspended',
      ['account_state: tenantctl accounts activate acme-dev (others)'],
    ]);
    const asMaster = await explain(ann.token, { account: 'acme-dev', action: 'members.remove' });
    expect(fixesOf(asMaster)).toEqual(['account_state: tenantctl accounts activate acme-dev']);
    const body = { account: 'acme-dev', action: 'members.list' };
    expect((await server.refused('access.explain', { token: secret, body })).code).toBe('account_suspended');
    await server.ok('accounts.suspend', { token: staff, params: { account: 'acme-dev' }, body: {} });
    const outranked = await explain(ann.token, { account: 'acme-dev', action: 'accounts.activate' });
    expect([outranked.code, linksOf(outranked).at(-1)]).toEqual([
      'forbidden',
      'no staff: acme-dev was suspended by staff, and only staff can activate it',
    ]);
  });

  it('has the conditions of the rules from the rules: feature, plan, seats', async () => {
    const server = await startServer({ database: await open() });
    const { ann, staff, acme, explain } = await estate(server);
    const create = () => explain(ann.token, { account: 'acme', action: 'accounts.create' });
    expect([(await create()).allowed, linksOf(await create()).slice(-2)]).toEqual([
      true,
      [
        'yes feature: The managed accounts feature of acme is unlocked',
        'yes plan: The plan professional of acme has managed accounts',
      ],
    ]);
    await server.ok('accounts.lock', { token: staff, params: { account: 'acme' }, body: {} });
    const locked = await create();
    const refusal = await server.refused('accounts.create', {
      token: ann.token,
      body: { name: 'x', master: 'acme' },
    });
    expect([locked.code, `${linksOf(locked).at(-2)}.`]).toEqual([
      refusal.code,
      `no feature: ${refusal.reasons?.[0]?.text}`,
    ]);
    expect(fixesOf(locked)).toEqual(['feature: tenantctl accounts unlock acme (others)']);
    // Too few seats are no want of a right: it is allowed, and would fail now.
    const at = server.clock.now().toISOString();
    await server.deps.transactions.write(({ tenant }) =>
      tenant(acme.id).account.update({ plan: 'basic' }, at),
    );
    for (const name of ['a', 'b', 'c'])
      await join(server, acme.id, await person(server, `${name}@acme.example`), 'user');
    const full = await explain(ann.token, { account: 'acme', action: 'invites.send' });
    expect([full.allowed, full.chain.at(-1)]).toMatchObject([
      true,
      { check: 'seats', ok: false, need: 'now', fix: { yours: true } },
    ]);
  });

  it('sends whoever administers the master in by a delegation, where one may do it, and tells nobody else', async () => {
    const server = await startServer({ database: await open() });
    const { ann, kid, explain } = await estate(server);
    const asked = { account: 'acme-dev', action: 'parsers.list' };
    expect(fixesOf(await explain(ann.token, asked))).toContain(
      'membership: tenantctl accounts login acme-dev --reason TEXT',
    );
    expect(fixesOf(await explain(ann.token, { ...asked, action: 'accounts.leave' })).join()).not.toContain(
      'login',
    );
    expect(fixesOf(await explain(kid.token, { ...asked, who: 'ann@acme.example' })).join()).not.toContain(
      'login',
    );
  });

  it('answers about a stranger as about nobody, and about the people of the master to nobody below (R5)', async () => {
    const server = await startServer({ database: await open() });
    const { ann, kid, staff, dev, explain } = await estate(server);
    await person(server, 'known@elsewhere.example');
    const of = async (who: string) => {
      const body = { account: 'acme-dev', action: 'members.list', who };
      return blank(await server.call('access.explain', { token: kid.token, body }), who);
    };
    const nobody = await of('nobody@elsewhere.example');
    expect(await of('known@elsewhere.example')).toBe(nobody);
    expect(await of('ann@acme.example')).toBe(nobody);
    expect(await of('bo@acme.example')).toBe(nobody);
    const never = await of(`usr_${'0'.repeat(26)}`);
    expect(await of(ann.id)).toBe(never);
    expect(JSON.parse(never)).toMatchObject({ status: 404 });
    // A member of both is to the managed account what they are in it.
    await join(server, dev.id, ann, 'user');
    const both = { account: 'acme-dev', action: 'members.list', who: 'ann@acme.example' };
    expect((await explain(kid.token, both)).allowed).toBe(false);
    expect((await explain(ann.token, both)).as).toBe('master');
    const listed = await server.ok('access.who_can', {
      token: kid.token,
      body: { account: 'acme-dev', action: 'members.list' },
    });
    expect(listed.data.map(({ text, via }) => [text, via])).toEqual([
      ['kid@dev.example', 'member'],
      ['administrators of acme', 'master'],
    ]);
    // To the master its own people are known, and what it could grant them (R14).
    const granting = { account: 'acme-dev', action: 'accounts.show', who: 'bo@acme.example' };
    expect(fixesOf(await explain(ann.token, granting))).toEqual([
      'anyone_in: tenantctl invites send bo@acme.example --role user --modules none --account acme-dev',
      'granted: tenantctl members update bo@acme.example --children acme-dev --account acme',
    ]);
    const byStaff = await explain(staff, { account: 'acme-dev', action: 'accounts.update' });
    expect([byStaff.who.kind, linksOf(byStaff)[2]]).toEqual([
      'staff',
      'no membership: a staff token is of no account',
    ]);
  });

  it('is for whoever may list the members, or for oneself; who may not see may not ask', async () => {
    const server = await startServer({ database: await open() });
    const { bo, kid, explain } = await estate(server);
    const ask = (token: string, body: Ask) => server.refused('access.explain', { token, body });
    const other = { account: 'acme', action: 'accounts.show', who: 'ann@acme.example' };
    const [known, unknown] = [
      await ask(bo.token, other),
      await ask(bo.token, { ...other, who: 'x@x.example' }),
    ];
    expect([known.code, known.detail]).toEqual(['forbidden', unknown.detail]);
    expect((await ask(kid.token, { account: 'acme', action: 'accounts.show' })).code).toBe('not_found');
    for (const who of [bo.email, bo.id])
      expect((await explain(bo.token, { account: 'acme', action: 'accounts.show', who })).allowed).toBe(true);
    const unasked = await ask(bo.token, { account: 'acme', action: 'member.remove' });
    expect(unasked.errors?.[0]?.detail).toMatch(/^is no action: the closest are members\.remove, /);
    expect((await ask(bo.token, { action: 'members.list' })).errors?.[0]?.pointer).toBe('/account');
    expect((await explain(bo.token, { action: 'me.update' })).as).toBe('session');
  });

  it('explains tokens to their owners and to whoever may list them', async () => {
    const server = await startServer({ database: await open() });
    const { ann, bo, acme, boMember, explain } = await estate(server);
    await accountToken(server, acme.id, 'user', ['forms']);
    const bos = await apiToken(server, acme.id, bo, 'user', ['forms']);
    const { data } = await server.ok('account_tokens.list', {
      token: ann.token,
      params: { account: 'acme' },
    });
    const idOf = (owner: string) => data.find((token) => token.owner === owner)?.id ?? '';
    const ask = (who: string, token = ann.token) =>
      explain(token, { account: 'acme', action: 'members.list', who });
    const machine = await ask(idOf('account'));
    expect([machine.who, linksOf(machine).slice(0, 3), fixesOf(machine)]).toEqual([
      { kind: 'account_token', id: idOf('account'), name: 'ci', member_id: null },
      [
        'yes credential: a token that the account owns',
        'yes account_state: acme is active',
        'yes membership: user of acme with forms',
      ],
      ['admin: tenantctl tokens create NAME --account-token --role admin --account acme'],
    ]);
    const inPerson = await explain(ann.token, {
      account: 'acme',
      action: 'account_tokens.create',
      who: idOf('account'),
    });
    expect(fixesOf(inPerson)).toEqual(['person: tenantctl login']);
    expect((await ask(idOf('member'), bo.token)).who.kind).toBe('api');
    expect((await ask(idOf('member'), bos)).who.name).toBe('ci');
    const hidden = await server.refused('access.explain', {
      token: bo.token,
      body: { account: 'acme', action: 'members.list', who: idOf('account') },
    });
    expect(hidden.code).toBe('forbidden');
    await server.ok('members.deactivate', {
      token: ann.token,
      params: { account: 'acme', member: boMember },
    });
    await server.ok('account_tokens.revoke', {
      token: ann.token,
      params: { account: 'acme', token: idOf('account') },
    });
    const gone = [await ask(idOf('member')), await ask(idOf('account'))];
    expect(gone.map((answer) => [answer.code, linksOf(answer)])).toEqual([
      ['invalid_token', ['no credential: the token is dead: what it hangs on is gone or not active']],
      ['invalid_token', ['no credential: the token is revoked']],
    ]);
    const { rows } = await server.ok('access.matrix', {
      token: ann.token,
      params: { account: 'acme' },
      query: { who: idOf('account') },
    });
    expect(new Set(rows.flatMap(({ cells }) => Object.values(cells)))).toEqual(new Set([null]));
    server.clock.advance({ days: 400 });
    const { access_token: token } = await server.ok('auth.login', {
      body: { email: ann.email, password: 'plum harbour weaves nine' },
    });
    await accountToken(server, acme.id, 'admin');
    expect((await server.refused('access.explain', { token: bos, body: { action: 'me.show' } })).code).toBe(
      'invalid_token',
    );
    expect((await ask(idOf('account'), token)).code).toBe('invalid_token');
  });

  it('judges by the role in the workspace that is asked about, and hides those that one may not know', async () => {
    const server = await startServer({ database: await open() });
    const { staff, explain } = await estate(server);
    const sue = await person(server, 'sue@org.example');
    const mem = await person(server, 'mem@org.example');
    const org = await organization(server, staff, 'acme-org', sue);
    const member = await join(server, org.id, mem, 'member');
    const ask = { account: 'acme-org', action: 'workspaces.show', workspace: 'default' };
    const before = await explain(sue.token, { ...ask, who: mem.email });
    expect([before.code, before.workspace?.slug, fixesOf(before)]).toEqual([
      'not_found',
      'default',
      [
        'workspace: tenantctl workspaces members add mem@org.example --role viewer --workspace default --account acme-org',
      ],
    ]);
    const hidden = await server.refused('access.explain', { token: mem.token, body: ask });
    const nowhere = await server.refused('access.explain', {
      token: mem.token,
      body: { ...ask, workspace: 'nowhere' },
    });
    expect(hidden.detail.replace('default', 'nowhere')).toBe(nowhere.detail);
    await place(server, org.id, member);
    const own = await explain(mem.token, ask);
    expect([own.as, own.chain.find(({ check }) => check === 'workspace')?.ok]).toEqual(['workspace', true]);
    expect((await explain(sue.token, { ...ask, action: 'members.list' })).workspace).toBe(null);
  });
});

describeOnEachDatabase('access.who_can', (open) => {
  it('goes through many members page by page, with those from outside at the end', async () => {
    const server = await startServer({ database: await open() });
    const { ann, dev } = await estate(server);
    const expected = ['kid@dev.example'];
    for (let at = 0; at < 7; at += 1) {
      const email = `p${at}@dev.example`;
      await join(server, dev.id, await person(server, email), at % 2 === 0 ? 'admin' : 'user');
      if (at % 2 === 0) expected.push(email);
    }
    const pages: string[][] = [];
    let cursor: string | undefined;
    const body = { account: 'acme-dev', action: 'invites.send' };
    do {
      const page = await server.ok('access.who_can', { token: ann.token, query: { limit: 2, cursor }, body });
      pages.push(page.data.map(({ text }) => text));
      cursor = page.next_cursor ?? undefined;
    } while (cursor !== undefined);
    expect(pages.flat()).toEqual([...expected, 'administrators of acme', 'staff, with a staff token']);
    expect(Math.max(...pages.map(({ length }) => length))).toBe(2);
    const first = await server.ok('access.who_can', { token: ann.token, query: { limit: 2 }, body });
    const other = await server.refused('access.who_can', {
      token: ann.token,
      query: { limit: 2, cursor: first.next_cursor ?? '' },
      body: { ...body, action: 'members.list' },
    });
    expect(other.code).toBe('invalid_cursor');
  });
});

describeOnEachDatabase('access.matrix', (open) => {
  it('is the table as it stands: by role and module, from outside, or of one person', async () => {
    const server = await startServer({ database: await open() });
    const { ann, bo, kid } = await estate(server);
    const matrix = await server.ok('access.matrix', { token: kid.token, params: { account: 'acme-dev' } });
    expect(matrix.columns.map(({ name }) => name)).toEqual([
      'admin',
      'user',
      'parsers',
      'forms',
      'contacts',
      'messages',
      'reports',
      'settings',
      'master',
      'granted',
      'staff',
    ]);
    const row = (of: typeof matrix, action: string) => {
      const cells = of.rows.find((one) => one.action === action)?.cells ?? {};
      return Object.fromEntries(Object.entries(cells).filter(([, as]) => as !== null));
    };
    expect(row(matrix, 'accounts.update')).toEqual({
      admin: 'admin',
      settings: 'settings',
      master: 'master',
    });
    expect(row(matrix, 'accounts.delete')).toEqual({ master: 'master' });
    expect(row(matrix, 'accounts.unlock')).toEqual({ staff: 'staff' });
    expect(matrix.rows.find(({ action }) => action === 'account_tokens.create')).toMatchObject({
      person: 'signed_in',
      delegated: false,
      summary: 'Make a token that the account owns (D24)',
    });
    await server.ok('accounts.suspend', { token: ann.token, params: { account: 'acme-dev' }, body: {} });
    const suspended = await server.ok('access.matrix', { token: kid.token, params: { account: 'acme-dev' } });
    expect([suspended.state, row(suspended, 'accounts.update'), row(suspended, 'members.list')]).toEqual([
      'suspended',
      {},
      { admin: 'admin', master: 'master' },
    ]);
    const params = { account: 'acme' };
    const bos = await server.ok('access.matrix', { token: ann.token, params, query: { who: bo.email } });
    expect([bos.columns, row(bos, 'accounts.show'), row(bos, 'members.list')]).toEqual([
      [{ name: 'bo@acme.example', kind: 'who' }],
      { 'bo@acme.example': 'anyone_in' },
      {},
    ]);
    const other = await server.refused('access.matrix', {
      token: bo.token,
      params,
      query: { who: ann.email },
    });
    expect(other.code).toBe('forbidden');
    expect(
      (await server.refused('access.matrix', { token: bo.token, params, query: { workspace: 'default' } }))
        .code,
    ).toBe('invalid_request');
  });

  it('is what roles.list says that a role opens', async () => {
    const server = await startServer({ database: await open() });
    const { staff, ann, acme } = await estate(server);
    // R34: with a plan that has no umbrella nobody may invite under one.
    const body = { plan: 'enterprise', reason: 'test' };
    await server.ok('subscription.change', { token: staff, params: { account: acme.id }, body });
    const { rows, columns } = await server.ok('access.matrix', {
      token: ann.token,
      params: { account: acme.id },
    });
    const { data } = await server.ok('roles.list');
    const inAccount = new Set(data.flatMap(({ operations }) => operations));
    for (const { name, kind } of columns.filter(({ kind }) => kind === 'account_role' || kind === 'module')) {
      const may = rows.filter(({ action, cells }) => inAccount.has(action) && cells[name] !== null);
      const adds = kind === 'module' ? may.filter(({ cells }) => cells.user === null) : may;
      const role = data.find((one) => one.name === name);
      expect([name, role?.operations]).toEqual([name, adds.map(({ action }) => action)]);
    }
    expect(data.find(({ name }) => name === 'payment')?.operations).toEqual([]);
  });
});

import { expect, it } from 'vitest';
import { describeOnEachDatabase, type OpenDatabase } from '../support/databases.ts';
import {
  accountToken,
  apiToken,
  delegate,
  grantChildren,
  join,
  managed,
  master,
  type Person,
  person,
} from '../support/estate.ts';
import { NEW_PASSWORD, PASSWORD, START, startServer, type TestServer } from '../support/server.ts';

/** A master with two administrators and a granted user, and below it two accounts with an administrator each. */
async function family(open: OpenDatabase) {
  const server = await startServer({ database: await open() });
  const staff = await server.staffToken();
  const ann = await person(server, 'ann@acme.example');
  const bob = await person(server, 'bob@acme.example');
  const gus = await person(server, 'gus@acme.example');
  const kid = await person(server, 'kid@dev.example');
  const acme = await master(server, ann, 'acme', staff);
  const dev = await managed(server, ann, 'acme', 'acme-dev');
  const prod = await managed(server, ann, 'acme', 'acme-prod');
  const ids = {
    bob: await join(server, acme.id, bob, 'admin'),
    gus: await join(server, acme.id, gus, 'user', ['parsers', 'settings']),
    kid: await join(server, dev.id, kid, 'admin'),
  };
  await grantChildren(server, ann, 'acme', gus, ['acme-dev']);
  return { server, staff, ann, bob, gus, kid, acme, dev, prod, ids };
}

type Family = Awaited<ReturnType<typeof family>>;

const inDev = { account: 'acme-dev' };
const inAcme = { account: 'acme' };

async function statesOf({ server }: Family, by: Person): Promise<string[]> {
  const { data } = await server.ok('delegations.list', { token: by.token, params: inDev });
  return data.map(({ user, state }) => `${user.email} ${state}`);
}

describeOnEachDatabase('logging in to a managed account', (open) => {
  it('gives a token of half an hour that acts there alone, and says who is behind it', async () => {
    const { server, ann, acme, dev } = await family(open);
    const body = { reason: 'invoice 4711' };
    const made = await server.ok('delegations.create', { token: ann.token, params: inDev, body });
    const delegation = {
      id: expect.stringMatching(/^dlg_/),
      account: { id: dev.id, slug: 'acme-dev', name: 'acme-dev' },
      master: { id: acme.id, slug: 'acme', name: 'acme' },
      user: { id: ann.id, email: ann.email, name: null },
      role: 'admin',
      modules: [],
      mode: 'full',
      reason: 'invoice 4711',
      state: 'active',
      created_at: START,
      expires_at: '2026-03-02T09:30:00.000Z',
      last_used_at: null,
    };
    expect(made).toEqual({ delegation, secret: expect.stringMatching(/^tctl_dlg_/) });
    const token = made.secret;
    const me = await server.ok('me.show', { token });
    expect(me.user?.email).toBe(ann.email);
    expect(me.credential).toEqual({
      kind: 'dlg',
      id: made.delegation.id,
      name: null,
      owner: 'user',
      account: { id: dev.id, slug: 'acme-dev', name: 'acme-dev', parent_id: acme.id },
      role: 'admin',
      modules: [],
      workspace: null,
      expires_at: '2026-03-02T09:30:00.000Z',
      delegation: { master: delegation.master, mode: 'full', reason: 'invoice 4711' },
    });
    const { data } = await server.ok('accounts.list', { token });
    expect(data.map(({ slug, via, role }) => ({ slug, via, role }))).toEqual([
      { slug: 'acme-dev', via: 'delegation', role: 'admin' },
    ]);
    expect(server.seen).toContain(made.delegation.id);
  });

  it('needs a reason, lasts an hour at most, and ends by itself to the second', async () => {
    const { server, ann } = await family(open);
    const ask = (body: object) =>
      server.call('delegations.create', {
        token: ann.token,
        params: inDev,
        body: body as { reason: string },
      });
    for (const body of [
      {},
      { reason: '' },
      { reason: ' ' },
      { reason: 'x', minutes: 61 },
      { reason: 'x', minutes: 0 },
      { reason: 'x', minutes: 1.5 },
      { reason: 'x', mode: 'root' },
    ]) {
      expect([body, (await ask(body)).status]).toEqual([body, 400]);
    }
    const { secret: token } = await delegate(server, ann, 'acme-dev', { minutes: 60 });
    server.clock.advance({ minutes: 59, seconds: 59 });
    expect((await server.call('me.show', { token })).status).toBe(200);
    server.clock.advance({ seconds: 1 });
    expect((await server.refused('me.show', { token })).code).toBe('token_expired');
  });

  it('is a granted user’s with the modules that they have, at every moment', async () => {
    const { server, ann, gus, ids } = await family(open);
    const { secret: token } = await delegate(server, gus, 'acme-dev');
    const rights = async () => {
      const { credential } = await server.ok('me.show', { token });
      return [credential.role, ...credential.modules];
    };
    expect(await rights()).toEqual(['user', 'parsers', 'settings']);
    const rename = { token, params: inDev, body: { name: 'Development' } };
    await server.ok('accounts.update', rename);
    const change = (modules: ('parsers' | 'forms')[]) =>
      server.ok('members.update', {
        token: ann.token,
        params: { ...inAcme, member: ids.gus },
        body: { modules },
      });
    await change(['parsers', 'forms']);
    // What they gained since is not what it was made with.
    expect(await rights()).toEqual(['user', 'parsers']);
    expect((await server.refused('accounts.update', rename)).code).toBe('forbidden');
    expect((await server.refused('members.list', { token, params: inDev })).code).toBe('forbidden');
  });

  it('is found by a granted user, who sees the child and nothing else of the family', async () => {
    const { server, gus, acme, dev } = await family(open);
    const seen = async (token: string) => {
      const { data } = await server.ok('accounts.list', { token, query: { kind: 'standard' } });
      return data.map(({ slug, via, role }) => `${slug} ${via} ${role}`).sort();
    };
    expect(await seen(gus.token)).toEqual(['acme member user', 'acme-dev granted null']);
    expect(await seen(await apiToken(server, acme.id, gus, 'user'))).toEqual([
      'acme member user',
      'acme-dev granted null',
    ]);
    const shown = await server.ok('accounts.show', { token: gus.token, params: inDev });
    expect(shown).toMatchObject({ id: dev.id, via: 'granted', role: null });
    expect(
      (await server.call('accounts.show', { token: gus.token, params: { account: 'acme-prod' } })).status,
    ).toBe(404);
  });

  it('read-only changes nothing, and still can be left', async () => {
    const { server, ann } = await family(open);
    const { secret: token } = await delegate(server, ann, 'acme-dev', { mode: 'read_only' });
    await server.ok('members.list', { token, params: inDev });
    const refused = await server.refused('accounts.update', { token, params: inDev, body: { name: 'X' } });
    expect(refused).toMatchObject({ code: 'forbidden', reasons: [{ check: 'read_only', ok: false }] });
    expect(await server.ok('auth.logout', { token })).toEqual({ changed: true });
    expect(await server.refused('me.show', { token })).toMatchObject({
      code: 'delegation_ended',
      status: 401,
      detail: 'The delegation was revoked.',
    });
  });

  it('changes the name, but not what others find the account by', async () => {
    const { server, ann } = await family(open);
    const { secret: token } = await delegate(server, ann, 'acme-dev');
    await server.ok('accounts.update', { token, params: inDev, body: { name: 'Development' } });
    for (const body of [
      { slug: 'acme-devel' },
      { labels: { env: 'dev' } },
      { name: 'X', slug: 'acme-devel' },
    ]) {
      const { code, reasons } = await server.refused('accounts.update', { token, params: inDev, body });
      expect([code, reasons?.[0]?.check]).toEqual(['forbidden', 'delegation']);
    }
  });

  it('says a repeated request made it before, never its secret again', async () => {
    const { server, ann } = await family(open);
    const request = {
      token: ann.token,
      params: inDev,
      body: { reason: 'once' },
      headers: { 'idempotency-key': 'k1' },
    };
    const { delegation } = await server.ok('delegations.create', request);
    const repeated = await server.refused('delegations.create', request);
    expect(repeated.code).toBe('idempotency_secret');
    expect(repeated.detail).toContain(delegation.id);
    expect(repeated.detail).not.toContain('tctl_');
  });
});

/** What ends a delegation of bob, an administrator, or of gus, a granted user; and what gives back what was lost. */
const endings: readonly {
  readonly by: 'bob' | 'gus';
  readonly what: string;
  readonly end: (f: Family, token: string) => Promise<unknown>;
  readonly back?: (f: Family) => Promise<unknown>;
}[] = [
  {
    by: 'bob',
    what: 'the person is deactivated',
    end: (f) =>
      f.server.ok('members.deactivate', { token: f.ann.token, params: { ...inAcme, member: f.ids.bob } }),
    back: (f) =>
      f.server.ok('members.activate', { token: f.ann.token, params: { ...inAcme, member: f.ids.bob } }),
  },
  {
    by: 'bob',
    what: 'the person loses the role',
    end: (f) => memberChange(f, f.ids.bob, { role: 'user', modules: ['parsers'] }),
    back: (f) => memberChange(f, f.ids.bob, { role: 'admin' }),
  },
  {
    by: 'bob',
    what: 'the person loses the role and is granted the child',
    end: (f) => memberChange(f, f.ids.bob, { role: 'user', modules: ['parsers'], children: ['acme-dev'] }),
  },
  {
    by: 'bob',
    what: 'the person is removed',
    end: (f) =>
      f.server.ok('members.remove', { token: f.ann.token, params: { ...inAcme, member: f.ids.bob } }),
    back: (f) => join(f.server, f.acme.id, f.bob, 'admin'),
  },
  {
    by: 'bob',
    what: 'the person leaves',
    end: (f) => f.server.ok('accounts.leave', { token: f.bob.token, params: inAcme }),
    back: (f) => join(f.server, f.acme.id, f.bob, 'admin'),
  },
  {
    by: 'bob',
    what: 'the person is deleted',
    end: (f) => f.server.ok('me.delete', { token: f.bob.token, body: { current_password: PASSWORD } }),
  },
  {
    by: 'bob',
    what: 'the person signs out',
    end: (f) => f.server.ok('auth.logout', { token: f.bob.token }),
  },
  {
    by: 'bob',
    what: 'the person changes the password elsewhere',
    end: async (f) => {
      const { access_token } = await f.server.ok('auth.login', {
        body: { email: f.bob.email, password: PASSWORD },
      });
      const body = { current_password: PASSWORD, password: NEW_PASSWORD };
      await f.server.ok('auth.password_change', { token: access_token, body });
    },
  },
  {
    by: 'bob',
    what: 'the master is suspended',
    end: (f) => f.server.ok('accounts.suspend', { token: f.staff, params: inAcme, body: {} }),
    back: (f) => f.server.ok('accounts.activate', { token: f.staff, params: inAcme, body: {} }),
  },
  {
    by: 'bob',
    what: 'the account is suspended',
    end: (f) => f.server.ok('accounts.suspend', { token: f.ann.token, params: inDev, body: {} }),
    back: (f) => f.server.ok('accounts.activate', { token: f.ann.token, params: inDev, body: {} }),
  },
  {
    by: 'bob',
    what: 'the account is released',
    end: (f) => f.server.ok('accounts.release', { token: f.ann.token, params: inDev }),
  },
  {
    by: 'bob',
    what: 'the account is deleted',
    end: (f) =>
      f.server.ok('accounts.delete', { token: f.ann.token, params: inDev, query: { confirm: 'acme-dev' } }),
  },
  {
    by: 'bob',
    what: 'the other side revokes it',
    end: async (f) => {
      const { data } = await f.server.ok('delegations.list', { token: f.kid.token, params: inDev });
      const params = { ...inDev, delegation: data[0]?.id ?? '' };
      expect(await f.server.ok('delegations.revoke', { token: f.kid.token, params })).toEqual({
        changed: true,
      });
    },
  },
  {
    by: 'gus',
    what: 'the grant is taken away',
    end: (f) => memberChange(f, f.ids.gus, { children: ['acme-prod'] }),
    back: (f) => memberChange(f, f.ids.gus, { children: ['acme-dev'] }),
  },
  {
    by: 'gus',
    what: 'the person becomes something else',
    end: (f) => memberChange(f, f.ids.gus, { role: 'admin' }),
    back: (f) => memberChange(f, f.ids.gus, { role: 'user', modules: ['parsers'], children: ['acme-dev'] }),
  },
];

function memberChange(
  f: Family,
  member: string,
  body: { role?: 'admin' | 'user'; modules?: ['parsers']; children?: string[] },
) {
  return f.server.ok('members.update', { token: f.ann.token, params: { ...inAcme, member }, body });
}

describeOnEachDatabase('a delegation ends at once, and for good, when', (open) => {
  it.each(endings)('$what ($by)', async ({ by, end, back }) => {
    const f = await family(open);
    const { secret: token } = await delegate(f.server, f[by], 'acme-dev');
    expect((await f.server.call('accounts.show', { token, params: inDev })).status).toBe(200);
    await end(f, token);
    for (const id of ['accounts.show', 'me.show'] as const) {
      const problem = await f.server.refused(id, { token, params: inDev });
      expect([problem.status, problem.code]).toEqual([401, 'delegation_ended']);
    }
    if (back === undefined) return;
    await back(f);
    expect((await f.server.refused('me.show', { token })).code).toBe('delegation_ended');
    expect(await statesOf(f, f.kid)).toEqual([`${f[by].email} ended`]);
    // Only this one: whoever has the right again logs in again.
    const { secret: next } = await delegate(f.server, f.ann, 'acme-dev');
    expect((await f.server.call('me.show', { token: next })).status).toBe(200);
  });

  it('the token that opened it is revoked; and one that was changed in nothing lives on', async () => {
    const f = await family(open);
    const { server, ann, bob } = f;
    const made = await server.ok('tokens.create', {
      token: bob.token,
      body: { kind: 'api', name: 'laptop', account: 'acme' },
    });
    const { secret: token } = await delegate(server, { token: made.secret }, 'acme-dev');
    const { secret: other } = await delegate(server, bob, 'acme-dev');
    await server.ok('tokens.revoke', { token: bob.token, params: { token: made.token.id } });
    expect((await server.refused('me.show', { token })).code).toBe('delegation_ended');
    const signedOut = await server.ok('auth.login', { body: { email: ann.email, password: PASSWORD } });
    await server.ok('auth.logout', { token: signedOut.access_token });
    expect((await server.call('me.show', { token: other })).status).toBe(200);
    expect(await statesOf(f, ann)).toEqual([`${bob.email} active`, `${bob.email} ended`]);
  });
});

describeOnEachDatabase('delegations', (open) => {
  it('are listed and revoked by both sides, by a granted user their own, by nobody else', async () => {
    const f = await family(open);
    const { server, ann, bob, gus, kid } = f;
    const first = await delegate(server, ann, 'acme-dev');
    const second = await delegate(server, gus, 'acme-dev');
    const third = await delegate(server, bob, 'acme-dev', { minutes: 5 });
    server.clock.advance({ minutes: 5 });
    const all = [`${bob.email} expired`, `${gus.email} active`, `${ann.email} active`];
    expect(await statesOf(f, bob)).toEqual(all);
    expect(await statesOf(f, kid)).toEqual(all);
    expect(await statesOf(f, gus)).toEqual([`${gus.email} active`]);
    const revoke = (by: Person, delegation: string) =>
      server.call('delegations.revoke', { token: by.token, params: { ...inDev, delegation } });
    expect((await revoke(gus, first.id)).status).toBe(404);
    expect((await revoke(kid, second.id)).body).toEqual({ changed: true });
    expect((await revoke(gus, second.id)).body).toEqual({ changed: false });
    expect((await revoke(bob, third.id)).body).toEqual({ changed: false });
    expect((await revoke(bob, first.id)).body).toEqual({ changed: true });
    expect(await statesOf(f, kid)).toEqual([
      `${bob.email} expired`,
      `${gus.email} revoked`,
      `${ann.email} revoked`,
    ]);
  });

  it('are paged newest first, also by state', async () => {
    const { server, ann } = await family(open);
    const ids: string[] = [];
    for (let at = 0; at < 5; at += 1) ids.unshift((await delegate(server, ann, 'acme-dev')).id);
    await server.ok('delegations.revoke', {
      token: ann.token,
      params: { ...inDev, delegation: ids[1] ?? '' },
    });
    const walk = async (state?: 'active' | 'revoked' | 'ended') => {
      const found: string[] = [];
      let cursor: string | undefined;
      do {
        const query = { limit: 2, state, cursor };
        const page = await server.ok('delegations.list', { token: ann.token, params: inDev, query });
        found.push(...page.data.map(({ id }) => id));
        cursor = page.next_cursor ?? undefined;
      } while (cursor !== undefined);
      return found;
    };
    expect(await walk()).toEqual(ids);
    expect(await walk('active')).toEqual(ids.filter((_, at) => at !== 1));
    expect(await walk('revoked')).toEqual([ids[1]]);
    expect(await walk('ended')).toEqual([]);
  });

  it('are no tokens that are listed or revoked as such', async () => {
    const { server, ann, kid } = await family(open);
    const { id } = await delegate(server, ann, 'acme-dev');
    expect((await server.ok('tokens.list', { token: ann.token })).data).toEqual([]);
    expect((await server.ok('account_tokens.list', { token: kid.token, params: inDev })).data).toEqual([]);
    expect((await server.call('tokens.revoke', { token: ann.token, params: { token: id } })).status).toBe(
      400,
    );
  });
});

describeOnEachDatabase('the trail of a delegation', (open) => {
  const eventsOf = async (server: TestServer, token: string, account: string) => {
    const { data } = await server.ok('audit.list', { token, params: { account } });
    return data.map(({ actor, subject, action, target, reason }) => ({
      who: `${actor.kind} ${actor.name}${subject === null ? '' : ` via ${subject.account.slug}`}`,
      what: `${action} ${target.kind} ${target.name ?? target.id}`,
      reason,
    }));
  };

  it('T58: names the person and the master in the account, and stands in both', async () => {
    const { server, ann, kid, acme } = await family(open);
    const { id, secret: token } = await delegate(server, ann, 'acme-dev', { reason: 'invoice 4711' });
    await server.ok('accounts.update', { token, params: inDev, body: { name: 'Development' } });
    await server.ok('auth.logout', { token });
    const both = [
      { who: 'user ann@acme.example via acme', what: 'auth.logout delegation acme-dev', reason: null },
      {
        who: 'user ann@acme.example',
        what: 'delegations.create delegation acme-dev',
        reason: 'invoice 4711',
      },
    ];
    expect((await eventsOf(server, kid.token, 'acme-dev')).slice(0, 3)).toEqual([
      both[0],
      { who: 'user ann@acme.example via acme', what: 'accounts.update account acme-dev', reason: null },
      both[1],
    ]);
    expect((await eventsOf(server, ann.token, 'acme')).slice(0, 2)).toEqual(both);
    const { data } = await server.ok('audit.list', { token: kid.token, params: inDev });
    expect(data[1]?.subject).toEqual({
      kind: 'delegation',
      id,
      account: { id: acme.id, slug: 'acme', name: 'acme' },
      mode: 'full',
      reason: 'invoice 4711',
    });
    expect(data[2]).toMatchObject({ subject: null, after: { role: 'admin', modules: [], mode: 'full' } });
  });

  it('T146: is the master’s to read as far as it was its own, also of people who have left', async () => {
    const { server, ann, bob, kid, ids } = await family(open);
    const { secret: token } = await delegate(server, bob, 'acme-dev');
    await server.ok('accounts.update', { token, params: inDev, body: { name: 'Bob was here' } });
    await server.ok('accounts.update', { token: kid.token, params: inDev, body: { name: 'Ours' } });
    await server.ok('members.remove', { token: ann.token, params: { ...inAcme, member: ids.bob } });
    const [latest] = await eventsOf(server, ann.token, 'acme-dev');
    expect(latest).toEqual({
      who: 'user bob@acme.example via acme',
      what: 'accounts.update account acme-dev',
      reason: null,
    });
  });

  it('T144: has what was tried and refused, in the account alone and never twice', async () => {
    const { server, ann, kid, ids } = await family(open);
    const { secret: token } = await delegate(server, ann, 'acme-dev');
    const params = { ...inDev, member: ids.kid };
    const before = await eventsOf(server, ann.token, 'acme');
    expect((await server.refused('members.remove', { token, params })).code).toBe('forbidden');
    await server.refused('members.remove', { token, params, query: { dry_run: true } });
    await server.refused('accounts.update', { token, params: inAcme, body: { name: 'X' } });
    expect((await eventsOf(server, kid.token, 'acme-dev')).slice(0, 2)).toEqual([
      {
        who: 'user ann@acme.example via acme',
        what: 'system.refused operation members.remove',
        reason: null,
      },
      { who: 'user ann@acme.example', what: 'delegations.create delegation acme-dev', reason: 'to look' },
    ]);
    expect(await eventsOf(server, ann.token, 'acme')).toEqual(before);
  });

  it('is not a token’s of the account itself: nobody is behind it', async () => {
    const { server, acme } = await family(open);
    const token = await accountToken(server, acme.id, 'admin');
    const problem = await server.refused('delegations.create', {
      token,
      params: inDev,
      body: { reason: 'x' },
    });
    expect(problem).toMatchObject({ code: 'forbidden', reasons: [{ check: 'person' }] });
  });
});

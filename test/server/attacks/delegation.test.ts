import { expect, it } from 'vitest';
import { mintToken } from '../../../src/contract/token.ts';
import { describeOnEachDatabase, type OpenDatabase } from '../../support/databases.ts';
import { delegate, join, managed, master, person, standard } from '../../support/estate.ts';
import { NEW_PASSWORD, PASSWORD, startServer } from '../../support/server.ts';
import { dumpOf } from './dump.ts';

async function family(open: OpenDatabase) {
  const server = await startServer({ database: await open() });
  const staff = await server.staffToken();
  const ann = await person(server, 'ann@acme.example');
  const kid = await person(server, 'kid@dev.example');
  const acme = await master(server, ann, 'acme', staff);
  const dev = await managed(server, ann, 'acme', 'acme-dev');
  const prod = await managed(server, ann, 'acme', 'acme-prod');
  await join(server, dev.id, kid, 'admin');
  return { server, staff, ann, kid, acme, dev, prod };
}

const inDev = { account: 'acme-dev' };
const body = { reason: 'to look' };

describeOnEachDatabase('attacks on delegations', (open) => {
  it('T59: none comes from another, into its own account, a sibling or the master', async () => {
    const { server, ann } = await family(open);
    const { secret: token } = await delegate(server, ann, 'acme-dev');
    for (const [account, status] of [
      ['acme-dev', 403],
      ['acme-prod', 404],
      ['acme', 404],
    ] as const) {
      const { status: got } = await server.call('delegations.create', { token, params: { account }, body });
      expect([account, got]).toEqual([account, status]);
    }
  });

  it('T59: none leads into an account that is not managed, suspended, or somebody else’s', async () => {
    const { server, staff, ann, kid } = await family(open);
    const other = await person(server, 'other@other.example');
    await master(server, other, 'other', staff);
    await managed(server, other, 'other', 'other-dev');
    await standard(server, ann, 'plain');
    const tried = async (token: string, account: string) => {
      const { code, detail } = await server.refused('delegations.create', {
        token,
        params: { account },
        body,
      });
      expect(detail).not.toBe('');
      return code;
    };
    expect(await tried(ann.token, 'plain')).toBe('forbidden');
    expect(await tried(ann.token, 'acme')).toBe('forbidden');
    expect(await tried(ann.token, 'other-dev')).toBe('not_found');
    expect(await tried(kid.token, 'acme-dev')).toBe('forbidden');
    await server.ok('accounts.suspend', { token: staff, params: inDev, body: {} });
    expect(await tried(ann.token, 'acme-dev')).toBe('account_suspended');
    await server.ok('accounts.suspend', { token: staff, params: { account: 'acme' }, body: {} });
    expect(await tried(ann.token, 'acme-prod')).toBe('not_found');
  });

  it('T60: an expired, revoked, foreign or invented token makes none', async () => {
    const { server, ann } = await family(open);
    const signedOut = await server.ok('auth.login', { body: { email: ann.email, password: PASSWORD } });
    await server.ok('auth.logout', { token: signedOut.access_token });
    const stranger = await person(server, 'stranger@other.example');
    const tried = async (token: string) =>
      (await server.refused('delegations.create', { token, params: inDev, body })).code;
    expect(await tried(signedOut.access_token)).toBe('invalid_token');
    expect(await tried(mintToken('dlg'))).toBe('invalid_token');
    expect(await tried(mintToken('user'))).toBe('invalid_token');
    expect(await tried(stranger.token)).toBe('not_found');
    server.clock.advance({ minutes: 16 });
    expect(await tried(ann.token)).toBe('token_expired');
  });

  it('T61: nothing that would outlive it is done by it, and nothing of the person behind it', async () => {
    const { server, ann, kid } = await family(open);
    const { secret: token } = await delegate(server, ann, 'acme-dev');
    const { data } = await server.ok('members.list', { token, params: inDev });
    const member = data[0]?.id ?? '';
    const before = await dumpOf(server.database);
    const dev = { token, params: inDev };
    const tries = [
      server.refused('auth.password_change', {
        token,
        body: { current_password: PASSWORD, password: NEW_PASSWORD },
      }),
      server.refused('me.update', {
        token,
        body: { email: 'mine@evil.example', current_password: PASSWORD },
      }),
      server.refused('me.delete', { token, body: { current_password: PASSWORD } }),
      server.refused('tokens.create', { token, body: { kind: 'api', name: 'x', account: 'acme-dev' } }),
      server.refused('tokens.create', { token, body: { kind: 'api', name: 'x', account: 'acme' } }),
      server.refused('account_tokens.create', { ...dev, body: { name: 'x', role: 'admin' } }),
      server.refused('accounts.delete', { ...dev, query: { confirm: 'acme-dev' } }),
      server.refused('accounts.release', dev),
      server.refused('accounts.suspend', { ...dev, body: {} }),
      server.refused('accounts.leave', dev),
      server.refused('invites.send', { ...dev, body: { email: 'me@evil.example', role: 'admin' } }),
      server.refused('members.update', {
        token,
        params: { ...inDev, member },
        body: { role: 'user', modules: [] },
      }),
      server.refused('members.remove', { token, params: { ...inDev, member } }),
      server.refused('address_rules.update', { ...dev, body: { allow: ['evil.example'], deny: [] } }),
      server.refused('auth.login', { token, body: { email: kid.email, password: PASSWORD } }),
    ];
    const refused = (await Promise.all(tries)).map(
      ({ status, reasons }) => `${status} ${reasons?.[0]?.check}`,
    );
    expect(refused).toEqual(tries.map(() => '403 delegation'));
    const { audit_events: written, ...after } = await dumpOf(server.database);
    const { audit_events: earlier, ...rest } = before;
    expect(after).toEqual(rest);
    expect(written?.length).toBeGreaterThan(earlier?.length ?? 0);
    expect(JSON.stringify(written)).not.toContain(token);
  });

  it('is no session: it cannot be renewed, nor accept an invitation for its person', async () => {
    const { server, ann, kid } = await family(open);
    const { secret: token } = await delegate(server, ann, 'acme-dev');
    expect((await server.refused('auth.refresh', { body: { refresh_token: token } })).status).toBe(401);
    await server.ok('invites.send', {
      token: kid.token,
      params: inDev,
      body: { email: ann.email, role: 'admin' },
    });
    const secret = await server.secretFor(ann.email);
    expect((await server.refused('invites.accept', { token, body: { secret } })).code).toBe('forbidden');
  });

  it('has the rights of the delegation and not the person’s own in the account', async () => {
    const { server, ann, dev } = await family(open);
    await join(server, dev.id, ann, 'user', ['settings']);
    const { secret } = await delegate(server, ann, 'acme-dev', { mode: 'read_only' });
    const rename = { token: secret, params: inDev, body: { name: 'X' } };
    expect((await server.refused('accounts.update', rename)).code).toBe('forbidden');
    const shown = await server.ok('accounts.show', { token: secret, params: inDev });
    expect([shown.via, shown.role]).toEqual(['delegation', 'admin']);
  });

  it('T36: the next master reads nothing of what the one before did', async () => {
    const { server, ann, kid, dev, staff } = await family(open);
    const { secret: token } = await delegate(server, ann, 'acme-dev', { reason: 'secret plan' });
    await server.ok('accounts.update', { token, params: inDev, body: { name: 'Seen' } });
    await server.ok('accounts.release', { token: ann.token, params: inDev });
    expect((await server.refused('me.show', { token })).code).toBe('delegation_ended');
    // Another master takes it over by the store, and ann works there now.
    const next = await person(server, 'next@next.example');
    const { id: nextId } = await master(server, next, 'next', staff);
    await join(server, nextId, ann, 'admin');
    const at = server.clock.now().toISOString();
    await server.deps.transactions.write(({ tenant }) =>
      tenant(nextId).links.insert({ id: server.deps.newId('link'), childId: dev.id, kind: 'managed', at }),
    );
    const read = await server.ok('audit.list', { token: next.token, params: inDev });
    expect(JSON.stringify(read)).not.toContain('Seen');
    const listed = await server.ok('delegations.list', { token: kid.token, params: inDev });
    expect(listed.data.map(({ state, master: of }) => `${of.slug} ${state}`)).toEqual(['acme ended']);
    expect((await server.refused('me.show', { token })).code).toBe('delegation_ended');
  });

  it('T135: stores no secret, and shows none in lists, trail or refusals', async () => {
    const { server, ann, kid } = await family(open);
    const { id, secret } = await delegate(server, ann, 'acme-dev');
    const seen = [
      await dumpOf(server.database),
      await server.ok('delegations.list', { token: kid.token, params: inDev }),
      await server.ok('audit.list', { token: kid.token, params: inDev }),
      await server.ok('delegations.revoke', { token: kid.token, params: { ...inDev, delegation: id } }),
      await server.refused('me.show', { token: secret }),
    ];
    expect(JSON.stringify(seen)).not.toContain(secret);
  });

  it('T9: revoking and acting at once have one order: nothing is done after it was revoked', async () => {
    const { server, ann, kid } = await family(open);
    const { id, secret: token } = await delegate(server, ann, 'acme-dev');
    const [revoked, ...acts] = await Promise.all([
      server.call('delegations.revoke', { token: kid.token, params: { ...inDev, delegation: id } }),
      ...['a', 'b', 'c', 'd'].map((name) =>
        server.call('accounts.update', { token, params: inDev, body: { name } }),
      ),
    ]);
    expect(revoked.body).toEqual({ changed: true });
    expect(acts.every(({ status }) => status === 200 || status === 401)).toBe(true);
    const trail = await server.ok('audit.list', { token: kid.token, params: inDev });
    const actions = trail.data.map(({ action }) => action);
    const done = acts.filter(({ status }) => status === 200).length;
    expect(actions.filter((action) => action === 'accounts.update')).toHaveLength(done);
    expect((await server.refused('me.show', { token })).code).toBe('delegation_ended');
  });
});

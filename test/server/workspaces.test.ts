import { expect, it } from 'vitest';
import { describeOnEachDatabase } from '../support/databases.ts';
import { accountToken, join, organization, person, place, standard, trail } from '../support/estate.ts';
import { startServer } from '../support/server.ts';

describeOnEachDatabase('workspaces', (open) => {
  it('are seen by administrators, and by members only where they were added (R26)', async () => {
    const server = await startServer({ database: await open() });
    const ann = await person(server, 'ann@acme.example');
    const wes = await person(server, 'wes@acme.example');
    const org = await organization(server, await server.staffToken(), 'acme-org', ann);
    const member = await join(server, org.id, wes, 'member');
    const at = server.clock.now().toISOString();
    await server.deps.transactions.write(({ tenant }) =>
      tenant(org.id).workspaces.insert({
        id: server.deps.newId('workspace'),
        slug: 'second',
        name: 'Second_50%',
        createdBy: ann.id,
        at,
      }),
    );
    const params = { account: 'acme-org' };
    const list = async (token: string, q?: string) =>
      (await server.ok('workspaces.list', { token, params, query: { q } })).data.map(({ slug, role }) => [
        slug,
        role,
      ]);
    expect((await server.refused('workspaces.list', { token: wes.token, params })).status).toBe(403);
    const id = await place(server, org.id, member);
    expect(await list(wes.token)).toEqual([['default', 'viewer']]);
    expect(await list(ann.token)).toEqual([
      ['default', null],
      ['second', null],
    ]);
    expect(await list(await accountToken(server, org.id, 'super_admin'))).toHaveLength(2);
    expect(await list(ann.token, 'd_50%')).toEqual([['second', null]]);
    expect(await list(ann.token, 'd%5')).toEqual([]);
    const show = (workspace: string) =>
      server.call('workspaces.show', { token: wes.token, params: { ...params, workspace } });
    expect((await show(id)).body).toMatchObject({ slug: 'default', role: 'viewer' });
    expect((await show('default')).status).toBe(200);
    const [hidden, never] = [await show('second'), await show('nowhere')];
    expect([hidden.status, never.status]).toEqual([404, 404]);
    expect(
      JSON.stringify(hidden.body)
        .replace('second', 'X')
        .replace(/"request_id":"[^"]+"/, ''),
    ).toBe(
      JSON.stringify(never.body)
        .replace('nowhere', 'X')
        .replace(/"request_id":"[^"]+"/, ''),
    );
  });

  it('of another account are not there, by id or by slug (T28)', async () => {
    const server = await startServer({ database: await open() });
    const ann = await person(server, 'ann@acme.example');
    const eve = await person(server, 'eve@other.example');
    await standard(server, ann, 'acme');
    await standard(server, eve, 'other');
    const { data } = await server.ok('workspaces.list', { token: eve.token, params: { account: 'other' } });
    const params = { account: 'acme', workspace: data[0]?.id ?? '' };
    expect((await server.refused('workspaces.show', { token: ann.token, params })).status).toBe(404);
  });
});

describeOnEachDatabase('address rules', (open) => {
  it('are replaced whole, folded like the addresses they judge, and traced once', async () => {
    const server = await startServer({ database: await open() });
    const ann = await person(server, 'ann@acme.example');
    const acme = await standard(server, ann, 'acme');
    const params = { account: 'acme' };
    const put = (allow: string[], deny: string[]) =>
      server.call('address_rules.update', { token: ann.token, params, body: { allow, deny } });
    const rules = { allow: ['mailinator.com'], deny: ['bücher.example', 'EVIL.example', 'evil.example'] };
    const folded = { allow: ['mailinator.com'], deny: ['evil.example', 'xn--bcher-kva.example'] };
    expect((await put(rules.allow, rules.deny)).body).toEqual(folded);
    expect((await put(folded.allow, folded.deny)).body).toEqual(folded);
    expect(await server.ok('address_rules.show', { token: ann.token, params })).toEqual(folded);
    expect((await put(['a.example'], ['A.example'])).status).toBe(400);
    expect((await put(['not a domain'], [])).body).toMatchObject({ errors: [{ pointer: '/allow/0' }] });
    expect(await trail(server, acme.id)).toEqual(['accounts.create acme', 'address_rules.update acme']);
  });
});

describeOnEachDatabase('the audit trail', (open) => {
  it('lists newest first, by pages and filters, and nothing of another account', async () => {
    const server = await startServer({ database: await open() });
    const ann = await person(server, 'ann@acme.example');
    const eve = await person(server, 'eve@other.example');
    const acme = await standard(server, ann, 'acme');
    const other = await standard(server, eve, 'other');
    const params = { account: 'acme' };
    for (const name of ['One', 'Two', 'Three']) {
      server.clock.advance({ minutes: 1 });
      await server.ok('accounts.update', { token: ann.token, params, body: { name } });
    }
    const list = async (query: Record<string, string | number> = {}) =>
      (await server.ok('audit.list', { token: ann.token, params, query })).data.map(
        ({ action, after }) => after?.['name'] ?? action,
      );
    expect(await list()).toEqual(['Three', 'Two', 'One', 'acme']);
    expect(await list({ action: 'accounts.create' })).toEqual(['acme']);
    expect(await list({ actor: ann.email, target: acme.id, limit: 2 })).toEqual(['Three', 'Two']);
    expect(await list({ actor: eve.email })).toEqual([]);
    expect(await list({ target: other.id })).toEqual([]);
    const { data, next_cursor: cursor } = await server.ok('audit.list', {
      token: ann.token,
      params,
      query: { limit: 3 },
    });
    expect(await list({ limit: 3, cursor: cursor ?? '' })).toEqual(['acme']);
    expect(data[0]?.actor).toEqual({ kind: 'user', id: ann.id, name: ann.email });
    const since = data[1]?.at ?? '';
    expect(await list({ since })).toEqual(['Three', 'Two']);
    expect(await list({ until: since })).toEqual(['One', 'acme']);
    const stolen = {
      token: eve.token,
      params: { account: 'other' },
      query: { limit: 3, cursor: cursor ?? '' },
    };
    expect((await server.refused('audit.list', stolen)).code).toBe('invalid_cursor');
  });
});

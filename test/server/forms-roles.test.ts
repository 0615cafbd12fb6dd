import { expect, it } from 'vitest';
import { formRoles } from '../../src/contract/limits.ts';
import { describeOnEachDatabase, type OpenDatabase } from '../support/databases.ts';
import {
  accountToken,
  apiToken,
  delegate,
  grantChildren,
  join,
  managed,
  master,
  organization,
  person,
  place,
  standard,
  trail,
  workspaceKey,
} from '../support/estate.ts';
import { form, linkSub, questions, sharedWith } from '../support/forms.ts';
import { type Reply, startServer, type TestServer } from '../support/server.ts';

const any = { 'if-match': '*' };

/** What somebody may do with the form `Visit` of `one`: a letter an operation that is not refused. */
async function mayDo(server: TestServer, token: string, reference = 'Visit'): Promise<string> {
  const at = { token, params: { account: 'one', form: reference } };
  const dry = { query: { dry_run: true } };
  const replies: [letter: string, reply: Reply][] = [
    ['s', await server.call('forms.show', at)],
    ['u', await server.call('forms.update', { ...at, headers: any, body: { title: 'About Visit' } })],
    ['d', await server.call('forms.delete', { ...at, ...dry, headers: any })],
    ['l', await server.call('forms.shares', at)],
    [
      'h',
      await server.call('forms.share', {
        ...at,
        ...dry,
        body: { shares: [{ account: 'big', role: 'viewer' }] },
      }),
    ],
    ['e', await server.call('forms.unmark_example', at)],
  ];
  const unseen = replies.every(([, { status }]) => status === 404);
  const letters = replies.flatMap(([letter, { status }]) => (status === 200 ? [letter] : []));
  return unseen ? '404' : letters.join('');
}

/** An umbrella `big` with people and tokens of every kind, and its sub-account `one` with the form `Visit`. */
async function world(open: OpenDatabase) {
  const server = await startServer({ database: await open() });
  const [uma, gus, gil, max, sam, fay, oli] = await Promise.all(
    ['uma', 'gus', 'gil', 'max', 'sam', 'fay', 'oli'].map((name) => person(server, `${name}@x.example`)),
  );
  if (!uma || !gus || !gil || !max || !sam || !fay || !oli) throw new Error('nobody');
  const big = await standard(server, uma, 'big');
  const one = await standard(server, sam, 'one');
  await standard(server, oli, 'other');
  await linkSub(server, big.id, one.id);
  await join(server, big.id, gus, 'user', ['forms']);
  await join(server, big.id, gil, 'user', ['forms']);
  await join(server, big.id, max, 'user', ['parsers', 'reports']);
  await grantChildren(server, uma, 'big', gus, ['one']);
  await grantChildren(server, uma, 'big', max, ['one']);
  await join(server, one.id, fay, 'user', ['forms']);
  const visit = await form(server, sam, 'one', 'Visit');
  const share = (role: (typeof formRoles)[number] | null, account = 'big') =>
    server.ok('forms.share', {
      token: sam.token,
      params: { account: 'one', form: 'Visit' },
      body: { shares: [{ account, role }] },
    });
  return { server, uma, gus, gil, max, sam, fay, oli, big, one, visit, share };
}

describeOnEachDatabase('a form role', (open) => {
  it('opens what its line says, to administrators and to whom the child was granted, by any credential', {
    timeout: 60_000,
  }, async () => {
    const { server, uma, gus, gil, max, sam, fay, oli, big, visit, share } = await world(open);
    const who = {
      administrator: uma.token,
      'granted user with forms': gus.token,
      'user with forms, not granted': gil.token,
      'granted user without forms': max.token,
      'account token': await accountToken(server, big.id, 'admin'),
      'account token with forms': await accountToken(server, big.id, 'user', ['forms']),
      'own token of the granted': await apiToken(server, big.id, gus, 'user', ['forms']),
      'own token without forms': await apiToken(server, big.id, gus, 'user', ['reports']),
      'owner’s administrator': sam.token,
      'owner’s user with forms': fay.token,
      stranger: oli.token,
    };
    const opened = { none: '404', viewer: 's', data_collector: 's', data_manager: 's', form_admin: 'su' };
    for (const role of formRoles) {
      await share(role);
      const may = opened[role];
      const found: Record<string, string> = {};
      for (const [name, token] of Object.entries(who)) found[name] = await mayDo(server, token);
      expect({ role, ...found }).toEqual({
        role,
        administrator: may,
        'granted user with forms': may,
        'user with forms, not granted': '404',
        'granted user without forms': '404',
        'account token': may,
        'account token with forms': '404',
        'own token of the granted': may,
        'own token without forms': '404',
        'owner’s administrator': 'sudlhe',
        'owner’s user with forms': 'sud',
        stranger: '404',
      });
      expect(await mayDo(server, uma.token, visit.id)).toBe(may);
    }
  });

  it('is listed for whom it is for: a user sees the forms of children that they were granted', async () => {
    const { server, uma, gus, gil, max, big, oli } = await world(open);
    const other = { token: oli.token, params: { account: 'other', form: 'Order' } };
    await form(server, oli, 'other', 'Order');
    const body = { shares: [{ account: big.id, role: 'viewer' as const }] };
    await server.ok('forms.share', { ...other, body });
    const all = ['one/Visit data_manager', 'other/Order viewer'];
    expect(await sharedWith(server, uma, 'big')).toEqual(all);
    expect(await sharedWith(server, gus, 'big')).toEqual(all);
    // The other account is no child: the module alone opens what it shares.
    expect(await sharedWith(server, gil, 'big')).toEqual(['other/Order viewer']);
    const list = { token: max.token, params: { account: 'big' }, query: { shared: 'in' } };
    expect((await server.refused('forms.list', list)).code).toBe('forbidden');
  });

  it('dies with the umbrella’s suspension, and waits while the owner is suspended', async () => {
    const { server, uma, sam } = await world(open);
    const staff = await server.staffToken();
    const suspend = (account: string) =>
      server.ok('accounts.suspend', { token: staff, params: { account }, body: {} });
    await suspend('one');
    const show = { token: uma.token, params: { account: 'one', form: 'Visit' } };
    expect((await server.refused('forms.show', show)).code).toBe('account_suspended');
    expect((await server.call('forms.show', { ...show, token: sam.token })).status).toBe(200);
    await server.ok('accounts.activate', { token: staff, params: { account: 'one' } });
    await suspend('big');
    expect((await server.refused('forms.show', show)).code).toBe('not_found');
  });

  it('is for an account, not for its workspaces: no key, and no member of an organization’s workspace', async () => {
    const { server, sam, share, visit } = await world(open);
    const staff = await server.staffToken();
    const sue = await person(server, 'sue@org.example');
    const dev = await person(server, 'dev@org.example');
    const org = await organization(server, staff, 'org', sue);
    const workspace = await place(server, org.id, await join(server, org.id, dev, 'member'), 'developer');
    await share('form_admin', org.id);
    const key = await workspaceKey(server, org.id, workspace, 'developer');
    expect(await mayDo(server, sue.token)).toBe('su');
    expect([await mayDo(server, dev.token), await mayDo(server, key)]).toEqual(['404', '404']);
    const list = { token: dev.token, params: { account: 'org' } };
    expect((await server.call('forms.list', list)).status).toBe(200);
    const shared = await server.refused('forms.list', { ...list, query: { shared: 'in' } });
    expect(shared.reasons?.some(({ text }) => text === 'needs an administrator of the account')).toBe(true);
    const copy = { from: { account: 'one', form: visit.id } };
    expect((await server.refused('forms.save_copy', { ...list, body: copy })).code).toBe('not_found');
    expect((await server.ok('forms.save_copy', { ...list, token: sue.token, body: copy })).name).toBe(
      'Visit',
    );
    expect(await mayDo(server, sam.token)).toBe('sudlhe');
  });

  it('in an organization follows the workspace: who reads, who develops, who administers it', async () => {
    const server = await startServer({ database: await open() });
    const staff = await server.staffToken();
    const sue = await person(server, 'sue@org.example');
    const org = await organization(server, staff, 'one', sue);
    await form(server, sue, 'one', 'Visit');
    const may: Record<string, string> = {};
    for (const role of ['viewer', 'operator', 'developer', 'workspace_admin'] as const) {
      const who = await person(server, `${role.replace('_', '-')}@org.example`);
      await place(server, org.id, await join(server, org.id, who, 'member'), role);
      may[role] = await mayDo(server, who.token);
    }
    const bill = await person(server, 'bill@org.example');
    await place(server, org.id, await join(server, org.id, bill, 'billing_admin'), 'workspace_admin');
    may['billing_admin'] = await mayDo(server, bill.token);
    expect(may).toEqual({
      viewer: 's',
      operator: 's',
      developer: 'sud',
      // `big` is not there to be shared with: refused for that, and not for want of the right.
      workspace_admin: 'sudle',
      billing_admin: '',
    });
  });
});

describeOnEachDatabase('by delegation', (open) => {
  it('forms are content, but nothing is shared outside, and nothing that others share is reached (D15)', async () => {
    const server = await startServer({ database: await open() });
    const staff = await server.staffToken();
    const ann = await person(server, 'ann@acme.example');
    const acme = await master(server, ann, 'acme', staff);
    const dev = await managed(server, ann, 'acme', 'acme-dev');
    await managed(server, ann, 'acme', 'acme-prod');
    await form(server, ann, 'acme', 'Ours');
    const share = { token: ann.token, params: { account: 'acme', form: 'Ours' } };
    const body = { shares: [{ account: dev.id, role: 'form_admin' as const }] };
    await server.ok('forms.share', { ...share, body });
    const { secret: token } = await delegate(server, ann, 'acme-dev');
    await form(server, { token }, 'acme-dev', 'Visit');
    const at = { token, params: { account: 'acme-dev', form: 'Visit' } };
    expect((await server.call('forms.show', at)).status).toBe(200);
    const outside = { ...at, body: { shares: [{ account: acme.id, role: 'viewer' as const }] } };
    const refusal = await server.refused('forms.share', outside);
    expect(refusal.reasons?.map(({ check }) => check)).toEqual(['delegation']);
    expect((await server.refused('forms.mark_example', at)).code).toBe('forbidden');
    const list = { token, params: { account: 'acme-dev' }, query: { shared: 'in' } };
    expect((await server.refused('forms.list', list)).code).toBe('forbidden');
    expect((await server.refused('forms.show', { ...share, token })).code).toBe('not_found');
    // The master itself does not look into it from outside (R2).
    expect((await server.refused('forms.show', { ...at, token: ann.token })).code).toBe('forbidden');
  });
});

describeOnEachDatabase('sharing', (open) => {
  it('names accounts that one sees or is linked to by slug, any other by id alone, so that slugs cannot be tried', async () => {
    const { server, sam, big, one } = await world(open);
    const staff = await server.staffToken();
    const params = { account: 'one', form: 'Visit' };
    const to = (account: string, role: 'viewer' | null = 'viewer') =>
      server.call('forms.share', { token: sam.token, params, body: { shares: [{ account, role }] } });
    const other = await server.ok('accounts.show', { token: staff, params: { account: 'other' } });
    const said = async (reference: string) =>
      JSON.stringify((await to(reference)).body)
        .replaceAll(reference, 'X')
        .replace(/"request_id":"[^"]+"/, '');
    expect(await said('other')).toBe(await said('nobody-there'));
    expect(await said('other')).toContain('There is no account');
    expect((await to('big')).body).toMatchObject({ changed: true, shares: [{ account: { id: big.id } }] });
    expect((await to(other.id)).body).toMatchObject({ changed: true, shares: [{ by: 'chosen' }] });
    expect((await to(`acc_${'0'.repeat(26)}`)).status).toBe(404);
    expect((await to('one')).body).toMatchObject({ errors: [{ pointer: '/shares/0/account' }] });
    const twice = ['big', big.id].map((account) => ({ account, role: 'viewer' as const }));
    const body = { shares: twice };
    expect((await server.refused('forms.share', { token: sam.token, params, body })).errors).toEqual([
      { pointer: '/shares/1/account', detail: 'names an account for the second time.' },
    ]);
    expect(await trail(server, one.id)).toEqual([
      'accounts.create one',
      'forms.create Visit',
      'forms.share Visit',
      'forms.share Visit',
    ]);
  });

  it('is told once, and repeated without a trace; a dry run writes nothing', async () => {
    const { server, sam, uma, one, share } = await world(open);
    const at = { token: sam.token, params: { account: 'one', form: 'Visit' } };
    const body = { shares: [{ account: 'big', role: 'none' as const }] };
    const dry = await server.ok('forms.share', { ...at, query: { dry_run: true }, body });
    expect(dry).toMatchObject({ changed: true, shares: [{ role: 'none', automatic: 'data_manager' }] });
    expect(await sharedWith(server, uma, 'big')).toEqual(['one/Visit data_manager']);
    expect([(await share('none')).changed, (await share('none')).changed]).toEqual([true, false]);
    const { data } = await server.ok('forms.shares', at);
    expect(data).toMatchObject([{ role: 'none', by: 'chosen', ends_with_link: true }]);
    expect([(await share(null)).changed, (await share(null)).changed]).toEqual([true, false]);
    const { data: events } = await server.ok('audit.list', {
      token: sam.token,
      params: { account: 'one' },
      query: { action: 'forms.share' },
    });
    expect(
      events.map(({ before, after }) => [before, after].map((side) => Object.values(side?.['shares'] ?? {}))),
    ).toEqual([
      [['none'], ['data_manager']],
      [['data_manager'], ['none']],
    ]);
    expect((await trail(server, one.id)).length).toBe(4);
  });

  it('of one form says nothing of another: what is not shared answers as what is not there, byte for byte', async () => {
    const { server, uma, sam } = await world(open);
    const hidden = await form(server, sam, 'one', 'Hidden');
    await server.ok('forms.share', {
      token: sam.token,
      params: { account: 'one', form: 'Hidden' },
      body: { shares: [{ account: 'big', role: 'none' }] },
    });
    const said = async (reference: string) => {
      const at = { token: uma.token, params: { account: 'one', form: reference } };
      const all = [
        await server.call('forms.show', at),
        await server.call('forms.update', { ...at, headers: any, body: { questions: questions() } }),
        await server.call('forms.delete', { ...at, headers: any }),
        await server.call('forms.shares', at),
        await server.call('forms.save_copy', {
          token: uma.token,
          params: { account: 'big' },
          body: { from: { account: 'one', form: reference } },
        }),
      ];
      return all.map(({ status, body }) =>
        `${status} ${JSON.stringify(body)}`.replaceAll(reference, 'X').replace(/"request_id":"[^"]+"/, ''),
      );
    };
    expect(await said('Hidden')).toEqual(await said('Nothing'));
    expect(await said(hidden.id)).toEqual(await said(`frm_${'0'.repeat(26)}`));
    expect((await said('Hidden')).every((text) => text.startsWith('404'))).toBe(true);
  });
});

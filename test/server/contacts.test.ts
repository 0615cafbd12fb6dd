import { expect, it } from 'vitest';
import type { BodyInput } from '../../src/contract/shapes.ts';
import { describeOnEachDatabase } from '../support/databases.ts';
import {
  delegate,
  join,
  linkUnder,
  managed,
  master,
  NO_CAPS,
  organization,
  person,
  standard,
  trail,
  umbrella,
} from '../support/estate.ts';
import { startServer, type TestServer } from '../support/server.ts';

type Fields = BodyInput<'contacts.create'>;

/** Contacts of an account, as somebody has them. */
function desk(server: TestServer, token: string, account = 'holding') {
  const params = { account };
  const one = (contact: string) => ({ token, params: { account, contact } });
  return {
    add: (body: Fields) => server.ok('contacts.create', { token, params, body }),
    tryAdd: (body: Fields) => server.call('contacts.create', { token, params, body }),
    show: (contact: string) => server.ok('contacts.show', one(contact)),
    update: (contact: string, body: Fields) => server.ok('contacts.update', { ...one(contact), body }),
    tryUpdate: (contact: string, body: Fields, revision?: number) =>
      server.call('contacts.update', {
        ...one(contact),
        body,
        ...(revision !== undefined && { headers: { 'if-match': `"${revision}"` } }),
      }),
    remove: (contact: string) => server.ok('contacts.delete', one(contact)),
    list: async (query: Record<string, string> = {}) =>
      (await server.ok('contacts.list', { token, params, query })).data,
  };
}

async function scene(server: TestServer) {
  const staff = await server.staffToken();
  const ulla = await person(server, 'ulla@umbrella.example');
  const uma = await person(server, 'uma@umbrella.example');
  const holding = await umbrella(server, ulla, 'holding', staff);
  await join(server, holding.id, uma, 'user', ['contacts']);
  return { staff, ulla, uma, holding, admin: desk(server, ulla.token), user: desk(server, uma.token) };
}

const ana = {
  first_name: 'Ana',
  last_name: 'Marić',
  email: 'Ana@Partner.example',
  mobile: '0041 79 123 45 67',
  organization: 'Partner Ltd',
  groups: ['Pilot', 'north', 'pilot'],
};
const marked = { sub_account: true, caps: NO_CAPS } as const;

describeOnEachDatabase('contacts', (open) => {
  it('are kept, found again by address, changed and deleted, each change in the trail once', async () => {
    const server = await startServer({ database: await open() });
    const { admin, holding } = await scene(server);
    const made = await admin.add(ana);
    expect(made).toMatchObject({
      first_name: 'Ana',
      email: 'Ana@Partner.example',
      mobile: '+41791234567',
      groups: ['Pilot', 'north'],
      sub_account: false,
      link: null,
      invitation: null,
      revision: 1,
    });
    expect(made.id).toMatch(/^ctc_/);
    expect({ ...(await admin.show('ana@PARTNER.example')), invitation: null }).toEqual(made);
    const changed = await admin.update(made.id, { organization: null, groups: [] });
    expect(changed).toMatchObject({ organization: null, groups: [], revision: 2, first_name: 'Ana' });
    expect(await admin.update(made.id, { organization: null })).toMatchObject({ revision: 2 });
    expect(await admin.remove(made.id)).toEqual({ changed: true, invitation: null });
    expect(await admin.remove(made.id)).toEqual({ changed: false, invitation: null });
    const told = (await trail(server, holding.id)).filter((line) => line.startsWith('contacts.'));
    expect(told).toEqual([
      'contacts.create Ana@Partner.example',
      'contacts.update Ana@Partner.example',
      'contacts.delete Ana@Partner.example',
    ]);
    const rows = await server.database.read((trx) =>
      trx.selectFrom('audit_events').select('after_json').where('action', '=', 'contacts.create').execute(),
    );
    // The trail is read by more people than the contacts are.
    expect(JSON.stringify(rows)).not.toContain('41791234567');
  });

  it('have one contact for an address, and each an address or a number', async () => {
    const server = await startServer({ database: await open() });
    const { admin } = await scene(server);
    await admin.add(ana);
    const refused = async (body: Fields) => {
      const { status, body: problem } = await admin.tryAdd(body);
      return `${status} ${(problem as { detail: string }).detail}`;
    };
    expect(await refused({ email: 'ANA@partner.example' })).toBe(
      '409 Another contact of the account has this address. Change that one.',
    );
    expect(await refused({ first_name: 'Nobody' })).toBe(
      '400 The request is not valid: /email is missing: a contact has an address, or a mobile number',
    );
    expect(await refused({ email: 'no address' })).toMatch(/^400 .*\/email/);
    expect(await refused({ mobile: '079 123 45 67' })).toMatch(/^400 .*\/mobile it has no country code/);
    expect(await refused({ email: 'a@b.example', groups: ['a;b'] })).toMatch(/^400/);
    expect(await refused({ email: 'a@b.example', first_name: 'a\u001b[31mred' })).toMatch(/^400/);
    // A number may be that of several: of a family, of a front desk.
    await admin.add({ mobile: '+41 79 123 45 67' });
    await admin.add({ mobile: '+41791234567' });
    expect((await admin.tryUpdate('ana@partner.example', { email: null, mobile: null })).status).toBe(400);
  });

  it('are listed by text, group and mark, a page after the other', async () => {
    const server = await startServer({ database: await open() });
    const { admin, ulla } = await scene(server);
    await admin.add(ana);
    await admin.add({ email: 'ben@other.example', groups: ['pilots'], organization: 'Other 100%' });
    await admin.add({ email: 'cy@other.example', groups: ['PILOT', 'south'] });
    await admin.add({ email: 'dan@other.example', ...marked });
    const names = async (query: Record<string, string>) =>
      (await admin.list(query)).map(({ email }) => email?.slice(0, 3));
    expect(await names({})).toEqual(['Ana', 'ben', 'cy@', 'dan']);
    expect(await names({ q: 'other' })).toEqual(['ben', 'cy@', 'dan']);
    expect(await names({ q: '0%' })).toEqual(['ben']);
    expect(await names({ q: '7912345' })).toEqual(['Ana']);
    expect(await names({ group: 'pilot' })).toEqual(['Ana', 'cy@']);
    expect(await names({ sub_account: 'true' })).toEqual(['dan']);
    expect(await names({ sub_account: 'false', group: 'south' })).toEqual(['cy@']);
    const first = await server.ok('contacts.list', {
      token: ulla.token,
      params: { account: 'holding' },
      query: { limit: 3 },
    });
    expect(first.next_cursor).not.toBeNull();
    const rest = await server.ok('contacts.list', {
      token: ulla.token,
      params: { account: 'holding' },
      query: { limit: 3, cursor: first.next_cursor ?? '' },
    });
    expect(rest.data.map(({ email }) => email)).toEqual(['dan@other.example']);
  });

  it('are changed by who has seen them as they are', async () => {
    const server = await startServer({ database: await open() });
    const { admin } = await scene(server);
    const { id } = await admin.add(ana);
    await admin.update(id, { last_name: 'Marin' });
    expect((await admin.tryUpdate(id, { last_name: 'Maric' }, 1)).body).toMatchObject({ code: 'stale' });
    expect((await admin.tryUpdate(id, { last_name: 'Maric' }, 2)).status).toBe(200);
  });

  it('are the account’s alone: no other account has them, nor staff, nor a member without the module', async () => {
    const server = await startServer({ database: await open() });
    const { admin, user, holding, staff } = await scene(server);
    const { id } = await admin.add(ana);
    const rex = await person(server, 'rex@umbrella.example');
    await join(server, holding.id, rex, 'user', ['forms', 'reports']);
    const eve = await person(server, 'eve@other.example');
    await standard(server, eve, 'other');
    const params = { account: 'holding', contact: id };
    const statusOf = async (token: string, account = 'holding') =>
      (await server.call('contacts.show', { token, params: { ...params, account } })).status;
    expect(await statusOf(rex.token)).toBe(403);
    expect(await statusOf(staff)).toBe(403);
    expect(await statusOf(eve.token)).toBe(404);
    expect(await statusOf(eve.token, 'other')).toBe(404);
    expect((await user.show(id)).id).toBe(id);
  });

  it('of an organization are its super admins’ alone: a place in a workspace gives none', async () => {
    const server = await startServer({ database: await open() });
    const { staff } = await scene(server);
    const sue = await person(server, 'sue@org.example');
    const mia = await person(server, 'mia@org.example');
    const org = await organization(server, staff, 'org', sue);
    const member = await join(server, org.id, mia, 'member');
    await server.ok('workspace_members.add', {
      token: sue.token,
      params: { account: 'org', workspace: 'default' },
      body: { member, role: 'workspace_admin' },
    });
    await desk(server, sue.token, 'org').add(ana);
    const listed = await server.call('contacts.list', { token: mia.token, params: { account: 'org' } });
    expect(listed.status).toBe(403);
  });
});

describeOnEachDatabase('the contacts of a deleted account', (open) => {
  it('are gone from the database', async () => {
    const server = await startServer({ database: await open() });
    const { admin, ulla } = await scene(server);
    await admin.add(ana);
    await server.ok('accounts.delete', {
      token: ulla.token,
      params: { account: 'holding' },
      query: { confirm: 'holding' },
    });
    const left = await server.database.read((trx) => trx.selectFrom('contacts').selectAll().execute());
    expect(left).toEqual([]);
  });
});

describeOnEachDatabase('a contact marked as sub-account', (open) => {
  it('is invited by the save, in the same transaction', async () => {
    const server = await startServer({ database: await open() });
    const { admin, ulla } = await scene(server);
    const made = await admin.add({ ...ana, ...marked, caps: { upload: 100, message: 'none' } });
    expect(made).toMatchObject({
      sub_account: true,
      link: { state: 'invited' },
      invitation: { outcome: 'invited' },
    });
    const [mail, ...more] = await server.mails(ana.email);
    expect(mail).toMatchObject({ kind: 'sub_invite', payload: { first_name: 'Ana', link: made.link?.id } });
    expect(more).toEqual([]);
    const params = { account: 'holding', link: made.link?.id ?? '' };
    expect(await server.ok('sub_accounts.show', { token: ulla.token, params })).toMatchObject({
      state: 'invited',
      mobile: '+41791234567',
      caps: { upload: 100, message: 'none' },
    });
    // Saved again it changes nothing, and nobody gets another mail.
    const again = await admin.update(made.id, { sub_account: true });
    expect(again).toMatchObject({ revision: made.revision, invitation: { outcome: 'already_invited' } });
    expect(await server.mails(ana.email)).toHaveLength(1);
  });

  it('is saved without an invitation when the person saving may not invite, and the answer says so', async () => {
    const server = await startServer({ database: await open() });
    const { admin, user } = await scene(server);
    const made = await user.add({ ...ana, sub_account: true });
    expect(made).toMatchObject({ sub_account: true, link: null, invitation: { outcome: 'not_permitted' } });
    expect(await server.mails(ana.email)).toEqual([]);
    expect(await admin.update(made.id, marked)).toMatchObject({ invitation: { outcome: 'invited' } });
    // Nor may they take it back.
    expect(await user.update(made.id, { sub_account: false })).toMatchObject({
      sub_account: false,
      link: { state: 'invited' },
      invitation: { outcome: 'not_permitted' },
    });
    expect(await user.remove(made.id)).toMatchObject({
      changed: true,
      invitation: { outcome: 'not_permitted' },
    });
  });

  it('is invited by nobody in an account that is no umbrella', async () => {
    const server = await startServer({ database: await open() });
    const { ulla } = await scene(server);
    await standard(server, ulla, 'small');
    const made = await desk(server, ulla.token, 'small').add({ ...ana, sub_account: true });
    expect(made).toMatchObject({ sub_account: true, invitation: { outcome: 'no_umbrella' } });
    expect(made.invitation?.detail).toMatch(/only Enterprise has/);
  });

  it('needs caps to be said, and an address', async () => {
    const server = await startServer({ database: await open() });
    const { admin } = await scene(server);
    const { status, body } = await admin.tryAdd({ ...ana, sub_account: true });
    expect([status, body]).toMatchObject([400, { errors: [{ pointer: '/caps' }] }]);
    expect(await admin.list()).toEqual([]);
    expect(await admin.add({ mobile: '+41791234567', ...marked })).toMatchObject({
      invitation: { outcome: 'no_address' },
    });
    expect(await admin.add({ email: 'x@mailinator.com', ...marked })).toMatchObject({
      sub_account: true,
      invitation: { outcome: 'disposable' },
    });
  });

  it('cleared: a pending invitation is revoked and its mail is not sent any more', async () => {
    const server = await startServer({ database: await open() });
    const { admin } = await scene(server);
    const made = await admin.add({ ...ana, ...marked });
    expect(await admin.update(made.id, { sub_account: false })).toMatchObject({
      sub_account: false,
      link: { state: 'revoked' },
      invitation: { outcome: 'revoked' },
    });
    expect(await server.mails(ana.email)).toEqual([]);
    expect(await admin.update(made.id, marked)).toMatchObject({
      link: { state: 'invited' },
      invitation: { outcome: 'invited' },
    });
    expect(await admin.remove(made.id)).toMatchObject({ invitation: { outcome: 'revoked' } });
    expect(await server.mails(ana.email)).toEqual([]);
  });

  it('cleared or deleted: a link never ends by it', async () => {
    const server = await startServer({ database: await open() });
    const { admin, ulla } = await scene(server);
    const pia = await person(server, 'pia@partner.example');
    await standard(server, pia, 'partner');
    const by = { by: ulla, slug: 'holding' };
    const linkId = await linkUnder(server, by, { by: pia, slug: 'partner' }, NO_CAPS);
    const made = await admin.add({ email: 'pia@partner.example', sub_account: true, caps: NO_CAPS });
    expect(made).toMatchObject({
      link: { id: linkId, state: 'active' },
      invitation: { outcome: 'already_linked' },
    });
    expect(await admin.update(made.id, { sub_account: false })).toMatchObject({
      link: { state: 'active' },
      invitation: { outcome: 'still_linked' },
    });
    await admin.remove(made.id);
    const params = { account: 'holding', link: linkId };
    expect(await server.ok('sub_accounts.show', { token: ulla.token, params })).toMatchObject({
      state: 'active',
    });
  });

  it('with another address: the invitation does not follow by itself', async () => {
    const server = await startServer({ database: await open() });
    const { admin } = await scene(server);
    const made = await admin.add({ ...ana, ...marked });
    const { status, body } = await admin.tryUpdate(made.id, { email: 'anna@partner.example' });
    expect([status, body]).toMatchObject([409, { code: 'conflict' }]);
    expect(await admin.update(made.id, { email: 'anna@partner.example', ...marked })).toMatchObject({
      email: 'anna@partner.example',
      link: { state: 'invited' },
      invitation: { outcome: 'invited' },
    });
    expect(await server.mails(ana.email)).toEqual([]);
    expect(await server.mails('anna@partner.example')).toHaveLength(1);
  });

  it('says the same of every address that the umbrella had nothing to do with (enumeration)', async () => {
    const server = await startServer({ database: await open() });
    const { admin, staff } = await scene(server);
    const otto = await person(server, 'otto@other.example');
    await umbrella(server, otto, 'other', staff);
    const pia = await person(server, 'pia@partner.example');
    await standard(server, pia, 'partner');
    await linkUnder(server, { by: otto, slug: 'other' }, { by: pia, slug: 'partner' }, NO_CAPS);
    const answers = new Set<string>();
    for (const email of ['nobody@x.example', 'otto@other.example', 'pia@partner.example']) {
      const { status, body } = await admin.tryAdd({ email, ...marked });
      const text = JSON.stringify(body).replaceAll(email, 'X');
      answers.add(`${status} ${text.replaceAll(/"(lnk|ctc)_\w+"/g, '"$1"')}`);
    }
    expect([...answers]).toHaveLength(1);
  });

  it('by delegation: the contact is saved, and nobody is invited', async () => {
    const server = await startServer({ database: await open() });
    const { staff } = await scene(server);
    const max = await person(server, 'max@master.example');
    await master(server, max, 'top', staff);
    await managed(server, max, 'top', 'below');
    const direct = await server.call('contacts.list', { token: max.token, params: { account: 'below' } });
    expect(direct.status).toBe(403);
    const { secret } = await delegate(server, max, 'below');
    const made = await desk(server, secret, 'below').add({ ...ana, sub_account: true });
    expect(made).toMatchObject({ sub_account: true, invitation: { outcome: 'not_permitted' } });
    const reader = await delegate(server, max, 'below', { mode: 'read_only' });
    expect((await desk(server, reader.secret, 'below').tryAdd({ email: 'b@c.example' })).status).toBe(403);
    expect(await desk(server, reader.secret, 'below').list()).toHaveLength(1);
  });
});

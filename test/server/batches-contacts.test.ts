import { createHash } from 'node:crypto';
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
  person,
  standard,
  umbrella,
} from '../support/estate.ts';
import { startServer, type TestServer } from '../support/server.ts';

type Chunk = BodyInput<'batches.send'>;

/** Batches of somebody in an account. */
function desk(server: TestServer, token: string, account = 'holding') {
  const params = { account };
  const digestOf = (rows: unknown) => createHash('sha256').update(JSON.stringify(rows)).digest('hex');
  return {
    async open(kind: 'contacts' | 'sub_accounts', rows: readonly object[], defaults: object = {}) {
      const body = { kind, digest: digestOf(rows), rows_total: rows.length, defaults };
      return (await server.ok('batches.create', { token, params, body })).id;
    },
    tryOpen: (kind: 'contacts' | 'sub_accounts' | 'removals') =>
      server.call('batches.create', {
        token,
        params,
        body: { kind, digest: '0'.repeat(64), rows_total: 1, defaults: {} },
      }),
    send: async (batch: string, body: Chunk) =>
      (await server.ok('batches.send', { token, params: { ...params, batch }, body })).outcomes,
    check: async (body: BodyInput<'batches.check'>) =>
      (await server.ok('batches.check', { token, params, body })).outcomes,
    show: (batch: string) => server.ok('batches.show', { token, params: { ...params, batch } }),
    tryShow: (batch: string) => server.call('batches.show', { token, params: { ...params, batch } }),
    tryRows: (batch: string) => server.call('batches.rows', { token, params: { ...params, batch } }),
    finish: (batch: string) => server.ok('batches.finish', { token, params: { ...params, batch } }),
    revoke: (batch: string) => server.ok('batches.revoke', { token, params: { ...params, batch } }),
    tryRevoke: (batch: string) => server.call('batches.revoke', { token, params: { ...params, batch } }),
    list: async () => (await server.ok('batches.list', { token, params })).data.map(({ kind }) => kind),
    contacts: async () => (await server.ok('contacts.list', { token, params })).data,
  };
}

async function scene(server: TestServer) {
  const staff = await server.staffToken();
  const ulla = await person(server, 'ulla@umbrella.example');
  const holding = await umbrella(server, ulla, 'holding', staff);
  return { staff, ulla, holding, admin: desk(server, ulla.token) };
}

const brief = (outcomes: readonly { outcome: string; detail: string | null }[]) =>
  outcomes.map(({ outcome, detail }) => (detail === null ? outcome : `${outcome}: ${detail}`));

const caps = { upload: 100, message: 'none' } as const;

describeOnEachDatabase('batches of sub-accounts', (open) => {
  it('invite many with their reasons, once, and take back what is still pending', async () => {
    const server = await startServer({ database: await open() });
    const { admin, ulla, staff } = await scene(server);
    const pia = await person(server, 'pia@partner.example');
    await standard(server, pia, 'partner');
    await linkUnder(server, { by: ulla, slug: 'holding' }, { by: pia, slug: 'partner' }, NO_CAPS);
    const otto = await person(server, 'otto@other.example');
    await umbrella(server, otto, 'other', staff);
    const rows = [
      { row: 1, email: 'new@a.example', first_name: 'Nia', mobile: '+41 79 123 45 67' },
      { row: 2, email: 'NEW@a.example', first_name: 'Nia', mobile: '+41 79 123 45 67' },
      { row: 3, email: 'pia@partner.example' },
      { row: 4, email: 'otto@other.example', cap_uploads: 'None', cap_messages: '5' },
      { row: 5, email: 'x@mailinator.com' },
      { row: 6, email: 'plain@a.example', marked: false as const },
      { row: 7, email: 'no address' },
      { row: 8, email: 'tel@a.example', mobile: '079 123' },
      { row: 9, email: 'cap@a.example', cap_uploads: '1.5' },
      { row: 10, email: 'two@a.example', cap_uploads: '1' },
      { row: 11, email: 'two@a.example', cap_uploads: '2' },
      { row: 12, email: 'three@a.example', conflicting: true as const },
      { row: 13, email: 'again@a.example', duplicate_of: 1 },
    ];
    const expected = [
      'invited',
      'duplicate_row: the same as row 1',
      'already_linked: is linked to this umbrella already',
      'invited',
      'disposable: mailinator.com gives out disposable addresses',
      'not_marked: is not marked as sub-account',
      'invalid_email: it has no @',
      'invalid_mobile: it has no country code: write it like +41 79 123 45 67',
      'invalid_cap: "1.5" is no cap of uploads: a whole number a month, or none',
      'invited',
      'conflicting_rows: row 10 has the same address with other values',
      'conflicting_rows: another row asks for another cap, name or number for this address',
      'duplicate_row: the same as row 1',
    ];
    const mailsBefore = (await server.mails()).length;
    const body = { kind: 'sub_accounts' as const, rows };
    expect(brief(await admin.check({ ...body, defaults: { caps } }))).toEqual(expected);
    expect(await server.mails()).toHaveLength(mailsBefore);
    const batch = await admin.open('sub_accounts', rows, { caps });
    const outcomes = await admin.send(batch, body);
    expect(brief(outcomes)).toEqual(expected);
    expect(outcomes.map(({ link_id }) => link_id?.slice(0, 4) ?? null).slice(0, 4)).toEqual([
      'lnk_',
      null,
      'lnk_',
      'lnk_',
    ]);
    // Sent twice counts once; what is stored is answered as it was.
    expect(await admin.send(batch, body)).toEqual(outcomes);
    expect(await server.mails('new@a.example')).toHaveLength(1);
    await admin.finish(batch);
    expect(await admin.show(batch)).toMatchObject({
      kind: 'sub_accounts',
      defaults: { caps },
      outcomes: { invited: 3, duplicate_row: 2, already_linked: 1, conflicting_rows: 2 },
      mail: { queued: 3 },
    });
    const listed = await server.ok('sub_accounts.list', {
      token: ulla.token,
      params: { account: 'holding' },
      query: { batch },
    });
    expect(listed.data.map((link) => [link.email, link.caps])).toEqual([
      ['new@a.example', caps],
      ['otto@other.example', { upload: 'none', message: 5 }],
      ['two@a.example', { upload: 1, message: 'none' }],
    ]);
    expect(await admin.revoke(batch)).toEqual({ revoked: 3, already_accepted: 0, no_longer_pending: 0 });
    expect(await admin.revoke(batch)).toEqual({ revoked: 0, already_accepted: 0, no_longer_pending: 3 });
    expect(await server.mails()).toHaveLength(mailsBefore);
  });

  it('tell nothing of what exists beyond the umbrella (enumeration)', async () => {
    const server = await startServer({ database: await open() });
    const { admin, staff } = await scene(server);
    const otto = await person(server, 'otto@other.example');
    await umbrella(server, otto, 'other', staff);
    const pia = await person(server, 'pia@partner.example');
    await standard(server, pia, 'partner');
    await linkUnder(server, { by: otto, slug: 'other' }, { by: pia, slug: 'partner' }, NO_CAPS);
    const emails = ['nobody@x.example', 'otto@other.example', 'pia@partner.example', 'ulla@umbrella.example'];
    const rows = emails.map((email, at) => ({ row: at + 1, email }));
    const answered = (outcomes: readonly object[]) =>
      new Set(
        outcomes.map((result) =>
          JSON.stringify(result)
            .replace(/"row":\d+/, '')
            .replace(/lnk_\w+/, 'lnk'),
        ),
      ).size;
    const body = { kind: 'sub_accounts' as const, rows };
    expect(answered(await admin.check({ ...body, defaults: { caps } }))).toBe(1);
    const batch = await admin.open('sub_accounts', rows, { caps });
    expect(answered(await admin.send(batch, body))).toBe(1);
  });

  it('are begun by an umbrella’s administrators alone', async () => {
    const server = await startServer({ database: await open() });
    const { holding, ulla } = await scene(server);
    const uma = await person(server, 'uma@umbrella.example');
    await join(server, holding.id, uma, 'user', ['contacts', 'reports']);
    await standard(server, ulla, 'small');
    expect((await desk(server, uma.token).tryOpen('sub_accounts')).status).toBe(403);
    const refused = await desk(server, ulla.token, 'small').tryOpen('sub_accounts');
    expect([refused.status, refused.body]).toMatchObject([403, { code: 'no_umbrella' }]);
  });
});

describeOnEachDatabase('batches of contacts', (open) => {
  it('create, change and leave alone, each row once; what is marked is invited', async () => {
    const server = await startServer({ database: await open() });
    const { admin, ulla } = await scene(server);
    await server.ok('contacts.create', {
      token: ulla.token,
      params: { account: 'holding' },
      body: { email: 'old@a.example', first_name: 'Old', groups: ['kept'] },
    });
    const rows = [
      { row: 1, email: 'new@a.example', first_name: 'Nia', groups: ['a', 'b'] },
      { row: 2, email: '', mobile: '+41 79 123 45 67', organization: 'By number' },
      { row: 3, email: 'OLD@a.example', organization: 'Firm' },
      { row: 4, email: 'sub@a.example', sub_account: true },
      { row: 5, email: 'x@mailinator.com', sub_account: true },
      { row: 6, email: '', first_name: 'Nobody' },
      { row: 7, email: 'bell@a.example', first_name: 'a\u0007b' },
      { row: 8, email: 'no address' },
      { row: 9, email: 'new@a.example', first_name: 'Nia', groups: ['a', 'b'] },
      { row: 10, email: 'new@a.example', first_name: 'Other' },
      { row: 11, email: '', mobile: '0041791234567', organization: 'By number' },
    ];
    const body = { kind: 'contacts' as const, rows };
    const expected = [
      'created',
      'created',
      'updated',
      'invited: contact created',
      'created: disposable: mailinator.com gives out disposable addresses',
      'invalid_contact: is missing: a contact has an address, or a mobile number',
      'invalid_contact: first_name must be one line without control characters',
      'invalid_email: it has no @',
      'duplicate_row: the same as row 1',
      'conflicting_rows: row 1 says something else of it',
      'duplicate_row: the same as row 2',
    ];
    expect(brief(await admin.check({ ...body, defaults: { caps } }))).toEqual(expected);
    expect(await admin.contacts()).toHaveLength(1);
    const batch = await admin.open('contacts', rows, { caps });
    const outcomes = await admin.send(batch, body);
    expect(brief(outcomes)).toEqual(expected);
    expect(await admin.send(batch, body)).toEqual(outcomes);
    const contacts = await admin.contacts();
    expect(
      contacts.map(({ email, mobile }) => email ?? mobile ?? '').toSorted((a, b) => (a < b ? -1 : 1)),
    ).toEqual(['+41791234567', 'new@a.example', 'old@a.example', 'sub@a.example', 'x@mailinator.com']);
    expect(contacts.find(({ email }) => email === 'old@a.example')).toMatchObject({
      first_name: 'Old',
      organization: 'Firm',
      groups: ['kept'],
      revision: 2,
    });
    expect(contacts.find(({ email }) => email === 'sub@a.example')?.link).toMatchObject({ state: 'invited' });
    await admin.finish(batch);
    // The same file once more, as a batch of its own: nothing changes and nobody gets a second mail.
    const anew = await admin.open('contacts', rows, { caps });
    expect(brief(await admin.send(anew, { kind: 'contacts', rows: rows.slice(0, 5) }))).toEqual([
      'unchanged',
      'unchanged',
      'unchanged',
      'unchanged: already_invited: has a pending invitation already',
      'unchanged: disposable: mailinator.com gives out disposable addresses',
    ]);
    expect(await server.mails('sub@a.example')).toHaveLength(1);
    expect(await admin.revoke(batch)).toMatchObject({ revoked: 1 });
    expect((await admin.contacts()).map(({ revision }) => revision)).toEqual(
      contacts.map(({ revision }) => revision),
    );
  });

  it('are imported by who has the module, who sees no other batches and invites nobody', async () => {
    const server = await startServer({ database: await open() });
    const { admin, holding } = await scene(server);
    const uma = await person(server, 'uma@umbrella.example');
    await join(server, holding.id, uma, 'user', ['contacts']);
    const hers = desk(server, uma.token);
    const other = await admin.open('sub_accounts', [{ row: 1, email: 'a@b.example' }], { caps });
    expect((await hers.tryShow(other)).status).toBe(404);
    expect((await hers.tryRows(other)).status).toBe(404);
    expect((await hers.tryRevoke(other)).status).toBe(404);
    expect((await hers.tryOpen('removals')).status).toBe(403);
    const rows = [{ row: 1, email: 'sub@a.example', sub_account: true }];
    const batch = await hers.open('contacts', rows);
    expect(brief(await hers.send(batch, { kind: 'contacts', rows }))).toEqual([
      'created: not_permitted: only an administrator of the account may invite sub-accounts, and none by delegation',
    ]);
    expect(await hers.list()).toEqual(['contacts']);
    expect((await hers.tryRevoke(batch)).status).toBe(403);
    expect(await server.mails('sub@a.example')).toEqual([]);
  });

  it('of a managed account are not its master’s, whatever else of it is, nor a delegation’s', async () => {
    const server = await startServer({ database: await open() });
    const { staff } = await scene(server);
    const max = await person(server, 'max@master.example');
    await master(server, max, 'top', staff);
    const below = await managed(server, max, 'top', 'below');
    const kim = await person(server, 'kim@below.example');
    await join(server, below.id, kim, 'admin');
    const batch = await desk(server, kim.token, 'below').open('contacts', [{ row: 1, email: 'a@b.example' }]);
    const from = desk(server, max.token, 'below');
    expect((await from.tryShow(batch)).status).toBe(404);
    expect((await from.tryOpen('contacts')).status).toBe(403);
    expect(await from.list()).toEqual([]);
    const { secret } = await delegate(server, max, 'below');
    expect((await desk(server, secret, 'below').tryOpen('contacts')).status).toBe(403);
  });
});

import { expect, it } from 'vitest';
import type { WorkspaceRole } from '../../src/contract/limits.ts';
import { describeOnEachDatabase } from '../support/databases.ts';
import {
  accountToken,
  join,
  managed,
  master,
  organization,
  type Person,
  person,
  standard,
  trail,
} from '../support/estate.ts';
import { definition, field, parser, parsersOf } from '../support/parsers.ts';
import { type Reply, START, startServer, type TestServer } from '../support/server.ts';

async function acme(server: TestServer) {
  const ann = await person(server, 'ann@acme.example');
  const account = await standard(server, ann, 'acme');
  return { ann, account };
}

const etag = (revision: number) => ({ 'if-match': `"${revision}"` });
const at = (name: string, account = 'acme') => ({ account, parser: name });

/** A workspace of an organization, with a member of it in this role. */
async function placed(server: TestServer, accountId: string, slug: string, who: Person, role: WorkspaceRole) {
  const stamp = server.clock.now().toISOString();
  const memberId = await join(server, accountId, who, 'member');
  await server.deps.transactions.write(async ({ tenant }) => {
    const { workspaces } = tenant(accountId);
    const known = await workspaces.find({ memberId: null, scope: 'account' }, slug);
    const id = known?.id ?? server.deps.newId('workspace');
    if (!known) await workspaces.insert({ id, slug, name: slug, createdBy: null, at: stamp });
    await workspaces.place(id, memberId, role, stamp);
  });
}

describeOnEachDatabase('parsers', (open) => {
  it('are made, shown by name and id, changed, listed with their history, and deleted', async () => {
    const server = await startServer({ database: await open() });
    const { ann, account } = await acme(server);
    const { token } = ann;
    const made = await parser(server, ann, 'acme', 'Invoice', { description: 'What suppliers send' });
    expect(made).toMatchObject({
      account_id: account.id,
      workspace: { slug: 'default' },
      name: 'Invoice',
      document_type: 'invoice',
      description: 'What suppliers send',
      secrets: [],
      source: null,
      copied_revision: null,
      edited: false,
      revision: 1,
      created_by: 'ann@acme.example',
      created_at: START,
      definition: {
        preprocessing: [],
        fields: [{ name: 'total', required: false }],
        tables: [],
        secrets: [],
      },
    });
    for (const reference of ['Invoice', made.id]) {
      const shown = await server.call('parsers.show', { token, params: at(reference) });
      expect(shown.body).toEqual(made);
      expect(shown.headers['etag']).toBe('"1"');
    }
    const update = (body: object, revision: number) =>
      server.ok('parsers.update', { token, params: at('Invoice'), headers: etag(revision), body });
    const next = await update({ definition: definition([field('total'), field('date')]) }, 1);
    expect([next.revision, next.digest === made.digest]).toEqual([2, false]);
    const same = { document_type: 'invoice', description: 'What suppliers send', name: 'Invoice' };
    expect((await update(same, 2)).revision).toBe(2);
    expect((await update({ description: null }, 2)).revision).toBe(3);
    expect(await parsersOf(server, ann, 'acme')).toEqual(['Invoice 3']);
    const revisions = await server.ok('parsers.revisions', { token, params: at('Invoice') });
    expect(revisions.data.map(({ revision, change, by }) => [revision, change, by])).toEqual([
      [3, 'updated', 'ann@acme.example'],
      [2, 'updated', 'ann@acme.example'],
      [1, 'created', 'ann@acme.example'],
    ]);
    const first = await server.ok('parsers.revision', { token, params: { ...at('Invoice'), revision: '1' } });
    expect([first.digest, first.definition]).toEqual([made.digest, made.definition]);
    const gone = { token, params: at('Invoice'), headers: etag(3) };
    expect(await server.ok('parsers.delete', gone)).toEqual({ changed: true });
    expect(await parsersOf(server, ann, 'acme')).toEqual([]);
    expect(await trail(server, account.id)).toEqual([
      'accounts.create acme',
      'parsers.create Invoice',
      'parsers.update Invoice',
      'parsers.update Invoice',
      'parsers.delete Invoice',
    ]);
  });

  it('need If-Match to be changed or deleted: 428 without, 412 for a stale one', async () => {
    const server = await startServer({ database: await open() });
    const { ann } = await acme(server);
    await parser(server, ann, 'acme', 'Invoice');
    const request = { token: ann.token, params: at('Invoice') };
    const codes = async (headers: Record<string, string>) => [
      (await server.refused('parsers.update', { ...request, headers, body: { name: 'Other' } })).code,
      (await server.refused('parsers.delete', { ...request, headers })).code,
    ];
    expect(await codes({})).toEqual(['precondition_required', 'precondition_required']);
    expect(await codes(etag(2))).toEqual(['stale', 'stale']);
    expect(await parsersOf(server, ann, 'acme')).toEqual(['Invoice 1']);
    const rollback = { ...request, headers: etag(2), body: { revision: 1 } };
    expect((await server.refused('parsers.rollback', rollback)).code).toBe('stale');
  });

  it('that are gone already answer so, by id and by name; what never was is not there (D9)', async () => {
    const server = await startServer({ database: await open() });
    const { ann } = await acme(server);
    const { id } = await parser(server, ann, 'acme', 'Invoice');
    const remove = (reference: string, token = ann.token) =>
      server.call('parsers.delete', { token, params: at(reference), headers: { 'if-match': '*' } });
    expect((await remove('Invoice')).body).toEqual({ changed: true });
    expect((await remove('Invoice')).body).toEqual({ changed: false });
    expect((await remove(id)).body).toEqual({ changed: false });
    expect((await remove('Never')).status).toBe(404);
    expect((await remove(`prs_${'0'.repeat(26)}`)).status).toBe(404);
    const eve = await person(server, 'eve@other.example');
    expect((await remove(id, eve.token)).status).toBe(404);
    const elsewhere = { workspace: 'nowhere' };
    const request = { token: ann.token, params: at('Invoice'), headers: { 'if-match': '*' } };
    expect((await server.refused('parsers.delete', { ...request, query: elsewhere })).status).toBe(404);
  });

  it('have names of their own in a workspace, on creation and on renaming', async () => {
    const server = await startServer({ database: await open() });
    const { ann } = await acme(server);
    await parser(server, ann, 'acme', 'Invoice');
    const other = await parser(server, ann, 'acme', 'Other');
    const body = { name: 'Invoice', document_type: 'x', definition: definition() };
    const taken = await server.refused('parsers.create', {
      token: ann.token,
      params: { account: 'acme' },
      body,
    });
    expect(taken.code).toBe('parser_name_taken');
    const rename = (name: string) =>
      server.call('parsers.update', {
        token: ann.token,
        params: at(other.id),
        headers: { 'if-match': '*' },
        body: { name },
      });
    expect((await rename('Invoice')).status).toBe(409);
    expect((await rename('Receipt')).body).toMatchObject({
      name: 'Receipt',
      revision: 2,
      digest: other.digest,
    });
    expect(await parsersOf(server, ann, 'acme')).toEqual(['Invoice 1', 'Receipt 2']);
  });

  it('are rolled back by a new revision; to the present content there is nothing to do', async () => {
    const server = await startServer({ database: await open() });
    const { ann, account } = await acme(server);
    const first = await parser(server, ann, 'acme', 'Invoice', {
      definition: definition([field('a')], 'key'),
    });
    const request = { token: ann.token, params: at('Invoice'), headers: { 'if-match': '*' } };
    await server.ok('parsers.update', { ...request, body: { secrets: { key: 'canary' } } });
    await server.ok('parsers.update', { ...request, body: { definition: definition([field('b')]) } });
    const roll = (revision: number) =>
      server.call('parsers.rollback', { token: ann.token, params: at('Invoice'), body: { revision } });
    const back = await roll(1);
    expect(back.body).toMatchObject({
      revision: 4,
      digest: first.digest,
      definition: first.definition,
      // Its value went when the definition ceased to declare it.
      secrets: [{ name: 'key', state: 'missing', set_at: null }],
    });
    expect((await roll(2)).body).toEqual(back.body);
    expect((await roll(9)).status).toBe(404);
    const { data } = await server.ok('parsers.revisions', { token: ann.token, params: at('Invoice') });
    expect(data.map(({ change, rolled_back_to }) => [change, rolled_back_to])).toEqual([
      ['rolled_back', 1],
      ['updated', null],
      ['secrets', null],
      ['created', null],
    ]);
    expect(
      (await trail(server, account.id)).filter((line) => line.startsWith('parsers.rollback')),
    ).toHaveLength(1);
  });

  it('are listed by name in pages, searched and filtered, with definitions where asked', async () => {
    const server = await startServer({ database: await open() });
    const { ann } = await acme(server);
    for (const name of ['b', 'A 1', 'C.x', 'a_1'])
      await parser(server, ann, 'acme', name, { document_type: name === 'b' ? 'receipt' : 'invoice' });
    const list = (query: Record<string, string>) =>
      server.ok('parsers.list', { token: ann.token, params: { account: 'acme' }, query });
    const names = async (query: Record<string, string>) => (await list(query)).data.map(({ name }) => name);
    expect(await names({})).toEqual(['A 1', 'C.x', 'a_1', 'b']);
    expect(await names({ q: 'a_' })).toEqual(['a_1']);
    expect(await names({ document_type: 'receipt' })).toEqual(['b']);
    const page = await list({ limit: '2' });
    expect(page.data.map(({ name, definition: held }) => [name, held])).toEqual([
      ['A 1', null],
      ['C.x', null],
    ]);
    expect(await names({ limit: '2', cursor: page.next_cursor ?? '' })).toEqual(['a_1', 'b']);
    const whole = await list({ definitions: 'true', limit: '1000' });
    expect(whole.data.map(({ definition: held }) => held?.fields.length)).toEqual([1, 1, 1, 1]);
  });

  it('of a page stay within some megabytes, however large each is', async () => {
    const server = await startServer({ database: await open() });
    const { ann } = await acme(server);
    const skip = Array.from({ length: 50 }, () => 'x'.repeat(1000));
    const columns = [{ name: 'a', type: 'text' as const }];
    const tables = Array.from({ length: 5 }, (_, index) => ({ name: `t${index}`, skip, columns }));
    for (let index = 0; index < 10; index += 1)
      await parser(server, ann, 'acme', `P${index}`, { definition: { tables } });
    const copies = Array.from({ length: 10 }, (_, index) => ({ name: `Q${index}` }));
    await server.database.write(async (trx) => {
      const { id, ...row } = await trx.selectFrom('parsers').selectAll().executeTakeFirstOrThrow();
      await trx
        .insertInto('parsers')
        .values(copies.map(({ name }) => ({ ...row, id: `${id.slice(0, -2)}${name.toLowerCase()}`, name })))
        .execute();
    });
    const names: string[] = [];
    let cursor: string | undefined;
    let pages = 0;
    do {
      const query: Record<string, string | undefined> = { definitions: 'true', limit: '1000', cursor };
      const answer = await server.call('parsers.list', {
        token: ann.token,
        params: { account: 'acme' },
        query,
      });
      const { data, next_cursor } = answer.body as { data: { name: string }[]; next_cursor: string | null };
      expect(JSON.stringify(data).length).toBeLessThan(5 * 1024 * 1024);
      names.push(...data.map(({ name }) => name));
      cursor = next_cursor ?? undefined;
      pages += 1;
    } while (cursor !== undefined);
    expect([names.length, new Set(names).size, pages]).toEqual([20, 20, 2]);
  });

  it('are as many as the plan allows, also when two are made for the last place', async () => {
    const server = await startServer({ database: await open() });
    const { ann, account } = await acme(server);
    for (let index = 0; index < 9; index += 1) await parser(server, ann, 'acme', `P${index}`);
    const create = (name: string, reference: string) =>
      server.call('parsers.create', {
        token: ann.token,
        params: { account: reference },
        body: { name, document_type: 'x', definition: definition() },
      });
    // Named differently, so that they do not line up in one queue.
    const replies = await Promise.all([create('X', 'acme'), create('Y', account.id)]);
    expect(replies.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 409]);
    expect(replies.find(({ status }) => status === 409)?.body).toMatchObject({ code: 'parser_limit' });
    expect(await parsersOf(server, ann, 'acme')).toHaveLength(10);
  });

  it('go with their account, which says how many', async () => {
    const server = await startServer({ database: await open() });
    const { ann } = await acme(server);
    await parser(server, ann, 'acme', 'Invoice', {
      definition: definition([], 'key'),
      secrets: { key: 'canary' },
    });
    const request = { token: ann.token, params: { account: 'acme' }, query: { confirm: 'acme' } };
    const preview = { ...request, query: { ...request.query, dry_run: true } };
    expect(await server.ok('accounts.delete', preview)).toMatchObject({ changed: true, parsers: 1 });
    expect(await server.ok('accounts.delete', request)).toMatchObject({ changed: true, parsers: 1 });
    const left = await server.database.read(async (trx) => [
      ...(await trx.selectFrom('parsers').selectAll().execute()),
      ...(await trx.selectFrom('parser_revisions').selectAll().execute()),
      ...(await trx.selectFrom('parser_secrets').selectAll().execute()),
    ]);
    expect(left).toEqual([]);
  });

  it('are bounded in what they take', async () => {
    const server = await startServer({ database: await open() });
    const { ann } = await acme(server);
    const create = (body: object) =>
      server.call('parsers.create', {
        token: ann.token,
        params: { account: 'acme' },
        body: { name: 'X', document_type: 'x', definition: definition(), ...body },
      });
    for (const body of [
      { name: 'copy' },
      { name: 'prs_1' },
      { document_type: 'A' },
      { definition: { fields: [] } },
      { definition: { ...definition(), other: 1 } },
      { id: 'x' },
      { revision: 4 },
      { account_id: 'acc_1' },
      { secrets: { key: 'x' } },
      { secrets: { __proto__: null, constructor: 'x' } },
    ])
      expect([body, (await create(body)).status]).toEqual([body, 400]);
    expect(await parsersOf(server, ann, 'acme')).toEqual([]);
  });
});

describeOnEachDatabase('who may do what with parsers', (open) => {
  it('is said by the role in the workspace; other workspaces are not there', async () => {
    const server = await startServer({ database: await open() });
    const sue = await person(server, 'sue@org.example');
    const org = await organization(server, await server.staffToken(), 'acme-org', sue);
    const people: Record<string, Person> = {};
    for (const role of ['viewer', 'operator', 'developer', 'workspace_admin'] as const) {
      people[role] = await person(server, `${role.replace('_', '-')}@org.example`);
      await placed(server, org.id, 'dev', people[role], role);
    }
    people.elsewhere = await person(server, 'elsewhere@org.example');
    await placed(server, org.id, 'other', people.elsewhere, 'workspace_admin');
    people.nowhere = await person(server, 'nowhere@org.example');
    await join(server, org.id, people.nowhere, 'member');
    people.super_admin = sue;
    people.bill = await person(server, 'bill@org.example');
    await placed(server, org.id, 'dev', people.bill, 'developer');
    await server.database.write((trx) =>
      trx
        .updateTable('members')
        .set({ role: 'billing_admin' })
        .where('user_id', '=', people.bill?.id ?? '')
        .execute(),
    );
    const params = { account: 'acme-org' };
    const body = { workspace: 'dev', name: 'Invoice', document_type: 'x', definition: definition() };
    const { id } = await server.ok('parsers.create', { token: sue.token, params, body });
    const found: Record<string, number[]> = {};
    for (const [name, { token }] of Object.entries(people)) {
      const query = { workspace: 'dev' };
      const headers = { 'if-match': '"99"' };
      const replies = [
        await server.call('parsers.list', { token, params, query }),
        await server.call('parsers.show', { token, params: { ...params, parser: 'Invoice' }, query }),
        await server.call('parsers.show', { token, params: { ...params, parser: id } }),
        await server.call('parsers.create', { token, params, body: { ...body, name: `By ${name}` } }),
        await server.call('parsers.update', {
          token,
          params: { ...params, parser: id },
          headers,
          body: {},
        }),
      ];
      found[name] = replies.map(({ status }) => status);
    }
    const [reads, writes, none] = [
      [200, 200, 200, 403, 403],
      [200, 200, 200, 201, 412],
      [404, 404, 404, 404, 404],
    ];
    expect(found).toEqual({
      viewer: reads,
      operator: reads,
      developer: writes,
      workspace_admin: writes,
      elsewhere: none,
      nowhere: none,
      super_admin: writes,
      // Placed in it, a billing administrator sees that it is there, and still never acts in it.
      bill: [403, 403, 403, 403, 403],
    });
  });

  it('answers about a workspace and a parser of another as about none, byte for byte', async () => {
    const server = await startServer({ database: await open() });
    const sue = await person(server, 'sue@org.example');
    const vic = await person(server, 'vic@org.example');
    const org = await organization(server, await server.staffToken(), 'acme-org', sue);
    await placed(server, org.id, 'dev', vic, 'developer');
    await placed(server, org.id, 'secret', await person(server, 'x@org.example'), 'viewer');
    const params = { account: 'acme-org' };
    const body = { workspace: 'secret', name: 'Hidden', document_type: 'x', definition: definition() };
    const hidden = await server.ok('parsers.create', { token: sue.token, params, body });
    const said = ({ status, body: told }: Reply, reference: string) =>
      JSON.stringify([status, told])
        .replaceAll(reference, 'X')
        .replace(/"request_id":"[^"]+"/, '');
    const list = async (workspace: string) =>
      said(await server.call('parsers.list', { token: vic.token, params, query: { workspace } }), workspace);
    expect(await list('secret')).toBe(await list('nowhere'));
    const show = async (reference: string, workspace?: string) => {
      const request = { token: vic.token, params: { ...params, parser: reference }, query: { workspace } };
      return said(await server.call('parsers.show', request), reference);
    };
    const never = `prs_${'0'.repeat(26)}`;
    expect(await show(hidden.id)).toBe(await show(never));
    expect(await show(hidden.id, 'dev')).toBe(await show(never, 'dev'));
    expect(await show('Hidden', 'dev')).toBe(await show('Nothing', 'dev'));
    // Her own workspace named beside the id of another's does not bring it nearer, for those who may see both either.
    const both = { token: sue.token, params: { ...params, parser: hidden.id }, query: { workspace: 'dev' } };
    expect((await server.refused('parsers.show', both)).status).toBe(404);
  });

  it('is the module in a standard account, and nothing of the content for its master (R2)', async () => {
    const server = await startServer({ database: await open() });
    const ann = await person(server, 'ann@acme.example');
    const kim = await person(server, 'kim@dev.example');
    const pat = await person(server, 'pat@dev.example');
    await master(server, ann, 'acme', await server.staffToken());
    const dev = await managed(server, ann, 'acme', 'acme-dev');
    await join(server, dev.id, kim, 'admin');
    await join(server, dev.id, pat, 'user', ['parsers']);
    const made = await parser(server, pat, 'acme-dev', 'Invoice');
    const show = (token: string) => server.call('parsers.show', { token, params: at(made.id, 'acme-dev') });
    expect((await show(kim.token)).status).toBe(200);
    const refused = await show(ann.token);
    expect([refused.status, refused.body]).toMatchObject([
      403,
      { reasons: [{ check: 'membership', ok: false }, { ok: false }, { ok: false }] },
    ]);
    const { data } = await server.ok('parsers.list', { token: pat.token, params: { account: 'acme-dev' } });
    expect(data.map(({ created_by }) => created_by)).toEqual(['pat@dev.example']);
    const machine = await accountToken(server, dev.id, 'user', ['parsers']);
    const second = await parser(server, { token: machine }, 'acme-dev', 'Second');
    expect(second.created_by).toBe('ci');
  });
});

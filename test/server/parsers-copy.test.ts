import { expect, it } from 'vitest';
import type { BodyInput } from '../../src/contract/shapes.ts';
import type { ParserCopyResult } from '../../src/contract/types.ts';
import { describeOnEachDatabase } from '../support/databases.ts';
import {
  accountToken,
  join,
  managed,
  master,
  organization,
  person,
  standard,
  trail,
} from '../support/estate.ts';
import { definition, field, parser, parsersOf } from '../support/parsers.ts';
import { startServer, type TestServer } from '../support/server.ts';

type CopyBody = BodyInput<'parsers.copy'>;

/** A master with dev, staging and prod; kim works in dev and prod. */
async function family(server: TestServer) {
  const staff = await server.staffToken();
  const ann = await person(server, 'ann@acme.example');
  const kim = await person(server, 'kim@dev.example');
  const acme = await master(server, ann, 'acme', staff);
  const dev = await managed(server, ann, 'acme', 'acme-dev');
  const staging = await managed(server, ann, 'acme', 'acme-staging');
  const prod = await managed(server, ann, 'acme', 'acme-prod');
  await join(server, dev.id, kim, 'admin');
  await join(server, prod.id, kim, 'admin');
  const all = { token: await accountToken(server, dev.id, 'admin') };
  const inStaging = { token: await accountToken(server, staging.id, 'admin') };
  const inProd = { token: await accountToken(server, prod.id, 'admin') };
  return { staff, ann, kim, acme, dev, staging, prod, inDev: all, inStaging, inProd };
}

const to = (...accounts: string[]) => accounts.map((account) => ({ account }));

function copy(server: TestServer, by: { token: string }, from: string, body: CopyBody, dryRun = false) {
  const query = dryRun ? { dry_run: true } : {};
  return server.ok('parsers.copy', { token: by.token, params: { account: from }, query, body });
}

/** What stands in the way, as `kind detail`. */
async function blockersOf(server: TestServer, by: { token: string }, from: string, body: CopyBody) {
  const problem = await server.refused('parsers.copy', { token: by.token, params: { account: from }, body });
  expect(problem.code).toBe('copy_refused');
  return (problem.blockers ?? []).map(({ kind, detail }) => `${kind} ${detail}`);
}

const outcomesOf = ({ targets }: ParserCopyResult) =>
  targets.flatMap(({ account, parsers }) =>
    parsers.map(({ as, outcome, revision }) => `${account.slug} ${as} ${outcome} ${revision}`),
  );

const change = (server: TestServer, by: { token: string }, account: string, name: string, body: object) =>
  server.ok('parsers.update', {
    token: by.token,
    params: { account, parser: name },
    headers: { 'if-match': '*' },
    body,
  });

describeOnEachDatabase('copying parsers', (open) => {
  it('makes them elsewhere with ids, history and secrets of their own', async () => {
    const server = await startServer({ database: await open() });
    const { ann, acme, inDev, inProd } = await family(server);
    const source = await parser(server, inDev, 'acme-dev', 'Invoice', {
      definition: definition([field('total')], 'key'),
      description: 'What suppliers send',
      secrets: { key: 'canary' },
    });
    await change(server, inDev, 'acme-dev', 'Invoice', { definition: definition([field('sum')], 'key') });
    const result = await copy(server, ann, 'acme-dev', { to: to('acme-prod', 'acme') });
    expect(result.changed).toBe(true);
    expect(result.from).toMatchObject({ account: { slug: 'acme-dev' }, workspace: { slug: 'default' } });
    expect(outcomesOf(result)).toEqual(['acme-prod Invoice created 1', 'acme Invoice created 1']);
    expect(result.targets[0]?.parsers[0]?.secrets_missing).toEqual(['key']);
    const request = { token: inProd.token, params: { account: 'acme-prod', parser: 'Invoice' } };
    const arrived = await server.ok('parsers.show', request);
    expect(arrived).toMatchObject({
      description: 'What suppliers send',
      secrets: [{ name: 'key', state: 'missing' }],
      revision: 1,
      copied_revision: 1,
      edited: false,
      // Who works in prod alone sees nothing of dev (R6).
      source: null,
    });
    expect(arrived.id).not.toBe(source.id);
    const { data } = await server.ok('parsers.revisions', request);
    expect(data.map(({ change: how, by }) => [how, by])).toEqual([['copied', 'ann@acme.example']]);
    const own = { token: ann.token, params: { account: 'acme', parser: 'Invoice' } };
    expect((await server.ok('parsers.show', own)).source).toEqual({
      account: { id: expect.any(String), slug: 'acme-dev', name: 'acme-dev' },
      parser: { id: source.id, name: 'Invoice' },
      revision: 2,
    });
    expect((await trail(server, acme.id)).at(-1)).toBe('parsers.copy acme');
  });

  it('chooses by name or id, and takes all where none is named', async () => {
    const server = await startServer({ database: await open() });
    const { ann, inDev, inProd } = await family(server);
    await parser(server, inDev, 'acme-dev', 'A');
    const { id } = await parser(server, inDev, 'acme-dev', 'B');
    await parser(server, inDev, 'acme-dev', 'C');
    await copy(server, ann, 'acme-dev', { parsers: ['A', id, 'A', 'B'], to: to('acme-prod') });
    expect(await parsersOf(server, inProd, 'acme-prod')).toEqual(['A 1', 'B 1']);
    await copy(server, ann, 'acme-dev', { to: to('acme-prod') });
    expect(await parsersOf(server, inProd, 'acme-prod')).toEqual(['A 1', 'B 1', 'C 1']);
    const empty = await copy(server, ann, 'acme-staging', { to: to('acme-prod') });
    expect([empty.changed, empty.targets[0]?.parsers]).toEqual([false, []]);
  });

  it('run again changes nothing: no revision, no event, no conflict', async () => {
    const server = await startServer({ database: await open() });
    const { ann, prod, inDev, inProd } = await family(server);
    await parser(server, inDev, 'acme-dev', 'A');
    await copy(server, ann, 'acme-dev', { to: to('acme-prod') });
    const before = await trail(server, prod.id);
    for (const on_conflict of ['fail', 'skip', 'rename', 'overwrite'] as const) {
      const again = await copy(server, ann, 'acme-dev', { to: to('acme-prod'), on_conflict });
      expect([again.changed, outcomesOf(again)]).toEqual([false, ['acme-prod A unchanged 1']]);
    }
    expect(await parsersOf(server, inProd, 'acme-prod')).toEqual(['A 1']);
    expect(await trail(server, prod.id)).toEqual(before);
  });

  it('about a taken name fails, skips, renames or overwrites, as it is told', async () => {
    const server = await startServer({ database: await open() });
    const { ann, inDev, inProd } = await family(server);
    await parser(server, inDev, 'acme-dev', 'A', { description: 'new' });
    await parser(server, inDev, 'acme-dev', 'A 2');
    await parser(server, inProd, 'acme-prod', 'A');
    await parser(server, inProd, 'acme-prod', 'A 3');
    const body = { to: to('acme-prod') };
    expect(await blockersOf(server, ann, 'acme-dev', body)).toEqual([
      'name_taken acme-prod/default: A is there already',
    ]);
    expect(outcomesOf(await copy(server, ann, 'acme-dev', { ...body, on_conflict: 'skip' }, true))).toEqual([
      'acme-prod A skipped 1',
      'acme-prod A 2 created 1',
    ]);
    const renamed = { ...body, on_conflict: 'rename' } as const;
    const expected = ['acme-prod A 4 renamed 1', 'acme-prod A 2 created 1'];
    expect(outcomesOf(await copy(server, ann, 'acme-dev', renamed, true))).toEqual(expected);
    expect(await parsersOf(server, inProd, 'acme-prod')).toEqual(['A 1', 'A 3 1']);
    expect(outcomesOf(await copy(server, ann, 'acme-dev', renamed))).toEqual(expected);
    expect(outcomesOf(await copy(server, ann, 'acme-dev', renamed))).toEqual([
      'acme-prod A 4 unchanged 1',
      'acme-prod A 2 unchanged 1',
    ]);
    expect(await parsersOf(server, inProd, 'acme-prod')).toEqual(['A 1', 'A 2 1', 'A 3 1', 'A 4 1']);
    // What was made there is nobody's copy: overwriting it would lose work.
    const overwrite: CopyBody = { ...body, parsers: ['A'], on_conflict: 'overwrite' };
    expect(await blockersOf(server, ann, 'acme-dev', overwrite)).toEqual([
      'edited acme-prod/default: A was made there, not copied; force overwrites it all the same',
    ]);
    const forced = await copy(server, ann, 'acme-dev', { ...overwrite, force: true });
    expect(outcomesOf(forced)).toEqual(['acme-prod A overwritten 2']);
  });

  it('overwrites a copy, unless it was edited there; secrets set there stay and are no edit (D14)', async () => {
    const server = await startServer({ database: await open() });
    const { ann, inDev, inProd } = await family(server);
    const with2 = { ...definition([field('a')], 'key'), secrets: [{ name: 'key' }, { name: 'old' }] };
    await parser(server, inDev, 'acme-dev', 'A', { definition: with2 });
    const body = { to: to('acme-prod'), on_conflict: 'overwrite' } as const;
    await copy(server, ann, 'acme-dev', body);
    await change(server, inProd, 'acme-prod', 'A', { secrets: { key: 'x', old: 'y' } });
    const next = { ...definition([field('b')], 'key'), secrets: [{ name: 'key' }, { name: 'new' }] };
    await change(server, inDev, 'acme-dev', 'A', { definition: next });
    const done = await copy(server, ann, 'acme-dev', body);
    expect(outcomesOf(done)).toEqual(['acme-prod A overwritten 3']);
    expect(done.targets[0]?.parsers[0]?.secrets_missing).toEqual(['new']);
    const show = () =>
      server.ok('parsers.show', { token: inProd.token, params: { account: 'acme-prod', parser: 'A' } });
    expect(await show()).toMatchObject({
      copied_revision: 3,
      edited: false,
      secrets: [
        { name: 'key', state: 'set' },
        { name: 'new', state: 'missing' },
      ],
    });
    const left = await server.database.read((trx) =>
      trx.selectFrom('parser_secrets').select('name').execute(),
    );
    expect(left).toEqual([{ name: 'key' }]);
    await change(server, inProd, 'acme-prod', 'A', { description: 'edited in prod' });
    expect(await show()).toMatchObject({ edited: true, revision: 4, copied_revision: 3 });
    await change(server, inDev, 'acme-dev', 'A', { description: 'edited in dev' });
    expect(await blockersOf(server, ann, 'acme-dev', body)).toEqual([
      'edited acme-prod/default: A was edited there since the last copy; force overwrites it all the same',
    ]);
    const rolled = {
      token: inProd.token,
      params: { account: 'acme-prod', parser: 'A' },
      body: { revision: 3 },
    };
    expect(await server.ok('parsers.rollback', rolled)).toMatchObject({ edited: false, revision: 5 });
    expect(outcomesOf(await copy(server, ann, 'acme-dev', body))).toEqual(['acme-prod A overwritten 6']);
  });

  it('tells everything that stands in the way at once, and writes nothing', async () => {
    const server = await startServer({ database: await open() });
    const { staff, ann, kim, inDev, inProd } = await family(server);
    await standard(server, kim, 'kims-own');
    await standard(server, await person(server, 'eve@other.example'), 'other');
    await managed(server, ann, 'acme', 'acme-late');
    await server.ok('accounts.suspend', { token: staff, params: { account: 'acme-late' }, body: {} });
    for (const name of ['A', 'B', 'C']) await parser(server, inDev, 'acme-dev', name);
    await parser(server, inProd, 'acme-prod', 'A');
    for (let index = 0; index < 8; index += 1) await parser(server, inProd, 'acme-prod', `P${index}`);
    const body = {
      parsers: ['A', 'B', 'C', 'Nothing', `prs_${'0'.repeat(26)}`],
      to: to(
        'acme-prod',
        'acme-prod',
        'acme-dev',
        'other',
        'nowhere',
        'acme-late',
        'kims-own',
        'acme-staging',
      ),
    };
    const counted = await server.database.read((trx) => trx.selectFrom('parsers').selectAll().execute());
    expect(await blockersOf(server, kim, 'acme-dev', body)).toEqual([
      'unknown_parser acme-dev/default has no parser Nothing',
      `unknown_parser acme-dev/default has no parser prs_${'0'.repeat(26)}`,
      'duplicate_target acme-prod/default is named twice',
      'same_place acme-dev/default is the source itself',
      'unknown_target other: There is no account "other" that you can see.',
      'unknown_target nowhere: There is no account "nowhere" that you can see.',
      'unknown_target acme-late: There is no account "acme-late" that you can see.',
      'family kims-own is not of the family of acme-dev: parsers go between a master and its managed accounts, or out of an account whose copy_out is anyone',
      'unknown_target acme-staging: There is no account "acme-staging" that you can see.',
      'name_taken acme-prod/default: A is there already',
      'parser_limit acme-prod has 9 parsers and would get 2 more; its plan, basic, has room for 10',
    ]);
    expect(await blockersOf(server, ann, 'acme-dev', { to: to('acme-late') })).toEqual([
      'suspended acme-late: acme-late is suspended: nothing in it can be changed',
    ]);
    expect(await server.database.read((trx) => trx.selectFrom('parsers').selectAll().execute())).toEqual(
      counted,
    );
  });

  it('needs the right to write at every target, with the reason told (T103)', async () => {
    const server = await startServer({ database: await open() });
    const { kim, prod, dev, inDev } = await family(server);
    const pat = await person(server, 'pat@dev.example');
    await join(server, dev.id, pat, 'user', ['parsers']);
    await join(server, prod.id, pat, 'user', ['forms']);
    await parser(server, inDev, 'acme-dev', 'A');
    expect(await blockersOf(server, pat, 'acme-dev', { to: to('acme-prod') })).toEqual([
      "forbidden acme-prod: you are user of acme-prod; needs the module parsers, or needs an administrator of the account, or needs an administrator of the account's master",
    ]);
    expect(outcomesOf(await copy(server, kim, 'acme-dev', { to: to('acme-prod') }))).toHaveLength(1);
    // A token of dev, whatever its role, knows of nobody else.
    expect(await blockersOf(server, inDev, 'acme-dev', { to: to('acme-prod') })).toEqual([
      'unknown_target acme-prod: There is no account "acme-prod" that you can see.',
    ]);
  });

  it('goes out of the family only where the source allows it (R7)', async () => {
    const server = await startServer({ database: await open() });
    const { ann, inDev } = await family(server);
    await standard(server, ann, 'anns-other');
    await parser(server, inDev, 'acme-dev', 'A');
    const body = { to: to('anns-other') };
    expect(await blockersOf(server, ann, 'acme-dev', body)).toHaveLength(1);
    const set = (token: string, copy_out: 'family' | 'anyone') =>
      server.call('accounts.update', { token, params: { account: 'acme-dev' }, body: { copy_out } });
    expect((await set(inDev.token, 'anyone')).body).toMatchObject({ copy_out: 'anyone', revision: 2 });
    expect((await set(ann.token, 'anyone')).body).toMatchObject({ revision: 2 });
    expect(outcomesOf(await copy(server, ann, 'acme-dev', body))).toEqual(['anns-other A created 1']);
    // Allowed out of dev, and not the other way: anns-other has allowed nothing.
    expect(await blockersOf(server, ann, 'anns-other', { to: to('acme-prod') })).toEqual([
      expect.stringMatching(/^family acme-prod is not of the family of anns-other/),
    ]);
  });

  it('is not set by the module settings', async () => {
    const server = await startServer({ database: await open() });
    const { dev } = await family(server);
    const pat = await person(server, 'pat@dev.example');
    await join(server, dev.id, pat, 'user', ['settings']);
    const request = {
      token: pat.token,
      params: { account: 'acme-dev' },
      body: { copy_out: 'anyone' as const },
    };
    expect((await server.refused('accounts.update', request)).status).toBe(403);
  });

  it('goes between workspaces of one account, as the roles there allow', async () => {
    const server = await startServer({ database: await open() });
    const sue = await person(server, 'sue@org.example');
    const wes = await person(server, 'wes@org.example');
    const org = await organization(server, await server.staffToken(), 'acme-org', sue);
    const memberId = await join(server, org.id, wes, 'member');
    const at = server.clock.now().toISOString();
    await server.deps.transactions.write(async ({ tenant }) => {
      const { workspaces } = tenant(org.id);
      for (const [slug, role] of [
        ['dev', 'viewer'],
        ['prod', 'developer'],
        ['other', 'viewer'],
      ] as const) {
        const id = server.deps.newId('workspace');
        await workspaces.insert({ id, slug, name: slug, createdBy: null, at });
        await workspaces.place(id, memberId, role, at);
      }
    });
    const made = { name: 'A', document_type: 'x', definition: definition() };
    const params = { account: 'acme-org' };
    await server.ok('parsers.create', { token: sue.token, params, body: { ...made, workspace: 'dev' } });
    const from = (workspace: string, target: string) => ({
      workspace,
      to: [{ account: 'acme-org', workspace: target }],
    });
    expect(outcomesOf(await copy(server, wes, 'acme-org', from('dev', 'prod')))).toEqual([
      'acme-org A created 1',
    ]);
    expect(await blockersOf(server, wes, 'acme-org', from('dev', 'other'))).toEqual([
      'forbidden acme-org: you are member of acme-org; needs the role developer or more in the workspace other, or needs an administrator of the account',
    ]);
    expect(await blockersOf(server, wes, 'acme-org', from('dev', 'default'))).toEqual([
      'unknown_target acme-org: There is no workspace "default" that you can see.',
    ]);
    expect(await parsersOf(server, sue, 'acme-org', 'prod')).toEqual(['A 1']);
  });

  it('happens once for an Idempotency-Key, and a dry run not at all', async () => {
    const server = await startServer({ database: await open() });
    const { ann, inDev, inProd } = await family(server);
    await parser(server, inDev, 'acme-dev', 'A');
    const body = { to: to('acme-prod') };
    const dry = await copy(server, ann, 'acme-dev', body, true);
    expect(dry.targets[0]?.parsers).toEqual([
      { name: 'A', as: 'A', outcome: 'created', parser_id: null, revision: 1, secrets_missing: [] },
    ]);
    expect(await parsersOf(server, inProd, 'acme-prod')).toEqual([]);
    const request = {
      token: ann.token,
      params: { account: 'acme-dev' },
      headers: { 'idempotency-key': 'promotion-1' },
      body,
    };
    const first = await server.call('parsers.copy', request);
    await change(server, inDev, 'acme-dev', 'A', { description: 'later' });
    const second = await server.call('parsers.copy', request);
    expect(second.headers['idempotency-replayed']).toBe('true');
    expect(second.body).toEqual(first.body);
    expect(await parsersOf(server, inProd, 'acme-prod')).toEqual(['A 1']);
  });

  it('takes foreign ids, wherever they are put, for what is not there (T28, T30)', async () => {
    const server = await startServer({ database: await open() });
    const { ann, prod, inDev } = await family(server);
    const eve = await person(server, 'eve@other.example');
    await standard(server, eve, 'other');
    const foreign = await parser(server, eve, 'other', 'Secret recipe');
    await parser(server, inDev, 'acme-dev', 'A');
    const never = { parser: `prs_${'0'.repeat(26)}`, workspace: `wsp_${'0'.repeat(26)}` };
    const theirs = { parser: foreign.id, workspace: foreign.workspace.id };
    const told = async (ids: typeof never) => {
      const account = 'acme-dev';
      const replies = [
        await server.call('parsers.copy', {
          token: ann.token,
          params: { account },
          body: {
            parsers: [ids.parser],
            to: [
              { account: 'acme-prod', workspace: ids.workspace },
              { account: prod.id, workspace: ids.workspace },
            ],
          },
        }),
        await server.call('parsers.copy', {
          token: ann.token,
          params: { account },
          body: { workspace: ids.workspace, to: to('acme-prod') },
        }),
        await server.call('parsers.diff', {
          token: ann.token,
          params: { account },
          query: { to: 'acme-prod', to_workspace: ids.workspace },
        }),
        await server.call('parsers.diff', {
          token: ann.token,
          params: { account },
          query: { to: 'acme-prod', workspace: ids.workspace },
        }),
        await server.call('parsers.list', {
          token: inDev.token,
          params: { account },
          query: { workspace: ids.workspace },
        }),
      ];
      expect(replies.map(({ status }) => status)).toEqual([409, 404, 404, 404, 404]);
      return JSON.stringify(replies.map(({ body }) => body))
        .replaceAll(ids.parser, 'parser')
        .replaceAll(ids.workspace, 'workspace')
        .replaceAll(/"request_id":"[^"]+"/g, '');
    };
    expect(await told(theirs)).toBe(await told(never));
    // From the account where it lies, for somebody who works in neither the one nor the other.
    const request = { token: ann.token, params: { account: 'other' }, body: { to: to('acme') } };
    expect((await server.refused('parsers.copy', request)).status).toBe(404);
  });

  it('tells each trail what is its business: siblings do not read of each other (R6)', async () => {
    const server = await startServer({ database: await open() });
    const { ann, acme, dev, prod, inDev } = await family(server);
    await parser(server, inDev, 'acme-dev', 'A');
    await copy(server, ann, 'acme-dev', { to: to('acme-prod', 'acme-staging') });
    const facts = (accountId: string) =>
      server.database.read(async (trx) => {
        const rows = await trx
          .selectFrom('audit_events')
          .where('account_id', '=', accountId)
          .where('action', '=', 'parsers.copy')
          .select(['target_name', 'after_json'])
          .execute();
        return rows.map(({ target_name, after_json }) => [target_name, JSON.parse(after_json ?? 'null')]);
      });
    expect(await facts(dev.id)).toEqual([
      ['acme-dev', { from: 'acme-dev/default', to: [], others: 2, parsers: ['A'], count: 2 }],
    ]);
    expect(await facts(prod.id)).toEqual([
      ['acme-prod', { from: null, workspaces: ['default'], created: ['A'], overwritten: [], count: 1 }],
    ]);
    expect(await facts(acme.id)).toEqual([
      [
        'acme-dev',
        {
          from: 'acme-dev/default',
          to: ['acme-prod/default', 'acme-staging/default'],
          others: 0,
          parsers: ['A'],
          count: 2,
        },
      ],
    ]);
  });

  it('keeps to the plan of the target when two copies race for the last places', async () => {
    const server = await startServer({ database: await open() });
    const { ann, inDev, inProd } = await family(server);
    for (let index = 0; index < 9; index += 1) await parser(server, inProd, 'acme-prod', `P${index}`);
    await parser(server, inDev, 'acme-dev', 'A');
    await parser(server, ann, 'acme', 'B');
    const go = (from: string) =>
      server.call('parsers.copy', {
        token: ann.token,
        params: { account: from },
        body: { to: to('acme-prod') },
      });
    const replies = await Promise.all([go('acme-dev'), go('acme')]);
    expect(replies.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409]);
    expect(await parsersOf(server, inProd, 'acme-prod')).toHaveLength(10);
  });
});

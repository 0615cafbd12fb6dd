import { describe, expect, it } from 'vitest';
import type { Transactions } from '../../src/server/domain/ports.ts';
import { transactionsOf } from '../../src/server/store/stores.ts';
import { ledgerHolds, setMonthly } from '../support/credits.ts';
import { describeOnEachDatabase } from '../support/databases.ts';
import { linkUnder, type Person, person, standard, umbrella } from '../support/estate.ts';
import { creditsOf, subAccount, wellsAnswers, wellsForm } from '../support/records.ts';
import { START, startServer, type TestServer } from '../support/server.ts';

async function acme(server: TestServer) {
  const ann = await person(server, 'ann@acme.example');
  const account = await standard(server, ann, 'acme');
  const form = await wellsForm(server, ann, 'acme');
  return { ann, account, form };
}

const params = { account: 'acme', form: 'Wells' };
const etag = (revision: number) => ({ 'if-match': `"${revision}"` });

type Given = readonly {
  key?: string;
  answers: Record<string, string | number | boolean | string[] | null>;
}[];

const submit = (server: TestServer, { token }: Person, records: Given) =>
  server.ok('records.submit', { token, params, body: { records: [...records] } });

const listed = async (server: TestServer, { token }: Person, query = {}) =>
  (await server.ok('records.list', { token, params, query })).data;

describeOnEachDatabase('records', (open) => {
  it('are submitted, listed, shown, changed and deleted', async () => {
    const server = await startServer({ database: await open() });
    const { ann, account, form } = await acme(server);
    const { token } = ann;
    const reply = await server.call('records.submit', {
      token,
      params,
      body: {
        records: [
          { key: 'r1', answers: { depth: 12, site: ' Nord ', state: 'broken', parts: ['valve', 'pump'] } },
          { answers: { site: 'Süd', depth: null } },
        ],
      },
    });
    expect(reply.status).toBe(201);
    expect(reply.body).toMatchObject({ recorded: 2, repeated: 0, credits: 2 });
    const [first, second] = await listed(server, ann);
    expect(first).toEqual({
      id: expect.stringMatching(/^rec_/),
      form_id: form.id,
      key: 'r1',
      form_revision: 1,
      answers: { site: 'Nord', depth: 12, state: 'broken', parts: ['pump', 'valve'] },
      revision: 1,
      created_by: 'ann@acme.example',
      created_at: START,
      updated_at: START,
    });
    expect(second?.answers).toEqual({ site: 'Süd' });
    const one = { account: 'acme', form: form.id, record: first?.id ?? '' };
    const shown = await server.call('records.show', { token, params: one });
    expect(shown.body).toEqual(first);
    expect(shown.headers['etag']).toBe('"1"');
    const update = (body: object, revision: number) =>
      server.call('records.update', { token, params: one, headers: etag(revision), body: body as never });
    const changed = await update({ answers: { depth: 13, state: 'works', parts: null } }, 1);
    expect(changed.body).toMatchObject({ answers: { site: 'Nord', depth: 13, state: 'works' }, revision: 2 });
    expect((await update({ answers: { depth: 13 } }, 2)).body).toMatchObject({ revision: 2 });
    expect((await update({ answers: { depth: 14 } }, 1)).status).toBe(412);
    const blind = await server.call('records.update', {
      token,
      params: one,
      body: { answers: { depth: 14 } },
    });
    expect(blind.status).toBe(428);
    expect((await update({ answers: { site: null, depth: 'deep' } }, 2)).body).toMatchObject({
      code: 'invalid_request',
      errors: [
        { pointer: '/answers/site', detail: 'is required' },
        { pointer: '/answers/depth', detail: 'must be a number' },
      ],
    });
    expect(await server.ok('records.delete', { token, params: one })).toEqual({ changed: true });
    expect(await server.ok('records.delete', { token, params: one })).toEqual({ changed: false });
    expect((await server.refused('records.show', { token, params: one })).code).toBe('not_found');
    // A record of another form is not one of this.
    await wellsForm(server, ann, 'acme', { name: 'Other' });
    const elsewhere = { account: 'acme', form: 'Other', record: second?.id ?? '' };
    for (const id of ['records.show', 'records.delete'] as const)
      expect((await server.refused(id, { token, params: elsewhere })).code).toBe('not_found');
    expect(await creditsOf(server, account.id)).toMatchObject({ upload: { balance: 98, used: 2 } });
  });

  it('names every mistake of every record, and writes none', async () => {
    const server = await startServer({ database: await open() });
    const { ann, account } = await acme(server);
    const body = {
      records: [
        { key: 'a', answers: { site: 'Nord' } },
        { key: 'a', answers: { depth: 501, 'a/b~c': 1 } },
        { answers: { site: 'x', parts: ['pump'] } },
      ],
    };
    const problem = await server.refused('records.submit', { token: ann.token, params, body });
    expect(problem).toMatchObject({
      code: 'invalid_request',
      status: 400,
      detail:
        'The answers do not fit the form; nothing was recorded. /records/1/key is there twice, and 4 more.',
      errors: [
        { pointer: '/records/1/key', detail: 'is there twice' },
        { pointer: '/records/1/answers/site', detail: 'is required' },
        { pointer: '/records/1/answers/depth', detail: 'must be 500 or less' },
        { pointer: '/records/1/answers/a~1b~0c', detail: 'is no question of the form' },
        {
          pointer: '/records/2/answers/parts',
          detail: 'is not asked by these answers: only if state is "broken"',
        },
      ],
    });
    expect(await listed(server, ann)).toEqual([]);
    expect(await creditsOf(server, account.id)).toMatchObject({ upload: { balance: 100, used: 0 } });
  });

  it('cost an upload each, all or nothing', async () => {
    const server = await startServer({ database: await open() });
    const { ann, account } = await acme(server);
    await submit(server, ann, wellsAnswers(60));
    const body = { records: wellsAnswers(41) };
    const problem = await server.refused('records.submit', { token: ann.token, params, body });
    expect([problem.code, problem.status]).toEqual(['insufficient_credits', 402]);
    expect(await listed(server, ann, { limit: 1000 })).toHaveLength(60);
    const dry = await server.ok('records.submit', {
      token: ann.token,
      params,
      query: { dry_run: true },
      body: { records: wellsAnswers(40) },
    });
    expect(dry).toMatchObject({ recorded: 40, credits: 40 });
    expect(await creditsOf(server, account.id)).toMatchObject({ upload: { balance: 40, used: 60 } });
    await submit(server, ann, wellsAnswers(40));
    expect(await creditsOf(server, account.id)).toMatchObject({ upload: { balance: 0, used: 100 } });
  });

  it('are not doubled by a key that comes again, whatever else comes along', async () => {
    const server = await startServer({ database: await open() });
    const { ann, account } = await acme(server);
    const keyed = (from: number, to: number) =>
      wellsAnswers(to - from + 1, from).map((one, at) => ({ ...one, key: `row ${from + at}` }));
    const first = await submit(server, ann, keyed(1, 3));
    const again = await server.call('records.submit', {
      token: ann.token,
      params,
      body: { records: keyed(1, 3) },
    });
    expect(again.status).toBe(200);
    expect(again.body).toMatchObject({ recorded: 0, repeated: 3, credits: 0 });
    const mixed = await submit(server, ann, [...keyed(1, 3), ...keyed(4, 5)]);
    expect(mixed.records.map(({ outcome }) => outcome)).toEqual([
      'repeated',
      'repeated',
      'repeated',
      'recorded',
      'recorded',
    ]);
    expect(mixed.records.slice(0, 3).map(({ id }) => id)).toEqual(first.records.map(({ id }) => id));
    expect(await creditsOf(server, account.id)).toMatchObject({ upload: { balance: 95, used: 5 } });
    // What was corrected since is still what was submitted.
    const one = { ...params, record: first.records[0]?.id ?? '' };
    const headers = etag(1);
    await server.ok('records.update', {
      token: ann.token,
      params: one,
      headers,
      body: { answers: { depth: 99 } },
    });
    expect(await submit(server, ann, keyed(1, 1))).toMatchObject({ repeated: 1 });
    const other = [{ key: 'row 1', answers: { site: 'Somewhere else' } }];
    const problem = await server.refused('records.submit', {
      token: ann.token,
      params,
      body: { records: [...keyed(6, 6), ...other] },
    });
    expect(problem).toMatchObject({
      code: 'record_key_taken',
      status: 409,
      errors: [
        {
          pointer: '/records/1/key',
          detail: `is that of ${one.record}, which was submitted with other answers`,
        },
      ],
    });
    expect(await listed(server, ann)).toHaveLength(5);
    // A key is one form's own.
    await wellsForm(server, ann, 'acme', { name: 'Other' });
    const elsewhere = { account: 'acme', form: 'Other' };
    const body = { records: keyed(1, 1) };
    expect(await server.ok('records.submit', { token: ann.token, params: elsewhere, body })).toMatchObject({
      recorded: 1,
    });
  });

  it('of one key at the same moment are one', async () => {
    const database = await open();
    const { read, write } = transactionsOf(database);
    // As of several servers: nothing lines up.
    const transactions: Transactions = { read, write: (work) => write(work) };
    const server = await startServer({ database, deps: { transactions } });
    const { ann, account } = await acme(server);
    const records = [{ key: 'once', answers: { site: 'Nord' } }];
    const replies = await Promise.all(
      Array.from({ length: 8 }, () =>
        server.call('records.submit', { token: ann.token, params, body: { records } }),
      ),
    );
    expect(replies.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(7);
    expect(await listed(server, ann)).toHaveLength(1);
    expect(await creditsOf(server, account.id)).toMatchObject({ upload: { used: 1 } });
  });

  it('replay by Idempotency-Key without another record', async () => {
    const server = await startServer({ database: await open() });
    const { ann } = await acme(server);
    const request = {
      token: ann.token,
      params,
      headers: { 'idempotency-key': 'one' },
      body: { records: wellsAnswers(2) },
    };
    const first = await server.call('records.submit', request);
    const second = await server.call('records.submit', request);
    expect(second.body).toEqual(first.body);
    expect(second.headers['idempotency-replayed']).toBe('true');
    expect(await listed(server, ann)).toHaveLength(2);
  });

  it('are listed page by page, by key and by time', async () => {
    const server = await startServer({ database: await open() });
    const { ann } = await acme(server);
    await submit(server, ann, wellsAnswers(3));
    server.clock.advance({ minutes: 5 });
    const later = server.clock.now().toISOString();
    await submit(server, ann, [{ key: 'k', answers: { site: 'Late' } }]);
    const sites: unknown[] = [];
    let cursor: string | undefined;
    do {
      const page = await server.ok('records.list', {
        token: ann.token,
        params,
        query: { limit: 2, ...(cursor !== undefined && { cursor }) },
      });
      sites.push(...page.data.map(({ answers }) => answers.site));
      cursor = page.next_cursor ?? undefined;
    } while (cursor !== undefined);
    expect(sites).toEqual(['Well 1', 'Well 2', 'Well 3', 'Late']);
    const only = async (query: object) =>
      (await listed(server, ann, query)).map(({ answers }) => answers.site);
    expect(await only({ since: later })).toEqual(['Late']);
    expect(await only({ until: later })).toEqual(['Well 1', 'Well 2', 'Well 3']);
    expect(await only({ key: 'k' })).toEqual(['Late']);
  });

  it('keep the answers to questions that are gone, and are judged by those that are there', async () => {
    const server = await startServer({ database: await open() });
    const { ann } = await acme(server);
    const { records } = await submit(server, ann, [{ answers: { site: 'Nord', depth: 12 } }]);
    const { token } = ann;
    await server.ok('forms.update', {
      token,
      params,
      headers: etag(1),
      body: {
        questions: [
          { name: 'site', label: 'Site', type: 'text' },
          { name: 'owner', label: 'Owner', type: 'text' },
        ],
      },
    });
    const one = { ...params, record: records[0]?.id ?? '' };
    const update = (answers: Record<string, string | number | null>, revision: number) =>
      server.call('records.update', { token, params: one, headers: etag(revision), body: { answers } });
    expect((await update({ owner: 'Village' }, 1)).body).toMatchObject({
      answers: { site: 'Nord', owner: 'Village', depth: 12 },
      form_revision: 2,
    });
    expect((await update({ depth: 13 }, 2)).body).toMatchObject({
      errors: [{ pointer: '/answers/depth', detail: 'is no question of the form' }],
    });
    expect((await update({ depth: null }, 2)).body).toMatchObject({
      answers: { site: 'Nord', owner: 'Village' },
    });
    const gone = await server.refused('records.submit', {
      token,
      params,
      body: { records: [{ answers: { site: 'x', depth: 1 } }] },
    });
    expect(gone.errors).toEqual([
      { pointer: '/records/0/answers/depth', detail: 'is no question of the form' },
    ]);
  });

  it('leave no answers in the trail', async () => {
    const server = await startServer({ database: await open() });
    const { ann } = await acme(server);
    const { records } = await submit(server, ann, [{ answers: { site: 'secret-place' } }]);
    const one = { ...params, record: records[0]?.id ?? '' };
    const body = { answers: { site: 'secret-place-two' } };
    await server.ok('records.update', { token: ann.token, params: one, headers: etag(1), body });
    await server.ok('records.delete', { token: ann.token, params: one });
    const events = await server.ok('audit.list', { token: ann.token, params: { account: 'acme' } });
    const about = events.data.filter(({ action }) => action.startsWith('records.'));
    expect(about.map(({ action }) => action)).toEqual(['records.delete', 'records.update', 'records.submit']);
    expect(about.at(-1)?.after).toEqual({
      records: 1,
      first_record: one.record,
      last_record: one.record,
    });
    expect(JSON.stringify(events)).not.toContain('secret-place');
  });

  it('go with their form', async () => {
    const server = await startServer({ database: await open() });
    const { ann } = await acme(server);
    await submit(server, ann, wellsAnswers(2));
    const gone = { token: ann.token, params, headers: etag(1) };
    const loss = await server.ok('forms.delete', { ...gone, query: { dry_run: true } });
    expect(loss).toEqual({ changed: true, shares: 0, records: 2 });
    expect(await server.ok('forms.delete', gone)).toEqual(loss);
    const left = await server.database.read((trx) => trx.selectFrom('form_records').selectAll().execute());
    expect(left).toEqual([]);
  });

  describe('of a sub-account', () => {
    async function family(open_: typeof open) {
      const server = await startServer({ database: await open_() });
      const staff = await server.staffToken();
      const uma = await person(server, 'uma@umbrella.example');
      const umbrella = await standard(server, uma, 'big');
      await server.ok('subscription.change', {
        token: staff,
        params: { account: umbrella.id },
        body: { plan: 'enterprise', reason: 'test' },
      });
      const { ann, account, form } = await acme(server);
      return { server, uma, umbrella, ann, account, form, staff };
    }

    it('are paid by the umbrella, whoever submits, and within the cap', async () => {
      const { server, uma, umbrella, ann, account } = await family(open);
      await subAccount(server, umbrella.id, account.id, { upload: 5, message: 0 });
      await submit(server, ann, wellsAnswers(3));
      // R37: the umbrella has every form of it as data_manager.
      await submit(server, uma, wellsAnswers(2));
      const body = { records: wellsAnswers(1) };
      const problem = await server.refused('records.submit', { token: ann.token, params, body });
      expect([problem.code, problem.status]).toEqual(['cap_reached', 402]);
      expect(await listed(server, ann)).toHaveLength(5);
      expect(await creditsOf(server, umbrella.id)).toMatchObject({ upload: { used: 5 } });
      expect(await creditsOf(server, account.id)).toMatchObject({ upload: { balance: 100, used: 0 } });
      const sms = { to: ['+41791234567'], mode: 'structured' as const };
      const capped = await server.refused('forms.sms', { token: ann.token, params, body: sms });
      expect(capped.code).toBe('cap_reached');
    });

    it('line up by who pays, and at once come to what there is, not more', async () => {
      const database = await open();
      const { read, write } = transactionsOf(database);
      const lines = new Set<string | undefined>();
      const transactions: Transactions = {
        read,
        write: (work, line) => {
          lines.add(line);
          return write(work, line);
        },
      };
      const server = await startServer({ database, deps: { transactions } });
      await setMonthly(server, 'enterprise', { upload: 100, message: 0 });
      const uma = await person(server, 'uma@umbrella.example');
      const big = await umbrella(server, uma, 'big', await server.staffToken());
      const { ann } = await acme(server);
      const bob = await person(server, 'bob@partner.example');
      await standard(server, bob, 'partner');
      await wellsForm(server, bob, 'partner');
      for (const [by, slug] of [
        [ann, 'acme'],
        [bob, 'partner'],
      ] as const)
        await linkUnder(server, { by: uma, slug: 'big' }, { by, slug });
      lines.clear();
      const replies = await Promise.all(
        Array.from({ length: 8 }, () =>
          [ann, bob].map(({ token }, at) =>
            server.call('records.submit', {
              token,
              params: { account: ['acme', 'partner'][at] ?? '', form: 'Wells' },
              body: { records: wellsAnswers(10) },
            }),
          ),
        ).flat(),
      );
      const of = (status: number) => replies.filter((reply) => reply.status === status).length;
      expect([of(201), of(402)]).toEqual([10, 6]);
      expect([...lines]).toEqual([big.id]);
      expect(await creditsOf(server, big.id)).toMatchObject({ upload: { balance: 0, used: 100 } });
      await ledgerHolds(database);
    });

    it('show who submitted them to its own people only', async () => {
      const { server, uma, umbrella, ann, account } = await family(open);
      await subAccount(server, umbrella.id, account.id);
      await submit(server, ann, wellsAnswers(1));
      expect((await listed(server, ann))[0]?.created_by).toBe('ann@acme.example');
      expect((await listed(server, uma))[0]?.created_by).toBeNull();
    });

    it('open to other accounts what the form role says', async () => {
      const { server, ann, account } = await family(open);
      const bob = await person(server, 'bob@partner.example');
      const partner = await standard(server, bob, 'partner');
      const { records } = await submit(server, ann, wellsAnswers(1));
      const one = { account: account.id, form: 'Wells', record: records[0]?.id ?? '' };
      const tries = {
        show_form: () => server.call('forms.show', { token: bob.token, params: one }),
        submit: () =>
          server.call('records.submit', {
            token: bob.token,
            params: one,
            body: { records: wellsAnswers(1) },
          }),
        list: () => server.call('records.list', { token: bob.token, params: one }),
        show: () => server.call('records.show', { token: bob.token, params: one }),
        update: async () =>
          server.call('records.update', {
            token: bob.token,
            params: one,
            headers: { 'if-match': '*' },
            body: { answers: { depth: 20 } },
          }),
        delete: () => server.call('records.delete', { token: bob.token, params: one }),
        sms: () =>
          server.call('forms.sms', {
            token: bob.token,
            params: one,
            body: { to: ['+41791234567'], mode: 'structured' },
          }),
      };
      const statuses: Record<string, Record<string, number>> = {};
      for (const role of ['none', 'viewer', 'data_collector', 'data_manager', 'form_admin'] as const) {
        await server.ok('forms.share', {
          token: ann.token,
          params,
          body: { shares: [{ account: partner.id, role }] },
        });
        statuses[role] = {};
        for (const [name, attempt] of Object.entries(tries)) statuses[role][name] = (await attempt()).status;
      }
      expect(statuses).toEqual({
        none: { show_form: 404, submit: 404, list: 404, show: 404, update: 404, delete: 404, sms: 404 },
        viewer: { show_form: 200, submit: 403, list: 403, show: 403, update: 403, delete: 403, sms: 403 },
        data_collector: {
          show_form: 200,
          submit: 201,
          list: 403,
          show: 403,
          update: 403,
          delete: 403,
          sms: 403,
        },
        data_manager: {
          show_form: 200,
          submit: 201,
          list: 200,
          show: 200,
          update: 200,
          delete: 403,
          sms: 403,
        },
        form_admin: { show_form: 200, submit: 201, list: 200, show: 200, update: 200, delete: 200, sms: 403 },
      });
    });
  });
});

import { expect, it } from 'vitest';
import { ledgerHolds } from '../../support/credits.ts';
import { describeOnEachDatabase, type OpenDatabase } from '../../support/databases.ts';
import { apiToken, type Person, person, standard } from '../../support/estate.ts';
import { form, questions, sharedWith } from '../../support/forms.ts';
import { wellsAnswers, wellsForm } from '../../support/records.ts';
import { startServer, type TestServer } from '../../support/server.ts';

const any = { 'if-match': '*' };
const ROUNDS = 5;

/** The form Wells of `acme`, and `partner`, which it shares forms with. */
async function world(open: OpenDatabase) {
  const server = await startServer({ database: await open() });
  const ann = await person(server, 'ann@acme.example');
  const bob = await person(server, 'bob@partner.example');
  const acme = await standard(server, ann, 'acme');
  const partner = await standard(server, bob, 'partner');
  const wells = await wellsForm(server, ann, 'acme');
  const share = (
    role: 'none' | 'viewer' | 'data_collector' | 'data_manager' | 'form_admin',
    name = 'Wells',
  ) =>
    server.ok('forms.share', {
      token: ann.token,
      params: { account: 'acme', form: name },
      body: { shares: [{ account: partner.id, role }] },
    });
  return { server, ann, bob, acme, partner, wells, share };
}

const at = (by: Person, name = 'Wells') => ({ token: by.token, params: { account: 'acme', form: name } });

const codeOf = ({ body }: { body: unknown }) => Reflect.get(Object(body), 'code') as unknown;

/** A refusal without what differs in every one. */
const said = ({ status, body }: { status: number; body: unknown }, name: string) =>
  `${status} ${JSON.stringify(body)
    .replace(/"request_id":"[^"]+"/, '')
    .replaceAll(name, 'X')}`;

const submit = (server: TestServer, by: Person, records: readonly object[], headers = {}) =>
  server.call('records.submit', { ...at(by), headers, body: { records: records as never } });

describeOnEachDatabase('a role on somebody else’s form', (open) => {
  it('form_admin: changes what it asks, never what its owner calls it, so that no name can be tried', async () => {
    const { server, ann, bob, share } = await world(open);
    await form(server, ann, 'acme', 'Secret plans');
    await share('form_admin');
    const rename = (name: string) =>
      server.call('forms.update', { ...at(bob), headers: any, body: { name } });
    const [taken, free] = [await rename('Secret plans'), await rename('Nothing there')];
    expect([taken.status, said(taken, 'Secret plans')]).toEqual([403, said(free, 'Nothing there')]);
    // Saying the name that it has is no change.
    const body = { name: 'Wells', title: 'Ours', questions: questions() };
    expect((await server.ok('forms.update', { ...at(bob), headers: any, body })).title).toBe('Ours');
    const onward = { shares: [{ account: 'partner', role: 'viewer' as const }] };
    for (const { status } of [
      await server.call('forms.delete', { ...at(bob), headers: any }),
      await server.call('forms.share', { ...at(bob), body: onward }),
      await server.call('forms.shares', at(bob)),
      await server.call('forms.mark_example', at(bob)),
    ])
      expect(status).toBe(403);
  });

  it('data_collector: learns nothing of what others submitted from a key that is taken', async () => {
    const { server, ann, bob, share } = await world(open);
    const theirs = { key: 'patient 17', answers: { site: 'Positive' } };
    const recorded = await server.ok('records.submit', { ...at(ann), body: { records: [theirs] } });
    await share('data_collector');
    const [right, wrong] = [
      await submit(server, bob, [theirs]),
      await submit(server, bob, [{ ...theirs, answers: { site: 'Negative' } }]),
    ];
    expect([right.status, said(right, '')]).toEqual([wrong.status, said(wrong, '')]);
    expect(codeOf(right)).toBe('record_key_taken');
    expect(JSON.stringify(right.body)).not.toContain(recorded.records[0]?.id);
    // What they sent themselves comes again as a repeat.
    const own = { key: 'patient 18', answers: { site: 'Mine' } };
    expect((await submit(server, bob, [own])).status).toBe(201);
    expect((await submit(server, bob, [own])).body).toMatchObject({ recorded: 0, repeated: 1, credits: 0 });
    // Whoever reads the records is told which one it is.
    await share('data_manager');
    expect((await submit(server, bob, [theirs])).body).toMatchObject({ repeated: 1 });
    for (const id of ['records.list'] as const) {
      await share('data_collector');
      expect((await server.call(id, at(bob))).status).toBe(403);
    }
  });

  it('reaches no record of another form, by whatever path: as if it were not there', async () => {
    const { server, ann, bob, share } = await world(open);
    await wellsForm(server, ann, 'acme', { name: 'Hidden' });
    const { records } = await server.ok('records.submit', {
      ...at(ann, 'Hidden'),
      body: { records: wellsAnswers(1) },
    });
    const hidden = records[0]?.id ?? '';
    const nobody = `rec_${'0'.repeat(26)}`;
    await share('form_admin');
    const tried = async (record: string) => {
      const one = { token: bob.token, params: { account: 'acme', form: 'Wells', record } };
      return [
        await server.call('records.show', one),
        await server.call('records.update', { ...one, headers: any, body: { answers: { depth: 1 } } }),
        await server.call('records.delete', { ...one, headers: any }),
      ].map((reply) => said(reply, record));
    };
    expect(await tried(hidden)).toEqual(await tried(nobody));
    await server.ok('records.delete', {
      token: ann.token,
      params: { account: 'acme', form: 'Hidden', record: hidden },
    });
    // Gone records of another form are not there either.
    expect(await tried(hidden)).toEqual(await tried(nobody));
  });

  it('ended: nothing is copied, replayed or read any more, and no other token replays for it', async () => {
    const { server, acme, ann, bob, partner, wells, share } = await world(open);
    await share('data_manager');
    const other = { ...bob, token: await apiToken(server, partner.id, bob, 'admin') };
    const key = { 'idempotency-key': 'once' };
    expect((await submit(server, bob, wellsAnswers(1), key)).status).toBe(201);
    // The key is the token's own: another one submits anew, and is told nothing of the first answer.
    const second = await submit(server, other, wellsAnswers(1), key);
    expect([second.status, second.headers['idempotent-replayed']]).toEqual([201, undefined]);
    await share('none');
    for (const who of [bob, other])
      expect((await submit(server, who, wellsAnswers(1), key)).status).toBe(404);
    const copy = async (reference: string, account = 'acme') =>
      server.call('forms.save_copy', {
        token: bob.token,
        params: { account: 'partner' },
        body: { from: { account, form: reference } },
      });
    const unknown = `frm_${'0'.repeat(26)}`;
    expect(said(await copy(wells.id), wells.id)).toBe(said(await copy(unknown), unknown));
    expect(said(await copy(wells.id, acme.id), acme.id)).toBe(
      said(await copy(wells.id, 'not-there'), 'not-there'),
    );
    expect(await sharedWith(server, bob, 'partner')).toEqual([]);
    expect((await server.ok('records.list', at(ann))).data).toHaveLength(2);
  });

  it('lowered or taken while it is used: written before, or not at all', async () => {
    const { server, ann, bob, share } = await world(open);
    let written = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      await share('data_collector');
      const [, ...sent] = await Promise.all([
        share(round % 2 === 0 ? 'none' : 'viewer'),
        submit(server, bob, wellsAnswers(1)),
        submit(server, bob, wellsAnswers(1)),
      ]);
      for (const { status } of sent) expect([201, 403, 404]).toContain(status);
      written += sent.filter(({ status }) => status === 201).length;
      expect([403, 404]).toContain((await submit(server, bob, wellsAnswers(1))).status);
    }
    expect((await server.ok('records.list', at(ann))).data).toHaveLength(written);
    await ledgerHolds(server.database);
  });
});

describeOnEachDatabase('forms and records from hostile hands', (open) => {
  it('no name of a question or answer reaches a prototype', async () => {
    const { server, ann } = await world(open);
    for (const name of ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', '']) {
      const body = { name: 'Odd', title: 'Odd', questions: [{ type: 'text' as const, name, label: 'x' }] };
      expect([name, (await server.call('forms.create', { ...at(ann), body })).status]).toEqual([name, 400]);
    }
    const raw = async (answers: string) => {
      const reply = await server.app.inject({
        method: 'POST',
        url: '/v1/accounts/acme/forms/Wells/records',
        headers: { authorization: `Bearer ${ann.token}`, 'content-type': 'application/json' },
        payload: `{"records":[{"answers":${answers}}]}`,
      });
      return reply.statusCode;
    };
    for (const answers of [
      '{"__proto__":{"site":"x"}}',
      '{"site":"x","__proto__":{"polluted":true}}',
      '{"site":"x","constructor":"y"}',
      '{"site":"x","toString":"y"}',
      '{"site":"x","hasOwnProperty":null,"valueOf":"1"}',
      `{"site":${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
      `${'{"site":'.repeat(50_000)}1${'}'.repeat(50_000)}`,
      '{"site":"a\\u0000b"}',
      '{"site":"\\ud800"}',
      '{"site":"x","depth":1e400}',
      '{"site":"x","depth":1e-400}',
      '{"site":"x","depth":-0.5}',
      '{"site":"x","depth":9007199254740993}',
      '{"site":"a","site":"b","depth":null,"depth":"1"}',
    ])
      expect([answers.slice(0, 40), [201, 400].includes(await raw(answers))]).toEqual([
        answers.slice(0, 40),
        true,
      ]);
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
    for (const { answers } of (await server.ok('records.list', at(ann))).data)
      expect(Object.keys(answers)).toEqual(expect.arrayContaining(['site']));
  });

  it('no pattern stops the server: answers that take too long to check are refused', async () => {
    const { server, ann } = await world(open);
    const slow = ['(?:(?:a*)*b?){200}', '(?:a|b)*a(?:a|b){240}'];
    await server.ok('forms.create', {
      ...at(ann),
      body: {
        name: 'Slow',
        title: 'Slow',
        questions: slow.map((pattern, n) => ({ type: 'text' as const, name: `q${n}`, label: 'x', pattern })),
      },
    });
    const text = (seed: number) =>
      Array.from({ length: 990 }, (_, n) =>
        (((n * 2654435761) ^ (seed * 40503)) >>> 7) % 2 ? 'a' : 'b',
      ).join('');
    const records = Array.from({ length: 1000 }, (_, n) => ({
      answers: { q0: 'a'.repeat(990 - (n % 50)), q1: text(n) },
    }));
    const reply = await server.call('records.submit', { ...at(ann, 'Slow'), body: { records } });
    expect([reply.status, codeOf(reply)]).toEqual([400, 'invalid_request']);
    expect(JSON.stringify(reply.body)).toContain('takes too long to check');
    // One by one, and by patterns that people write, nothing is too long.
    const one = { answers: { q0: 'a'.repeat(300) } };
    const small = await server.call('records.submit', { ...at(ann, 'Slow'), body: { records: [one] } });
    expect(small.status).toBe(201);
  }, 120_000);
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Send, WireAnswer } from '../../../src/client/wire.ts';
import type { Executed } from '../../../src/estate/apply/execute.ts';
import type { Change } from '../../../src/estate/changes.ts';
import { json } from '../../../src/estate/compare/sides.ts';
import { problem } from '../../client/wire.ts';
import { sendTo } from '../../support/cli.ts';
import { organization, umbrella } from '../../support/estate.ts';
import { questions } from '../../support/forms.ts';
import type { TestServer } from '../../support/server.ts';
import { type ApplyWorld, applyWorld, change, invited, reviewed, told } from './apply.world.ts';

/** What may happen to one request: `lost` and `broken` take effect, and nobody is told. */
type Fate = 'fine' | 'lost' | 'refused' | 'limited' | 'busy' | 'broken';

const unreachable = (code: string) => Object.assign(new Error(`connect ${code}`), { code });

/** The real server behind a bad line. */
function flaky(server: TestServer, fates: readonly Fate[]): Send {
  const send = sendTo(server.app);
  let next = 0;
  return async (request) => {
    const fate = fates[next++] ?? 'fine';
    if (fate === 'refused') throw unreachable('ECONNREFUSED');
    if (fate === 'limited') return problem(429, 'rate_limited', {}, { 'retry-after': '2' });
    if (fate === 'busy') return problem(503, 'busy', {}, { 'retry-after': '1' });
    const answer: WireAnswer = await send(request);
    if (fate === 'lost') throw unreachable('ECONNRESET');
    return fate === 'broken' ? problem(500, 'internal') : answer;
  };
}

const people = (account: string) =>
  Array.from(
    { length: 3 },
    (_, at): Change => ({
      ...invited(`p${at}@${account}.example`, { role: 'user', modules: ['forms'] }),
      account,
    }),
  );

async function world(): Promise<{ world: ApplyWorld; changes: Change[] }> {
  const made = await applyWorld();
  const { server, ann, staff } = made;
  const org = await organization(server, staff, 'org', ann);
  const at = { token: ann.token, params: { account: 'org' } };
  const old = await server.ok('workspaces.create', { ...at, body: { name: 'Old', slug: 'old' } });
  await umbrella(server, ann, 'umbra', staff);
  const changes: Change[] = [
    change({
      kind: 'sub_account',
      account: 'umbra',
      key: 'partner',
      mail: 'pia@partner.example',
      fields: { email: 'pia@partner.example', invitee: 'partner', cap: { uploads: 5, messages: null } },
    }),
    change({
      kind: 'form',
      key: 'default/Visit',
      fields: { title: 'Visit', description: null, questions: json(questions()) },
    }),
    change({
      kind: 'account',
      account: 'acme-new',
      fields: { name: 'New', master: 'acme', plan: 'business', labels: { env: 'new' } },
    }),
    change({ op: 'update', kind: 'plan', account: 'acme-dev', fields: { plan: 'professional' } }),
    change({ kind: 'permission_set', key: 'readers', fields: { role: 'user', modules: ['forms'] } }),
    change({
      op: 'update',
      kind: 'account',
      account: 'org',
      id: org.id,
      revision: org.revision,
      fields: { name: 'The Org' },
    }),
    change({ kind: 'workspace', account: 'org', key: 'ops', fields: { name: 'Operations' } }),
    change({
      op: 'delete',
      kind: 'workspace',
      account: 'org',
      key: 'old',
      id: old.id,
      revision: old.revision,
    }),
    ...people('acme-new'),
    ...people('acme'),
  ];
  return { world: made, changes };
}

/** All of it is there, once. */
async function mustBeSo({ server, ann }: ApplyWorld): Promise<void> {
  const { token } = ann;
  const named = async (account: string) => await server.ok('accounts.show', { token, params: { account } });
  expect(await named('acme-new')).toMatchObject({ name: 'New', labels: { env: 'new' } });
  expect(await named('acme-dev')).toMatchObject({ plan: 'professional' });
  expect(await named('org')).toMatchObject({ name: 'The Org' });
  const spaces = await server.ok('workspaces.list', { token, params: { account: 'org' } });
  expect(spaces.data.map(({ slug }) => slug).toSorted()).toEqual(['default', 'ops']);
  await server.ok('permission_sets.show', { token, params: { account: 'acme', name: 'readers' } });
  const { data: forms } = await server.ok('forms.list', { token, params: { account: 'acme' } });
  expect(forms.map(({ name, revision }) => `${name} ${revision}`)).toEqual(['Visit 1']);
  const subs = await server.ok('sub_accounts.list', { token, params: { account: 'umbra' } });
  expect(subs.data.map(({ email, caps }) => [email, caps])).toEqual([
    ['pia@partner.example', { upload: 5, message: 'none' }],
  ]);
  expect(await server.mails('pia@partner.example')).toHaveLength(1);
  const mailed = (await server.mails()).filter(({ kind }) => kind === 'invite').map(({ to }) => to);
  const wanted = [...people('acme-new'), ...people('acme')].map(({ key }) => key);
  expect(mailed.filter((to) => to !== 'first@org.example').toSorted()).toEqual(wanted.toSorted());
}

const failed = (done: Executed) => told(done).filter((line) => !/: (?:done|already)$/.test(line));

describe('a bad line', () => {
  it.each([
    ['a storm of 429', Array<Fate>(40).fill('limited')],
    ['503s', Array<Fate>(12).fill('busy')],
    ['answers that are lost', Array.from({ length: 60 }, (_, at): Fate => (at % 2 === 0 ? 'lost' : 'fine'))],
    [
      '500s after the effect',
      Array.from({ length: 60 }, (_, at): Fate => (at % 2 === 0 ? 'broken' : 'fine')),
    ],
    ['a server that restarts', Array<Fate>(9).fill('refused')],
  ])('%s: everything comes to be, once', async (_, fates) => {
    const { world: made, changes } = await world();
    const done = await made.apply(reviewed(changes), { send: flaky(made.server, fates) });
    expect([failed(done), done.failure]).toEqual([[], undefined]);
    await mustBeSo(made);
  });

  it('a server that stays away: what was not begun is told apart, and the same again goes on', async () => {
    const { world: made, changes } = await world();
    const set = reviewed(changes);
    const send = flaky(made.server, [...Array<Fate>(3).fill('fine'), ...Array<Fate>(1000).fill('refused')]);
    const done = await made.apply(set, { send, parallel: 1 });
    expect(done.failure).toMatchObject({ outcome: 'temporary' });
    expect(new Set(done.carried.map(({ outcome }) => outcome))).toEqual(new Set(['done', 'not_begun']));
    expect(failed(await made.apply(set))).toEqual([]);
    await mustBeSo(made);
  });

  it('whatever happens to each request, applying it until it is done makes each thing once', async () => {
    const fate = fc.constantFrom<Fate>('fine', 'lost', 'refused', 'limited', 'busy', 'broken');
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fate, { maxLength: 60 }), { maxLength: 3 }),
        fc.integer({ min: 1, max: 6 }),
        async (runs, parallel) => {
          const { world: made, changes } = await world();
          const set = reviewed(changes);
          for (const fates of runs) await made.apply(set, { send: flaky(made.server, fates), parallel });
          const last = await made.apply(set, { parallel });
          expect([failed(last), last.failure]).toEqual([[], undefined]);
          await mustBeSo(made);
          await made.server.close();
        },
      ),
      { numRuns: 8 },
    );
  }, 60_000);
});

describe('Ctrl-C', () => {
  it('finishes what is in flight, begins nothing more, and the same again goes on', async () => {
    const { world: made, changes } = await world();
    const set = reviewed(changes);
    const stop = new AbortController();
    const done = await made.apply(set, {
      parallel: 1,
      interrupt: stop.signal,
      onStep: () => stop.abort(new Error('stop')),
    });
    expect(done.carried.map(({ outcome }) => outcome).filter((outcome) => outcome === 'done')).toHaveLength(
      1,
    );
    expect(done.failure).toMatchObject({ message: 'stop' });
    expect(failed(await made.apply(set))).toEqual([]);
    await mustBeSo(made);
  });
});

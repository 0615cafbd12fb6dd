import { describe, expect, it } from 'vitest';
import type { Plan } from '../../src/contract/types.ts';
import { describeOnEachDatabase } from '../support/databases.ts';
import { join, managed, person, standard, trail } from '../support/estate.ts';
import { startServer } from '../support/server.ts';
import { bill, change, customer, moveTo, plans, recatalogue, subscription } from './pricing.ts';

const gold: Plan = {
  name: 'gold',
  title: 'Gold',
  monthly_price_cents: 4_200,
  self_serve: true,
  entitlements: { managed_accounts: false, umbrella: false, organization: true, team: false },
  limits: {
    seats: 7,
    mails_per_day: 10,
    parsers: 1,
    workspaces: 2,
    uploads_per_month: null,
    messages_per_month: 0,
  },
};

const replacement = (token: string, all: readonly Plan[], ifMatch?: string) => ({
  token,
  body: { plans: [...all] },
  headers: ifMatch === undefined ? {} : { 'if-match': ifMatch },
});

describeOnEachDatabase('the catalogue', (open) => {
  it('begins with the five plans that there always were, for anybody to read', async () => {
    const server = await startServer({ database: await open() });
    const { status, headers, body } = await server.call('plans.list');
    expect([status, headers['etag']]).toEqual([200, '"1"']);
    const { data, next_cursor, revision } = await server.ok('plans.list');
    expect([next_cursor, revision, Reflect.get(Object(body), 'revision')]).toEqual([null, 1, 1]);
    expect(
      data.map((plan) => [plan.name, plan.monthly_price_cents, plan.self_serve, plan.limits.seats]),
    ).toEqual([
      ['basic', 0, true, 5],
      ['starter', 1_900, true, 25],
      ['professional', 9_900, true, 100],
      ['business', 29_900, true, 1_000],
      ['enterprise', 99_900, false, null],
    ]);
    const has = (name: keyof Plan['entitlements']) =>
      data.filter(({ entitlements }) => entitlements[name]).map((plan) => plan.name);
    expect(has('managed_accounts')).toEqual(['professional', 'business', 'enterprise']);
    expect(has('umbrella')).toEqual(['enterprise']);
    expect(has('organization')).toEqual(['business', 'enterprise']);
    expect(has('team')).toHaveLength(5);
    expect(await server.ok('plans.show', { params: { plan: 'basic' } })).toEqual(data[0]);
  });

  it('names what there is to whoever asks for what there is not', async () => {
    const server = await startServer({ database: await open() });
    const names = 'basic, starter, professional, business, enterprise';
    const shown = await server.refused('plans.show', { params: { plan: 'gold' } });
    expect([shown.status, shown.detail]).toEqual([404, `There is no plan "gold": there are ${names}.`]);
    const ann = await customer(server);
    const body = { name: 'x', plan: 'gold' };
    const created = await server.refused('accounts.create', { token: ann.owner.token, body });
    expect([created.code, created.errors]).toEqual([
      'invalid_request',
      [{ pointer: '/plan', detail: `names no plan: there are ${names}.` }],
    ]);
    const changed = await server.refused('subscription.change', {
      token: ann.token,
      params: { account: ann.id },
      body: { plan: 'gold' },
    });
    expect(changed.errors).toEqual(created.errors);
  });

  it('is replaced as a whole by staff, who must have read it', async () => {
    const server = await startServer({ database: await open() });
    const staff = await server.staffToken();
    const ann = await person(server, 'ann@acme.example');
    const before = await plans(server);
    const next = [...before.filter(({ name }) => name !== 'starter'), gold].map((plan) =>
      plan.name === 'business' ? { ...plan, title: 'Business!', monthly_price_cents: 30_000 } : plan,
    );
    const code = async (token: string, ifMatch?: string) =>
      (await server.refused('plans.replace', replacement(token, next, ifMatch))).code;
    expect(await code(ann.token, '"1"')).toBe('forbidden');
    expect(await code(staff)).toBe('precondition_required');
    expect(await code(staff, '"2"')).toBe('stale');
    const wanted = replacement(staff, next, '"1"');
    const answer = {
      changed: true,
      added: ['gold'],
      updated: ['business'],
      removed: ['starter'],
      revision: 2,
    };
    const tried = await server.ok('plans.replace', { ...wanted, query: { dry_run: true } });
    expect([tried, await plans(server)]).toEqual([answer, before]);
    const done = await server.call('plans.replace', wanted);
    expect([done.body, done.headers['etag']]).toEqual([answer, '"2"']);
    expect(await plans(server)).toEqual(next);
    expect(await code(staff, '"1"')).toBe('stale');
    const again = await server.ok('plans.replace', replacement(staff, next, '"2"'));
    expect(again).toEqual({ changed: false, added: [], updated: [], removed: [], revision: 2 });
    const turned = await server.ok('plans.replace', replacement(staff, next.toReversed(), '"2"'));
    expect([turned.changed, turned.revision]).toEqual([true, 3]);
    expect((await trail(server, null)).filter((event) => event.startsWith('plans.'))).toEqual([
      'plans.replace null',
      'plans.replace null',
    ]);
    const { data } = await server.ok('audit.platform', { token: staff, query: { action: 'plans.replace' } });
    expect(data.at(-1)?.before).toMatchObject({ revision: 1, order: before.map(({ name }) => name) });
  });

  it('is refused with everything that is wrong with it at once', async () => {
    const server = await startServer({ database: await open() });
    const staff = await server.staffToken();
    const ann = await customer(server, 'acme');
    const ben = await customer(server, 'beta');
    await change(server, ann, 'professional');
    await change(server, ann, 'starter');
    await change(server, ben, 'business');
    const wanted = replacement(staff, [gold, gold, { ...gold, name: 'basic' }], '"1"');
    const problem = await server.refused('plans.replace', wanted);
    expect([problem.status, problem.code, problem.blockers]).toEqual([
      409,
      'catalogue_blocked',
      [
        { kind: 'duplicate_plan', detail: 'gold is there 2 times: keep one' },
        { kind: 'start_plan', detail: "basic must be self-serve and free: everybody's account starts on it" },
        { kind: 'plan_in_use', detail: 'business is missing: accounts on it: 1, scheduled to go to it: 0' },
        {
          kind: 'plan_in_use',
          detail: 'professional is missing: accounts on it: 1, scheduled to go to it: 0',
        },
        { kind: 'plan_in_use', detail: 'starter is missing: accounts on it: 0, scheduled to go to it: 1' },
      ],
    ]);
    const none = await server.refused('plans.replace', replacement(staff, [gold], '"1"'));
    expect(none.blockers?.map(({ kind }) => kind)).toEqual(['start_plan', ...Array(4).fill('plan_in_use')]);
    expect((await server.ok('plans.list')).revision).toBe(1);
  });

  it('loses no plan to somebody who takes it at the same moment, and only one of two replacements is made', async () => {
    const server = await startServer({ database: await open() });
    const staff = await server.staffToken();
    const ann = await person(server, 'ann@acme.example');
    const basic = (await plans(server)).slice(0, 1);
    for (let round = 0; round < 5; round += 1) {
      await recatalogue(server, staff, (plan) => (plan.name === 'basic' ? plan : null), [gold]).catch(
        () => {},
      );
      const { revision, data } = await server.ok('plans.list');
      const mark = `"${revision}"`;
      const answers = await Promise.all([
        server.call('plans.replace', replacement(staff, basic, mark)),
        server.call('accounts.create', { token: ann.token, body: { name: 'x', plan: 'gold' } }),
        server.call('plans.replace', replacement(staff, [...data, { ...gold, name: `g${round}` }], mark)),
      ]);
      const [removed, created, other] = answers.map(({ status }) => status);
      expect([removed, other].filter((status) => status === 200).length).toBeLessThanOrEqual(1);
      const names = (await plans(server)).map(({ name }) => name);
      const used = await server.database.read((trx) =>
        trx.selectFrom('accounts').where('state', '<>', 'gone').select('plan').distinct().execute(),
      );
      expect(used.filter(({ plan }) => !names.includes(plan))).toEqual([]);
      expect([201, 400]).toContain(created);
    }
  });

  it('changes limits for what is new at once, and prices from the next period on', async () => {
    const server = await startServer({ database: await open() });
    const staff = await server.staffToken();
    const ann = await customer(server);
    await change(server, ann, 'starter');
    for (const n of [1, 2, 3]) await join(server, ann.id, await person(server, `p${n}@acme.example`), 'user');
    await recatalogue(server, staff, (plan) =>
      plan.name === 'starter'
        ? { ...plan, monthly_price_cents: 2_500, limits: { ...plan.limits, seats: 3 } }
        : plan,
    );
    // Four people stay; a fifth finds no seat.
    const shown = await subscription(server, ann);
    expect([shown.price_cents, shown.limits.seats]).toEqual([1_900, { by: 'plan', used: 4, limit: 3 }]);
    const invite = { email: 'new@acme.example', role: 'admin' as const };
    const params = { account: ann.id };
    expect((await server.refused('invites.send', { token: ann.token, params, body: invite })).code).toBe(
      'no_seat',
    );
    moveTo(server, '2026-04-02', '00:00:00.000');
    expect((await subscription(server, ann)).price_cents).toBe(2_500);
    expect((await bill(server, ann)).due_cents).toBe(2_500);
  });

  it('has a plan for one person where team is missing, whatever seats it names', async () => {
    const server = await startServer({ database: await open() });
    await recatalogue(server, await server.staffToken(), (plan) => plan, [gold]);
    const ann = await customer(server);
    await change(server, ann, 'gold');
    const params = { account: ann.id };
    expect((await subscription(server, ann)).limits.seats).toEqual({ by: 'plan', used: 1, limit: 1 });
    expect((await server.ok('accounts.show', { token: ann.token, params })).seats.limit).toBe(1);
    const body = { email: 'new@acme.example', role: 'admin' as const };
    expect((await server.refused('invites.send', { token: ann.token, params, body })).code).toBe('no_seat');
    // Mail queued elsewhere is paced by the new plan too: its rows say so.
    await change(server, ann, 'professional');
    await server.ok('invites.send', { token: ann.token, params, body });
    const blocked = await server.refused('subscription.change', {
      token: ann.token,
      params,
      body: { plan: 'gold' },
    });
    expect(blocked.blockers).toEqual([
      {
        kind: 'seats',
        detail: '2 in use, and gold has 1; remove or deactivate members, or revoke invitations',
      },
    ]);
  });
});

describe('an organization', () => {
  const body = { name: 'Org', kind: 'organization' as const, admin_email: 'first@org.example' };

  it('starts on the cheapest plan that is for organizations, and on no other', async () => {
    const server = await startServer();
    const staff = await server.staffToken();
    expect((await server.ok('accounts.create', { token: staff, body })).plan).toBe('business');
    const problem = await server.refused('accounts.create', {
      token: staff,
      body: { ...body, plan: 'professional' },
    });
    expect(problem.errors).toEqual([
      { pointer: '/plan', detail: 'professional is not for organizations: these are: business, enterprise.' },
    ]);
    await recatalogue(server, staff, (plan) => plan, [gold]);
    expect((await server.ok('accounts.create', { token: staff, body })).plan).toBe('gold');
  });

  it('cannot be made where no plan is for it, nor go to one that is not', async () => {
    const server = await startServer();
    const staff = await server.staffToken();
    const org = await server.ok('accounts.create', { token: staff, body });
    const params = { account: org.id };
    const lower = { plan: 'basic', reason: 'test' };
    const problem = await server.refused('subscription.change', { token: staff, params, body: lower });
    expect([problem.code, problem.blockers]).toEqual([
      'plan_blocked',
      [{ kind: 'organization', detail: 'basic is not for organizations, and org is one' }],
    ]);
    const closed = (plan: Plan) => ({ ...plan, entitlements: { ...plan.entitlements, organization: false } });
    await recatalogue(server, staff, closed);
    expect((await server.refused('accounts.create', { token: staff, body })).code).toBe('conflict');
  });
});

describe('managed accounts', () => {
  it('come with the plans that the catalogue says, which a refusal names', async () => {
    const server = await startServer();
    const staff = await server.staffToken();
    const ann = await person(server, 'ann@acme.example');
    const { id } = await standard(server, ann, 'acme');
    await server.ok('accounts.unlock', { token: staff, params: { account: id }, body: {} });
    const refused = await server.refused('accounts.create', {
      token: ann.token,
      body: { name: 'x', master: id },
    });
    expect(refused.detail).toBe(
      'The plan basic of acme has no managed accounts. Plans that have them: professional, business, enterprise.',
    );
    await recatalogue(server, staff, (plan) => ({
      ...plan,
      entitlements: { ...plan.entitlements, managed_accounts: plan.name === 'basic' },
    }));
    expect((await managed(server, ann, id, 'acme-dev')).parent?.account.id).toBe(id);
  });
});

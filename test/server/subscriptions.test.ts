import { describe, expect, it } from 'vitest';
import { onPlatform } from '../../src/server/domain/change.ts';
import { describeOnEachDatabase } from '../support/databases.ts';
import { accountToken, join, managed, master, organization, person, trail } from '../support/estate.ts';
import { PASSWORD, startServer } from '../support/server.ts';
import {
  bill,
  change,
  customer,
  lines,
  moveTo,
  preview,
  recatalogue,
  refusedChange,
  subscription,
} from './pricing.ts';

const facts = ({
  plan,
  price_cents,
  period_start,
  period_end,
  scheduled,
  balance_cents,
}: Awaited<ReturnType<typeof subscription>>) => [
  plan,
  price_cents,
  period_start,
  period_end,
  scheduled?.plan ?? null,
  balance_cents,
];

describeOnEachDatabase('a subscription', (open) => {
  it('every account has one from its first day, with a bill of its own (R3, R25)', async () => {
    const server = await startServer({ database: await open() });
    const staff = await server.staffToken();
    const ann = await person(server, 'ann@acme.example');
    await master(server, ann, 'acme', staff);
    const dev = await managed(server, ann, 'acme', 'acme-dev');
    const of = async (account: string) =>
      facts(await subscription(server, { id: account, token: ann.token }));
    expect(await of('acme')).toEqual(['professional', 9_900, '2026-03-02', '2026-04-02', null, 0]);
    expect(await of(dev.id)).toEqual(['basic', 0, '2026-03-02', '2026-04-02', null, 0]);
    const { data } = await server.ok('accounts.list', { token: ann.token, query: { kind: 'personal' } });
    expect(await of(data[0]?.id ?? '')).toEqual(['basic', 0, '2026-03-02', '2026-04-02', null, 0]);
    // A paid plan is charged whole from the first day on.
    expect(lines(await bill(server, { id: 'acme', token: ann.token }))).toEqual([
      'period professional 31 9900',
    ]);
    // Changing the one touches nothing of the other.
    const before = await of('acme');
    await change(server, { id: dev.id, token: ann.token }, 'business');
    expect([await of('acme'), await of(dev.id)]).toEqual([
      before,
      ['business', 29_900, '2026-03-02', '2026-04-02', null, 0],
    ]);
  });

  it('shows what may be used, what is used, and where it comes from', async () => {
    const server = await startServer({ database: await open() });
    const staff = await server.staffToken();
    const ann = await customer(server);
    const params = { account: ann.id };
    const shown = await subscription(server, ann);
    expect(shown).toEqual({
      account_id: ann.id,
      plan: 'basic',
      price_cents: 0,
      period_start: '2026-03-02',
      period_end: '2026-04-02',
      scheduled: null,
      balance_cents: 0,
      entitlements: {
        managed_accounts: { granted: false, by: null, until: null, lacks: 'unlock' },
        umbrella: { granted: false, by: null, until: null, lacks: 'plan' },
        organization: { granted: false, by: null, until: null, lacks: 'plan' },
        team: { granted: true, by: 'plan', until: null, lacks: null },
      },
      limits: {
        seats: { by: 'plan', used: 1, limit: 5 },
        mails_per_day: { by: 'plan', used: 0, limit: 5 },
        parsers: { by: 'plan', used: 0, limit: 10 },
        workspaces: { by: 'plan', used: 1, limit: 1 },
        uploads_per_month: { by: 'plan', used: null, limit: 100 },
        messages_per_month: { by: 'plan', used: null, limit: 50 },
      },
      revision: 1,
    });
    const managedBy = async () => (await subscription(server, ann)).entitlements.managed_accounts;
    await server.ok('accounts.unlock', { token: staff, params, body: {} });
    expect(await managedBy()).toMatchObject({ granted: false, lacks: 'plan' });
    await change(server, ann, 'professional');
    expect(await managedBy()).toMatchObject({ granted: true, by: 'plan', until: null });
    await server.ok('accounts.lock', { token: staff, params, body: {} });
    await server.ok('accounts.unlock', { token: staff, params, body: { trial_days: 3 } });
    expect(await managedBy()).toMatchObject({
      granted: true,
      by: 'trial',
      until: '2026-03-05T09:00:00.000Z',
    });
    server.clock.advance({ days: 3 });
    expect(await managedBy()).toMatchObject({ granted: false, lacks: 'unlock' });
  });

  it('goes up at once, and pays the days that are left, today among them', async () => {
    const server = await startServer({ database: await open() });
    const ann = await customer(server);
    moveTo(server, '2026-03-12');
    const shown = await preview(server, ann, 'professional');
    expect(shown).toMatchObject({
      direction: 'upgrade',
      takes_effect: 'now',
      on: '2026-03-12',
      replaces: null,
      blockers: [],
      due_cents: 6_707,
      balance_cents: 0,
      next: {
        on: '2026-04-02',
        plan: 'professional',
        price_cents: 9_900,
        credit_used_cents: 0,
        due_cents: 9_900,
      },
    });
    expect([shown.from.name, shown.to.name]).toEqual(['basic', 'professional']);
    expect(facts(await subscription(server, ann))[0]).toBe('basic');
    const done = await change(server, ann, 'professional', { digest: shown.digest });
    expect(done.changed).toBe(true);
    expect(done.change).toEqual(shown);
    expect(done.subscription).toEqual(await subscription(server, ann));
    expect(facts(done.subscription)).toEqual(['professional', 9_900, '2026-03-02', '2026-04-02', null, 0]);
    // 9900 * 21 / 31 = 6706.45: what is given back is rounded down, what is charged up.
    await change(server, ann, 'business');
    const all = await bill(server, ann);
    expect(lines(all)).toEqual([
      'period basic 31 0',
      'prorated professional 21 6707',
      'unused professional 21 -6706',
      'prorated business 21 20255',
    ]);
    expect([all.charges_cents, all.credits_cents, all.due_cents]).toEqual([26_962, 6_706, 20_256]);
    expect(await trail(server, ann.id)).toEqual([
      'accounts.create acme',
      'subscription.change acme',
      'subscription.change acme',
    ]);
    const { data } = await server.ok('audit.list', { token: ann.token, params: { account: ann.id } });
    expect([data[0]?.before, data[0]?.after]).toEqual([
      { plan: 'professional', price_cents: 9_900, scheduled: null, balance_cents: 0 },
      { plan: 'business', price_cents: 29_900, scheduled: null, balance_cents: 0, due_cents: 13_549 },
    ]);
  });

  it('goes down at the end of the period, can be called back, and is carried out when the clock says so', async () => {
    const server = await startServer({ database: await open() });
    const ann = await customer(server);
    await change(server, ann, 'business');
    const down = await change(server, ann, 'starter');
    expect([down.changed, down.change.takes_effect, down.change.on, down.change.due_cents]).toEqual([
      true,
      'period_end',
      '2026-04-02',
      0,
    ]);
    expect(facts(down.subscription)).toEqual(['business', 29_900, '2026-03-02', '2026-04-02', 'starter', 0]);
    // Asking again changes nothing; another plan takes its place; both are told.
    expect((await change(server, ann, 'starter')).changed).toBe(false);
    const other = await change(server, ann, 'basic');
    expect(other.change.replaces).toEqual({ plan: 'starter', at: '2026-04-02' });
    const cancel = () =>
      server.ok('subscription.cancel_change', { token: ann.token, params: { account: ann.id } });
    expect([await cancel(), await cancel()]).toEqual([{ changed: true }, { changed: false }]);
    await change(server, ann, 'starter');
    moveTo(server, '2026-04-01', '23:59:59.999');
    expect(facts(await subscription(server, ann))[0]).toBe('business');
    server.clock.advance({ seconds: 0.001 });
    expect(facts(await subscription(server, ann))).toEqual([
      'starter',
      1_900,
      '2026-04-02',
      '2026-05-02',
      null,
      0,
    ]);
    expect(lines(await bill(server, ann))).toEqual(['period starter 30 1900']);
    expect(await trail(server, ann.id)).toEqual([
      'accounts.create acme',
      'subscription.change acme',
      'subscription.change acme',
      'subscription.change acme',
      'subscription.cancel_change acme',
      'subscription.change acme',
      'system.subscription_change acme',
    ]);
    const { data } = await server.ok('audit.list', { token: ann.token, params: { account: ann.id } });
    expect([data[0]?.actor.kind, data[0]?.before, data[0]?.after]).toEqual([
      'system',
      { plan: 'business', scheduled: 'starter' },
      { plan: 'starter', scheduled: null },
    ]);
  });

  it('goes down at once if wanted, and keeps what is given back for later charges', async () => {
    const server = await startServer({ database: await open() });
    const ann = await customer(server);
    await change(server, ann, 'professional');
    moveTo(server, '2026-03-12');
    await change(server, ann, 'starter');
    // At once clears what was scheduled.
    const down = await change(server, ann, 'basic', { now: true });
    expect([down.change.replaces?.plan, down.change.due_cents, down.change.balance_cents]).toEqual([
      'starter',
      0,
      6_706,
    ]);
    expect(facts(down.subscription)).toEqual(['basic', 0, '2026-03-02', '2026-04-02', null, 6_706]);
    const up = await change(server, ann, 'starter');
    expect([up.change.due_cents, up.change.balance_cents]).toEqual([0, 5_418]);
    moveTo(server, '2026-04-02');
    expect(lines(await bill(server, ann))).toEqual(['period starter 30 1900', 'credit_used -1900']);
    expect((await subscription(server, ann)).balance_cents).toBe(3_518);
    expect(lines(await bill(server, ann, '2026-03-02'))).toEqual([
      'period basic 31 0',
      'prorated professional 31 9900',
      'unused professional 21 -6706',
      'prorated basic 21 0',
      'credit_kept 6706',
      'prorated starter 21 1288',
      'credit_used -1288',
    ]);
  });

  it('cancels a scheduled downgrade with an upgrade, and leaves it where nothing changes', async () => {
    const server = await startServer({ database: await open() });
    const ann = await customer(server);
    await change(server, ann, 'professional');
    await change(server, ann, 'basic');
    const same = await change(server, ann, 'professional');
    expect([same.changed, same.change.direction, same.subscription.scheduled?.plan]).toEqual([
      false,
      'none',
      'basic',
    ]);
    expect(same.change.next).toMatchObject({ plan: 'basic', due_cents: 0 });
    const up = await change(server, ann, 'business');
    expect([up.change.replaces?.plan, up.subscription.scheduled]).toEqual(['basic', null]);
  });

  it('is done once however often a request is repeated, and only as it was shown', async () => {
    const server = await startServer({ database: await open() });
    const ann = await customer(server);
    const shown = await preview(server, ann, 'starter');
    moveTo(server, '2026-03-20');
    const late = await refusedChange(server, ann, 'starter', { digest: shown.digest });
    expect([late.status, late.code]).toEqual([412, 'stale']);
    const request = {
      token: ann.token,
      params: { account: ann.id },
      body: { plan: 'starter' },
      headers: { 'idempotency-key': 'one' },
    };
    const dry = await server.ok('subscription.change', { ...request, query: { dry_run: true } });
    expect([dry.changed, (await subscription(server, ann)).plan]).toEqual([true, 'basic']);
    const first = await server.call('subscription.change', request);
    const second = await server.call('subscription.change', request);
    expect(second.headers['idempotency-replayed']).toBe('true');
    expect(second.body).toEqual(first.body);
    expect((await change(server, ann, 'starter', { digest: shown.digest })).changed).toBe(false);
    expect(lines(await bill(server, ann))).toEqual(['period basic 31 0', 'prorated starter 13 797']);
  });

  it('takes one of two changes at the same moment after the other, and bills each', async () => {
    const server = await startServer({ database: await open() });
    const ann = await customer(server);
    const answers = await Promise.all(
      ['starter', 'professional', 'business', 'starter'].map((plan) =>
        change(server, ann, plan, { now: true }),
      ),
    );
    const { plan, revision, balance_cents } = await subscription(server, ann);
    expect(revision).toBe(1 + answers.filter(({ changed }) => changed).length);
    const all = await bill(server, ann);
    const price = { starter: 1_900, professional: 9_900, business: 29_900 }[plan] ?? 0;
    // All on the first day: what is paid and not kept is what the last plan costs.
    expect(all.due_cents - balance_cents).toBe(price);
  });
});

describeOnEachDatabase('a change of plan', (open) => {
  it('is refused with everything that stands in its way, now or later (D13)', async () => {
    const server = await startServer({ database: await open() });
    const staff = await server.staffToken();
    const ann = await customer(server);
    await change(server, ann, 'professional');
    const params = { account: ann.id };
    await server.ok('accounts.unlock', { token: staff, params, body: {} });
    for (const slug of ['acme-dev', 'acme-prod']) await managed(server, ann.owner, ann.id, slug);
    for (let n = 0; n < 4; n += 1)
      await join(server, ann.id, await person(server, `p${n}@acme.example`), 'user');
    const body = { email: 'new@acme.example', role: 'admin' as const };
    await server.ok('invites.send', { token: ann.token, params, body });
    const at = server.clock.now().toISOString();
    await server.deps.transactions.write(async ({ tenant }) => {
      const id = server.deps.newId('workspace');
      await tenant(ann.id).workspaces.insert({ id, slug: 'second', name: 'Second', createdBy: null, at });
    });
    const blockers = [
      {
        kind: 'seats',
        detail: '6 in use, and basic has 5; remove or deactivate members, or revoke invitations',
      },
      { kind: 'workspaces', detail: '2 in use, and basic has 1; delete workspaces' },
      {
        kind: 'managed_accounts',
        detail: '2 (acme-dev, acme-prod), and basic has none; release or delete them',
      },
    ];
    expect((await preview(server, ann, 'basic')).blockers).toEqual(blockers);
    for (const now of [true, false]) {
      const problem = await refusedChange(server, ann, 'basic', { now });
      expect([problem.status, problem.code, problem.blockers]).toEqual([409, 'plan_blocked', blockers]);
    }
    // Upwards nothing is taken away.
    expect((await change(server, ann, 'business')).changed).toBe(true);
    expect((await preview(server, ann, 'professional')).blockers).toEqual([]);
  });

  it('may take managed accounts away while a trial gives them, which then ends like any other (R4)', async () => {
    const server = await startServer({ database: await open() });
    const staff = await server.staffToken();
    const ann = await customer(server);
    const params = { account: ann.id };
    await change(server, ann, 'professional');
    await server.ok('accounts.unlock', { token: staff, params, body: { trial_days: 10 } });
    await managed(server, ann.owner, ann.id, 'acme-dev');
    await change(server, ann, 'basic', { now: true });
    await managed(server, ann.owner, ann.id, 'acme-prod');
    server.clock.advance({ days: 10 });
    const create = { token: ann.token, body: { name: 'x', master: ann.id } };
    expect((await server.refused('accounts.create', create)).code).toBe('feature_locked');
    const { data } = await server.ok('accounts.list', { token: ann.token, query: { master: ann.id } });
    expect(data.map(({ slug }) => slug)).toEqual(['acme-dev', 'acme-prod']);
    // What the plan in force does not give is nothing that another one takes away.
    await change(server, ann, 'starter');
    expect((await change(server, ann, 'basic', { now: true })).changed).toBe(true);
  });

  it('blocks on links to sub-accounts of an umbrella', async () => {
    const server = await startServer({ database: await open(), setup: { dev: true } });
    const ann = await customer(server);
    const ben = await customer(server, 'beta');
    await change(server, ann, 'enterprise');
    const at = server.clock.now().toISOString();
    await server.database.write((trx) =>
      trx
        .insertInto('links')
        .values({
          parent_id: ann.id,
          id: server.deps.newId('link'),
          child_id: ben.id,
          kind: 'sub',
          state: 'active',
          ended_at: null,
          created_at: at,
          updated_at: at,
        })
        .execute(),
    );
    expect((await preview(server, ann, 'business')).blockers).toEqual([
      { kind: 'umbrella', detail: '1 linked, and business has none; end the links' },
    ]);
  });

  it('to a plan that is not self-serve is for staff, who say why and set any plan at once (D13)', async () => {
    const server = await startServer({ database: await open() });
    const staff = { token: await server.staffToken() };
    const ann = await customer(server);
    const refused = await refusedChange(server, ann, 'enterprise');
    expect([refused.status, refused.code, refused.reasons?.length]).toEqual([403, 'plan_not_self_serve', 1]);
    expect((await preview(server, ann, 'enterprise')).blockers).toEqual([
      { kind: 'not_self_serve', detail: 'enterprise is agreed with staff and set by them' },
    ]);
    const who = { ...staff, id: ann.id };
    expect((await refusedChange(server, who, 'enterprise')).errors?.[0]?.pointer).toBe('/reason');
    expect((await change(server, who, 'enterprise', { reason: 'contract 7' })).subscription.plan).toBe(
      'enterprise',
    );
    const down = await change(server, who, 'starter', { reason: 'contract ended' });
    expect([down.change.takes_effect, down.subscription.plan, down.subscription.balance_cents]).toEqual([
      'now',
      'starter',
      98_000,
    ]);
    const { data } = await server.ok('audit.list', { token: ann.token, params: { account: ann.id } });
    expect(data.slice(0, 2).map(({ actor, reason }) => [actor.kind, reason])).toEqual([
      ['staff', 'contract ended'],
      ['staff', 'contract 7'],
    ]);
    // Under --dev all are self-serve.
    const dev = await startServer({ setup: { dev: true } });
    expect((await change(dev, await customer(dev), 'enterprise')).changed).toBe(true);
  });

  it('is for the master too, and for a billing administrator, but for no plain member', async () => {
    const server = await startServer({ database: await open() });
    const staff = await server.staffToken();
    const sue = await person(server, 'sue@org.example');
    const org = await organization(server, staff, 'org', sue);
    const bill_ = await person(server, 'bill@org.example');
    const mem = await person(server, 'mem@org.example');
    await join(server, org.id, bill_, 'billing_admin');
    await join(server, org.id, mem, 'member');
    const by = (who: { token: string }) => ({ id: org.id, token: who.token });
    expect((await refusedChange(server, by(mem), 'professional')).status).toBe(403);
    expect((await bill(server, by(bill_))).due_cents).toBe(29_900);
    expect((await refusedChange(server, by(bill_), 'professional')).code).toBe('plan_blocked');
  });
});

describeOnEachDatabase('when a period ends', (open) => {
  it('a scheduled downgrade that does not fit any more does not happen, and the administrators are told', async () => {
    const server = await startServer({ database: await open() });
    const ann = await customer(server);
    await change(server, ann, 'professional');
    await change(server, ann, 'basic');
    for (let n = 0; n < 6; n += 1)
      await join(server, ann.id, await person(server, `p${n}@acme.example`), 'user');
    moveTo(server, '2026-04-02', '00:00:00.000');
    expect(facts(await subscription(server, ann))).toEqual([
      'professional',
      9_900,
      '2026-04-02',
      '2026-05-02',
      null,
      0,
    ]);
    const { data } = await server.ok('audit.list', { token: ann.token, params: { account: ann.id } });
    const detail = 'seats: 7 in use, and basic has 5; remove or deactivate members, or revoke invitations';
    expect([data[0]?.action, data[0]?.actor.kind, data[0]?.after]).toEqual([
      'system.subscription_change_refused',
      'system',
      { plan: 'professional', scheduled: null, blockers: [detail] },
    ]);
    const notices = (await server.mails('ann@acme.example')).filter(({ kind }) => kind === 'notice');
    const [mail, ...more] = notices;
    expect([mail?.kind, mail?.payload['subject'], more]).toEqual(['notice', 'acme stays on its plan', []]);
    expect(mail?.payload['text']).toContain(detail);
    expect(mail?.payload['text']).toContain('tenantctl plans change basic --account acme');
  });

  it("the master's administrators are told where an account has none of its own; nobody without mail", async () => {
    for (const setup of [{ mail: 'captured' as const }, { mail: 'none' as const }]) {
      const server = await startServer({ database: await open(), setup: { mail: 'captured' } });
      const staff = await server.staffToken();
      const ann = await person(server, 'ann@acme.example');
      const acme = await master(server, ann, 'acme', staff);
      const dev = await managed(server, ann, 'acme', 'acme-dev');
      const who = { id: dev.id, token: await accountToken(server, acme.id, 'admin') };
      await change(server, who, 'starter');
      await change(server, who, 'basic');
      for (let n = 0; n < 6; n += 1)
        await join(server, dev.id, await person(server, `p${n}@acme.example`), 'user');
      const silent = await startServer({ database: server.database, setup });
      silent.clock.moveTo(new Date('2026-04-02T00:00:00.000Z'));
      expect((await subscription(silent, who)).plan).toBe('starter');
      const told = (await server.mails('ann@acme.example')).filter(({ kind }) => kind === 'notice');
      expect(told).toHaveLength(setup.mail === 'none' ? 0 : 1);
    }
  });

  it('every period since is billed in order, each at the price of its first day, whenever somebody looks', async () => {
    const server = await startServer({ database: await open() });
    const ann = await customer(server);
    await change(server, ann, 'starter');
    moveTo(server, '2026-04-20');
    const price = (cents: number) => async () =>
      recatalogue(server, await server.staffToken(), (plan) =>
        plan.name === 'starter' ? { ...plan, monthly_price_cents: cents } : plan,
      );
    await price(2_000)();
    moveTo(server, '2026-05-02', '08:00:00.000');
    await price(2_100)();
    moveTo(server, '2026-07-15');
    const current = await bill(server, ann);
    expect([lines(current), current.previous, current.next]).toEqual([
      ['period starter 31 2100'],
      '2026-06-02',
      null,
    ]);
    const amounts: string[] = [];
    for (let at: string | null = '2026-03-02'; at !== null; ) {
      const one = await bill(server, ann, at);
      amounts.push(`${one.period_start} ${one.period_end} ${lines(one).at(-1)}`);
      at = one.next;
    }
    expect(amounts).toEqual([
      '2026-03-02 2026-04-02 prorated starter 31 1900',
      '2026-04-02 2026-05-02 period starter 30 1900',
      // On 2 May at midnight the price was 2000 still.
      '2026-05-02 2026-06-02 period starter 31 2000',
      '2026-06-02 2026-07-02 period starter 30 2100',
      '2026-07-02 2026-08-02 period starter 31 2100',
    ]);
  });

  it('begins on the last day of a shorter month, and on the day that it began on again after it', async () => {
    const server = await startServer({ database: await open() });
    moveTo(server, '2026-12-31');
    const ann = await customer(server);
    const ends: string[] = [];
    for (const day of ['2026-12-31', '2027-01-31', '2027-02-28', '2027-03-31', '2027-04-30']) {
      moveTo(server, day);
      const { period_start, period_end } = await subscription(server, ann);
      ends.push(`${period_start} ${period_end}`);
    }
    expect(ends).toEqual([
      '2026-12-31 2027-01-31',
      '2027-01-31 2027-02-28',
      '2027-02-28 2027-03-31',
      '2027-03-31 2027-04-30',
      '2027-04-30 2027-05-31',
    ]);
  });

  it('is settled before anything else is done with the account: a read, a change, an acceptance', async () => {
    const server = await startServer({ database: await open() });
    const ann = await customer(server);
    const params = { account: ann.id };
    await change(server, ann, 'starter');
    await change(server, ann, 'basic');
    moveTo(server, '2026-03-28');
    const body = { email: 'ben@acme.example', role: 'admin' as const };
    await server.ok('invites.send', { token: ann.token, params, body });
    const secret = await server.secretFor('ben@acme.example');
    for (let n = 0; n < 3; n += 1)
      await join(server, ann.id, await person(server, `p${n}@acme.example`), 'user');
    moveTo(server, '2026-04-02');
    await server.ok('invites.accept', { body: { secret, password: PASSWORD } });
    const plan = await server.database.read((trx) =>
      trx.selectFrom('accounts').where('id', '=', ann.id).select('plan').executeTakeFirstOrThrow(),
    );
    expect(plan).toEqual({ plan: 'basic' });
    expect(await trail(server, ann.id)).toContain('system.subscription_change acme');
    // A refused change leaves what was due carried out.
    moveTo(server, '2026-05-02');
    expect((await refusedChange(server, ann, 'enterprise')).code).toBe('plan_not_self_serve');
    const { period_start } = await server.database.read((trx) =>
      trx
        .selectFrom('subscriptions')
        .where('account_id', '=', ann.id)
        .select('period_start')
        .executeTakeFirstOrThrow(),
    );
    expect(period_start).toBe('2026-05-02');
  });

  it('settles every account that one operation is about, however many', async () => {
    const server = await startServer({ database: await open() });
    const ids: string[] = [];
    for (let n = 0; n < 6; n += 1) ids.push((await customer(server, `acme-${n}`)).id);
    moveTo(server, '2026-04-02');
    const plans = onPlatform('roles.list', async (work) => {
      for (const id of ids) await work.authorise(id, 'accounts.show');
      return { data: [], next_cursor: null };
    });
    const input = { params: {}, query: { limit: 1 }, body: {}, expected: null, after: null, ip: '' };
    const call = { idempotencyKey: null, requestHash: '', requestId: 'test', dryRun: false };
    await plans(server.deps, input, { ...call, credential: await server.staffToken() });
    const due = await server.database.read((trx) =>
      trx
        .selectFrom('subscriptions')
        .where('account_id', 'in', ids)
        .where('period_start', '=', '2026-04-02')
        .select('account_id')
        .execute(),
    );
    expect(due).toHaveLength(6);
  });

  it('of a deleted account nothing is due any more, and its bills stay', async () => {
    const server = await startServer({ database: await open() });
    const ann = await customer(server);
    await change(server, ann, 'starter');
    const request = { token: ann.token, params: { account: 'acme' }, query: { confirm: 'acme' } };
    await server.ok('accounts.delete', request);
    moveTo(server, '2026-06-01');
    const left = await server.database.read(async (trx) => ({
      subscriptions: await trx
        .selectFrom('subscriptions')
        .where('account_id', '=', ann.id)
        .selectAll()
        .execute(),
      bills: await trx.selectFrom('bill_lines').where('account_id', '=', ann.id).select('kind').execute(),
    }));
    expect([left.subscriptions, left.bills.map(({ kind }) => kind).sort()]).toEqual([
      [],
      ['period', 'prorated'],
    ]);
  });
});

describe('two accounts', () => {
  it('see nothing of one another’s bills', async () => {
    const server = await startServer();
    const ann = await customer(server);
    const ben = await customer(server, 'beta');
    await change(server, ann, 'starter');
    expect((await bill(server, ben)).lines).toHaveLength(1);
    const foreign = await server.refused('billing.show', { token: ben.token, params: { account: ann.id } });
    expect(foreign.status).toBe(404);
  });
});

import { sql } from 'kysely';
import { expect, it } from 'vitest';
import type { Answer } from '../../src/contract/shapes.ts';
import type { Credits } from '../../src/contract/types.ts';
import { BillingWorker } from '../../src/server/billing/worker.ts';
import { spend } from '../../src/server/domain/credits.ts';
import { DomainError } from '../../src/server/domain/errors.ts';
import {
  ledgerHolds,
  linkSub,
  meterToken,
  noCaps,
  report,
  setMonthly,
  unlinkSub,
} from '../support/credits.ts';
import { describeOnEachDatabase, type OpenDatabase } from '../support/databases.ts';
import { accountToken, type Person, person, standard } from '../support/estate.ts';
import { PASSWORD, startServer, type TestServer } from '../support/server.ts';

/** Somebody by a token that outlives the months of these tests. */
const lasting = async (server: TestServer, who: Person, accountId: string): Promise<Person> => ({
  ...who,
  token: await accountToken(server, accountId, 'admin'),
});

/** Months and limits: basic grants 100 uploads and 50 messages. */
async function world(open: OpenDatabase) {
  const server = await startServer({ database: await open() });
  const signedIn = await person(server, 'ann@acme.example');
  const acme = await standard(server, signedIn, 'acme');
  const ann = await lasting(server, signedIn, acme.id);
  return {
    signedIn,
    server,
    ann,
    acme,
    staff: await server.staffToken(),
    meter: await meterToken(server),
  };
}

/** An umbrella with so many monthly uploads, and an account under it. */
async function family(open: OpenDatabase, uploads: number | null, cap: number | null = null) {
  const there = await world(open);
  const { server, staff } = there;
  await setMonthly(server, 'enterprise', { upload: uploads, message: uploads });
  const signedIn = await person(server, 'umma@nexus.example');
  const umbrella = await standard(server, signedIn, 'nexus');
  const umma = await lasting(server, signedIn, umbrella.id);
  const params = { account: 'nexus' };
  await server.ok('subscription.change', {
    token: staff,
    params,
    body: { plan: 'enterprise', reason: 'test' },
  });
  const link = await linkSub(server, umbrella.id, there.acme.id, { ...noCaps, upload: cap });
  return { ...there, umma, umbrella, link };
}

const show = (server: TestServer, who: Pick<Person, 'token'>, account: string): Promise<Credits> =>
  server.ok('credits.show', { token: who.token, params: { account } });

const uploads = async (server: TestServer, who: Person, account: string) =>
  (await show(server, who, account)).units.upload;

const ledger = async (server: TestServer, who: Person, account: string) => {
  const { data } = await server.ok('credits.ledger', { token: who.token, params: { account } });
  return data.map(({ kind, unit, amount, cause }) => `${kind} ${amount} ${unit} ${cause}`);
};

const moveTo = (server: TestServer, time: string) => server.clock.moveTo(new Date(time));

describeOnEachDatabase('credits', (open) => {
  it('of the month are there as soon as the account is, by its plan', async () => {
    const { server, ann, acme } = await world(open);
    expect(await show(server, ann, 'acme')).toEqual({
      account_id: acme.id,
      payer: { id: acme.id, slug: 'acme' },
      month: '2026-03',
      expires_at: '2026-04-01T00:00:00.000Z',
      units: {
        upload: { balance: 100, monthly_left: 100, monthly_grant: 100, used: 0, paid: 0, cap: null },
        message: { balance: 50, monthly_left: 50, monthly_grant: 50, used: 0, paid: 0, cap: null },
      },
    });
    expect(await ledger(server, ann, 'acme')).toEqual([
      'grant 50 message credits.monthly',
      'grant 100 upload credits.monthly',
    ]);
    await ledgerHolds(server.database);
  });

  it('are taken by what is reported, once a key, and never beyond what is there', async () => {
    const { server, ann, meter } = await world(open);
    expect(await report(server, meter, 'acme', 60, { key: 'a' })).toBe('recorded');
    expect(await report(server, meter, 'acme', 60, { key: 'a' })).toBe('repeated');
    expect(await report(server, meter, 'acme', 61, { key: 'a' })).toBe('conflict');
    expect(await report(server, meter, 'acme', 41, { key: 'b' })).toBe('insufficient');
    expect(await report(server, meter, 'acme', 40, { key: 'b' })).toBe('recorded');
    expect(await report(server, meter, 'acme', 1)).toBe('insufficient');
    expect(await report(server, meter, 'acme', 1, { unit: 'message' })).toBe('recorded');
    expect(await report(server, meter, 'nowhere', 1)).toBe('unknown_account');
    expect(await uploads(server, ann, 'acme')).toMatchObject({ balance: 0, used: 100, paid: 100 });
    await ledgerHolds(server.database);
  });

  it('are judged record by record within a report, in their order', async () => {
    const { server, meter, ann } = await world(open);
    const record = (key: string, amount: number) =>
      ({ account: 'acme', unit: 'upload', amount, key, cause: 'parsers.run' }) as const;
    const records = [record('a', 90), record('b', 20), record('a', 90), record('c', 10), record('d', 1)];
    const answer = await server.ok('usage.record', { token: meter, body: { records } });
    expect(answer).toEqual({
      recorded: 2,
      results: [
        { account: 'acme', key: 'a', outcome: 'recorded', detail: null },
        { account: 'acme', key: 'b', outcome: 'insufficient', detail: 'acme, which pays, has 10 left' },
        { account: 'acme', key: 'a', outcome: 'repeated', detail: null },
        { account: 'acme', key: 'c', outcome: 'recorded', detail: null },
        { account: 'acme', key: 'd', outcome: 'insufficient', detail: 'acme, which pays, has 0 left' },
      ],
    });
    const again = await server.ok('usage.record', { token: meter, body: { records } });
    expect(again.results.map(({ outcome }) => outcome)).toEqual([
      'repeated',
      'insufficient',
      'repeated',
      'repeated',
      'insufficient',
    ]);
    expect((await uploads(server, ann, 'acme')).used).toBe(100);
  });

  it('are whole numbers above 0', async () => {
    const { server, meter } = await world(open);
    for (const amount of [0, -1, 0.5, 2 ** 53, 1e30]) {
      const records = [{ account: 'acme', unit: 'upload' as const, amount, key: 'k', cause: 'parsers.run' }];
      const { code } = await server.refused('usage.record', { token: meter, body: { records } });
      expect(code).toBe('invalid_request');
    }
    const future = new Date(server.clock.now().getTime() + 3_600_000).toISOString();
    const one = {
      account: 'acme',
      unit: 'upload' as const,
      amount: 1,
      key: 'k',
      cause: 'parsers.run',
      at: future,
    };
    const late = await server.refused('usage.record', { token: meter, body: { records: [one] } });
    expect(late.errors).toEqual([{ pointer: '/records/0/at', detail: 'must not lie in the future.' }]);
    const reserved = { ...one, at: undefined, cause: 'credits.grant' };
    await server.refused('usage.record', { token: meter, body: { records: [reserved] } });
  });

  it('that are left of a month expire when it turns, and the next come, once, whoever looks', async () => {
    const { server, ann, meter, acme } = await world(open);
    await report(server, meter, 'acme', 30);
    moveTo(server, '2026-03-31T23:59:59.999Z');
    expect((await uploads(server, ann, 'acme')).balance).toBe(70);
    moveTo(server, '2026-04-01T00:00:00.000Z');
    const worker = new BillingWorker({ deps: server.deps });
    await Promise.all([worker.round(), show(server, ann, 'acme'), report(server, meter, 'acme', 1)]);
    expect(await worker.round()).toBe(0);
    expect(await uploads(server, ann, 'acme')).toMatchObject({ balance: 99, monthly_left: 99, used: 1 });
    const turned = (await ledger(server, ann, 'acme')).filter((line) => line.includes(' upload '));
    expect(turned.toReversed()).toEqual([
      'grant 100 upload credits.monthly',
      'use 30 upload parsers.run',
      'expiry 70 upload credits.expired',
      'grant 100 upload credits.monthly',
      'use 1 upload parsers.run',
    ]);
    // Months that nobody was there for are not made up for.
    moveTo(server, '2026-09-15T12:00:00.000Z');
    expect(await uploads(server, ann, 'acme')).toMatchObject({ balance: 100, used: 0 });
    const months = await server.database.read((trx) =>
      trx
        .selectFrom('credit_entries')
        .where('payer_id', '=', acme.id)
        .where('cause', '=', 'credits.monthly')
        .select('id')
        .execute(),
    );
    expect(months).toHaveLength(6);
    await ledgerHolds(server.database);
  });

  it('granted by staff do not expire, and are spent after those that do', async () => {
    const { server, ann, staff, meter } = await world(open);
    const params = { account: 'acme' };
    const body = { unit: 'upload', amount: 500, reason: 'goodwill' } as const;
    const dry = await server.ok('credits.grant', { token: staff, params, body, query: { dry_run: true } });
    expect(dry).toEqual({ changed: true, granted: 500, unit: 'upload', balance: 600 });
    expect((await uploads(server, ann, 'acme')).balance).toBe(100);
    const headers = { 'idempotency-key': 'grant-1' };
    await server.ok('credits.grant', { token: staff, params, body, headers });
    await server.ok('credits.grant', { token: staff, params, body, headers });
    await report(server, meter, 'acme', 60);
    expect(await uploads(server, ann, 'acme')).toMatchObject({ balance: 540, monthly_left: 40 });
    moveTo(server, '2026-04-01T00:00:00.000Z');
    expect(await uploads(server, ann, 'acme')).toMatchObject({ balance: 600, monthly_left: 100 });
    await report(server, meter, 'acme', 150);
    expect(await uploads(server, ann, 'acme')).toMatchObject({ balance: 450, monthly_left: 0 });
    const trail = await server.ok('audit.list', {
      token: ann.token,
      params,
      query: { action: 'credits.grant' },
    });
    expect(trail.data.map(({ reason, before, after }) => ({ reason, before, after }))).toEqual([
      {
        reason: 'goodwill',
        before: { unit: 'upload', balance: 100 },
        after: { unit: 'upload', balance: 600, granted: 500 },
      },
    ]);
    expect((await server.refused('credits.grant', { token: ann.token, params, body })).code).toBe(
      'forbidden',
    );
    await ledgerHolds(server.database);
  });

  it('follow the plan: what a higher one grants more comes at once, a lower one takes nothing away', async () => {
    const { server, ann, staff, meter } = await world(open);
    const change = (plan: string) =>
      server.ok('subscription.change', {
        token: staff,
        params: { account: 'acme' },
        body: { plan, reason: 'test' },
      });
    await report(server, meter, 'acme', 50);
    await change('starter');
    expect(await uploads(server, ann, 'acme')).toMatchObject({ balance: 950, monthly_left: 950 });
    await change('basic');
    await change('starter');
    await change('basic');
    expect(await uploads(server, ann, 'acme')).toMatchObject({ balance: 950, monthly_left: 950 });
    moveTo(server, '2026-04-01T00:00:00.000Z');
    expect(await uploads(server, ann, 'acme')).toMatchObject({ balance: 100, monthly_left: 100 });
    await ledgerHolds(server.database);
  });

  it('on a plan without limit are granted as they are used, and the balance stays', async () => {
    const { server, ann, staff, meter } = await world(open);
    const params = { account: 'acme' };
    const body = { plan: 'enterprise', reason: 'test' };
    await server.ok('subscription.change', { token: staff, params, body });
    expect(await report(server, meter, 'acme', 1_000_000)).toBe('recorded');
    expect(await report(server, meter, 'acme', 1_000_000_000)).toBe('recorded');
    expect(await report(server, meter, 'acme', 1_000_000_000)).toBe('recorded');
    expect(await report(server, meter, 'acme', 1_000_000_000)).toBe('recorded');
    expect(await uploads(server, ann, 'acme')).toMatchObject({
      balance: 100,
      monthly_grant: null,
      used: 3_001_000_000,
    });
    await ledgerHolds(server.database);
  });
});

describeOnEachDatabase('an umbrella', (open) => {
  it('pays while the link lives, and what was used stays used', async () => {
    const { server, ann, umma, umbrella, acme, meter, link } = await family(open, 1_000);
    expect(await report(server, meter, 'acme', 300)).toBe('recorded');
    expect(await show(server, ann, 'acme')).toMatchObject({
      payer: { id: umbrella.id, slug: 'nexus' },
      units: { upload: { balance: 100, used: 300, paid: 0, cap: { limit: null, used: 300 } } },
    });
    // It had 100 of basic when it was made; enterprise made up the rest.
    expect(await uploads(server, umma, 'nexus')).toMatchObject({ balance: 700, used: 0, paid: 300 });
    await unlinkSub(server, umbrella.id, link);
    expect(await report(server, meter, 'acme', 100)).toBe('recorded');
    expect(await report(server, meter, 'acme', 1)).toBe('insufficient');
    expect(await uploads(server, umma, 'nexus')).toMatchObject({ balance: 700, paid: 300 });
    const by = (who: Person, account: string, kind: string) =>
      server.ok('credits.usage', { token: who.token, params: { account }, query: { by: kind } });
    expect((await by(umma, 'nexus', 'consumer')).data).toEqual([
      {
        period: null,
        account: { id: umbrella.id, slug: 'nexus' },
        used: { upload: 0, message: 0 },
        paid: { upload: 0, message: 0 },
      },
      {
        period: null,
        account: { id: acme.id, slug: 'acme' },
        used: { upload: 0, message: 0 },
        paid: { upload: 300, message: 0 },
      },
    ]);
    const months = await by(ann, 'acme', 'month');
    expect(months.data).toHaveLength(12);
    expect(months.data.at(-1)).toEqual({
      period: '2026-03',
      account: null,
      used: { upload: 400, message: 0 },
      paid: { upload: 100, message: 0 },
    });
    expect(months.total).toEqual({ used: { upload: 400, message: 0 }, paid: { upload: 100, message: 0 } });
    const days = await by(umma, 'nexus', 'day');
    expect(days.data.filter(({ paid }) => paid.upload > 0).map(({ period }) => period)).toEqual([
      '2026-03-02',
    ]);
    await ledgerHolds(server.database);
  });

  it('sees the entries that it paid, but not who in the sub-account acted', async () => {
    const { server, ann, umma, meter } = await family(open, 1_000);
    await report(server, meter, 'acme', 5, { key: 'k5' });
    const entries = async (who: Person, account: string) =>
      (
        await server.ok('credits.ledger', {
          token: who.token,
          params: { account },
          query: { consumer: 'acme', cause: 'parsers.run' },
        })
      ).data;
    const [paid] = await entries(umma, 'nexus');
    const [used] = await entries(ann, 'acme');
    expect(paid).toMatchObject({ key: 'k5', kind: 'use', debit: 'balance', credit: 'used', actor: null });
    expect(used).toEqual({ ...paid, actor: { kind: 'meter', id: expect.any(String), name: 'meter' } });
  });

  it('caps what the account uses of its credits in a month, not what it uses of its own', async () => {
    const { server, ann, umbrella, meter, link } = await family(open, 1_000, 50);
    expect(await report(server, meter, 'acme', 30)).toBe('recorded');
    expect(await report(server, meter, 'acme', 21)).toBe('cap_reached');
    expect(await report(server, meter, 'acme', 20)).toBe('recorded');
    expect(await report(server, meter, 'acme', 1)).toBe('cap_reached');
    expect(await report(server, meter, 'acme', 200, { unit: 'message' })).toBe('recorded');
    expect((await uploads(server, ann, 'acme')).cap).toEqual({ limit: 50, used: 50 });
    moveTo(server, '2026-04-01T00:00:00.000Z');
    expect(await report(server, meter, 'acme', 50)).toBe('recorded');
    expect(await report(server, meter, 'acme', 1)).toBe('cap_reached');
    await unlinkSub(server, umbrella.id, link);
    expect(await report(server, meter, 'acme', 100)).toBe('recorded');
    await ledgerHolds(server.database);
  });

  it('that is suspended pays for nobody', async () => {
    const { server, staff, meter, umma } = await family(open, 1_000);
    await server.ok('accounts.suspend', { token: staff, params: { account: 'nexus' }, body: {} });
    expect(await report(server, meter, 'acme', 1)).toBe('payer_suspended');
    await server.ok('accounts.activate', { token: staff, params: { account: 'nexus' }, body: {} });
    await server.ok('accounts.suspend', { token: staff, params: { account: 'acme' }, body: {} });
    expect(await report(server, meter, 'acme', 1)).toBe('account_suspended');
    expect((await uploads(server, umma, 'nexus')).balance).toBe(1_000);
  });
});

describeOnEachDatabase('spending within an operation', (open) => {
  it('refuses the whole of it with too few credits, and changes nothing', async () => {
    const { server, ann, acme, umbrella, staff } = await family(open, 40, 30);
    const using = (amount: number, key: string | null = null) =>
      server.deps.transactions.write(async ({ platform, tenant }) => {
        const at = server.clock.now().toISOString();
        await tenant(acme.id).account.update({ name: `used ${amount}` }, at);
        const work = {
          platform,
          deps: server.deps,
          actor: { kind: 'anonymous' } as const,
          now: server.clock.now(),
          authorise: async () => Promise.reject(new DomainError('forbidden', 'nobody may')),
        };
        return await spend(work, { account: acme.id, unit: 'upload', amount, cause: 'forms.submit', key });
      });
    expect(await using(10, 'k')).toMatchObject({ repeated: false, payer: { slug: 'nexus' } });
    expect(await using(10, 'k')).toMatchObject({ repeated: true });
    const name = async () =>
      (await server.ok('accounts.show', { token: ann.token, params: { account: 'acme' } })).name;
    await expect(using(11, 'k')).rejects.toMatchObject({ code: 'conflict' });
    await expect(using(21)).rejects.toMatchObject({
      code: 'cap_reached',
      message: 'This takes 21 uploads, more than whoever pays lets acme use this month. Nothing was used.',
    });
    expect(await name()).toBe('used 10');
    await server.database.write((trx) =>
      trx.updateTable('links').set({ upload_cap: null }).where('parent_id', '=', umbrella.id).execute(),
    );
    // 100 of basic were there before enterprise.
    await expect(using(91)).rejects.toMatchObject({ code: 'insufficient_credits' });
    await server.ok('accounts.suspend', { token: staff, params: { account: 'nexus' }, body: {} });
    await expect(using(1)).rejects.toMatchObject({ code: 'payer_suspended' });
    expect(await name()).toBe('used 10');
    await ledgerHolds(server.database);
  });
});

describeOnEachDatabase('a metering token', (open) => {
  it('is made by staff with their password, reports usage and does nothing else', async () => {
    const { server, signedIn: ann, staff } = await world(open);
    await server.staffToken('ann@acme.example');
    const body = { kind: 'meter', name: 'gateway', reason: 'metering', current_password: PASSWORD } as const;
    const { token, secret } = await server.ok('tokens.create', { token: ann.token, body });
    expect(token).toMatchObject({ kind: 'meter', name: 'gateway', state: 'active', reason: 'metering' });
    expect(secret).toMatch(/^tctl_meter_/);
    expect(await report(server, secret, 'acme', 1)).toBe('recorded');
    for (const id of ['me.show', 'accounts.list', 'tokens.list', 'credits.verify'] as const)
      expect((await server.refused(id, { token: secret })).code).toBe('forbidden');
    const params = { account: 'acme' };
    expect((await server.refused('credits.show', { token: secret, params })).code).toBe('not_found');
    const [entry] = (await server.ok('credits.ledger', { token: ann.token, params })).data;
    expect(entry?.actor).toEqual({ kind: 'meter', id: token.id, name: 'gateway' });
    const wrong = { ...body, current_password: 'wrong' };
    expect((await server.refused('tokens.create', { token: ann.token, body: wrong })).code).toBe(
      'invalid_credentials',
    );
    await server.ok('staff.remove', { token: staff, params: { user: ann.email } });
    const records = [{ account: 'acme', unit: 'upload', amount: 1, key: 'k', cause: 'parsers.run' }] as const;
    expect(
      (await server.refused('usage.record', { token: secret, body: { records: [...records] } })).code,
    ).toBe('invalid_token');
    for (const other of [ann.token, staff])
      expect(
        (await server.refused('usage.record', { token: other, body: { records: [...records] } })).code,
      ).toBe('forbidden');
  });
});

describeOnEachDatabase('the verification of the ledger', (open) => {
  it('finds what is not what the entries come to, page by page', async () => {
    const { server, staff, meter, acme } = await world(open);
    await report(server, meter, 'acme', 10);
    const verify = async () => {
      const drift = [];
      let payers = 0;
      for (let cursor: string | null = ''; cursor !== null; ) {
        const query: Record<string, string | number> = { limit: 1, ...(cursor !== '' && { cursor }) };
        const page: Answer<'credits.verify'> = await server.ok('credits.verify', { token: staff, query });
        drift.push(...page.data);
        payers += page.payers;
        cursor = page.next_cursor;
      }
      return { drift, payers };
    };
    // ann's and the staff member's personal accounts, and acme.
    expect(await verify()).toEqual({ drift: [], payers: 3 });
    await server.database.write(async (trx) => {
      await sql`update credit_totals set balance = balance + 5, granted = granted + 5
        where payer_id = ${acme.id} and unit = 'upload'`.execute(trx);
      await sql`update credit_usage set amount = 9 where consumer_id = ${acme.id}`.execute(trx);
    });
    const found = { payer: acme.id, unit: 'upload' };
    expect(await verify()).toEqual({
      payers: 3,
      drift: [
        { ...found, field: 'granted', stored: 105, entries: 100 },
        { ...found, field: 'balance', stored: 95, entries: 90 },
        { ...found, field: `usage of ${acme.id} on 2026-03-02`, stored: 9, entries: 10 },
      ],
    });
    await server.database.write(async (trx) => {
      await sql`update credit_totals set balance = balance - 5, granted = granted - 5
        where payer_id = ${acme.id} and unit = 'upload'`.execute(trx);
      await sql`update credit_usage set amount = 10 where consumer_id = ${acme.id}`.execute(trx);
    });
    expect(await verify()).toEqual({ drift: [], payers: 3 });
  });
});

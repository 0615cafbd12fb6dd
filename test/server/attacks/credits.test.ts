import { expect, it } from 'vitest';
import { BillingWorker } from '../../../src/server/billing/worker.ts';
import { ledgerHolds, linkSub, meterToken, report, setMonthly, unlinkSub } from '../../support/credits.ts';
import { describeOnEachDatabase, type OpenDatabase } from '../../support/databases.ts';
import { accountToken, join, type Person, person, standard, umbrella } from '../../support/estate.ts';
import { wellsAnswers, wellsForm } from '../../support/records.ts';
import { startServer, type TestServer } from '../../support/server.ts';
import { dumpOf } from './dump.ts';

/** An umbrella with 1,000 of each a month, `acme` and `other` under it, and strangers with a form of `acme`. */
async function world(open: OpenDatabase, cap: number | null = null) {
  const server = await startServer({ database: await open() });
  const staff = await server.staffToken();
  const meter = await meterToken(server);
  await setMonthly(server, 'enterprise', { upload: 1_000, message: 1_000 });
  const ulla = await person(server, 'ulla@holding.example');
  const ann = await person(server, 'ann@acme.example');
  const fay = await person(server, 'fay@acme.example');
  const oli = await person(server, 'oli@other.example');
  const bob = await person(server, 'bob@partner.example');
  const holding = await umbrella(server, ulla, 'holding', staff);
  const acme = await standard(server, ann, 'acme');
  const other = await standard(server, oli, 'other');
  const partner = await standard(server, bob, 'partner');
  await join(server, acme.id, fay, 'user', ['forms', 'messages']);
  await wellsForm(server, ann, 'acme');
  await server.ok('forms.share', {
    token: ann.token,
    params: { account: 'acme', form: 'Wells' },
    body: { shares: [{ account: partner.id, role: 'data_collector' }] },
  });
  const link = await linkSub(server, holding.id, acme.id, { upload: cap, message: cap });
  await linkSub(server, holding.id, other.id);
  return { server, staff, meter, ulla, ann, fay, oli, bob, holding, acme, other, partner, link };
}

const at = (by: Pick<Person, 'token'>, account = 'acme') => ({
  token: by.token,
  params: { account, form: 'Wells' },
});

const submit = (server: TestServer, by: Pick<Person, 'token'>, count: number, account = 'acme') =>
  server.call('records.submit', { ...at(by, account), body: { records: wellsAnswers(count) } });

const sms = (server: TestServer, by: Pick<Person, 'token'>, to: readonly string[]) =>
  server.call('forms.sms', { ...at(by), body: { to: [...to], mode: 'structured' } });

const detailOf = ({ status, body }: { status: number; body: unknown }) =>
  `${status} ${String(Reflect.get(Object(body), 'detail'))}`;

/** Leaves an account with so many of a unit. */
async function leave(server: TestServer, payerId: string, left: number): Promise<void> {
  const purse = await server.database.read((trx) =>
    trx
      .selectFrom('credit_totals')
      .where('payer_id', '=', payerId)
      .where('unit', '=', 'upload')
      .select('balance')
      .executeTakeFirstOrThrow(),
  );
  const meter = await meterToken(server);
  await report(server, meter, payerId, purse.balance - left);
}

describeOnEachDatabase('credits of an umbrella', (open) => {
  it('402 tells its balance to whoever may read it, the cap to whoever may read that, and its name to no stranger', async () => {
    const { server, ulla, ann, fay, bob, holding, link } = await world(open);
    await leave(server, holding.id, 37);
    const told = async () => ({
      umbrella: detailOf(await submit(server, ulla, 50)),
      administrator: detailOf(await submit(server, ann, 50)),
      user: detailOf(await submit(server, fay, 50)),
      stranger: detailOf(await submit(server, bob, 50)),
    });
    const next = 'nothing was used. The next monthly ones come at 2026-04-01T00:00:00.000Z.';
    expect(await told()).toEqual({
      umbrella: `402 This takes 50 uploads, and holding, which pays, has 37; ${next}`,
      administrator: `402 This takes 50 uploads, and holding, which pays, has too few; ${next}`,
      user: `402 This takes 50 uploads, and holding, which pays, has too few; ${next}`,
      stranger: `402 This takes 50 uploads, and whoever pays for acme has too few; ${next}`,
    });
    await server.database.write((trx) =>
      trx.updateTable('links').set({ upload_cap: 21 }).where('id', '=', link).execute(),
    );
    const full =
      '402 This takes 50 uploads; holding lets acme use 21 a month, of which 0 are used. Nothing was used.';
    const capped = (payer: string) =>
      `402 This takes 50 uploads, more than ${payer} lets acme use this month. Nothing was used.`;
    expect(await told()).toEqual({
      umbrella: full,
      administrator: full,
      user: capped('holding'),
      stranger: capped('whoever pays'),
    });
    await unlinkSub(server, holding.id, link);
    await submit(server, ann, 60);
    expect(detailOf(await submit(server, ann, 50))).toContain('acme, which pays, has 40;');
    expect(detailOf(await submit(server, fay, 50))).toContain('acme, which pays, has too few;');
    expect(detailOf(await submit(server, bob, 50))).toContain('whoever pays for acme has too few;');
  });

  it('suspended: a stranger is not told who pays, and neither side’s use is charged to anybody', async () => {
    const { server, staff, ann, bob, meter, holding, acme } = await world(open);
    await server.ok('accounts.suspend', { token: staff, params: { account: 'holding' }, body: {} });
    expect(detailOf(await submit(server, ann, 1))).toBe(
      '402 holding, which pays for acme, is suspended; nothing was used.',
    );
    expect(detailOf(await submit(server, bob, 1))).toBe(
      '402 Whoever pays for acme is suspended; nothing was used.',
    );
    await server.ok('accounts.activate', { token: staff, params: { account: 'holding' }, body: {} });
    await server.ok('accounts.suspend', { token: staff, params: { account: 'acme' }, body: {} });
    for (const who of [ann, bob]) expect((await submit(server, who, 1)).status).toBe(403);
    expect(await report(server, meter, 'acme', 1)).toBe('account_suspended');
    const used = await server.database.read((trx) => trx.selectFrom('credit_usage').selectAll().execute());
    expect([holding.id, acme.id].filter((id) => used.some(({ payer_id }) => payer_id === id))).toEqual([]);
  });

  it('a cap holds by every door at once, and is not begun anew by linking again', async () => {
    const { server, ann, fay, ulla, meter, acme, holding, link } = await world(open, 10);
    const used = async () =>
      (
        await server.database.read((trx) =>
          trx
            .selectFrom('credit_usage')
            .where('consumer_id', '=', acme.id)
            .select(['payer_id', 'amount'])
            .execute(),
        )
      ).reduce((sum, { payer_id, amount }) => sum + (payer_id === holding.id ? amount : 0), 0);
    await Promise.all([
      submit(server, ann, 4),
      submit(server, ann, 4, acme.id),
      submit(server, fay, 3),
      submit(server, ulla, 3, acme.id),
      report(server, meter, 'acme', 4),
      report(server, meter, acme.id, 3),
    ]);
    expect(await used()).toBeLessThanOrEqual(10);
    expect(await used()).toBeGreaterThanOrEqual(7);
    await unlinkSub(server, holding.id, link);
    await linkSub(server, holding.id, acme.id, { upload: 10, message: 10 });
    const left = 10 - (await used());
    if (left > 0) await report(server, meter, 'acme', left);
    expect(await used()).toBe(10);
    expect((await submit(server, ann, 1)).status).toBe(402);
    // What a meter says of last month is used now.
    const records = [
      {
        account: 'acme',
        unit: 'upload' as const,
        amount: 1,
        key: 'late',
        cause: 'x',
        at: '2026-02-01T00:00:00Z',
      },
    ];
    const { results } = await server.ok('usage.record', { token: meter, body: { records } });
    expect(results.map(({ outcome }) => outcome)).toEqual(['cap_reached']);
    await ledgerHolds(server.database);
  });

  it('no amount makes credits: not nothing, less, a part, or more than can be counted', async () => {
    const { server, staff, ulla } = await world(open);
    const before = (await dumpOf(server.database)).credit_totals;
    const amounts = [0, -1, 0.5, 1e-9, 1e10, 2 ** 53, 1e308, '5', null, true, [5], {}];
    for (const amount of amounts as never[]) {
      const params = { account: 'acme' };
      const body = { unit: 'upload' as const, amount, reason: 'test' };
      const caps = { upload: amount, message: 'none' as const };
      const link = { account: 'holding', link: 'acme' };
      const statuses = [
        (await server.call('credits.grant', { token: staff, params, body })).status,
        (
          await server.call('usage.record', {
            token: await meterToken(server),
            body: { records: [{ account: 'acme', unit: 'upload', amount, key: 'k', cause: 'x' }] },
          })
        ).status,
        ...(amount === 0
          ? []
          : [
              (
                await server.call('sub_accounts.update', {
                  token: ulla.token,
                  params: link,
                  headers: { 'if-match': '*' },
                  body: { caps },
                })
              ).status,
            ]),
      ];
      expect([amount, ...new Set(statuses)]).toEqual([amount, 400]);
    }
    expect((await dumpOf(server.database)).credit_totals).toEqual(before);
    // As many grants as there can be in a request's time stay countable.
    for (let at = 0; at < 5; at += 1)
      await server.ok('credits.grant', {
        token: staff,
        params: { account: 'acme' },
        body: { unit: 'upload', amount: 1_000_000_000, reason: 'test' },
      });
    await ledgerHolds(server.database);
  });

  it('a key is one account’s and one unit’s: elsewhere it charges by itself, and never twice where it was', async () => {
    const { server, meter } = await world(open);
    expect(await report(server, meter, 'acme', 2, { key: 'k' })).toBe('recorded');
    expect(await report(server, meter, 'other', 2, { key: 'k' })).toBe('recorded');
    expect(await report(server, meter, 'acme', 2, { key: 'k', unit: 'message' })).toBe('conflict');
    expect(await report(server, meter, 'acme', 3, { key: 'k' })).toBe('conflict');
    const again = await Promise.all(
      Array.from({ length: 8 }, () => report(server, meter, 'acme', 2, { key: 'k' })),
    );
    expect(new Set(again)).toEqual(new Set(['repeated']));
    const fresh = await Promise.all(
      Array.from({ length: 8 }, () => report(server, meter, 'acme', 2, { key: 'new' })),
    );
    expect(fresh.filter((outcome) => outcome === 'recorded')).toHaveLength(1);
    await ledgerHolds(server.database);
  });

  it('the month turns once, whichever of several servers, workers and uses comes first', async () => {
    const { server, holding, acme, meter, ann } = await world(open);
    const second = await startServer({ database: server.database, deps: { clock: server.clock } });
    const token = { token: await accountToken(server, acme.id, 'admin') };
    await submit(server, ann, 7);
    for (const month of ['2026-04-01T00:00:00.000Z', '2026-05-01T00:00:00.000Z']) {
      server.clock.moveTo(new Date(month));
      const workers = [server, second].map(
        ({ deps }) => new BillingWorker({ deps: { ...deps, clock: server.clock } }),
      );
      await Promise.all([
        ...workers.map((worker) => worker.round()),
        submit(server, token, 2),
        submit(second, token, 3, acme.id),
        report(server, meter, 'acme', 1),
        report(second, meter, 'other', 1),
        server.call('credits.show', { ...token, params: { account: 'acme' } }),
      ]);
    }
    const grants = await server.database.read((trx) =>
      trx
        .selectFrom('credit_entries')
        .where('payer_id', '=', holding.id)
        .where('cause', '=', 'credits.monthly')
        .select(['unit', 'at', 'amount'])
        .execute(),
    );
    const months = grants.map(({ unit, at: when }) => `${unit} ${when.slice(0, 7)}`);
    expect(months.length).toBe(new Set(months).size);
    expect(months.filter((month) => month.endsWith('2026-05'))).toHaveLength(2);
    await ledgerHolds(server.database);
  });

  it('a dry run charges nothing, sends nothing and uses up no key', async () => {
    const { server, staff, ann, meter } = await world(open);
    const dry = { dry_run: true };
    const before = await dumpOf(server.database);
    const body = { records: [{ key: 'k', ...(wellsAnswers(1)[0] ?? { answers: {} }) }] };
    await server.ok('records.submit', { ...at(ann), query: dry, body });
    await server.ok('forms.sms', {
      ...at(ann),
      query: dry,
      body: { to: ['+41791234567'], mode: 'structured' },
    });
    const records = [{ account: 'acme', unit: 'upload' as const, amount: 5, key: 'k', cause: 'parsers.run' }];
    // A meter's report has none: it is refused, not charged.
    expect((await server.call('usage.record', { token: meter, query: dry, body: { records } })).status).toBe(
      400,
    );
    await server.ok('credits.grant', {
      token: staff,
      params: { account: 'acme' },
      query: dry,
      body: { unit: 'upload', amount: 5, reason: 'test' },
    });
    const after = await dumpOf(server.database);
    for (const table of ['credit_entries', 'credit_totals', 'credit_usage', 'form_records', 'messages'])
      expect([table, after[table]]).toEqual([table, before[table]]);
    expect(await report(server, meter, 'acme', 5, { key: 'k' })).toBe('recorded');
  });

  it('of a sub-account: what it pays for itself, before and after, is not the umbrella’s to see', async () => {
    const { server, ulla, ann, oli, holding, acme, link } = await world(open);
    await submit(server, ann, 2);
    await unlinkSub(server, holding.id, link);
    await submit(server, ann, 13);
    await server.ok('accounts.update', {
      token: ann.token,
      params: { account: 'acme' },
      headers: { 'if-match': '*' },
      body: { name: 'Renamed' },
    });
    const read = async (by: Person, account: string) =>
      JSON.stringify([
        await server.ok('credits.ledger', { token: by.token, params: { account }, query: { limit: 1000 } }),
        await server.ok('credits.usage', { token: by.token, params: { account }, query: { by: 'consumer' } }),
      ]);
    const seen = await read(ulla, 'holding');
    expect(seen).toContain('"amount":2,');
    expect(seen).not.toContain('"amount":13,');
    expect(seen).not.toContain(ann.id);
    const sibling = await read(oli, 'other');
    expect(sibling).not.toContain(acme.id);
    expect(sibling).not.toContain('"amount":2,');
  });
});

describeOnEachDatabase('messages (premium numbers, floods)', (open) => {
  it('in a day an account sends what its plan gives for a month, also of credits that staff granted, by any token at once', async () => {
    const { server, staff, ann, fay, holding, link } = await world(open);
    await unlinkSub(server, holding.id, link);
    await server.ok('credits.grant', {
      token: staff,
      params: { account: 'acme' },
      body: { unit: 'message', amount: 100_000, reason: 'test' },
    });
    const numbers = (from: number) =>
      Array.from({ length: 20 }, (_, n) => `+4179${String(1_000_000 + from + n)}`);
    const sent = await Promise.all(
      [ann, fay, ann, fay, ann].map((by, round) => sms(server, by, numbers(round * 20))),
    );
    expect(sent.map(({ status }) => status).sort()).toEqual([200, 200, 429, 429, 429]);
    const rows = await server.database.read((trx) => trx.selectFrom('messages').select('credits').execute());
    expect(rows).toHaveLength(40);
    server.clock.moveTo(new Date('2026-03-03T00:00:00.000Z'));
    const token = await accountToken(
      server,
      (
        await server.ok('accounts.show', {
          token: staff,
          params: { account: 'acme' },
        })
      ).id,
      'admin',
    );
    expect((await sms(server, { token }, numbers(500))).status).toBe(200);
  });
});

import { expect, it } from 'vitest';
import { BillingWorker } from '../../../src/server/billing/worker.ts';
import type { Transactions } from '../../../src/server/domain/ports.ts';
import { type Database, openDatabase } from '../../../src/server/store/database.ts';
import { transactionsOf } from '../../../src/server/store/stores.ts';
import { describeOnEachDatabase } from '../../support/databases.ts';
import { startServer, type TestServer } from '../../support/server.ts';
import { change, customer, moveTo, subscription } from '../pricing.ts';

/** What is billed, period by period, account by account: `slug day plan amount`. */
async function periods(database: Database, slugs: string): Promise<string[]> {
  return await database.read(async (trx) => {
    const rows = await trx
      .selectFrom('bill_lines as b')
      .innerJoin('accounts as a', 'a.id', 'b.account_id')
      .where('b.kind', '=', 'period')
      .where('a.slug', 'like', slugs)
      .select(['a.slug', 'b.period_start', 'b.plan', 'b.amount_cents'])
      .orderBy('a.slug')
      .orderBy('b.period_start')
      .execute();
    return rows.map((row) => `${row.slug} ${row.period_start} ${row.plan} ${row.amount_cents}`);
  });
}

const workerOn = (server: TestServer, transactions: Transactions = server.deps.transactions, page = 2) =>
  new BillingWorker({ deps: { ...server.deps, transactions }, pace: { page } });

/** Accounts on starter that go to basic with their next period. */
async function customers(server: TestServer, count: number) {
  const all = [];
  for (let n = 0; n < count; n += 1) {
    const one = await customer(server, `acme-${n}`);
    await change(server, one, 'starter');
    await change(server, one, 'basic');
    all.push(one);
  }
  return all;
}

const billed = (count: number) =>
  Array.from({ length: count }, (_, n) => [
    `acme-${n} 2026-03-02 basic 0`,
    `acme-${n} 2026-04-02 basic 0`,
    `acme-${n} 2026-05-02 basic 0`,
  ]).flat();

const changes = async (database: Database) =>
  await database.read((trx) =>
    trx
      .selectFrom('audit_events')
      .where('action', '=', 'system.subscription_change')
      .select('account_id')
      .execute(),
  );

describeOnEachDatabase('the billing worker', (open, { kind, placeOf }) => {
  it('catches up with everything that came due while no server ran, once, page by page', async () => {
    const server = await startServer({ database: await open() });
    await customers(server, 5);
    const worker = workerOn(server);
    expect(await worker.round()).toBe(0);
    expect(await periods(server.database, 'acme-%')).toHaveLength(5);
    moveTo(server, '2026-05-09');
    expect(await worker.round()).toBe(0);
    expect(await periods(server.database, 'acme-%')).toEqual(billed(5));
    expect(await changes(server.database)).toHaveLength(5);
    const personal = await periods(server.database, 'ann-%');
    expect(personal).toHaveLength(15);
    expect(await workerOn(server).round()).toBe(0);
    expect(await periods(server.database, '%')).toHaveLength(30);
  });

  it('bills each period once, however many servers do it at the same moment', async () => {
    const server = await startServer({ database: await open() });
    const all = await customers(server, 4);
    moveTo(server, '2026-05-09');
    const second = kind === 'sqlite' ? server.database : await openDatabase(placeOf(server.database));
    try {
      const workers = [
        workerOn(server),
        workerOn(server, transactionsOf(second)),
        workerOn(server, transactionsOf(second), 100),
      ];
      const [failures, shown] = await Promise.all([
        Promise.all(workers.map((worker) => worker.round())),
        Promise.all(all.map((one) => subscription(server, one))),
      ]);
      expect(failures).toEqual([0, 0, 0]);
      expect(shown.map(({ plan, period_start }) => [plan, period_start])).toEqual(
        all.map(() => ['basic', '2026-05-02']),
      );
    } finally {
      if (second !== server.database) await second.close();
    }
    expect(await periods(server.database, 'acme-%')).toEqual(billed(4));
    expect(await changes(server.database)).toHaveLength(4);
  });

  it('that dies before it commits has done nothing, and the next one does all of it', async () => {
    const server = await startServer({ database: await open() });
    await customers(server, 2);
    moveTo(server, '2026-05-09');
    const before = await periods(server.database, '%');
    const { transactions } = server.deps;
    const dying: Transactions = {
      read: transactions.read,
      write: (work, queue) =>
        transactions.write(async (transaction) => {
          await work(transaction);
          throw new Error('killed');
        }, queue),
    };
    expect(await workerOn(server, dying).round()).toBe(4);
    expect(await periods(server.database, '%')).toEqual(before);
    expect(await changes(server.database)).toEqual([]);
    expect(await workerOn(server).round()).toBe(0);
    expect(await periods(server.database, 'acme-%')).toEqual(billed(2));
  });

  it('is held up by no account that cannot be settled, and comes back to it', async () => {
    const server = await startServer({ database: await open() });
    const [broken] = await customers(server, 3);
    const setPlan = (plan: string) =>
      server.database.write((trx) =>
        trx
          .updateTable('accounts')
          .set({ plan })
          .where('id', '=', broken?.id ?? '')
          .execute(),
      );
    await setPlan('lost');
    await server.database.write((trx) =>
      trx
        .updateTable('subscriptions')
        .set({ scheduled_plan: null })
        .where('account_id', '=', broken?.id ?? '')
        .execute(),
    );
    moveTo(server, '2026-05-09');
    const logged: object[] = [];
    const worker = new BillingWorker({
      deps: server.deps,
      pace: { page: 2 },
      log: { error: (facts) => logged.push(facts) },
    });
    expect(await worker.round()).toBe(1);
    expect(logged).toEqual([{ err: expect.any(Error), account: broken?.id }]);
    expect(await periods(server.database, 'acme-%')).toEqual(billed(3).filter((_, n) => n === 0 || n > 2));
    await setPlan('basic');
    expect(await worker.round()).toBe(0);
    expect(await periods(server.database, 'acme-%')).toEqual(billed(3));
  });

  it('runs by itself, looks when the clock was moved, and ends when it is stopped', async () => {
    const server = await startServer({ database: await open() });
    await customers(server, 1);
    const worker = workerOn(server);
    worker.start();
    moveTo(server, '2026-05-09');
    worker.wake();
    await expect.poll(() => periods(server.database, 'acme-%')).toEqual(billed(1));
    await worker.stop();
    moveTo(server, '2026-06-09');
    worker.wake();
    expect(await periods(server.database, 'acme-%')).toEqual(billed(1));
  });
});

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type { ConsentSheet, CreditUsage, Link, Plan } from '../../src/contract/types.ts';
import { systemClock } from '../../src/server/domain/clock.ts';
import { idMaker } from '../../src/server/domain/new-id.ts';
import { type Database, openDatabase } from '../../src/server/store/database.ts';
import { transactionsOf } from '../../src/server/store/stores.ts';
import { ended, Machine } from '../crash/processes.ts';
import { insertMeter, ledgerHolds } from '../support/credits.ts';
import { createPostgres, dropPostgres } from '../support/databases.ts';
import { FaultyProxy } from './faulty-proxy.ts';

const SUBS = 20;
const EACH = 5_000;
const ALL = SUBS * EACH;
/** So that the last tenth is refused at first. */
const THERE = 90_000;
const SERVER_KILLS = 4;
const FAULTS = 0.1;

const postgres = inject('postgresUrl');
const subs = Array.from({ length: SUBS }, (_, at) => `sub-${at + 1}`);

let machine: Machine;
let url = '';
let database: Database;
let proxy: FaultyProxy;
let through = '';
let meter = '';
const staff = ['--profile', 'local-staff'];

/** An umbrella with fewer credits than its sub-accounts will ask for. */
async function prepare(): Promise<void> {
  url = await createPostgres(postgres);
  machine = new Machine(url);
  await machine.startServer();
  const plans = (await machine.json(['plans', 'list'])) as Plan[];
  const metered = plans.map((plan) =>
    plan.name === 'enterprise' ? { ...plan, limits: { ...plan.limits, uploads_per_month: THERE } } : plan,
  );
  writeFileSync(join(machine.folder, 'plans.json'), JSON.stringify(metered));
  await machine.json(['plans', 'replace', '--file', 'plans.json', '--yes', ...staff]);
  await machine.json(['accounts', 'create', 'nexus', '--slug', 'nexus', '--plan', 'enterprise']);
  for (const slug of subs) await machine.json(['accounts', 'create', slug, '--slug', slug]);
  database = await openDatabase(machine.place);
  await linkAll();
  const transactions = transactionsOf(database);
  const newId = idMaker(systemClock);
  meter = await insertMeter({ transactions, clock: systemClock, newId }, 'admin@localhost');
  for (const slug of subs) {
    const lines = Array.from({ length: EACH }, (_, at) => `${slug},upload,1,${slug}-${at},parsers.run`);
    writeFileSync(
      join(machine.folder, `${slug}.csv`),
      `account,unit,amount,key,cause\n${lines.join('\n')}\n`,
    );
  }
  proxy = new FaultyProxy(() => machine.port, FAULTS);
  through = await proxy.listen();
}

/** Each account by an invitation, and by consent to the sheet that its administrator has read. */
async function linkAll(): Promise<void> {
  for (const slug of subs) {
    const { id } = (await machine.json(
      `sub-accounts invite admin@localhost --invitee ${slug} --cap none --account nexus`.split(' '),
    )) as Link;
    const here = [id, '--account', slug];
    const { digest } = (await machine.json(['umbrella', 'consent', ...here])) as ConsentSheet;
    await machine.json(['umbrella', 'accept', ...here, '--digest', digest]);
  }
}

/** Reports the whole of a sub-account's file, again and again until it gets through: that is safe. */
async function reportAll(slug: string): Promise<Record<string, number>> {
  const words = ['usage', 'record', '--csv', `${slug}.csv`, '-o', 'ndjson', '--fields', 'key,outcome'];
  const env = { TENANTCTL_API_URL: through, TENANTCTL_TOKEN: meter };
  for (;;) {
    const done = await ended(machine.tool(words, undefined, env));
    // 7: the network was too bad for too long.
    if (done.code === 7) continue;
    expect([slug, done.code, done.code === 0 || done.code === 3 ? '' : done.stderr]).toEqual([
      slug,
      expect.anything(),
      '',
    ]);
    const outcomes = done.stdout
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { outcome: string }).outcome);
    expect(outcomes).toHaveLength(EACH);
    return Object.fromEntries(
      [...Map.groupBy(outcomes, (outcome) => outcome)].map(([name, some]) => [name, some.length]),
    );
  }
}

/** What was charged, by the rows themselves. */
async function charged() {
  return await database.read(async (trx) => {
    const uses = trx.selectFrom('credit_entries').where('credit', '=', 'used');
    const { entries, keys } = await uses
      .select((eb) => [
        eb.cast<number>(eb.fn.countAll(), 'integer').as('entries'),
        eb.cast<number>(eb.fn.count('entry_key').distinct(), 'integer').as('keys'),
      ])
      .executeTakeFirstOrThrow();
    const nexus = await trx
      .selectFrom('credit_totals as t')
      .innerJoin('accounts as a', 'a.id', 't.payer_id')
      .where('a.slug', '=', 'nexus')
      .where('t.unit', '=', 'upload')
      .select(['t.balance', 't.used'])
      .executeTakeFirstOrThrow();
    return { entries, keys, ...nexus };
  });
}

const sumOf = (counts: readonly Record<string, number>[], outcome: string) =>
  counts.reduce((sum, count) => sum + (count[outcome] ?? 0), 0);

async function spendAll(kills: number): Promise<Record<string, number>[]> {
  const reports = Promise.all(subs.map(reportAll));
  for (let kill = 0; kill < kills; kill += 1) {
    await Promise.race([reports, sleep(1_500 + Math.random() * 1_500)]);
    await machine.crashServer();
  }
  return await reports;
}

async function verified(): Promise<void> {
  expect(await machine.json(['credits', 'verify', ...staff])).toEqual([]);
  await ledgerHolds(database);
}

describe.skipIf(postgres === '')('100,000 uses by 20 sub-accounts at once, through faults', () => {
  beforeAll(prepare, 120_000);
  afterAll(async () => {
    await proxy.close();
    await database.close();
    await machine.end();
    await dropPostgres(postgres, url);
  });

  test('no drift, nothing overspent, each key once, and the sum of what was used is what the umbrella paid', {
    timeout: 300_000,
  }, async () => {
    const began = performance.now();
    const first = await spendAll(SERVER_KILLS);
    const seconds = (performance.now() - began) / 1000;
    expect(await charged()).toEqual({ entries: THERE, keys: THERE, balance: 0, used: THERE });
    expect(sumOf(first, 'recorded') + sumOf(first, 'repeated')).toBe(THERE);
    expect(sumOf(first, 'insufficient')).toBe(ALL - THERE);
    await verified();

    await machine.json([
      'credits',
      'grant',
      'nexus',
      '--unit',
      'upload',
      '--amount',
      String(ALL),
      '--reason',
      'more',
      ...staff,
    ]);
    const second = await spendAll(1);
    expect(await charged()).toEqual({ entries: ALL, keys: ALL, balance: THERE, used: ALL });
    expect(sumOf(second, 'recorded') + sumOf(second, 'repeated')).toBe(ALL);
    await verified();

    const usage = (await machine.json(
      'credits usage --by consumer --account nexus'.split(' '),
    )) as CreditUsage;
    expect(usage.total.paid.upload).toBe(ALL);
    const [own, ...others] = usage.data;
    expect(own).toMatchObject({ account: { slug: 'nexus' }, paid: { upload: 0 } });
    expect(new Map(others.map(({ account, paid }) => [account?.slug, paid.upload]))).toEqual(
      new Map(subs.map((slug) => [slug, EACH])),
    );
    // Otherwise nothing went wrong, and the rest proves little.
    const { refused, dropped } = proxy.faults;
    expect(Math.min(refused, dropped)).toBeGreaterThan(0);
    process.stdout.write(
      `credits: ${ALL} uses in ${seconds.toFixed(1)} s, ${JSON.stringify(proxy.faults)}\n`,
    );
  });
});

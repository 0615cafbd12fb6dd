import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, inject, test } from 'vitest';
import { creditUnits } from '../../src/contract/limits.ts';
import { type Database, openDatabase, type Place } from '../../src/server/store/database.ts';
import { ledgerHolds } from '../support/credits.ts';
import { createPostgres, dropPostgres } from '../support/databases.ts';
import { person, standard } from '../support/estate.ts';
import { startServer } from '../support/server.ts';
import { Machine } from './processes.ts';

const ACCOUNTS = 200;
const KILLS = 6;
/** What people have besides: the account of their own. */
const PURSES = (ACCOUNTS + 1) * creditUnits.length;

const postgres = inject('postgresUrl');

/** Accounts that had their last credits in the month of the test's clock, long ago: their turn is due. */
async function seed(place: Place): Promise<void> {
  const database = await openDatabase(place);
  const server = await startServer({ database });
  const ann = await person(server, 'ann@acme.example');
  for (let at = 1; at <= ACCOUNTS; at += 1) await standard(server, ann, `acme-${at}`);
  await server.close();
  await database.close();
}

const month = () => new Date().toISOString().slice(0, 7);

/** How many purses have had the turn, while servers are at it. */
type Turned = () => Promise<number>;

function turnedIn(database: Database): Turned {
  return async () => {
    const { n } = await database.read((trx) =>
      trx
        .selectFrom('credit_totals')
        .where('month', '=', month())
        .select((eb) => eb.cast<number>(eb.fn.countAll(), 'integer').as('n'))
        .executeTakeFirstOrThrow(),
    );
    return n;
  };
}

/** A database in a file belongs to the one server that has it open: others may only read beside it. */
function turnedBeside(file: string): { turned: Turned; close: () => void } {
  const beside = new DatabaseSync(file, { readOnly: true, timeout: 5_000 });
  const count = beside.prepare('select count(*) as n from credit_totals where month = ?');
  return { turned: async () => Number(count.get(month())?.['n']), close: () => beside.close() };
}

/** How many purses were granted the month how often, and how many lost what was left of the last how often. */
async function turnsIn(database: Database): Promise<Record<string, number>> {
  const rows = await database.read((trx) =>
    trx
      .selectFrom('credit_entries')
      .where('cause', 'in', ['credits.monthly', 'credits.expired'])
      .where('at', '>=', month())
      .groupBy(['payer_id', 'unit', 'cause'])
      .select((eb) => ['cause', eb.cast<number>(eb.fn.countAll(), 'integer').as('times')])
      .execute(),
  );
  await ledgerHolds(database);
  const turns = Map.groupBy(rows, ({ cause, times }) => `${cause} ${times}`);
  return Object.fromEntries([...turns].map(([name, { length }]) => [name, length]));
}

/** Waits until so many purses have had it; servers may be starting or gone. */
async function until(turned: Turned, many: number): Promise<void> {
  const end = performance.now() + 60_000;
  while ((await turned()) < many && performance.now() < end) await sleep(10);
}

/** Starts all of them and kills them in the middle of it, some purses further each time; then lets them finish. */
async function crashAtTheTurn(servers: readonly Machine[], turned: Turned): Promise<void> {
  for (let kill = 0; kill < KILLS; kill += 1) {
    const next = (await turned()) + 1 + Math.floor(Math.random() * 40);
    // Some are killed before they are ready.
    const starts = Promise.allSettled(servers.map((server) => server.startServer()));
    await until(turned, next);
    for (const server of servers) await server.stopServer();
    await starts;
  }
  // Otherwise nothing was killed in the middle, and the rest proves little.
  expect(await turned()).toBeLessThan(PURSES);
  await Promise.all(servers.map((server) => server.startServer()));
  await until(turned, PURSES);
  for (const server of servers) await server.stopServer();
}

const once = { 'credits.monthly 1': PURSES, 'credits.expired 1': PURSES };

describe('servers killed while they make the month’s turn grant each account the credits of the month once', () => {
  test.skipIf(postgres === '')('two of them, on PostgreSQL', { timeout: 180_000 }, async () => {
    const url = await createPostgres(postgres);
    const servers = [new Machine(url), new Machine(url)];
    const place: Place = { kind: 'postgres', url };
    await seed(place);
    const database = await openDatabase(place);
    try {
      await crashAtTheTurn(servers, turnedIn(database));
      expect(await turnsIn(database)).toEqual(once);
    } finally {
      await database.close();
      for (const server of servers) await server.end();
      await dropPostgres(postgres, url);
    }
  });

  test('one, on SQLite', { timeout: 180_000 }, async () => {
    const server = new Machine();
    const file = join(server.folder, 'data/tenancy.db');
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    await seed({ kind: 'sqlite', file });
    const { turned, close } = turnedBeside(file);
    try {
      await crashAtTheTurn([server], turned);
      const database = await openDatabase({ kind: 'sqlite', file });
      expect(await turnsIn(database)).toEqual(once);
      await database.close();
    } finally {
      close();
      await server.end();
    }
  });
});

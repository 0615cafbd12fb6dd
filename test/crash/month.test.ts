import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
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

/** Purses that have had the turn; servers are at it meanwhile. */
async function turnedIn(database: Database): Promise<number> {
  const { n } = await database.read((trx) =>
    trx
      .selectFrom('credit_totals')
      .where('month', '=', month())
      .select((eb) => eb.cast<number>(eb.fn.countAll(), 'integer').as('n'))
      .executeTakeFirstOrThrow(),
  );
  return n;
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
  const turns = Map.groupBy(rows, ({ cause, times }) => `${cause} ${times}`);
  return Object.fromEntries([...turns].map(([name, { length }]) => [name, length]));
}

/** Waits until so many purses have had it; servers may be starting or gone. */
async function until(database: Database, turned: number): Promise<void> {
  const end = performance.now() + 60_000;
  while ((await turnedIn(database)) < turned && performance.now() < end) await sleep(2);
}

/** Starts all of them and kills them in the middle of it, some purses further each time. */
async function crashAtTheTurn(servers: readonly Machine[], database: Database): Promise<void> {
  for (let kill = 0; kill < KILLS; kill += 1) {
    const next = (await turnedIn(database)) + 1 + Math.floor(Math.random() * 40);
    const starts = servers.map((server) => server.startServer());
    await until(database, next);
    for (const server of servers) await server.stopServer();
    // Some are killed before they are ready.
    await Promise.allSettled(starts);
  }
}

async function eachIsGrantedOnce(servers: readonly Machine[], place: Place): Promise<void> {
  await seed(place);
  const database = await openDatabase(place);
  try {
    await crashAtTheTurn(servers, database);
    // Otherwise nothing was killed in the middle, and the rest proves little.
    expect(await turnedIn(database)).toBeLessThan(PURSES);
    await Promise.all(servers.map((server) => server.startServer()));
    await until(database, PURSES);
    for (const server of servers) await server.stopServer();
    expect(await turnsIn(database)).toEqual({ 'credits.monthly 1': PURSES, 'credits.expired 1': PURSES });
    await ledgerHolds(database);
  } finally {
    await database.close();
  }
}

describe('servers killed while they make the month’s turn grant each account the credits of the month once', () => {
  test.skipIf(postgres === '')('two of them, on PostgreSQL', { timeout: 180_000 }, async () => {
    const url = await createPostgres(postgres);
    const servers = [new Machine(url), new Machine(url)];
    try {
      await eachIsGrantedOnce(servers, { kind: 'postgres', url });
    } finally {
      for (const server of servers) await server.end();
      await dropPostgres(postgres, url);
    }
  });

  test('one, on SQLite', { timeout: 180_000 }, async () => {
    const server = new Machine();
    const { place } = server;
    try {
      if (place.kind === 'sqlite') mkdirSync(dirname(place.file), { recursive: true, mode: 0o700 });
      await eachIsGrantedOnce([server], place);
    } finally {
      await server.end();
    }
  });
});

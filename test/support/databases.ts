import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterAll, afterEach, describe, inject } from 'vitest';
import { type Database, openDatabase, type Place } from '../../src/server/store/database.ts';
import { seedStatements } from '../../src/server/store/migrations/0005-plans.ts';
import { ledgerHolds } from './credits.ts';
import { templateName } from './postgres.ts';

/** Opens one more database of its own, empty but for the schema, closed when the test ends. */
export type OpenDatabase = () => Promise<Database>;

/** What a suite on each database is given beside `open`. */
export interface Where {
  kind: 'sqlite' | 'postgres';
  /** The place of a database that `open` gave, to open it a second time. */
  placeOf(database: Database): Place;
}

/** Those that a server ran on: their ledger is verified when the test ends. */
export const served = new WeakSet<Database>();

interface Source {
  take(): Promise<Place>;
  /** Empties the database and keeps it for the next test. */
  giveBack(place: Place): Promise<void>;
  end(): Promise<void>;
}

const TEMPLATE_LOCK = 7_310_244;

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

function databaseUrl(server: string, name: string): string {
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}

/** An empty PostgreSQL database without the schema. */
export async function createPostgres(server: string, template = 'template0'): Promise<string> {
  const name = `tenantctl_test_${randomBytes(6).toString('hex')}`;
  await withClient(server, (client) => client.query(`create database ${name} template ${template}`));
  return databaseUrl(server, name);
}

export async function dropPostgres(server: string, url: string): Promise<void> {
  const name = new URL(url).pathname.slice(1);
  await withClient(server, (client) => client.query(`drop database if exists ${name} with (force)`));
}

/** A migrated database to clone, made by the first worker that needs it; the lock makes the others wait. */
async function template(server: string, run: string): Promise<string> {
  const name = templateName(run);
  await withClient(server, async (client) => {
    await client.query('select pg_advisory_lock($1)', [TEMPLATE_LOCK]);
    const found = await client.query('select 1 from pg_database where datname = $1', [name]);
    if (found.rowCount !== 0) return;
    await client.query(`create database ${name}_new`);
    const database = await openDatabase({ kind: 'postgres', url: databaseUrl(server, `${name}_new`) });
    await database.close();
    await client.query(`alter database ${name}_new rename to ${name}`);
  });
  return name;
}

/** As a migration leaves it. Deletes rather than truncates: with few rows that is ten times faster. */
async function empty(url: string): Promise<void> {
  await withClient(url, async (client) => {
    const tables = await client.query<{ name: string }>(
      "select tablename as name from pg_tables where schemaname = 'public' and tablename not like 'kysely_%'",
    );
    const deletes = tables.rows.map(({ name }) => `delete from ${name};`).join('');
    const seeds = seedStatements.map((statement) => `${statement};`).join('');
    await client.query(`begin; set local session_replication_role = replica; ${deletes} ${seeds} commit;`);
  });
}

function postgresSource(server: string, run: string): Source {
  const all: string[] = [];
  const free: string[] = [];
  return {
    async take() {
      let url = free.pop();
      if (url === undefined) {
        url = await createPostgres(server, await template(server, run));
        all.push(url);
      }
      return { kind: 'postgres', url, poolSize: 5 };
    },
    async giveBack(place) {
      if (place.kind !== 'postgres') return;
      await empty(place.url);
      free.push(place.url);
    },
    async end() {
      for (const url of all) await dropPostgres(server, url);
    },
  };
}

const sqliteSource: Source = {
  take: async () => ({ kind: 'sqlite', file: ':memory:' }),
  giveBack: async () => {},
  end: async () => {},
};

function suite(kind: Where['kind'], source: Source, body: (open: OpenDatabase, where: Where) => void): void {
  const places = new Map<Database, Place>();
  const open = async () => {
    const place = await source.take();
    const database = await openDatabase(place);
    places.set(database, place);
    return database;
  };
  const placeOf = (database: Database) => {
    const place = places.get(database);
    if (place === undefined) throw new Error('this database was not opened by this suite');
    return place;
  };
  afterEach(async () => {
    const given = [...places];
    places.clear();
    for (const [database, place] of given) {
      try {
        // Whatever was done by a server's operations: no credit was lost or made.
        if (served.has(database)) await ledgerHolds(database);
      } finally {
        await database.close();
        await source.giveBack(place);
      }
    }
  });
  afterAll(() => source.end());
  body(open, { kind, placeOf });
}

/** Runs a suite on SQLite in memory and on PostgreSQL (skipped when there is none, see postgres.ts). */
export function describeOnEachDatabase(name: string, body: (open: OpenDatabase, where: Where) => void): void {
  const server = inject('postgresUrl');
  describe(`${name} on SQLite`, () => {
    suite('sqlite', sqliteSource, body);
  });
  describe.skipIf(server === '')(`${name} on PostgreSQL`, () => {
    suite('postgres', postgresSource(server, inject('postgresRun')), body);
  });
}

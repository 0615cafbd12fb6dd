import { AsyncResource } from 'node:async_hooks';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { Kysely, sql } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { type Database, openDatabase } from '../../../src/server/store/database.ts';
import {
  DatabaseBusyError,
  DatabaseUnavailableError,
  DirectoryInUseError,
  MigrationError,
  NestedTransactionError,
} from '../../../src/server/store/failures.ts';
import { lockDirectory } from '../../../src/server/store/owner-lock.ts';
import { openSqlite } from '../../../src/server/store/sqlite.ts';
import type { Trx } from '../../../src/server/store/transaction.ts';
import { createPostgres, describeOnEachDatabase, dropPostgres } from '../../support/databases.ts';

const NOW = '2026-01-01T00:00:00.000Z';

async function put(trx: Trx, key: string, value: string): Promise<void> {
  await trx
    .insertInto('settings')
    .values({ key, value, updated_at: NOW })
    .onConflict((oc) => oc.column('key').doUpdateSet({ value }))
    .execute();
}

async function get(trx: Trx, key: string): Promise<string | undefined> {
  const row = await trx.selectFrom('settings').select('value').where('key', '=', key).executeTakeFirst();
  return row?.value;
}

async function increment(trx: Trx, key: string): Promise<void> {
  await put(trx, key, String(Number((await get(trx, key)) ?? '0') + 1));
}

const conflict = () => Object.assign(new Error('could not serialize access'), { code: '40001' });

describeOnEachDatabase('transactions', (open) => {
  it('loses none of 50 concurrent read-modify-writes', async () => {
    const db = await open();
    await Promise.all(Array.from({ length: 50 }, () => db.write((trx) => increment(trx, 'count'))));
    expect(await db.read((trx) => get(trx, 'count'))).toBe('50');
  });

  it('runs the changes of one queue one after the other, each once, and others beside them', async () => {
    const db = await open();
    const runs: string[] = [];
    const change = (queue: string, n: number) =>
      db.write(
        async (trx) => {
          runs.push(`${queue}${n}`);
          await increment(trx, queue);
        },
        { queue },
      );
    const numbers = Array.from({ length: 20 }, (_, n) => n);
    await Promise.all(numbers.flatMap((n) => [change('a', n), change('b', n)]));
    for (const queue of ['a', 'b']) {
      const own = runs.filter((run) => run.startsWith(queue));
      expect([...new Set(own)]).toEqual(numbers.map((n) => `${queue}${n}`));
      expect(await db.read((trx) => get(trx, queue))).toBe('20');
    }
  });

  it('goes on with a queue after one of its changes failed', async () => {
    const db = await open();
    const failing = db.write(() => Promise.reject(new Error('a rule said no')), { queue: 'a' });
    const next = db.write((trx) => put(trx, 'key', 'next'), { queue: 'a' });
    await expect(failing).rejects.toThrow('a rule said no');
    await next;
    expect(await db.read((trx) => get(trx, 'key'))).toBe('next');
  });

  it('writes nothing when the work throws', async () => {
    const db = await open();
    const work = async (trx: Trx) => {
      await put(trx, 'key', 'value');
      throw new Error('a rule said no');
    };
    await expect(db.write(work)).rejects.toThrow('a rule said no');
    expect(await db.read((trx) => get(trx, 'key'))).toBeUndefined();
  });

  it('runs the work again after a conflict and keeps only the last run', async () => {
    const db = await open();
    let runs = 0;
    await db.write(async (trx) => {
      runs += 1;
      await put(trx, `run ${runs}`, 'x');
      if (runs < 3) throw conflict();
    });
    const kept = await db.read((trx) => trx.selectFrom('settings').select('key').execute());
    expect(kept.map((row) => row.key)).toEqual(['run 3']);
  });

  it('gives up as busy at the deadline, having written nothing', async () => {
    const db = await open();
    let runs = 0;
    const work = async (trx: Trx) => {
      runs += 1;
      await put(trx, 'key', 'value');
      throw conflict();
    };
    await expect(db.write(work, { deadline: 200 })).rejects.toThrow(DatabaseBusyError);
    expect(runs).toBeGreaterThan(1);
    expect(await db.read((trx) => get(trx, 'key'))).toBeUndefined();
  });

  it('counts the wait in a queue towards the deadline', async () => {
    const db = await open();
    const slow = db.write(() => sleep(100), { queue: 'a' });
    const late = db.write((trx) => put(trx, 'key', 'value'), { queue: 'a', deadline: 20 });
    await expect(late).rejects.toThrow(DatabaseBusyError);
    await slow;
  });

  it('refuses to write inside a read', async () => {
    const db = await open();
    await expect(db.read((trx) => put(trx, 'key', 'value'))).rejects.toThrow(/read-?only/);
    await db.write((trx) => put(trx, 'key', 'value'));
    expect(await db.read((trx) => get(trx, 'key'))).toBe('value');
  });

  it('refuses a transaction inside a transaction instead of waiting for itself', async () => {
    const db = await open();
    const nested = [
      () => db.write(() => db.write(async () => {})),
      () => db.write(() => db.read(async () => {})),
      () => db.read(() => db.write(async () => {})),
      () => db.read(() => db.read(async () => {})),
    ];
    for (const attempt of nested) await expect(attempt()).rejects.toThrow(NestedTransactionError);
  });

  it('lets what was started inside a transaction open its own afterwards', async () => {
    const db = await open();
    let woken: Promise<void> | undefined;
    await db.write(async (trx) => {
      await put(trx, 'key', 'first');
      woken = sleep(50).then(() => db.write((later) => put(later, 'key', 'second')));
    });
    await woken;
    expect(await db.read((trx) => get(trx, 'key'))).toBe('second');
  });

  it('shows a read one snapshot', async () => {
    const db = await open();
    await db.write((trx) => put(trx, 'key', 'before'));
    const seen: (string | undefined)[] = [];
    let writing: Promise<void> | undefined;
    await db.read(async (trx) => {
      seen.push(await get(trx, 'key'));
      // Not awaited inside: on SQLite it lines up behind this read.
      writing = startOutside(() => db.write((other) => put(other, 'key', 'after')));
      await sleep(50);
      seen.push(await get(trx, 'key'));
    });
    await writing;
    expect(seen).toEqual(['before', 'before']);
    expect(await db.read((trx) => get(trx, 'key'))).toBe('after');
  });

  it('finishes what runs before it closes, and refuses anything after', async () => {
    const db = await open();
    let finished = false;
    const running = db.write(async (trx) => {
      await sleep(50);
      await put(trx, 'key', 'value');
      finished = true;
    });
    await db.close();
    await running;
    expect(finished).toBe(true);
    await expect(db.read((trx) => get(trx, 'key'))).rejects.toThrow('the database is closed');
  });

  it('answers counts as numbers', async () => {
    const db = await open();
    await db.write((trx) => put(trx, 'key', 'value'));
    const counted = await db.read((trx) =>
      trx
        .selectFrom('settings')
        .select((eb) => eb.fn.countAll<number>().as('rows'))
        .executeTakeFirstOrThrow(),
    );
    expect({ ...counted }).toEqual({ rows: 1 });
  });
});

/** Runs `work` outside the transaction that is open here, as another request would. */
const outside = new AsyncResource('another request');
function startOutside<T>(work: () => Promise<T>): Promise<T> {
  return outside.runInAsyncScope(work);
}

describe('a SQLite file', () => {
  let directory: string;
  let file: string;
  const open: Database[] = [];

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'tenantctl-store-'));
    file = join(directory, 'data', 'tenancy.db');
  });

  afterEach(async () => {
    for (const database of open.splice(0)) await database.close();
    rmSync(directory, { recursive: true, force: true });
  });

  const openFile = async () => {
    const database = await openDatabase({ kind: 'sqlite', file });
    open.push(database);
    return database;
  };

  it('keeps what was written, and its schema is made once', async () => {
    const first = await openFile();
    await first.write((trx) => put(trx, 'key', 'value'));
    const ran = (trx: Trx) =>
      sql<{ name: string; timestamp: string }>`select * from kysely_migration`.execute(trx);
    const before = await first.read(ran);
    await first.close();
    const second = await openFile();
    expect(await second.read((trx) => get(trx, 'key'))).toBe('value');
    expect((await second.read(ran)).rows).toEqual(before.rows);
  });

  it('is readable by its owner alone', async () => {
    const database = await openFile();
    await database.write((trx) => put(trx, 'key', 'value'));
    const modes = [dirname(file), file, `${file}-wal`, join(dirname(file), 'owner.lock')].map(
      (path) => statSync(path).mode & 0o777,
    );
    expect(modes).toEqual([0o700, 0o600, 0o600, 0o600]);
  });

  it('syncs every commit and enforces foreign keys', async () => {
    const database = await openFile();
    const pragma = async (name: string) => {
      const { rows } = await database.read((trx) =>
        sql.raw<Record<string, unknown>>(`pragma ${name}`).execute(trx),
      );
      return Object.values(rows[0] ?? {})[0];
    };
    expect(await pragma('journal_mode')).toBe('wal');
    expect(await pragma('synchronous')).toBe(2);
    expect(await pragma('foreign_keys')).toBe(1);
  });

  it('waits for another program that holds the write lock, until the deadline', async () => {
    const database = await openFile();
    const other = new DatabaseSync(file);
    other.exec('begin immediate');
    const late = database.write((trx) => put(trx, 'key', 'late'), { deadline: 300 });
    await expect(late).rejects.toThrow(DatabaseBusyError);
    const patient = database.write((trx) => put(trx, 'key', 'patient'));
    await sleep(150);
    other.exec('rollback');
    other.close();
    await patient;
    expect(await database.read((trx) => get(trx, 'key'))).toBe('patient');
  });

  it('is refused to a second server, with the directory named, until the first is closed', async () => {
    const first = await openFile();
    const refusal = await openDatabase({ kind: 'sqlite', file }).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(DirectoryInUseError);
    expect(refusal).toMatchObject({
      code: 'directory_in_use',
      directory: dirname(file),
      message: expect.stringContaining(dirname(file)),
    });
    await first.close();
    await openFile();
  });

  it('is refused to a server of another process, until that is killed', async () => {
    const holder = await holdLock(dirname(file));
    expect(() => lockDirectory(dirname(file))).toThrow(DirectoryInUseError);
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    lockDirectory(dirname(file)).release();
  });

  it('has every change that was acknowledged before a kill, and serves again at once', async () => {
    const writer = startWriter(file);
    let output = '';
    writer.stdout?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (output.split('\n').length > 50) writer.kill('SIGKILL');
    });
    await once(writer, 'close');
    const acknowledged = output.slice(0, output.lastIndexOf('\n')).split('\n');
    const database = await openFile();
    const rows = await database.read((trx) => trx.selectFrom('settings').select('key').execute());
    const kept = new Set(rows.map((row) => row.key));
    expect(acknowledged.length).toBeGreaterThanOrEqual(50);
    expect(acknowledged.filter((key) => !kept.has(key))).toEqual([]);
    expect(kept.size - acknowledged.length).toBeLessThanOrEqual(1);
  });

  it('takes back all of a migration that fails half-way', async () => {
    const db = new Kysely<unknown>({ dialect: openSqlite(file) });
    const torn: Migration = {
      async up(trx) {
        await sql`create table half (id text)`.execute(trx);
        throw new Error('the power went');
      },
    };
    const { error } = await new Migrator({
      db,
      provider: { getMigrations: async () => ({ torn }) },
    }).migrateToLatest();
    const tables = await sql`select name from sqlite_master where name = 'half'`.execute(db);
    await db.destroy();
    expect(error).toMatchObject({ message: 'the power went' });
    expect(tables.rows).toEqual([]);
  });

  it('takes any number of different statements, and a table that changes between two', async () => {
    const db = new Kysely<unknown>({ dialect: openSqlite(':memory:') });
    await sql`create table things (a integer)`.execute(db);
    await sql`insert into things values (${true})`.execute(db);
    for (let n = 0; n < 600; n += 1) await sql.raw(`select ${n} as n`).execute(db);
    const all = () => sql`select * from things`.execute(db);
    expect((await all()).rows).toEqual([{ a: 1 }]);
    await sql`alter table things add column b integer not null default 2`.execute(db);
    expect((await all()).rows).toEqual([{ a: 1, b: 2 }]);
    await expect(sql`select ${new Date(0)}`.execute(db)).rejects.toThrow(
      'a value of type object cannot be stored',
    );
    await db.destroy();
  });

  it('keeps its lock free when it cannot be opened', async () => {
    const database = await openFile();
    await database.write((trx) =>
      sql`insert into kysely_migration values ('9999_future', ${NOW})`.execute(trx),
    );
    await database.close();
    await expect(openDatabase({ kind: 'sqlite', file })).rejects.toThrow(/newer version.*9999_future/);
    lockDirectory(dirname(file)).release();
  });
});

/** A process that writes one row after the other and prints each key once it is committed. */
function startWriter(file: string): ChildProcess {
  const store = new URL('../../../src/server/store/database.ts', import.meta.url).href;
  const script = `
    const { openDatabase } = await import(${JSON.stringify(store)});
    const db = await openDatabase({ kind: 'sqlite', file: ${JSON.stringify(file)} });
    for (let n = 0; ; n += 1) {
      const row = { key: 'key ' + n, value: 'x'.repeat(1000), updated_at: '' };
      await db.write((trx) => trx.insertInto('settings').values(row).execute());
      await new Promise((resolve) => process.stdout.write(row.key + '\\n', resolve));
    }`;
  return spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

async function holdLock(directory: string): Promise<ChildProcess> {
  const lock = new URL('../../../src/server/store/owner-lock.ts', import.meta.url).href;
  const script = `
    const { lockDirectory } = await import(${JSON.stringify(lock)});
    lockDirectory(${JSON.stringify(directory)});
    process.stdout.write('locked');
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return child;
}

const server = inject('postgresUrl');

describe.skipIf(server === '')('a PostgreSQL database', () => {
  let url: string;
  const open: Database[] = [];

  beforeEach(async () => {
    url = await createPostgres(server);
  });

  afterEach(async () => {
    for (const database of open.splice(0)) await database.close();
    await dropPostgres(server, url);
  });

  const openUrl = async (options: { schema?: string } = {}) => {
    const database = await openDatabase({ kind: 'postgres', url, poolSize: 3, ...options });
    open.push(database);
    return database;
  };
  const migrations = (trx: Trx) => sql<{ name: string }>`select name from kysely_migration`.execute(trx);

  it('is migrated once by several servers that start at the same moment', async () => {
    const servers = await Promise.all(Array.from({ length: 6 }, () => openUrl()));
    for (const [n, one] of servers.entries()) await one.write((trx) => put(trx, `server ${n}`, 'here'));
    const last = servers[5];
    const rows = await last?.read((trx) => trx.selectFrom('settings').select('key').execute());
    expect(rows).toHaveLength(6);
    const ran = (await last?.read(migrations))?.rows.map((row) => row.name) ?? [];
    expect(ran.length).toBe(new Set(ran).size);
    expect(ran).toContain('0001_people');
  });

  it('lives in a schema of its own when one is named, beside another', async () => {
    const [a, alsoA, b] = await Promise.all([
      openUrl({ schema: 'Tenant "A"' }),
      openUrl({ schema: 'Tenant "A"' }),
      openUrl({ schema: 'b' }),
    ]);
    await a.write((trx) => put(trx, 'key', 'a'));
    expect(await alsoA.read((trx) => get(trx, 'key'))).toBe('a');
    expect(await b.read((trx) => get(trx, 'key'))).toBeUndefined();
  });

  it('is refused when a newer version made it', async () => {
    const database = await openUrl();
    await database.write((trx) =>
      sql`insert into kysely_migration values ('9999_future', ${NOW})`.execute(trx),
    );
    await expect(openUrl()).rejects.toThrow(MigrationError);
  });

  it('is unavailable, by name, when nobody listens', async () => {
    const nowhere = openDatabase({ kind: 'postgres', url: 'postgres://nobody@127.0.0.1:1/none' });
    await expect(nowhere).rejects.toMatchObject({
      name: 'DatabaseUnavailableError',
      code: 'database_unavailable',
      outcome: 'nothing_written',
    });
  });

  it('repeats a change whose connection broke before the commit, once and for all', async () => {
    const database = await openUrl();
    let runs = 0;
    await database.write(async (trx) => {
      runs += 1;
      await increment(trx, 'count');
      if (runs === 1) await sql`select pg_terminate_backend(pg_backend_pid())`.execute(trx);
    });
    expect(runs).toBe(2);
    expect(await database.read((trx) => get(trx, 'count'))).toBe('1');
  });

  it('does not repeat a change whose connection broke during the commit: it may have been made', async () => {
    const database = await openUrl();
    await database.write(async (trx) => {
      await sql`create function die() returns trigger language plpgsql as $$
        begin perform pg_terminate_backend(pg_backend_pid()); return null; end $$`.execute(trx);
      await sql`create constraint trigger die after insert on settings
        deferrable initially deferred for each row execute function die()`.execute(trx);
    });
    let runs = 0;
    const failure = await database
      .write(async (trx) => {
        runs += 1;
        await put(trx, 'key', 'value');
      })
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(DatabaseUnavailableError);
    expect(failure).toMatchObject({ outcome: 'unknown' });
    expect(runs).toBe(1);
  });

  it('is busy when a statement takes too long', async () => {
    const database = await openUrl();
    const work = async (trx: Trx) => {
      await put(trx, 'key', 'value');
      await sql`set local statement_timeout = 50`.execute(trx);
      await sql`select pg_sleep(10)`.execute(trx);
    };
    await expect(database.write(work)).rejects.toThrow(DatabaseBusyError);
    expect(await database.read((trx) => get(trx, 'key'))).toBeUndefined();
  });

  it('survives the loss of its idle connections', async () => {
    const database = await openUrl();
    await database.write((trx) => put(trx, 'key', 'value'));
    const other = await openUrl();
    await other.write((trx) =>
      sql`select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid()`.execute(trx),
    );
    expect(await database.read((trx) => get(trx, 'key'))).toBe('value');
  });
});

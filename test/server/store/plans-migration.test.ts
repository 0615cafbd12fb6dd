import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterEach, expect, it } from 'vitest';
import { type Database, openDatabase, type Place } from '../../../src/server/store/database.ts';
import { people } from '../../../src/server/store/migrations/0001-people.ts';
import { accounts } from '../../../src/server/store/migrations/0002-accounts.ts';
import { invites } from '../../../src/server/store/migrations/0003-invites.ts';
import { records } from '../../../src/server/store/migrations/0004-records.ts';
import { toMigration } from '../../../src/server/store/migrations/ddl.ts';
import type { Trx } from '../../../src/server/store/transaction.ts';
import { describeOnEachDatabase } from '../../support/databases.ts';
import { startServer } from '../../support/server.ts';
import { bill, subscription } from '../pricing.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** What there was before the catalogue came. */
const before = {
  '0001_people': people,
  '0002_accounts': accounts,
  '0003_invites': invites,
  '0004_records': records,
};
const T = '2026-01-01T00:00:00.000Z';

/** As a server of the version before left it: `acme` on a plan that was chosen then, and one that is gone. */
async function takeBack(database: Database): Promise<void> {
  await database.write(async (trx) => {
    await dropAll(trx, database.kind);
    for (const ddl of Object.values(before)) await toMigration(ddl, database.kind).up(trx);
    await sql`delete from kysely_migration where name >= '0005'`.execute(trx);
    const account = (id: string, plan: string, gone: string | null) =>
      sql`insert into accounts (id, kind, slug, name, state, plan, gone_at, created_at, updated_at)
        values (${id}, 'standard', ${plan}, ${plan}, ${gone === null ? 'active' : 'gone'}, ${plan}, ${gone}, ${T}, ${T})`;
    await account(ACME, 'professional', null).execute(trx);
    await account(GONE, 'basic', T).execute(trx);
  });
}

const ACME = 'acc_0000000000000000000000000a';
const GONE = 'acc_0000000000000000000000000b';

async function dropAll(trx: Trx, kind: Database['kind']): Promise<void> {
  if (kind === 'postgres') {
    const tables = await sql<{
      name: string;
    }>`select tablename as name from pg_tables where schemaname = 'public' and tablename not like 'kysely_%'`.execute(
      trx,
    );
    for (const { name } of tables.rows) await sql`drop table ${sql.table(name)} cascade`.execute(trx);
    const functions = await sql<{
      name: string;
    }>`select proname as name from pg_proc where pronamespace = 'public'::regnamespace`.execute(trx);
    for (const { name } of functions.rows) await sql`drop function ${sql.table(name)} cascade`.execute(trx);
    return;
  }
  const tables = await sql<{
    name: string;
  }>`select name from sqlite_master where type = 'table' and name not like 'kysely_%' and name not like 'sqlite_%'`.execute(
    trx,
  );
  // What refers to others goes first: the newest.
  for (const { name } of tables.rows.toReversed()) await sql`drop table ${sql.table(name)}`.execute(trx);
}

describeOnEachDatabase('a database from before the catalogue', (open, { kind, placeOf }) => {
  it('gets the plans that there were, and each account a first period that nothing before is charged for', async () => {
    let place: Place;
    let old = await open();
    if (kind === 'postgres') place = placeOf(old);
    else {
      // In memory nothing outlives the connection.
      const folder = mkdtempSync(join(tmpdir(), 'tenancy-'));
      folders.push(folder);
      place = { kind: 'sqlite', file: join(folder, 'tenancy.db') };
      old = await openDatabase(place);
    }
    await takeBack(old);
    if (kind === 'sqlite') await old.close();
    const database = await openDatabase(place);
    try {
      const server = await startServer({ database });
      expect((await server.ok('plans.list')).data.map(({ name }) => name)).toEqual([
        'basic',
        'starter',
        'professional',
        'business',
        'enterprise',
      ]);
      const held = await database.read((trx) => trx.selectFrom('subscriptions').selectAll().execute());
      expect(held.map(({ account_id }) => account_id)).toEqual([ACME]);
      const today = held[0]?.period_start ?? '';
      // The database's own day, which the tests do not set; at midnight there may be two of them.
      expect(Math.abs(Date.parse(today) - Date.now())).toBeLessThan(2 * 86_400_000);
      expect(held.map((row) => [row.period_end, row.anchor_day, row.price_cents])).toEqual(
        held.map(() => [today, Number(today.slice(8)), 0]),
      );
      server.clock.moveTo(new Date(`${today}T12:00:00.000Z`));
      const who = { id: ACME, token: await server.staffToken() };
      const shown = await subscription(server, who);
      expect([shown.plan, shown.price_cents, shown.period_start]).toEqual(['professional', 9_900, today]);
      const { lines, previous } = await bill(server, who);
      expect([lines.map(({ kind: line, amount_cents }) => [line, amount_cents]), previous]).toEqual([
        [['period', 9_900]],
        null,
      ]);
    } finally {
      await database.close();
    }
  });
});

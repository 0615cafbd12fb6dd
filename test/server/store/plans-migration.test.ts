import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterEach, expect, it } from 'vitest';
import { type Database, openDatabase, type Place } from '../../../src/server/store/database.ts';
import { describeOnEachDatabase } from '../../support/databases.ts';
import { person, standard } from '../../support/estate.ts';
import { startServer } from '../../support/server.ts';
import { bill, subscription } from '../pricing.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** As a server of the version before left it. */
async function takeBack(database: Database): Promise<void> {
  await database.write(async (trx) => {
    for (const table of ['bill_lines', 'subscriptions', 'plan_prices', 'plans'])
      await sql`drop table ${sql.table(table)}`.execute(trx);
    if (database.kind === 'postgres') await sql`drop function bill_lines_refuse()`.execute(trx);
    await sql`delete from kysely_migration where name >= '0005'`.execute(trx);
  });
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
    const before = await startServer({ database: old });
    const ann = await person(before, 'ann@acme.example');
    const acme = await standard(before, ann, 'acme');
    const gone = await standard(before, ann, 'gone');
    const deletion = { token: ann.token, params: { account: gone.id }, query: { confirm: 'gone' } };
    await before.ok('accounts.delete', deletion);
    await old.write((trx) =>
      trx.updateTable('accounts').set({ plan: 'professional' }).where('id', '=', acme.id).execute(),
    );
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
      expect(held.map(({ account_id }) => account_id)).not.toContain(gone.id);
      const today = held[0]?.period_start ?? '';
      // The database's own day, which the tests do not set; at midnight there may be two of them.
      expect(Math.abs(Date.parse(today) - Date.now())).toBeLessThan(2 * 86_400_000);
      expect(held.map((row) => [row.period_end, row.anchor_day, row.price_cents])).toEqual(
        held.map(() => [today, Number(today.slice(8)), 0]),
      );
      server.clock.moveTo(new Date(`${today}T12:00:00.000Z`));
      const who = { id: acme.id, token: await server.staffToken() };
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

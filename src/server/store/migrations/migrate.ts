import { type Kysely, sql } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import { DatabaseUnavailableError, isUnreachable, MigrationError, textProperty } from '../failures.ts';
import type { Schema } from '../schema.ts';
import { people } from './0001-people.ts';
import { accounts } from './0002-accounts.ts';
import { invites } from './0003-invites.ts';
import { records } from './0004-records.ts';
import { plans } from './0005-plans.ts';
import { delegations } from './0006-delegations.ts';
import { parsers } from './0007-parsers.ts';
import { resources } from './0008-resources.ts';
import { permissionSets } from './0009-permission-sets.ts';
import { credits } from './0010-credits.ts';
import { umbrella } from './0011-umbrella.ts';
import { forms } from './0012-forms.ts';
import { formRecords } from './0013-records.ts';
import { contacts } from './0014-contacts.ts';
import { deviceLogins } from './0016-device-logins.ts';
import { type Ddl, toMigration } from './ddl.ts';

/** In order. What has been released is never edited: a change is a new entry. */
const MIGRATIONS: Record<string, Ddl> = {
  '0001_people': people,
  '0002_accounts': accounts,
  '0003_invites': invites,
  '0004_records': records,
  '0005_plans': plans,
  '0006_delegations': delegations,
  '0007_parsers': parsers,
  '0008_resources': resources,
  '0009_permission_sets': permissionSets,
  '0010_credits': credits,
  '0011_umbrella': umbrella,
  '0012_forms': forms,
  '0013_records': formRecords,
  '0014_contacts': contacts,
  '0016_device_logins': deviceLogins,
};

type Kind = 'sqlite' | 'postgres';

async function applied(db: Kysely<Schema>, kind: Kind): Promise<string[]> {
  const known =
    kind === 'postgres'
      ? sql<{ found: string | null }>`select to_regclass('kysely_migration')::text as found`
      : sql<{
          found: string | null;
        }>`select max(name) as found from sqlite_master where name = 'kysely_migration'`;
  const { rows } = await known.execute(db);
  if (!rows[0]?.found) return [];
  const names = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(db);
  return names.rows.map((row) => row.name);
}

async function createSchema(db: Kysely<Schema>, schema: string): Promise<void> {
  try {
    await db.schema.createSchema(schema).ifNotExists().execute();
  } catch (error) {
    // `if not exists` still fails for one of two servers that make it at the same moment.
    if (!['23505', '42P06'].includes(textProperty(error, 'code'))) throw error;
  }
}

/** Brings an empty or older schema up to date. Throws MigrationError, DatabaseUnavailableError. */
export async function migrate(db: Kysely<Schema>, kind: Kind, schema?: string): Promise<void> {
  try {
    if (schema !== undefined) await createSchema(db, schema);
    const done = await applied(db, kind);
    const newer = done.filter((name) => !(name in MIGRATIONS));
    if (newer.length > 0) {
      throw new MigrationError(
        `the database was made by a newer version of the server (it has ${newer.join(', ')}); update this one`,
      );
    }
    if (done.length === Object.keys(MIGRATIONS).length) return;
    await runMigrations(db, kind, schema);
  } catch (error) {
    throw isUnreachable(error) ? new DatabaseUnavailableError('nothing_written', error) : error;
  }
}

async function runMigrations(db: Kysely<Schema>, kind: Kind, schema?: string): Promise<void> {
  const migrations: Record<string, Migration> = {};
  for (const [name, ddl] of Object.entries(MIGRATIONS)) migrations[name] = toMigration(ddl, kind);
  const migrator = new Migrator({
    db,
    provider: { getMigrations: async () => migrations },
    ...(schema === undefined ? {} : { migrationTableSchema: schema }),
  });
  const { error, results } = await migrator.migrateToLatest();
  if (error === undefined) return;
  const failed = results?.find((result) => result.status === 'Error')?.migrationName ?? 'the migrations';
  throw new MigrationError(`${failed} failed: ${textProperty(error, 'message')}`, { cause: error });
}

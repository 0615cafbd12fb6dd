import { sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/**
 * SQL that both databases understand, one statement an entry, and what only one of them does.
 * `text` columns get collation "C" on PostgreSQL, so that both sort alike; tables are strict on SQLite,
 * so that both refuse a wrong type.
 */
export interface Ddl {
  both: readonly string[];
  sqlite?: readonly string[];
  postgres?: readonly string[];
}

function forPostgres(statement: string): string {
  return statement.startsWith('create table')
    ? statement.replaceAll(/\btext\b/g, 'text collate "C"')
    : statement;
}

function forSqlite(statement: string): string {
  return statement.startsWith('create table') ? `${statement} strict` : statement;
}

export function toMigration(ddl: Ddl, kind: 'sqlite' | 'postgres'): Migration {
  const shared = ddl.both
    .map((statement) => statement.trim())
    .map(kind === 'sqlite' ? forSqlite : forPostgres);
  const own = (kind === 'sqlite' ? ddl.sqlite : ddl.postgres) ?? [];
  return {
    async up(db) {
      for (const statement of [...shared, ...own]) await sql.raw(statement).execute(db);
    },
  };
}

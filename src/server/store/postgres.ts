import { PostgresDialect } from 'kysely';
import pg from 'pg';

const INT8 = 20;
const DEFAULT_POOL_SIZE = 10;

export interface PostgresPlace {
  kind: 'postgres';
  /** postgres://user:password@host:port/database */
  url: string;
  /** Connections at most; 10 when not given. */
  poolSize?: number | undefined;
  /** A schema to live in, made when it is not there; the login's own search path when not given. */
  schema?: string | undefined;
}

interface Timeouts {
  connectMs: number;
  statementMs: number;
}

const SERVING: Timeouts = { connectMs: 10_000, statementMs: 30_000 };
/** A migration may wait long for another server's: no limit on its statements. */
const MIGRATING: Timeouts = { connectMs: 10_000, statementMs: 0 };

function toSafeInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value))
    throw new RangeError(`the database answered ${text}, which is no safe integer`);
  return value;
}

export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function sessionOptions(place: PostgresPlace, timeouts: Timeouts): string {
  const settings = [
    `statement_timeout=${timeouts.statementMs}`,
    // Work that hangs between statements would hold its locks for ever.
    `idle_in_transaction_session_timeout=${2 * timeouts.statementMs}`,
    'TimeZone=UTC',
    'client_min_messages=warning',
  ];
  if (place.schema !== undefined) settings.push(`search_path=${quoteIdentifier(place.schema)}`);
  return settings.map((setting) => `-c ${setting.replaceAll(/[\\ ]/g, '\\$&')}`).join(' ');
}

function openPool(place: PostgresPlace, size: number, timeouts: Timeouts): pg.Pool {
  const types = new pg.TypeOverrides();
  types.setTypeParser(INT8, toSafeInteger);
  const pool = new pg.Pool({
    connectionString: place.url,
    max: size,
    types,
    connectionTimeoutMillis: timeouts.connectMs,
    keepAlive: true,
    options: sessionOptions(place, timeouts),
    application_name: 'tenancy-api',
  });
  // Without a listener a connection that breaks, idle or in use, ends the process. Whoever uses it gets the error anyway.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
}

export function openPostgres(place: PostgresPlace): PostgresDialect {
  return new PostgresDialect({ pool: openPool(place, place.poolSize ?? DEFAULT_POOL_SIZE, SERVING) });
}

/** A second, small pool for migrations; close it when they are done. */
export function openPostgresForMigration(place: PostgresPlace): PostgresDialect {
  return new PostgresDialect({ pool: openPool(place, 2, MIGRATING) });
}

// The databases that the servers under measurement lie on, and the one thing the API does not give: a plan without seats.
import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import pg from 'pg';
import { privatePostgres } from '../test/support/postgres.ts';
import type { Ground } from './ground.ts';

export interface Store {
  readonly kind: 'sqlite' | 'postgres';
  /** A folder or a URL: what the server takes. */
  readonly place: string;
  /** Runs one statement behind the server's back. */
  run(statement: string): Promise<void>;
}

export function sqliteFile(store: Store): string {
  return join(store.place, 'tenancy.db');
}

export function sqliteStore(ground: Ground): Store {
  const place = join(ground.folder, `data-${randomBytes(4).toString('hex')}`);
  mkdirSync(place);
  return {
    kind: 'sqlite',
    place,
    run: async (statement) => {
      const db = new DatabaseSync(join(place, 'tenancy.db'), { timeout: 5000 });
      db.exec(statement);
      db.close();
    },
  };
}

async function query(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/** A server to make databases on: the one that TEST_DATABASE_URL names, or a private one; null when there is none. */
export async function postgresServer(ground: Ground): Promise<string | null> {
  const given = process.env['TEST_DATABASE_URL'];
  if (given) return given;
  const cluster = await privatePostgres();
  if (cluster === null) return null;
  ground.defer(cluster.stop);
  return cluster.url;
}

export async function postgresStore(ground: Ground, server: string): Promise<Store> {
  const name = `tenantctl_bench_${randomBytes(6).toString('hex')}`;
  await query(server, `create database ${name}`);
  ground.defer(() => query(server, `drop database if exists ${name} with (force)`));
  const url = new URL(server);
  url.pathname = `/${name}`;
  return { kind: 'postgres', place: url.href, run: (statement) => query(url.href, statement) };
}

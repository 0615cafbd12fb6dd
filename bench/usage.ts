// Reports of usage against the same entries of the ledger inserted bare: node bench/usage.ts [records] [rounds]

import { DatabaseSync } from 'node:sqlite';
import pg from 'pg';
import { hashToken, mintToken } from '../src/contract/token.ts';
import { idMaker } from '../src/server/domain/new-id.ts';
import { firstUser } from './estate.ts';
import { type Line, median, perSecond, ratio, spread, table } from './figures.ts';
import { type Ground, onGround, serve } from './ground.ts';
import { Http, textIn } from './http.ts';
import { postgresServer, postgresStore, type Store, sqliteFile, sqliteStore } from './store.ts';

const CHUNK = 1000;
const newId = idMaker({ now: () => new Date() });

const columns = {
  payer_id: 'text',
  id: 'text',
  unit: 'text',
  debit: 'text',
  credit: 'text',
  amount: 'integer',
  monthly: 'integer',
  consumer_id: 'text',
  cause: 'text',
  entry_key: 'text',
  actor_kind: 'text',
  actor_id: 'text',
  actor_name: 'text',
  used_at: 'text',
  at: 'text',
} as const;
const names = Object.keys(columns).join(', ');

const chunksOf = <T>(count: number, make: (at: number) => T): T[][] =>
  Array.from({ length: Math.ceil(count / CHUNK) }, (_, chunk) =>
    Array.from({ length: Math.min(CHUNK, count - chunk * CHUNK) }, (__, at) => make(chunk * CHUNK + at)),
  );

/** An account on a plan without limits, and a metering token: its making asks for a password that nobody has here. */
async function prepare(ground: Ground, store: Store) {
  const place = store.kind === 'sqlite' ? '--data' : '--database';
  const server = await serve(ground, ['--dev', place, store.place]);
  const { http, userId } = await firstUser(ground, server.url);
  const body = { name: 'Bench', slug: 'bench', plan: 'enterprise' };
  const accountId = textIn(await http.json('POST', '/accounts', body), 'id');
  const secret = mintToken('meter');
  const at = new Date().toISOString();
  await store.run(`insert into tokens
    (id, hash, kind, owner, user_id, name, modules, reason, created_by, state, expires_at, created_at, updated_at)
    values ('${newId('token')}', '${hashToken(secret)}', 'meter', 'user', '${userId}', 'bench', '[]', 'bench', '${userId}', 'active',
      '${new Date(Date.now() + 86_400_000).toISOString()}', '${at}', '${at}')`);
  const meter = new Http(server.url, secret);
  ground.defer(() => meter.close());
  return { server, meter, accountId };
}

/** Seconds that the server takes. */
async function overHttp(ground: Ground, store: Store, count: number): Promise<number> {
  const { server, meter } = await prepare(ground, store);
  const record = (at: number) => ({
    account: 'bench',
    unit: 'upload',
    amount: 1,
    key: `k-${at}`,
    cause: 'parsers.run',
  });
  const bodies = chunksOf(count, record).map((records) => ({ records }));
  const began = performance.now();
  for (const body of bodies) {
    const { recorded } = await meter.json('POST', '/usage', body);
    if (recorded !== body.records.length) throw new Error(`${String(recorded)} of a report were recorded`);
  }
  const seconds = (performance.now() - began) / 1000;
  await server.stop();
  return seconds;
}

/** The same entries into a database of the same kind, a transaction a chunk, the purse changed once in each. */
async function bare(ground: Ground, store: Store, count: number): Promise<number> {
  const { server, accountId } = await prepare(ground, store);
  await server.stop();
  const at = new Date().toISOString();
  const chunks = chunksOf(count, (n) => [
    accountId,
    newId('entry'),
    'upload',
    'granted',
    'used',
    1,
    0,
    accountId,
    'parsers.run',
    `k-${n}`,
    'meter',
    'tok_bench',
    'bench',
    at,
    at,
  ]);
  const purse = (rows: number) =>
    `update credit_totals set granted = granted + ${rows}, used = used + ${rows} where payer_id = '${accountId}' and unit = 'upload'`;
  return store.kind === 'sqlite'
    ? intoSqlite(sqliteFile(store), chunks, purse)
    : await intoPostgres(store.place, chunks, purse);
}

type Chunks = readonly (readonly (readonly (string | number)[])[])[];

function intoSqlite(file: string, chunks: Chunks, purse: (rows: number) => string): number {
  const db = new DatabaseSync(file, { enableForeignKeyConstraints: true });
  try {
    db.exec('pragma journal_mode = wal; pragma synchronous = full; pragma wal_autocheckpoint = 4000');
    const picked = Object.keys(columns).map((_, place) => `value ->> ${place}`);
    const insert = db.prepare(
      `insert into credit_entries (${names}) select ${picked.join(', ')} from json_each(?)`,
    );
    const began = performance.now();
    for (const rows of chunks) {
      db.exec('begin immediate');
      insert.run(JSON.stringify(rows));
      db.exec(purse(rows.length));
      db.exec('commit');
    }
    return (performance.now() - began) / 1000;
  } finally {
    db.close();
  }
}

async function intoPostgres(url: string, chunks: Chunks, purse: (rows: number) => string): Promise<number> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const picked = Object.values(columns).map((type, place) => `(value ->> ${place})::${type}`);
  const insert = `insert into credit_entries (${names}) select ${picked.join(', ')} from jsonb_array_elements($1::jsonb)`;
  try {
    const began = performance.now();
    for (const rows of chunks) {
      await client.query('begin isolation level serializable');
      await client.query(insert, [JSON.stringify(rows)]);
      await client.query(purse(rows.length));
      await client.query('commit');
    }
    return (performance.now() - began) / 1000;
  } finally {
    await client.end();
  }
}

export async function usage(ground: Ground, count = 20_000, times = 5): Promise<Line[]> {
  const server = await postgresServer(ground);
  const lines: Line[] = [];
  for (const kind of ['sqlite', 'postgres'] as const) {
    if (kind === 'postgres' && server === null) continue;
    const open = () =>
      server === null || kind === 'sqlite' ? sqliteStore(ground) : postgresStore(ground, server);
    const rounds: { ours: number; limit: number }[] = [];
    for (let n = 0; n < times; n += 1)
      rounds.push({
        ours: await overHttp(ground, await open(), count),
        limit: await bare(ground, await open(), count),
      });
    const rates = (of: 'ours' | 'limit') => rounds.map((one) => count / one[of]);
    const name = `${kind}, ${count} uses in reports of ${CHUNK}`;
    const against = rounds.map(({ ours, limit }) => limit / ours);
    lines.push(
      {
        what: `${name}: server over HTTP`,
        value: perSecond(median(rates('ours')), 1),
        spread: spread(rates('ours'), 0),
      },
      {
        what: `${name}: bare inserts`,
        value: perSecond(median(rates('limit')), 1),
        spread: spread(rates('limit'), 0),
      },
      { what: `${name}: server / bare`, value: ratio(median(against)), spread: spread(against) },
    );
  }
  return lines;
}

if (import.meta.main) {
  const [count = '20000', times = '3'] = process.argv.slice(2);
  await onGround(async (ground) => {
    process.stdout.write(table('Reports of usage', await usage(ground, Number(count), Number(times))));
  });
}

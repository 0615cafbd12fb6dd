// The bare limit: the rows that a bulk invite leaves (invite, outbox, audit event, batch row), inserted in the same
// chunks into the same database, one transaction a chunk, without HTTP and without a rule.

import { DatabaseSync } from 'node:sqlite';
import pg from 'pg';
import { keysOf } from '../src/contract/keys.ts';
import { mintToken } from '../src/contract/token.ts';
import { idMaker } from '../src/server/domain/new-id.ts';
import { person } from './people.ts';

export interface Target {
  readonly accountId: string;
  readonly batchId: string;
  readonly userId: string;
}

const CHUNK = 1000;
const newId = idMaker({ now: () => new Date() });

const columns = {
  invites:
    'account_id,id,email,email_folded,first_name,role,modules,children,workspaces,state,secret_hash,sponsor_user_id,batch_id,message_id,sent_at,expires_at,created_at,updated_at',
  outbox:
    'id,account_id,invite_id,kind,recipient,recipient_folded,payload,state,not_before,created_at,updated_at',
  audit_events:
    'id,account_id,actor_kind,actor_id,actor_name,action,target_kind,target_id,target_name,after_json,request_id,at',
  batch_rows: 'account_id,batch_id,row,email,outcome,invite_id',
} as const;

type Table = keyof typeof columns;
type Chunk = Record<Table, readonly Readonly<Record<string, string | number>>[]>;

function rowsOf(target: Target, n: number) {
  const { email, first_name } = person(n);
  const now = new Date();
  const at = now.toISOString();
  const expires = new Date(now.getTime() + 7 * 86_400_000).toISOString();
  const [id, message] = [newId('invite'), newId('mail')];
  const account = { account_id: target.accountId };
  const lists = { modules: '[]', children: '[]', workspaces: '[]' };
  const payload = JSON.stringify({
    secret: mintToken('inv'),
    account_name: 'Bench',
    inviter: 'admin@localhost',
    role: 'admin',
    expires_at: expires,
    first_name,
  });
  return {
    invites: {
      ...account,
      ...lists,
      id,
      email,
      email_folded: email,
      first_name,
      role: 'admin',
      state: 'pending',
      secret_hash: `${newId('event')}${newId('event')}`.padEnd(64, '0'),
      sponsor_user_id: target.userId,
      batch_id: target.batchId,
      message_id: message,
      sent_at: at,
      expires_at: expires,
      created_at: at,
      updated_at: at,
    },
    outbox: {
      ...account,
      id: message,
      invite_id: id,
      kind: 'invite',
      recipient: email,
      recipient_folded: email,
      payload,
      state: 'queued',
      not_before: at,
      created_at: at,
      updated_at: at,
    },
    audit_events: {
      ...account,
      id: newId('event'),
      actor_kind: 'user',
      actor_id: target.userId,
      actor_name: 'admin@localhost',
      action: 'invites.send',
      target_kind: 'invite',
      target_id: id,
      target_name: email,
      after_json: '{"role":"admin","modules":[],"children":[]}',
      request_id: '3fa85f64-5717-4562-b3fc-2c963f66afa6',
      at,
    },
    batch_rows: {
      ...account,
      batch_id: target.batchId,
      row: n + 1,
      email,
      outcome: 'invited',
      invite_id: id,
    },
  };
}

/** Made before the clock runs: what is measured is the database. */
export function chunksFor(target: Target, rows: number): Chunk[] {
  return Array.from({ length: Math.ceil(rows / CHUNK) }, (_, index) => {
    const made = Array.from({ length: Math.min(CHUNK, rows - index * CHUNK) }, (__, n) =>
      rowsOf(target, index * CHUNK + n),
    );
    return {
      invites: made.map((row) => row.invites),
      outbox: made.map((row) => row.outbox),
      audit_events: made.map((row) => row.audit_events),
      batch_rows: made.map((row) => row.batch_rows),
    };
  });
}

const tables = keysOf(columns);

/** The server's own form: a chunk as one JSON parameter, rows as arrays. */
function sqliteInsert(table: Table): string {
  const picked = columns[table].split(',').map((_, place) => `value ->> ${place}`);
  return `insert into ${table} (${columns[table]}) select ${picked.join(',')} from json_each(?)`;
}

/** Seconds. */
export function insertIntoSqlite(file: string, chunks: readonly Chunk[]): number {
  const db = new DatabaseSync(file, { enableForeignKeyConstraints: true });
  try {
    db.exec('pragma journal_mode = wal; pragma synchronous = full; pragma wal_autocheckpoint = 4000');
    const inserts = tables.map((table) => ({
      table,
      names: columns[table].split(','),
      statement: db.prepare(sqliteInsert(table)),
    }));
    const began = performance.now();
    for (const chunk of chunks) {
      db.exec('begin immediate');
      for (const { table, names, statement } of inserts) {
        statement.run(JSON.stringify(chunk[table].map((row) => names.map((name) => row[name]))));
      }
      db.exec('commit');
    }
    return (performance.now() - began) / 1000;
  } finally {
    db.close();
  }
}

function postgresInsert(table: Table): string {
  const typed = columns[table].split(',').map((name) => `${name} ${name === 'row' ? 'integer' : 'text'}`);
  return `insert into ${table} (${columns[table]}) select * from jsonb_to_recordset($1::jsonb) as r(${typed.join(',')})`;
}

/** Seconds. */
export async function insertIntoPostgres(url: string, chunks: readonly Chunk[]): Promise<number> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const began = performance.now();
    for (const chunk of chunks) {
      await client.query('begin isolation level serializable');
      for (const table of tables) await client.query(postgresInsert(table), [JSON.stringify(chunk[table])]);
      await client.query('commit');
    }
    return (performance.now() - began) / 1000;
  } finally {
    await client.end();
  }
}

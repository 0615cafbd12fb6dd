// The server's bulk path against the bare limit: node bench/server-batch.ts [rows] [rounds] [captured|away] [sqlite|postgres|both] [node flags...]

import { firstUser } from './estate.ts';
import { type Line, median, megabytes, perSecond, ratio, spread } from './figures.ts';
import { type Ground, memoryOf, onGround, serve } from './ground.ts';
import { type Http, textIn } from './http.ts';
import { chunksFor, insertIntoPostgres, insertIntoSqlite } from './limit.ts';
import { person } from './people.ts';
import { postgresServer, postgresStore, type Store, sqliteFile, sqliteStore } from './store.ts';

const CHUNK = 1000;
const IN_FLIGHT = 2;

export type Mail = 'captured' | 'away';

interface BatchPlace {
  readonly accountId: string;
  readonly batchId: string;
}

/** An account with seats for everybody, and an open batch in it. */
async function openBatch(http: Http, store: Store, rows: number): Promise<BatchPlace> {
  const slug = 'bench';
  const account = await http.json('POST', '/accounts', { name: 'Bench', slug });
  await store.run(`update accounts set plan = 'enterprise' where slug = '${slug}'`);
  const accountId = textIn(account, 'id');
  const batch = await http.json('POST', `/accounts/${accountId}/batches`, {
    kind: 'invites',
    digest: 'd'.repeat(64),
    rows_total: rows,
    seats_needed: rows,
    defaults: { role: 'admin' },
  });
  return { accountId, batchId: textIn(batch, 'id') };
}

/** Sends the rows as the tool does, a few chunks in flight, and finishes the batch. Seconds. */
async function send(http: Http, { accountId, batchId }: BatchPlace, rows: number): Promise<number> {
  const path = `/accounts/${accountId}/batches/${batchId}`;
  const bodies = Array.from({ length: Math.ceil(rows / CHUNK) }, (_, index) =>
    JSON.stringify({
      rows: Array.from({ length: Math.min(CHUNK, rows - index * CHUNK) }, (__, n) => {
        const row = index * CHUNK + n;
        return { row: row + 1, ...person(row) };
      }),
    }),
  );
  const began = performance.now();
  const lane = async () => {
    for (let body = bodies.shift(); body; body = bodies.shift()) {
      const { status, body: answer } = await http.raw('POST', `${path}/rows`, body);
      if (status >= 300) throw new Error(`a chunk was answered ${status}: ${answer.slice(0, 300)}`);
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, lane));
  const finished = await http.json('POST', `${path}/finish`);
  if (JSON.stringify(finished['outcomes']) !== `{"invited":${rows}}`) {
    throw new Error(`not every row was invited: ${JSON.stringify(finished['outcomes'])}`);
  }
  return (performance.now() - began) / 1000;
}

/** `away`: a mail server that nobody answers for, so that mail waits in the outbox as it does while a real one is slow. */
function serveOn(ground: Ground, store: Store, mail: Mail, nodeArgs: readonly string[] = []) {
  const mailArgs = mail === 'captured' ? ['--dev'] : ['--smtp', 'smtp://127.0.0.1:9'];
  const place = store.kind === 'sqlite' ? '--data' : '--database';
  return serve(ground, [...mailArgs, place, store.place], nodeArgs);
}

interface Round {
  readonly server: number;
  readonly limit: number;
  readonly idle: number;
  readonly peak: number;
}

async function overHttp(
  ground: Ground,
  store: Store,
  rows: number,
  mail: Mail,
  nodeArgs: readonly string[],
): Promise<Omit<Round, 'limit'>> {
  const server = await serveOn(ground, store, mail, nodeArgs);
  const { http } = await firstUser(ground, server.url);
  const place = await openBatch(http, store, rows);
  const idle = memoryOf(server.pid)?.now ?? Number.NaN;
  const seconds = await send(http, place, rows);
  const peak = memoryOf(server.pid)?.peak ?? Number.NaN;
  await server.stop();
  return { server: seconds, idle, peak };
}

/** The same rows into a database of the same kind, with its account and batch made by the server. */
async function bare(ground: Ground, store: Store, rows: number): Promise<number> {
  const server = await serveOn(ground, store, 'away');
  const { http, userId } = await firstUser(ground, server.url);
  const place = await openBatch(http, store, rows);
  await server.stop();
  const chunks = chunksFor({ ...place, userId }, rows);
  return store.kind === 'sqlite'
    ? insertIntoSqlite(sqliteFile(store), chunks)
    : await insertIntoPostgres(store.place, chunks);
}

export async function serverBatch(
  ground: Ground,
  options: { rows: number; rounds: number; mail: Mail; only?: string; nodeArgs?: readonly string[] },
): Promise<Line[]> {
  const { rows, mail, nodeArgs = [] } = options;
  const kinds = (['sqlite', 'postgres'] as const).filter((kind) => (options.only ?? kind) === kind);
  const server = kinds.includes('postgres') ? await postgresServer(ground) : null;
  const lines: Line[] = [];
  for (const kind of kinds) {
    if (kind === 'postgres' && server === null) continue;
    const open = () =>
      server === null || kind === 'sqlite' ? sqliteStore(ground) : postgresStore(ground, server);
    const rounds: Round[] = [];
    for (let n = 0; n < options.rounds; n += 1) {
      const made = await overHttp(ground, await open(), rows, mail, nodeArgs);
      rounds.push({ ...made, limit: await bare(ground, await open(), rows) });
    }
    const name = `${kind}, ${rows} rows, mail ${mail}`;
    const ratios = rounds.map((one) => one.limit / one.server);
    const rates = (of: 'server' | 'limit') => rounds.map((one) => rows / one[of]);
    lines.push(
      {
        what: `${name}: server over HTTP`,
        value: perSecond(median(rates('server')), 1),
        spread: spread(rates('server'), 0),
      },
      {
        what: `${name}: bare inserts`,
        value: perSecond(median(rates('limit')), 1),
        spread: spread(rates('limit'), 0),
      },
      {
        what: `${name}: server / bare`,
        value: ratio(median(ratios)),
        spread: spread(ratios),
        target: '>= 0.5x',
        met: median(ratios) >= 0.5,
      },
      {
        what: `${name}: server idle`,
        value: megabytes(median(rounds.map((one) => one.idle))),
        target: '< 100 MB',
        met: median(rounds.map((one) => one.idle)) < 100 * 2 ** 20,
      },
      {
        what: `${name}: server peak`,
        value: megabytes(median(rounds.map((one) => one.peak))),
        target: '< 250 MB',
        met: median(rounds.map((one) => one.peak)) < 250 * 2 ** 20,
      },
    );
  }
  return lines;
}

if (import.meta.main) {
  const { table } = await import('./figures.ts');
  const [rows = '10000', rounds = '3', mail = 'away', only = 'both', ...nodeArgs] = process.argv.slice(2);
  await onGround(async (ground) => {
    const lines = await serverBatch(ground, {
      rows: Number(rows),
      rounds: Number(rounds),
      mail: mail === 'captured' ? 'captured' : 'away',
      ...(only !== 'both' && { only }),
      nodeArgs,
    });
    process.stdout.write(table('The server', lines));
  });
}

// A bulk invite by the tool as a whole process, against what people script instead and against the bare limit.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { keysOf } from '../src/contract/keys.ts';
import { type Estate, startEstate } from './estate.ts';
import { type Line, median, megabytes, perSecond, ratio, ratios, spread } from './figures.ts';
import { type Ground, memoryOf } from './ground.ts';
import { chunksFor, insertIntoSqlite } from './limit.ts';
import { writeCsv } from './people.ts';
import { mustRun, type Run } from './process.ts';
import { sqliteFile } from './store.ts';

const ROWS = 5000;
const RUNS = 15;
const LIMIT_RUNS = 15;

const curl = `curl -sS -o /dev/null --fail -H "authorization: Bearer $TOKEN" -H 'content-type: application/json'`;
const anchors = {
  'curl loop': `tail -n +2 "$CSV" | while IFS=, read -r email name; do
    ${curl} -d "{\\"email\\":\\"$email\\",\\"first_name\\":\\"$name\\",\\"role\\":\\"admin\\"}" "$URL"
  done`,
  'xargs -P8 curl': `tail -n +2 "$CSV" | awk -F, '{printf "{\\"email\\":\\"%s\\",\\"first_name\\":\\"%s\\",\\"role\\":\\"admin\\"}\\n", $1, $2}' |
    tr '\\n' '\\0' | xargs -0 -P8 -I{} ${curl} -d {} "$URL"`,
} as const;

/** Gives each run rows and an account that nobody had before: nobody is invited twice, and no day's mail limit is met. */
class Fresh {
  readonly #ground: Ground;
  readonly #estate: Estate;
  #people = 0;
  #runs = 0;

  constructor(ground: Ground, estate: Estate) {
    this.#ground = ground;
    this.#estate = estate;
  }

  async take(rows: number): Promise<{ csv: string; account: string }> {
    this.#runs += 1;
    const csv = join(this.#ground.folder, 'people.csv');
    writeCsv(csv, rows, this.#people);
    this.#people += rows;
    await this.#estate.settled();
    return { csv, account: await this.#estate.account(`bulk-${this.#runs}`) };
  }
}

export async function invited(estate: Estate, account: string, csv: string, rows: number): Promise<Run> {
  const run = await estate.tool([
    'invites',
    'send',
    '--csv',
    csv,
    '--account',
    account,
    '--role',
    'admin',
    '--json',
  ]);
  // oxlint-disable-next-line typescript/no-unsafe-assignment -- printed by the tool or by this suite's own child
  const result: { outcomes: { invited: number } } = JSON.parse(run.stdout);
  if (result.outcomes.invited !== rows) throw new Error(`not every row was invited: ${run.stdout}`);
  return run;
}

async function anchor(
  ground: Ground,
  estate: Estate,
  fresh: Fresh,
  name: keyof typeof anchors,
): Promise<number> {
  const { csv, account } = await fresh.take(ROWS);
  const script = join(ground.folder, 'anchor.sh');
  writeFileSync(script, `set -e\n${anchors[name]}\n`);
  const URL = `${estate.url}/v1/accounts/${account}/invites`;
  const env = { ...ground.env, CSV: csv, URL, TOKEN: await estate.token(account) };
  const { wall } = await mustRun(['bash', script], env, ground.folder);
  const shown = await estate.http.json('GET', `/accounts/${account}`);
  const seats = JSON.stringify(shown['seats']);
  if (!seats.includes(`"used":${ROWS + 1}`)) throw new Error(`${name} did not invite everybody: ${seats}`);
  return wall;
}

/** The rows of a run of the tool, inserted bare into an account and a batch of the same database. Seconds. */
async function bare(estate: Estate, fresh: Fresh, rows: number): Promise<number> {
  const { account } = await fresh.take(rows);
  const made = await estate.http.json('POST', `/accounts/${account}/batches`, {
    kind: 'invites',
    digest: 'd'.repeat(64),
    rows_total: rows,
    seats_needed: rows,
    defaults: { role: 'admin' },
  });
  const target = { accountId: account, batchId: String(made['id']), userId: estate.userId };
  const seconds = insertIntoSqlite(sqliteFile(estate.store), chunksFor(target, rows));
  await estate.store.run("update outbox set state = 'cancelled', payload = null where state = 'queued'");
  return seconds;
}

export async function bulk(ground: Ground): Promise<Line[]> {
  const estate = await startEstate(ground);
  const fresh = new Fresh(ground, estate);
  const tool: Run[] = [];
  const limits: number[] = [];
  for (let n = 0; n < RUNS; n += 1) {
    const { csv, account } = await fresh.take(ROWS);
    tool.push(await invited(estate, account, csv, ROWS));
    if (n < LIMIT_RUNS) limits.push(await bare(estate, fresh, ROWS));
  }
  const walls = tool.map(({ wall }) => wall);
  const rates = walls.map((wall) => ROWS / wall);
  const lines: Line[] = [
    { what: `tool, ${ROWS} rows`, value: perSecond(median(rates), 1), spread: spread(rates, 0) },
    {
      what: `bare inserts, ${ROWS} rows`,
      value: perSecond(ROWS, median(limits)),
      spread: spread(
        limits.map((seconds) => ROWS / seconds),
        0,
      ),
    },
    ratios(
      `tool / bare inserts, ${ROWS} rows`,
      limits.map((seconds, n) => seconds / (walls[n] ?? 0)),
      { least: 0.5 },
    ),
  ];
  for (const name of keysOf(anchors)) {
    const wall = await anchor(ground, estate, fresh, name);
    lines.push(
      { what: `${name}, ${ROWS} rows (once)`, value: perSecond(ROWS, wall) },
      ratios(
        `tool / ${name}`,
        walls.map((mine) => wall / mine),
        { least: name === 'curl loop' ? 40 : 25 },
      ),
    );
  }
  for (const rows of [10_000, 100_000]) {
    const { csv, account } = await fresh.take(rows);
    const { wall } = await invited(estate, account, csv, rows);
    const limit = await bare(estate, fresh, rows);
    lines.push(
      { what: `tool, ${rows} rows (once)`, value: perSecond(rows, wall) },
      { what: `tool / bare inserts, ${rows} rows (once)`, value: ratio(limit / wall) },
    );
  }
  const peak = memoryOf(estate.pid)?.peak ?? Number.NaN;
  lines.push({
    what: 'server at its peak',
    value: megabytes(peak),
    target: '< 250 MB',
    met: peak < 250 * 2 ** 20,
  });
  await estate.stop();
  return lines;
}

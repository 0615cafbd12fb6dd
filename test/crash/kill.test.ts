import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Ended, ended, Machine } from './processes.ts';

const ROWS = 3000;
const FILES = 4;
/** Of the tool, and as many of the server: twenty in all. */
const KILLS = 10;

let machine: Machine;
/** How long a whole run takes here, milliseconds: kills fall anywhere in it. */
let whole = 0;

beforeAll(async () => {
  machine = new Machine();
  await machine.startServer();
  await machine.json(['accounts', 'create', 'Acme', '--slug', 'acme', '--plan', 'enterprise']);
  writeFile('warm.csv', 'warm', ROWS);
  const before = performance.now();
  expect(await machine.run(send('warm.csv'))).toMatchObject({ code: 0 });
  whole = performance.now() - before;
});

afterAll(async () => {
  await machine.end();
});

const send = (file: string) => `invites send --csv ${file} --role admin --account acme -o ndjson`.split(' ');
const address = (name: string, row: number) => `${name}${row}@example.com`;

function writeFile(file: string, name: string, rows: number): void {
  const lines = Array.from({ length: rows }, (_, at) => address(name, at + 1));
  writeFileSync(join(machine.folder, file), ['email', ...lines].join('\n'));
}

interface Event {
  readonly event: string;
  readonly email: string;
  readonly outcome: string;
  readonly invite_id: string;
}

/** Rows of which the tool said that they are invited, by address; the last line of a killed run may be cut. */
function acknowledged({ stdout }: Ended): [string, string][] {
  const whole = stdout.slice(0, stdout.lastIndexOf('\n') + 1);
  const events = whole
    .split('\n')
    .filter((line) => line !== '')
    .map((line): Event => JSON.parse(line));
  return events
    .filter(({ event, outcome }) => event === 'item' && outcome === 'invited')
    .map(({ email, invite_id }) => [email, invite_id]);
}

test(`kill -9 of the tool and of the server, ${2 * KILLS} times: nothing lost, nothing twice`, async () => {
  const acked = new Map<string, string>();
  const acknowledge = (done: Ended) => {
    for (const [email, id] of acknowledged(done)) acked.set(email, id);
  };
  for (let file = 0; file < FILES; file += 1) {
    writeFile(`people-${file}.csv`, `p${file}x`, ROWS);
    // Half of the files lose the tool, which is started again; the others lose the server, which the tool sits out.
    if (file % 2 === 0) {
      for (let kill = 0; kill < KILLS / 2; kill += 1) {
        const tool = machine.tool(send(`people-${file}.csv`));
        const done = ended(tool);
        await Promise.race([done, sleep(Math.random() * whole)]);
        tool.kill('SIGKILL');
        acknowledge(await done);
      }
    }
    const done = ended(machine.tool(send(`people-${file}.csv`)));
    if (file % 2 === 1) {
      for (let kill = 0; kill < KILLS / 2; kill += 1) {
        await sleep((Math.random() * whole) / 2);
        await machine.crashServer();
      }
    }
    const last = await done;
    expect(last.code, `${last.stderr.slice(-1000)}`).toBe(0);
    acknowledge(last);
  }
  const names = ['warm', ...Array.from({ length: FILES }, (_, file) => `p${file}x`)];
  const wanted = names
    .flatMap((name) => Array.from({ length: ROWS }, (_, at) => address(name, at + 1)))
    .toSorted();
  const pending = (await machine.json('invites list --state pending --account acme'.split(' '))) as {
    email: string;
    id: string;
  }[];
  expect(pending.map(({ email }) => email).toSorted()).toEqual(wanted);
  const ids = new Map(pending.map(({ email, id }) => [email, id]));
  expect([...acked].filter(([email, id]) => ids.get(email) !== id)).toEqual([]);
  expect(acked.size).toBeGreaterThan(ROWS);
  expect((await mailed(wanted.length)).toSorted()).toEqual(wanted);
}, 180_000);

/** Addresses of captured mail, once the worker has caught up. */
async function mailed(count: number): Promise<string[]> {
  for (let attempt = 1; ; attempt += 1) {
    const mails = (await machine.json('dev mail --profile local-staff'.split(' '))) as { to: string }[];
    if (mails.length >= count || attempt === 60) return mails.map(({ to }) => to);
    await sleep(500);
  }
}

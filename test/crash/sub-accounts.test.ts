import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ended, Machine } from './processes.ts';

const ROWS = 2000;
/** Of the tool, and as many of the server. */
const KILLS = 4;

let machine: Machine;

beforeAll(async () => {
  machine = new Machine();
  await machine.startServer();
  await machine.json(['accounts', 'create', 'Acme', '--slug', 'acme', '--plan', 'enterprise']);
});

afterAll(async () => {
  await machine.end();
});

const words =
  'sub-accounts invite --csv partners.csv --cap-uploads 100 --cap-messages none --account acme -o ndjson'.split(
    ' ',
  );

test(`kill -9 of the tool and of the server, ${2 * KILLS} times: each address has one invitation and one mail`, async () => {
  const addresses = Array.from({ length: ROWS }, (_, at) => `partner${at + 1}@example.com`);
  const rows = addresses.map((email, at) => `First ${at + 1},${email},yes`);
  writeFileSync(join(machine.folder, 'partners.csv'), ['First,Email,Sub account', ...rows].join('\n'));
  for (let kill = 0; kill < KILLS; kill += 1) {
    const tool = machine.tool(words);
    const done = ended(tool);
    await Promise.race([done, sleep(Math.random() * 1500)]);
    tool.kill('SIGKILL');
    await done;
  }
  const last = ended(machine.tool(words));
  for (let kill = 0; kill < KILLS; kill += 1) {
    await sleep(Math.random() * 500);
    await machine.crashServer();
  }
  const { code, stderr } = await last;
  expect(code, `${stderr.slice(-1000)}`).toBe(0);
  const links = (await machine.json('sub-accounts list --account acme'.split(' '))) as {
    email: string;
    state: string;
    caps: object;
  }[];
  expect(links.map(({ email }) => email).toSorted()).toEqual(addresses.toSorted());
  expect(new Set(links.map(({ state, caps }) => JSON.stringify([state, caps])))).toEqual(
    new Set([JSON.stringify(['invited', { upload: 100, message: 'none' }])]),
  );
  expect((await mailed()).toSorted()).toEqual(addresses.toSorted());
}, 180_000);

/** Addresses of captured mail, once the worker has caught up. */
async function mailed(): Promise<string[]> {
  for (let attempt = 1; ; attempt += 1) {
    const mails = (await machine.json('dev mail --profile local-staff'.split(' '))) as { to: string }[];
    if (mails.length >= ROWS || attempt === 60) return mails.map(({ to }) => to);
    await sleep(500);
  }
}

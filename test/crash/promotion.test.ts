import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { createPostgres, dropPostgres } from '../support/databases.ts';
import { ended, Machine } from './processes.ts';

const PARSERS = 200;
const ROUNDS = 2;
/** Of the tool in each step of a round, and then of the server. */
const TOOL_KILLS = 3;
const SERVER_KILLS = 2;

let machine: Machine;

async function prepare(database?: string): Promise<void> {
  machine = new Machine(database);
  await machine.startServer();
  const folder = join(machine.folder, 'parsers');
  mkdirSync(folder);
  for (let at = 1; at <= PARSERS; at += 1) writeFileSync(join(folder, `p${at}.yaml`), fileOf(at));
}

const nameOf = (at: number) => `Parser ${String(at).padStart(3, '0')}`;

function fileOf(at: number): string {
  const field = (name: string) =>
    `  - name: ${name}\n    type: text\n    rules:\n      - kind: label\n        label: ${name} of ${at}\n`;
  return `schema: tenantctl/parser/v1\nname: ${nameOf(at)}\ndocument_type: invoice\nfields:\n${['a', 'b', 'c'].map(field).join('')}`;
}

/** A master whose parsers go from development to production; the administrator works in the first of them. */
async function family(slug: string): Promise<void> {
  const steps = ['dev', 'staging', 'prod'].map((step) => `${slug}-${step}`);
  await machine.json(['accounts', 'create', slug, '--slug', slug, '--plan', 'enterprise']);
  await machine.json(['accounts', 'unlock', slug, '--profile', 'local-staff']);
  for (const step of steps) {
    const first = step === steps[0] ? ['--admin-email', 'admin@localhost'] : [];
    await machine.json([
      'accounts',
      'create',
      step,
      '--slug',
      step,
      '--master',
      slug,
      '--plan',
      'enterprise',
      ...first,
    ]);
  }
  await accept();
  await machine.json(['parsers', 'promotion-path', 'set', ...steps, '--account', slug]);
}

/** The invitation lies in the captured mail as soon as the worker has sent it. */
async function accept(): Promise<void> {
  for (let attempt = 1; attempt <= 100; attempt += 1) {
    const mails = await machine.json('dev mail --to admin@localhost --profile local-staff'.split(' '));
    const [newest] = mails as { links: string[] }[];
    const done = await machine.run(['invites', 'accept', '--secret-stdin', '--json'], newest?.links[0] ?? '');
    if (done.code === 0) return;
    await sleep(100);
  }
  throw new Error('no invitation could be accepted');
}

interface Listed {
  readonly name: string;
  readonly revision: number;
}

const list = async (account: string) =>
  (await machine.json(['parsers', 'list', '--account', account])) as Listed[];
const whole = Array.from({ length: PARSERS }, (_, at) => ({ name: nameOf(at + 1), revision: 1 }));

/** Runs a step and kills the tool somewhere in it, several times; then lets it run while the server is killed. */
async function killed(
  words: readonly string[],
  took: number,
  looksRight: () => Promise<void>,
): Promise<number> {
  let cut = 0;
  for (let kill = 0; kill < TOOL_KILLS; kill += 1) {
    const tool = machine.tool(words);
    const done = ended(tool);
    await Promise.race([done, sleep(Math.random() * took)]);
    tool.kill('SIGKILL');
    if ((await done).code === null) cut += 1;
    await looksRight();
  }
  const last = ended(machine.tool(words));
  for (let kill = 0; kill < SERVER_KILLS; kill += 1) {
    await sleep((Math.random() * took) / SERVER_KILLS);
    await machine.crashServer();
  }
  // A server that is away for long is exit 7: temporary, safe to run again.
  let { code, stderr } = await last;
  if (code === 7) ({ code, stderr } = await machine.run(words));
  expect([words, code, code === 0 ? '' : stderr]).toEqual([words, 0, '']);
  return cut;
}

async function timed(words: readonly string[]): Promise<number> {
  const before = performance.now();
  await machine.json(words);
  return performance.now() - before;
}

/** The must-show: a promotion from development to production that is killed anywhere ends as if it had not been. */
async function rounds(): Promise<void> {
  const importTo = (account: string) => ['parsers', 'import', 'parsers', '--account', account];
  const promote = (slug: string, from: string) => [
    'parsers',
    'promote',
    '--all',
    '--from',
    `${slug}-${from}`,
    '--account',
    slug,
  ];
  await family('warm');
  const importing = await timed(importTo('warm-dev'));
  const promoting = await timed(promote('warm', 'dev'));
  let cut = 0;
  for (let round = 1; round <= ROUNDS; round += 1) {
    const slug = `acme${round}`;
    const [dev, staging, prod] = [`${slug}-dev`, `${slug}-staging`, `${slug}-prod`];
    await family(slug);
    cut += await killed(importTo(dev), importing, async () => {
      // One by one: some may be there, each of them whole and once.
      const names = (await list(dev)).map(({ name }) => name);
      expect(names).toEqual([...new Set(names)]);
    });
    for (const [from, to] of [
      ['dev', staging],
      ['staging', prod],
    ] as const) {
      const allOrNone = async () => {
        const count = (await machine.json(['parsers', 'diff', '--from', dev, '--to', to, '--same'])) as {
          state: string;
        }[];
        expect(new Set(count.map(({ state }) => state)).size).toBe(1);
      };
      cut += await killed(promote(slug, from), promoting, allOrNone);
      expect(await machine.json(['parsers', 'diff', '--from', dev, '--to', to])).toEqual([]);
    }
    const kept = (parsers: readonly Listed[]) => parsers.map(({ name, revision }) => ({ name, revision }));
    expect(kept(await list(dev))).toEqual(whole);
    for (const account of [staging, prod]) {
      const same = await machine.json(['parsers', 'diff', '--from', dev, '--to', account, '--same']);
      expect(same).toHaveLength(PARSERS);
      await revisionsOf(slug, account);
    }
  }
  // Otherwise nothing was killed half-way, and the rest proves little.
  expect(cut).toBeGreaterThan(ROUNDS);
}

/** As the master sees it: a copy that is run again says at which revision each of them is. */
async function revisionsOf(slug: string, account: string): Promise<void> {
  const words = ['parsers', 'copy', '--all', '--from', `${slug}-dev`, '--to', account];
  const { changed, targets } = (await machine.json([...words, '--on-conflict', 'overwrite'])) as {
    changed: boolean;
    targets: { parsers: { as: string; outcome: string; revision: number }[] }[];
  };
  const parsers = targets[0]?.parsers.map(({ as: name, outcome, revision }) => ({ name, outcome, revision }));
  expect([changed, parsers]).toEqual([false, whole.map((one) => ({ ...one, outcome: 'unchanged' }))]);
}

describe('kill -9 of the tool and of the server during import and promotion: equal, with one revision each', () => {
  describe('on SQLite', () => {
    beforeAll(() => prepare());
    afterAll(() => machine.end());
    test(`${ROUNDS} rounds`, rounds, 240_000);
  });

  const postgres = inject('postgresUrl');
  describe.skipIf(postgres === '')('on PostgreSQL', () => {
    let database = '';
    beforeAll(async () => {
      database = await createPostgres(postgres);
      await prepare(database);
    });
    afterAll(async () => {
      await machine.end();
      await dropPostgres(postgres, database);
    });
    test(`${ROUNDS} rounds`, rounds, 240_000);
  });
});

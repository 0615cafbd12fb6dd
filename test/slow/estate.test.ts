import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, inject, test } from 'vitest';
import { stringify } from 'yaml';
import { operationIds, operationOf } from '../../src/contract/operations.ts';
import { idMaker } from '../../src/server/domain/new-id.ts';
import { openDatabase } from '../../src/server/store/database.ts';
import { transactionsOf } from '../../src/server/store/stores.ts';
import { ended, Machine } from '../crash/processes.ts';
import { createPostgres, dropPostgres } from '../support/databases.ts';

/** 300 accounts: a master, organizations, which have workspaces, and managed accounts, which have people. */
const ORGANIZATIONS = 100;
const MANAGED = 199;
/** Beside the one that each organization begins with: 2,000 in all. */
const WORKSPACES = 20;
const PEOPLE = 20_000;
const KILLS = 3;

let machine: Machine;
let cleanUp: () => Promise<void> = async () => {};

afterEach(async () => {
  await machine.end();
  await cleanUp();
});

const numbers = (count: number) => Array.from({ length: count }, (_, at) => at);
const organization = (at: number) => `org-${at}`;
const managed = (at: number) => `acme-${at}`;

/** What staff do before: organizations are theirs to make. Their first super admins have accepted. */
async function staffWork(): Promise<void> {
  const run = async (words: string) => {
    const done = await machine.run(words.split(' '));
    if (done.code !== 0) throw new Error(`${words}: ${done.stderr}`);
  };
  await run('accounts create Acme --slug acme --plan enterprise');
  await run('accounts unlock acme --profile local-staff --reason test');
  await machine.stopServer();
  const database = await openDatabase(machine.place);
  const clock = { now: () => new Date() };
  const newId = idMaker(clock);
  const at = clock.now().toISOString();
  await transactionsOf(database).write(async ({ platform, tenant }) => {
    const admin = await platform.users.findByAddress('admin@localhost');
    const today = at.slice(0, 10);
    for (const slug of numbers(ORGANIZATIONS).map(organization)) {
      const id = newId('account');
      const account = {
        id,
        slug,
        name: slug,
        kind: 'organization',
        state: 'active',
        plan: 'enterprise',
      } as const;
      await platform.accounts.insert({ ...account, ownerUserId: null, labels: {}, createdBy: null, at });
      const period = {
        priceCents: 0,
        anchorDay: 1,
        periodStart: today,
        periodEnd: '2099-01-01',
        revision: 1,
      };
      await tenant(id).subscription.begin(period, at);
      const workspace = { id: newId('workspace'), slug: 'default', name: 'Default', createdBy: null, at };
      await tenant(id).workspaces.insert(workspace);
      const boss = { id: newId('member'), userId: admin?.id ?? '', modules: [], children: [], at };
      await tenant(id).members.insert({ ...boss, role: 'super_admin' });
    }
  });
  await database.close();
  await machine.startServer();
}

const ACCOUNTS = [...numbers(ORGANIZATIONS).map(organization), ...numbers(MANAGED).map(managed)];
const address = (at: number) => `p${at}@people.example`;

function peopleOf(account: string): number[] {
  return numbers(PEOPLE).filter((at) => ACCOUNTS[at % ACCOUNTS.length] === account);
}

interface Entry {
  readonly kind?: string;
  readonly name?: string;
  readonly master?: string;
  readonly plan?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly workspaces?: Readonly<
    Record<string, { name: string; members?: Readonly<Record<string, string>> }>
  >;
  readonly members?: Readonly<Record<string, string | { role: string; modules: string[] }>>;
}
type Accounts = Readonly<Record<string, Entry>>;

function organizationEntry(slug: string): Entry {
  const people = peopleOf(slug);
  const placed = (at: number) =>
    people.filter((person) => person % WORKSPACES === at).map((person) => [address(person), 'viewer']);
  return {
    kind: 'organization',
    labels: { env: 'prod' },
    workspaces: Object.fromEntries(
      numbers(WORKSPACES).map((at) => [
        `ws-${at}`,
        { name: `Workspace ${at}`, members: Object.fromEntries(placed(at)) },
      ]),
    ),
    members: Object.fromEntries(people.map((person) => [address(person), 'member'])),
  };
}

function managedEntry(slug: string): Entry {
  const people = peopleOf(slug).map((at) => [address(at), { role: 'user', modules: ['parsers'] }]);
  const members = Object.fromEntries(people);
  return { name: slug, master: 'acme', plan: 'business', labels: { env: 'dev' }, members };
}

const entries = (slugs: string[], entry: (slug: string) => Entry): Accounts =>
  Object.fromEntries(slugs.map((slug) => [slug, entry(slug)]));

/** By file: the master and organizations in one, the managed accounts in the other. */
const estate: Readonly<Record<string, Accounts>> = {
  'organizations.yaml': {
    acme: { name: 'Acme Ltd' },
    ...entries(numbers(ORGANIZATIONS).map(organization), organizationEntry),
  },
  'managed.yaml': entries(numbers(MANAGED).map(managed), managedEntry),
};

function files(): void {
  const folder = join(machine.folder, 'estate');
  mkdirSync(folder, { recursive: true });
  for (const [name, accounts] of Object.entries(estate))
    writeFileSync(join(folder, name), stringify({ schema: 'tenantctl/v1', accounts }));
}

const SAID = ['kind', 'name', 'master', 'plan', 'labels'] as const;

/** A line for each thing that the files speak of, in one order: what this test itself compares by. */
function linesOf(accounts: Accounts): string[] {
  const lines = Object.entries(accounts).flatMap(([slug, entry]) => {
    const { workspaces = {}, members = {}, ...fields } = entry;
    return [
      ...SAID.filter((name) => fields[name] !== undefined).map(
        (name) => `${slug} ${name} ${JSON.stringify(fields[name])}`,
      ),
      ...Object.entries(members).map(([email, grants]) => {
        const { role, modules = [] } = typeof grants === 'string' ? { role: grants } : grants;
        return `${slug} member ${email} ${role} ${modules.join(',')}`;
      }),
      ...Object.entries(workspaces).flatMap(([workspace, { name, members: placed = {} }]) => [
        `${slug} workspace ${workspace} ${name}`,
        ...Object.entries(placed).map(([email, role]) => `${slug} place ${workspace} ${email} ${role}`),
      ]),
    ];
  });
  return lines.toSorted();
}

/** What the files ask for and is not there, and what is there beside it, of a live estate as `export` writes it. */
async function differences(): Promise<{ lacking: string[]; beside: string[] }> {
  const wanted = Object.values(estate).map(linesOf).flat();
  const live = await machine.json(['export', 'acme', ...ACCOUNTS]);
  const found = linesOf((live as { accounts: Accounts }).accounts);
  // Not of the files: whose session it is, what an account begins with, and fields that are said of none of its kind.
  const unsaid =
    /admin@localhost|workspace default |^(?:acme|org-\d+) plan |^org-\d+ name |^acme(?:-\d+)? kind |^acme labels /;
  const [all, there] = [new Set(wanted), new Set(found)];
  return {
    lacking: wanted.filter((line) => !there.has(line)),
    beside: found.filter((line) => !all.has(line) && !unsaid.test(line)),
  };
}

/** How many changes the server was asked for so far, however they ended. */
async function writes(): Promise<number> {
  const changing = operationIds.filter(
    (id) => operationOf(id).method !== 'GET' && operationOf(id).safe !== true,
  );
  const counted = [
    ...(await machine.metrics()).matchAll(/requests_total\{operation="([^"]+)"[^}]*\} (\d+)/g),
  ];
  expect(counted.length).toBeGreaterThan(0);
  return counted
    .filter(([, id = '']) => changing.some((one) => one === id))
    .reduce((sum, [, , count]) => sum + Number(count), 0);
}

/** Everybody who was mailed an invitation, once all mail has left. */
async function mailed(): Promise<string[]> {
  for (;;) {
    const list = await machine.json('dev mail --all --fields to,subject --profile local-staff'.split(' '));
    const all = list as { to: string; subject: string }[];
    const to = all.filter((mail) => mail.to.endsWith('@people.example')).map((mail) => mail.to);
    if (to.length >= PEOPLE) return to;
    await sleep(1000);
  }
}

/** Everybody who was mailed, how what is there differs from the files, and what a second apply wrote. */
async function fromNothing() {
  await machine.startServer();
  await staffWork();
  files();
  const words = 'apply estate --yes -o ndjson'.split(' ');
  for (let kill = 0; kill < KILLS; kill += 1) {
    const tool = machine.tool(words);
    const done = ended(tool);
    let seen = 0;
    // Past its reading and well into its work, a little further each time.
    await new Promise<void>((resolve) => {
      tool.stdout?.on('data', (chunk: Buffer) => {
        seen += chunk.toString().split('"event":"item"').length - 1;
        if (seen > 500 * (kill + 1)) resolve();
      });
      tool.once('close', () => resolve());
    });
    tool.kill('SIGKILL');
    const { code, stderr } = await done;
    expect([code, code === null ? '' : stderr.slice(-2000)]).toEqual([null, '']);
  }
  const last = await machine.run(words);
  expect([last.code, last.code === 0 ? '' : last.stderr.slice(-2000)]).toEqual([0, '']);
  const differs = await differences();
  const before = await writes();
  const again = await machine.run('apply estate --yes'.split(' '));
  expect([again.code, again.stdout]).toEqual([0, 'The estate is as its files say.\n']);
  const written = (await writes()) - before;
  return { mailed: (await mailed()).toSorted(), differs, written };
}

const expected = {
  mailed: numbers(PEOPLE).map(address).toSorted(),
  differs: { lacking: [], beside: [] },
  written: 0,
};

test('an estate of 300 accounts from nothing, through kill -9', { timeout: 600_000 }, async () => {
  machine = new Machine();
  expect(await fromNothing()).toEqual(expected);
});

const server = inject('postgresUrl');
test.skipIf(server === '')('the same on PostgreSQL', { timeout: 600_000 }, async () => {
  const url = await createPostgres(server);
  cleanUp = () => dropPostgres(server, url);
  machine = new Machine(url);
  expect(await fromNothing()).toEqual(expected);
});

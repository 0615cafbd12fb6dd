import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, inject, test } from 'vitest';
import { type AccountRole, type Module, modules, workspaceRoles } from '../../src/contract/limits.ts';
import type { Member, Receipt } from '../../src/contract/types.ts';
import { idMaker } from '../../src/server/domain/new-id.ts';
import { openDatabase } from '../../src/server/store/database.ts';
import { transactionsOf } from '../../src/server/store/stores.ts';
import { ended, Machine } from '../crash/processes.ts';
import { createPostgres, dropPostgres } from '../support/databases.ts';

/** In each of the two accounts. */
const PEOPLE = 2500;
/** Of the tool and of the server each, in each of the four runs. */
const KILLS = 2;

const address = (account: string, n: number) => `p${n}@${account}.example`;

let machine: Machine;
let cleanUp: () => Promise<void> = async () => {};

afterEach(async () => {
  await machine.end();
  await cleanUp();
});

/** A master with two managed accounts, and an organization with three workspaces; both without people yet. */
async function accounts(): Promise<void> {
  const run = async (words: string) => {
    const done = await machine.run(words.split(' '));
    if (done.code !== 0) throw new Error(`${words}: ${done.stderr}`);
  };
  await run('accounts create Acme --slug acme --plan enterprise');
  await run('accounts unlock acme --profile local-staff --reason test');
  await run('accounts create acme-dev --master acme');
  await run('accounts create acme-eu --master acme');
  await run(
    'accounts create Org --slug org --organization --plan enterprise --super-admin first@org.example --profile local-staff',
  );
}

/** What people have, so that no two neighbours have the same. */
const grantsOf = (n: number): { role: AccountRole; modules: Module[] } =>
  n % 25 === 0
    ? { role: 'admin', modules: [] }
    : { role: 'user', modules: modules.filter((_, at) => (n >> at) % 2 === 1) };

/** Fills both past invitations and passwords, of which there would be ten thousand. */
async function people(): Promise<void> {
  const database = await openDatabase(machine.place);
  const clock = { now: () => new Date() };
  const newId = idMaker(clock);
  const at = clock.now().toISOString();
  await transactionsOf(database).write(async ({ platform, tenant }) => {
    const admin = await platform.users.findByAddress('admin@localhost');
    const acme = tenant((await platform.accounts.findId('acme')) ?? '');
    const org = tenant((await platform.accounts.findId('org')) ?? '');
    const links = await acme.links.managed(10);
    await org.account.update({ state: { is: 'active' } }, at);
    const boss = { id: newId('member'), userId: admin?.id ?? '', modules: [], children: [], at };
    await org.members.insert({ ...boss, role: 'super_admin' });
    const workspaces = await org.workspaces.list(
      { memberId: null, scope: 'account' },
      {},
      { limit: 10, after: null },
    );
    const places = workspaces.items.map(({ id }) => id);
    for (const slug of ['intake', 'billing']) {
      const id = newId('workspace');
      await org.workspaces.insert({ id, slug, name: slug, createdBy: null, at });
      places.push(id);
    }
    const user = async (email: string) => {
      const id = newId('user');
      await platform.users.insert({ id, email, emailFolded: email, name: null, passwordHash: null, at });
      return id;
    };
    const numbers = Array.from({ length: PEOPLE }, (_, n) => n);
    const users = async (account: string) => {
      const ids: string[] = [];
      for (const n of numbers) ids.push(await user(address(account, n)));
      return ids;
    };
    const inAcme = await users('acme');
    await acme.members.restore(
      numbers.map((n) => {
        const { role, modules: granted } = grantsOf(n);
        const children = role === 'user' ? links.filter((_, bit) => (n >> bit) % 2 === 1) : [];
        return {
          id: newId('member'),
          userId: inAcme[n] ?? '',
          role,
          modules: granted,
          children: children.map(({ linkId }) => linkId),
          state: n % 10 === 3 ? ('deactivated' as const) : ('active' as const),
          workspaces: [],
        };
      }),
      at,
    );
    const inOrg = await users('org');
    await org.members.restore(
      numbers.map((n) => ({
        id: newId('member'),
        userId: inOrg[n] ?? '',
        role: n % 50 === 0 ? ('billing_admin' as const) : ('member' as const),
        modules: [],
        children: [],
        state: n % 10 === 7 ? ('deactivated' as const) : ('active' as const),
        workspaces: places.flatMap((workspace, bit) => {
          const role = workspaceRoles[(n + bit) % workspaceRoles.length];
          return (n >> bit) % 2 === 1 && role !== undefined ? [{ workspace, role }] : [];
        }),
      })),
      at,
    );
  });
  await database.close();
}

/** Everybody with all that they have, as the API tells it. */
async function estate(): Promise<unknown> {
  const list = async (words: string) => await machine.json(words.split(' '));
  const members = async (account: string) =>
    ((await list(`members list --account ${account}`)) as Member[]).map(
      ({ id, user, role, state, modules: granted, children }) => [
        id,
        user.email,
        role,
        state,
        granted,
        children,
      ],
    );
  const slugs = (await list('workspaces list --account org')) as { slug: string }[];
  const places = [];
  for (const { slug } of slugs) {
    const placed = (await list(`workspaces members list --account org --workspace ${slug}`)) as Member[];
    places.push([slug, placed.map(({ id, role }) => [id, role])]);
  }
  return { acme: await members('acme'), org: await members('org'), places };
}

/** Runs it to its end through kills of the tool, which is started again, and of the server, which the tool sits out. */
async function through(words: string, whole: number): Promise<void> {
  for (let kill = 0; kill < KILLS; kill += 1) {
    const tool = machine.tool(words.split(' '));
    const done = ended(tool);
    await Promise.race([done, sleep(Math.random() * whole)]);
    tool.kill('SIGKILL');
    await done;
  }
  const done = ended(machine.tool(words.split(' ')));
  for (let kill = 0; kill < KILLS; kill += 1) {
    await sleep((Math.random() * whole) / 2);
    await machine.crashServer();
  }
  const last = await done;
  expect(last.code, `${words}: ${last.stderr.slice(-1000)}`).toBe(0);
}

async function removedAndRestored(): Promise<{ before: unknown; after: unknown }> {
  await machine.startServer();
  await accounts();
  await machine.stopServer();
  await people();
  await machine.startServer();
  for (const account of ['acme', 'org']) {
    const lines = Array.from({ length: PEOPLE }, (_, n) => address(account, n));
    writeFileSync(join(machine.folder, `${account}.csv`), ['email', ...lines].join('\n'));
  }
  const before = await estate();
  let whole = 2000;
  for (const account of ['acme', 'org']) {
    const began = performance.now();
    await through(`members remove --csv ${account}.csv --account ${account} --yes -o ndjson`, whole);
    whole = (performance.now() - began) / 2;
    await through(`members restore --csv ${account}.csv --account ${account} -o ndjson`, whole);
    const receipts = (await machine.json(
      `members receipts --account ${account} --kind removed`.split(' '),
    )) as Receipt[];
    // Each was removed once, whatever was sent twice, and each of those removals was given back.
    expect(receipts.map(({ user }) => user.email).toSorted()).toEqual(
      Array.from({ length: PEOPLE }, (_, n) => address(account, n)).toSorted(),
    );
    expect(receipts.filter(({ state }) => state !== 'restored')).toEqual([]);
  }
  return { before, after: await estate() };
}

describe(`${2 * PEOPLE} people removed and restored through kill -9`, () => {
  test('on SQLite end as they began', { timeout: 240_000 }, async () => {
    machine = new Machine();
    const { before, after } = await removedAndRestored();
    expect(after).toEqual(before);
  });

  const server = inject('postgresUrl');
  test.skipIf(server === '')('on PostgreSQL end as they began', { timeout: 240_000 }, async () => {
    const url = await createPostgres(server);
    cleanUp = () => dropPostgres(server, url);
    machine = new Machine(url);
    const { before, after } = await removedAndRestored();
    expect(after).toEqual(before);
  });
});

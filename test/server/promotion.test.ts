import { expect, it } from 'vitest';
import type { Transaction, Transactions } from '../../src/server/domain/ports.ts';
import { describeOnEachDatabase } from '../support/databases.ts';
import { managed, master, person } from '../support/estate.ts';
import { field } from '../support/parsers.ts';
import { startServer, type TestServer } from '../support/server.ts';

const COUNT = 200;

/** Transactions in which writing what arrives at one account is the last thing that this server ever does. */
function dyingAt(transactions: Transactions, accountId: string): Transactions {
  const dying = (transaction: Transaction): Transaction => ({
    ...transaction,
    tenant: (id) => {
      const tenant = transaction.tenant(id);
      if (id !== accountId) return tenant;
      const { parserCopies } = tenant;
      const receive: typeof parserCopies.receive = async (...given) => {
        await parserCopies.receive(...given);
        throw new Error('killed');
      };
      return { ...tenant, parserCopies: { ...parserCopies, receive } };
    },
  });
  return {
    read: transactions.read,
    write: (work, queue) => transactions.write((transaction) => work(dying(transaction)), queue),
  };
}

async function estate(server: TestServer) {
  const staff = await server.staffToken();
  const ann = await person(server, 'ann@acme.example');
  await master(server, ann, 'acme', staff);
  const made: Record<string, string> = {};
  for (const slug of ['acme-dev', 'acme-staging', 'acme-prod']) {
    const { id } = await managed(server, ann, 'acme', slug);
    const at = server.clock.now().toISOString();
    await server.deps.transactions.write(({ tenant }) => tenant(id).account.update({ plan: 'business' }, at));
    made[slug] = id;
  }
  return { ann, dev: made['acme-dev'] ?? '', prod: made['acme-prod'] ?? '' };
}

/** Straight into the store: 200 requests would tell nothing more. */
async function fill(server: TestServer, accountId: string): Promise<void> {
  const at = server.clock.now().toISOString();
  await server.deps.transactions.write(async ({ tenant }) => {
    const { parsers, workspaces } = tenant(accountId);
    const workspace = await workspaces.find({ memberId: null, scope: 'account' }, 'default');
    for (let index = 0; index < COUNT; index += 1) {
      const fields = [field('total'), field(`field_${index}`)].map((one) => ({
        ...one,
        required: false,
        rules: [{ kind: 'label' as const, label: one.name, position: 'right' as const }],
      }));
      await parsers.insert(
        {
          id: server.deps.newId('parser'),
          workspaceId: workspace?.id ?? '',
          name: `Parser ${String(index).padStart(3, '0')}`,
          documentType: 'invoice',
          description: null,
          definition: { preprocessing: [], fields, tables: [], secrets: [] },
          digest: `digest ${index}`,
        },
        { change: 'created', rolledBackTo: null, by: null, at },
      );
    }
  });
}

const promotion = (token: string, from: string, to: string) => ({
  token,
  params: { account: from },
  body: { to: [{ account: to }], on_conflict: 'overwrite' as const },
});

async function differing(server: TestServer, token: string, from: string, to: string): Promise<number> {
  const { data } = await server.ok('parsers.diff', { token, params: { account: from }, query: { to } });
  return data.length;
}

/** How many parsers and revisions the accounts hold, by account. */
async function held(server: TestServer): Promise<Record<string, [number, number]>> {
  const rows = await server.database.read(async (trx) => ({
    parsers: await trx.selectFrom('parsers').select(['account_id', 'id']).execute(),
    revisions: await trx.selectFrom('parser_revisions').select(['account_id', 'revision']).execute(),
  }));
  const count = (list: readonly { account_id: string }[], id: string) =>
    list.filter((row) => row.account_id === id).length;
  const ids = new Set(rows.parsers.map((row) => row.account_id));
  return Object.fromEntries([...ids].map((id) => [id, [count(rows.parsers, id), count(rows.revisions, id)]]));
}

describeOnEachDatabase('a promotion of 200 parsers', (open) => {
  it('that dies half-way and is run again ends equal, with one revision each', {
    timeout: 60_000,
  }, async () => {
    const database = await open();
    const server = await startServer({ database });
    const { ann, dev, prod } = await estate(server);
    await fill(server, dev);
    await server.ok('parsers.copy', promotion(ann.token, 'acme-dev', 'acme-staging'));
    const half = await held(server);
    const mortal = await startServer({
      database,
      deps: { transactions: dyingAt(server.deps.transactions, prod) },
    });
    const died = await mortal.call('parsers.copy', promotion(ann.token, 'acme-staging', 'acme-prod'));
    expect(died.status).toBe(500);
    expect(await held(server)).toEqual(half);
    expect(await differing(server, ann.token, 'acme-staging', 'acme-prod')).toBeGreaterThan(0);
    // The whole promotion again, from its first step.
    const again = await server.ok('parsers.copy', promotion(ann.token, 'acme-dev', 'acme-staging'));
    expect(again.changed).toBe(false);
    const last = await server.ok('parsers.copy', promotion(ann.token, 'acme-staging', 'acme-prod'));
    expect(last.targets[0]?.parsers.filter(({ outcome }) => outcome === 'created')).toHaveLength(COUNT);
    for (const [from, to] of [
      ['acme-dev', 'acme-staging'],
      ['acme-staging', 'acme-prod'],
      ['acme-dev', 'acme-prod'],
    ] as const)
      expect(await differing(server, ann.token, from, to)).toBe(0);
    expect(Object.values(await held(server))).toEqual([
      [COUNT, COUNT],
      [COUNT, COUNT],
      [COUNT, COUNT],
    ]);
  });

  it('goes to all targets or to none', async () => {
    const database = await open();
    const server = await startServer({ database });
    const { ann, dev, prod } = await estate(server);
    await fill(server, dev);
    const before = await held(server);
    const mortal = await startServer({
      database,
      deps: { transactions: dyingAt(server.deps.transactions, prod) },
    });
    const body = { to: [{ account: 'acme-staging' }, { account: 'acme-prod' }] };
    const request = { token: ann.token, params: { account: 'acme-dev' }, body };
    expect((await mortal.call('parsers.copy', request)).status).toBe(500);
    expect(await held(server)).toEqual(before);
    // And one target that refuses keeps the others from being written.
    const refused = { ...request, body: { to: [...body.to, { account: 'nowhere' }] } };
    expect((await server.refused('parsers.copy', refused)).code).toBe('copy_refused');
    expect(await held(server)).toEqual(before);
  });
});

describeOnEachDatabase('many at once', (open) => {
  it('200 parsers go to 50 accounts in one request', { timeout: 120_000 }, async () => {
    const server = await startServer({ database: await open() });
    const { ann, dev } = await estate(server);
    await fill(server, dev);
    const at = server.clock.now().toISOString();
    const accounts = Array.from({ length: 48 }, (_, index) => `acme-client-${index}`);
    for (const slug of accounts) {
      const { id } = await managed(server, ann, 'acme', slug);
      await server.deps.transactions.write(({ tenant }) =>
        tenant(id).account.update({ plan: 'business' }, at),
      );
    }
    const to = ['acme-staging', 'acme-prod', ...accounts].map((account) => ({ account }));
    const answer = await server.ok('parsers.copy', {
      token: ann.token,
      params: { account: 'acme-dev' },
      body: { to },
    });
    expect(answer.targets.flatMap(({ parsers }) => parsers)).toHaveLength(50 * COUNT);
    expect(new Set(Object.values(await held(server)).map(String))).toEqual(new Set([`${COUNT},${COUNT}`]));
  });
});

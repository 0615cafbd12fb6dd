import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { estateReadKinds } from '../../../src/contract/limits.ts';
import type { Transactions } from '../../../src/server/domain/ports.ts';
import { describeOnEachDatabase } from '../../support/databases.ts';
import { apiToken, delegate, linkUnder, umbrella } from '../../support/estate.ts';
import { startServer, type TestServer } from '../../support/server.ts';
import { estateWorld } from '../estate.world.ts';

type Body = { accounts: string[]; kinds?: (typeof estateReadKinds)[number][] };

async function pages(server: TestServer, token: string, body: Body, limit = 7) {
  const data: unknown[] = [];
  let cursor: string | undefined;
  for (;;) {
    const page = await server.ok('estate.read', { token, body, query: { limit, cursor } });
    data.push(...page.data);
    if (page.next_cursor === null) return { data, refused: page.refused };
    cursor = page.next_cursor;
  }
}

/** Counts the calls to what a transaction hands out. */
function counted(transactions: Transactions) {
  let calls = 0;
  const watch = <T extends object>(target: T): T =>
    new Proxy(target, {
      get(from, name) {
        const value: unknown = Reflect.get(from, name);
        if (typeof value === 'function')
          return (...args: unknown[]) => {
            calls += 1;
            return Reflect.apply(value, from, args) as unknown;
          };
        return value;
      },
    });
  const watched: Transactions = {
    read: (work) =>
      transactions.read((transaction) =>
        work({
          ...transaction,
          platform: { ...transaction.platform, access: watch(transaction.platform.access) },
          tenants: (ids) => watch(transaction.tenants(ids)),
        }),
      ),
    write: transactions.write,
  };
  return { watched, calls: () => calls };
}

describeOnEachDatabase('an estate read by somebody whose it is not', (open) => {
  it('of a thousand accounts with some that are not mine, gives mine, names the others as I did, and costs the same', async () => {
    const { server, ann, acme, dev, oda, eve } = await estateWorld(
      await startServer({ database: await open() }),
    );
    const foreign = await server.ok('accounts.show', { token: oda.token, params: { account: 'org' } });
    const made = Array.from({ length: 990 }, (_, n) => `acc_${String(n).padStart(26, '0')}`);
    const accounts = [acme.id, 'acme-dev', 'org', foreign.id, 'other', 'acme', dev.id, ...made];
    const { watched, calls } = counted(server.deps.transactions);
    const slow = await startServer({
      database: server.database,
      deps: { transactions: watched, clock: server.clock },
    });
    const body = { accounts };
    const small = { accounts: [acme.id] };
    await slow.ok('estate.read', { token: ann.token, body: small, query: { limit: 1000 } });
    const alone = calls();
    const all = await slow.ok('estate.read', { token: ann.token, body, query: { limit: 1000 } });
    expect(calls() - alone).toBe(alone);
    const text = JSON.stringify(all.data);
    expect(text).not.toContain(foreign.id);
    expect(text).not.toContain(oda.email);
    const refusals = new Map(all.refused.map(({ account, code }) => [account, code]));
    expect(['org', foreign.id, 'other', made[0] ?? ''].map((name) => refusals.get(name))).toEqual(
      Array.from({ length: 4 }, () => 'not_found'),
    );
    // One whose rights are elsewhere has nothing of it.
    const hers = await pages(server, eve.token, {
      accounts: [acme.id, 'acme', 'acme-dev', 'acme-prod', 'org'],
    });
    expect(hers.data).toEqual([]);
    const tooMany = { accounts: [...accounts, ...made] };
    expect((await server.call('estate.read', { token: ann.token, body: tooMany })).status).toBe(400);
  });

  it('a cursor of somebody else’s pages gives what is one’s own, and a kind that was not asked for gives nothing', async () => {
    const { server, ann, oda, kid } = await estateWorld(await startServer({ database: await open() }));
    const body: Body = { accounts: ['acme', 'acme-dev', 'org'] };
    for (let cursor: string | undefined; ; ) {
      const page = await server.ok('estate.read', { token: ann.token, body, query: { limit: 3, cursor } });
      if (page.next_cursor === null) break;
      cursor = page.next_cursor;
      for (const thief of [oda, kid]) {
        const stolen = await server.call('estate.read', {
          token: thief.token,
          body,
          query: { limit: 1000, cursor },
        });
        const own = JSON.stringify((await pages(server, thief.token, body, 1000)).data);
        if (stolen.status !== 200) continue;
        for (const entry of Reflect.get(Object(stolen.body), 'data') as unknown[])
          expect(own).toContain(JSON.stringify(entry));
      }
      const other: Body = { ...body, kinds: ['account'] };
      const smuggled = await server.call('estate.read', { token: ann.token, body: other, query: { cursor } });
      expect(smuggled.status).toBe(400);
    }
    for (const kinds of [['secret'], ['account', 'receipt'], ['__proto__'], [''], [null]] as never[])
      expect(
        (await server.call('estate.read', { token: ann.token, body: { accounts: ['acme'], kinds } })).status,
      ).toBe(400);
  });

  it('an umbrella reads nothing of a sub-account by it, a delegation nothing beyond its account, a token nothing beyond its own', async () => {
    const { server, staff, ann, acme, oda } = await estateWorld(
      await startServer({ database: await open() }),
    );
    await umbrella(server, oda, 'roof', staff);
    await server.ok('accounts.create', { token: ann.token, body: { name: 'Solo', slug: 'solo' } });
    await linkUnder(server, { by: oda, slug: 'roof' }, { by: ann, slug: 'solo' });
    const kinds = [...estateReadKinds];
    const read = (token: string, accounts: string[]) => pages(server, token, { accounts, kinds }, 1000);
    const solo = await read(oda.token, ['solo']);
    expect(solo).toEqual({ data: [], refused: [{ account: 'solo', code: 'not_found', kinds }] });
    const { secret } = await delegate(server, ann, 'acme-dev');
    const delegated = await read(secret, ['acme', 'acme-prod', acme.id]);
    expect([delegated.data, delegated.refused.map(({ code }) => code)]).toEqual([
      [],
      ['not_found', 'not_found', 'not_found'],
    ]);
    const inside = JSON.stringify((await read(secret, ['acme-dev'])).data);
    expect(inside).not.toContain('"kind":"subscription"');
    expect(inside).not.toContain('"kind":"invite"');
    const bound = await apiToken(server, acme.id, ann, 'user', ['parsers']);
    expect((await read(bound, ['acme', 'acme-dev', 'solo'])).data).toEqual([]);
    await server.database.write((trx) =>
      sql`update members set state = 'deactivated', deactivated_at = updated_at where user_id = ${ann.id}`.execute(
        trx,
      ),
    );
    expect((await read(ann.token, ['acme', 'acme-dev', 'solo'])).data).toEqual([]);
  });
});

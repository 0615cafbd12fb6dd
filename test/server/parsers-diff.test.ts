import { expect, it } from 'vitest';
import { describeOnEachDatabase } from '../support/databases.ts';
import { accountToken, join, managed, master, person } from '../support/estate.ts';
import { definition, field, parser } from '../support/parsers.ts';
import { startServer, type TestServer } from '../support/server.ts';

async function family(server: TestServer) {
  const ann = await person(server, 'ann@acme.example');
  await master(server, ann, 'acme', await server.staffToken());
  const dev = await managed(server, ann, 'acme', 'acme-dev');
  const prod = await managed(server, ann, 'acme', 'acme-prod');
  const inDev = { token: await accountToken(server, dev.id, 'admin') };
  const inProd = { token: await accountToken(server, prod.id, 'admin') };
  return { ann, dev, prod, inDev, inProd };
}

const diff = (server: TestServer, by: { token: string }, query: Record<string, string>) =>
  server.ok('parsers.diff', {
    token: by.token,
    params: { account: 'acme-dev' },
    query: { to: 'acme-prod', ...query },
  });

/** `name state edited?` with the paths that differ. */
async function told(server: TestServer, by: { token: string }, query: Record<string, string> = {}) {
  const { data } = await diff(server, by, query);
  return data.map(({ name, to_name, state, edited_at_target: edited, changes }) =>
    [
      name === to_name ? name : `${name}>${to_name}`,
      `${state}${edited ? '!' : ''}`,
      ...changes.map(({ path }) => path),
    ].join(' '),
  );
}

describeOnEachDatabase('comparing parsers of two places', (open) => {
  it('says what a copy would change, name by name and field by field', async () => {
    const server = await startServer({ database: await open() });
    const { ann, inDev, inProd } = await family(server);
    for (const name of ['Added', 'Changed', 'Edited', 'Same']) await parser(server, inDev, 'acme-dev', name);
    const body = { parsers: ['Changed', 'Edited', 'Same'], to: [{ account: 'acme-prod' }] };
    await server.ok('parsers.copy', { token: ann.token, params: { account: 'acme-dev' }, body });
    await parser(server, inProd, 'acme-prod', 'Extra');
    const update = (by: { token: string }, account: string, name: string, change: object) =>
      server.ok('parsers.update', {
        token: by.token,
        params: { account, parser: name },
        headers: { 'if-match': '*' },
        body: change,
      });
    await update(inDev, 'acme-dev', 'Changed', {
      definition: definition([field('total', { type: 'amount' })]),
    });
    await update(inProd, 'acme-prod', 'Edited', { description: 'by hand' });
    expect(await told(server, ann)).toEqual([
      'Added added',
      'Changed changed fields.total.type',
      'Edited changed! description',
      'Extra extra!',
    ]);
    expect(await told(server, ann, { same: 'true' })).toContain('Same same');
    const [changed] = (await diff(server, ann, { name: 'Changed' })).data;
    expect(changed?.changes).toEqual([
      { path: 'fields.total.type', kind: 'changed', before: 'text', after: 'amount' },
    ]);
    expect(await told(server, ann, { name: 'Same' })).toEqual(['Same same']);
    expect(await told(server, ann, { name: 'Added' })).toEqual(['Added added']);
    expect(await told(server, ann, { name: 'Same', to_name: 'Edited' })).toEqual([
      'Same>Edited changed! description',
    ]);
    const nothing = { to: 'acme-prod', name: 'Nothing' };
    const request = { token: ann.token, params: { account: 'acme-dev' }, query: nothing };
    expect((await server.refused('parsers.diff', request)).status).toBe(404);
  });

  it('comes in pages that merge both sides in order, none twice and none left out', async () => {
    const server = await startServer({ database: await open() });
    const { ann, inDev, inProd } = await family(server);
    const here = ['a', 'B', 'c 1', 'd', 'f'];
    const there = ['A', 'B', 'c.1', 'd', 'e', 'z'];
    for (const name of here) await parser(server, inDev, 'acme-dev', name);
    for (const name of there)
      await parser(server, inProd, 'acme-prod', name, { description: name === 'd' ? 'x' : null });
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await diff(server, ann, { limit: '2', ...(cursor !== undefined && { cursor }) });
      seen.push(...page.data.map(({ name }) => name));
      cursor = page.next_cursor ?? undefined;
    } while (cursor !== undefined);
    expect(seen).toEqual(['A', 'a', 'c 1', 'c.1', 'd', 'e', 'f', 'z']);
  });

  it('stays within some megabytes, however large the parsers are', async () => {
    const server = await startServer({ database: await open() });
    const { ann, prod, inDev } = await family(server);
    const skip = Array.from({ length: 50 }, () => 'x'.repeat(1000));
    const columns = [{ name: 'a', type: 'text' as const }];
    const tables = Array.from({ length: 5 }, (_, index) => ({ name: `t${index}`, skip, columns }));
    for (let index = 0; index < 10; index += 1)
      await parser(server, inDev, 'acme-dev', `P${index}`, { definition: { tables } });
    await server.ok('parsers.copy', {
      token: ann.token,
      params: { account: 'acme-dev' },
      body: { to: [{ account: 'acme-prod' }] },
    });
    await server.database.write((trx) =>
      trx.updateTable('parsers').set({ digest: 'other' }).where('account_id', '=', prod.id).execute(),
    );
    const page = await diff(server, ann, { limit: '1000' });
    expect([page.data.length < 10, page.next_cursor === null]).toEqual([true, false]);
  });

  it('needs the right to read at both ends', async () => {
    const server = await startServer({ database: await open() });
    const { dev, prod, inDev } = await family(server);
    const pat = await person(server, 'pat@dev.example');
    await join(server, dev.id, pat, 'user', ['parsers']);
    const query = { to: 'acme-prod' };
    const params = { account: 'acme-dev' };
    const ask = async (by: { token: string }) =>
      (await server.call('parsers.diff', { token: by.token, params, query })).status;
    expect([await ask(pat), await ask(inDev)]).toEqual([404, 404]);
    await join(server, prod.id, pat, 'user', ['forms']);
    expect(await ask(pat)).toBe(403);
    await server.database.write((trx) =>
      trx.updateTable('members').set({ modules: '["parsers"]' }).where('user_id', '=', pat.id).execute(),
    );
    expect(await ask(pat)).toBe(200);
  });
});

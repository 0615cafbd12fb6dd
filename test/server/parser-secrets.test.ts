import { expect, it } from 'vitest';
import { resealSecrets } from '../../src/server/domain/reseal.ts';
import { aesSeal } from '../../src/server/domain/seal.ts';
import { describeOnEachDatabase } from '../support/databases.ts';
import { person, standard } from '../support/estate.ts';
import { definition, field, parser } from '../support/parsers.ts';
import { SEALING_KEY, START, startServer, type TestServer } from '../support/server.ts';

const withKey = definition([field('total')], 'key');
const request = (token: string) => ({
  token,
  params: { account: 'acme', parser: 'Invoice' },
  headers: { 'if-match': '*' },
});

async function acme(server: TestServer) {
  const ann = await person(server, 'ann@acme.example');
  await standard(server, ann, 'acme');
  return ann;
}

/** The sealed values as they lie in the database, opened by hand. */
async function opened(server: TestServer, key = SEALING_KEY) {
  const rows = await server.database.read((trx) => trx.selectFrom('parser_secrets').selectAll().execute());
  const seal = aesSeal([key]);
  return rows.map(({ account_id: accountId, parser_id: parserId, name, sealed }) => [
    name,
    seal.open(sealed, { accountId, parserId, name }),
  ]);
}

describeOnEachDatabase('secrets of parsers', (open) => {
  it('are set with the parser or later, and taken away; only their state is told', async () => {
    const server = await startServer({ database: await open() });
    const ann = await acme(server);
    const made = await parser(server, ann, 'acme', 'Invoice', {
      definition: withKey,
      secrets: { key: 'first' },
    });
    expect(made.secrets).toEqual([{ name: 'key', state: 'set', set_at: START }]);
    expect(await opened(server)).toEqual([['key', 'first']]);
    server.clock.advance({ minutes: 1 });
    const later = server.clock.now().toISOString();
    const update = (secrets: Record<string, string | null>) =>
      server.ok('parsers.update', { ...request(ann.token), body: { secrets } });
    const changed = await update({ key: 'second' });
    expect(changed).toMatchObject({ revision: 2, digest: made.digest });
    expect(changed.secrets).toEqual([{ name: 'key', state: 'set', set_at: later }]);
    expect(await opened(server)).toEqual([['key', 'second']]);
    // The same value is a change too: else whoever may set it could ask whether they guess it.
    expect((await update({ key: 'second' })).revision).toBe(3);
    expect((await update({})).revision).toBe(3);
    expect((await update({ key: null })).secrets).toEqual([{ name: 'key', state: 'missing', set_at: null }]);
    expect((await update({ key: null })).revision).toBe(4);
    expect(await opened(server)).toEqual([]);
  });

  it('must be declared; their values go when the definition declares them no more', async () => {
    const server = await startServer({ database: await open() });
    const ann = await acme(server);
    await parser(server, ann, 'acme', 'Invoice', { definition: withKey, secrets: { key: 'first' } });
    const unknown = await server.refused('parsers.update', {
      ...request(ann.token),
      body: { secrets: { other: 'x' } },
    });
    expect([unknown.status, unknown.errors?.[0]?.pointer]).toEqual([400, '/secrets/other']);
    const undeclared = await server.refused('parsers.update', {
      ...request(ann.token),
      body: { definition: definition(), secrets: { key: 'x' } },
    });
    expect(undeclared.status).toBe(400);
    await server.ok('parsers.update', { ...request(ann.token), body: { definition: definition() } });
    expect(await opened(server)).toEqual([]);
  });

  it('are named in the trail and never shown', async () => {
    const server = await startServer({ database: await open() });
    const ann = await acme(server);
    await parser(server, ann, 'acme', 'Invoice', { definition: withKey, secrets: { key: 'canary' } });
    await server.ok('parsers.update', { ...request(ann.token), body: { secrets: { key: null } } });
    const { data } = await server.ok('audit.list', { token: ann.token, params: { account: 'acme' } });
    const told = data.filter(({ target }) => target.kind === 'parser').map(({ after }) => after);
    expect(told).toEqual([
      { secrets_removed: ['key'], revision: 2 },
      expect.objectContaining({ name: 'Invoice', secrets_set: ['key'] }),
    ]);
    expect(JSON.stringify(data)).not.toContain('canary');
  });

  it('cannot be set without a key; everything else works', async () => {
    const server = await startServer({ database: await open(), deps: { seal: null } });
    const ann = await acme(server);
    const body = { name: 'Invoice', document_type: 'x', definition: withKey };
    const refused = await server.refused('parsers.create', {
      token: ann.token,
      params: { account: 'acme' },
      body: { ...body, secrets: { key: 'canary' } },
    });
    expect([refused.status, refused.code]).toEqual([503, 'secrets_not_configured']);
    await parser(server, ann, 'acme', 'Invoice', body);
    const update = (secrets: Record<string, string | null>) =>
      server.call('parsers.update', { ...request(ann.token), body: { secrets } });
    expect((await update({ key: 'canary' })).status).toBe(503);
    expect((await update({ key: null })).body).toMatchObject({ revision: 1 });
  });

  it('are sealed anew when the key changes; what no key opens stays, and is counted', async () => {
    const server = await startServer({ database: await open() });
    const ann = await acme(server);
    const other = new Uint8Array(32).fill(8);
    await parser(server, ann, 'acme', 'Invoice', { definition: withKey, secrets: { key: 'one' } });
    await parser(server, ann, 'acme', 'Second', { definition: withKey, secrets: { key: 'two' } });
    const { transactions } = server.deps;
    const rotate = (...keys: [Uint8Array, ...Uint8Array[]]) =>
      resealSecrets({ transactions, seal: aesSeal(keys) });
    expect(await rotate(SEALING_KEY)).toEqual({ resealed: 0, lost: 0 });
    expect(await rotate(other)).toEqual({ resealed: 0, lost: 2 });
    expect(await rotate(other, SEALING_KEY)).toEqual({ resealed: 2, lost: 0 });
    expect(new Set((await opened(server, other)).map(([, value]) => value))).toEqual(new Set(['one', 'two']));
    expect(await rotate(other)).toEqual({ resealed: 0, lost: 0 });
    expect(await resealSecrets({ transactions, seal: null })).toEqual({ resealed: 0, lost: 0 });
  });

  it('does not open for a row that was moved to another parser or account', async () => {
    const server = await startServer({ database: await open() });
    const ann = await acme(server);
    await parser(server, ann, 'acme', 'Invoice', { definition: withKey, secrets: { key: 'canary' } });
    const { id } = await parser(server, ann, 'acme', 'Second', { definition: withKey });
    await server.database.write((trx) => trx.updateTable('parser_secrets').set({ parser_id: id }).execute());
    expect(await opened(server)).toEqual([['key', null]]);
  });
});

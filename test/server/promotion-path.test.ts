import { expect, it } from 'vitest';
import { describeOnEachDatabase } from '../support/databases.ts';
import { join, managed, master, person, standard, trail } from '../support/estate.ts';
import { startServer, type TestServer } from '../support/server.ts';

async function family(server: TestServer) {
  const staff = await server.staffToken();
  const ann = await person(server, 'ann@acme.example');
  const acme = await master(server, ann, 'acme', staff);
  const dev = await managed(server, ann, 'acme', 'acme-dev');
  const prod = await managed(server, ann, 'acme', 'acme-prod');
  const params = { account: 'acme' };
  const show = () => server.ok('promotion_path.show', { token: ann.token, params });
  const declare = (accounts: string[], headers: Record<string, string> = {}) =>
    server.call('promotion_path.update', { token: ann.token, params, headers, body: { accounts } });
  return { ann, acme, dev, prod, show, declare };
}

describeOnEachDatabase('the promotion path of a master', (open) => {
  it('is declared by slug or id, kept in order, and shown as it is now', async () => {
    const server = await startServer({ database: await open() });
    const { ann, acme, dev, prod, show, declare } = await family(server);
    expect(await show()).toEqual({ accounts: [], revision: 0 });
    const declared = await declare(['acme-dev', prod.id, 'acme']);
    const step = ({ id, slug, name }: typeof dev) => ({ id, slug, name });
    expect(declared.body).toEqual({ accounts: [step(dev), step(prod), step(acme)], revision: 1 });
    expect(declared.headers['etag']).toBe('"1"');
    expect((await declare([dev.id, 'acme-prod', acme.id])).body).toMatchObject({ revision: 1 });
    await server.ok('accounts.update', {
      token: ann.token,
      params: { account: 'acme-dev' },
      body: { slug: 'acme-develop' },
    });
    expect((await show()).accounts.map(({ slug }) => slug)).toEqual(['acme-develop', 'acme-prod', 'acme']);
    expect((await declare(['acme', 'acme-prod'], { 'if-match': '"7"' })).body).toMatchObject({
      code: 'stale',
    });
    expect((await declare([], { 'if-match': '"1"' })).body).toEqual({ accounts: [], revision: 2 });
    const events = (await trail(server, acme.id)).filter((line) => line.startsWith('promotion_path'));
    expect(events).toEqual(['promotion_path.update acme', 'promotion_path.update acme']);
  });

  it('takes the account and its managed accounts, each once, none or two and more; others are not there', async () => {
    const server = await startServer({ database: await open() });
    const { ann, dev, show, declare } = await family(server);
    await standard(server, ann, 'anns-other');
    await standard(server, await person(server, 'eve@other.example'), 'other');
    const pointer = async (...accounts: string[]) => {
      const { status, body } = await declare(accounts);
      return [status, (body as { errors?: { pointer: string }[] }).errors?.[0]?.pointer];
    };
    expect(await pointer('acme-dev', 'other')).toEqual([400, '/accounts/1']);
    expect(await pointer('acme-dev', 'nowhere')).toEqual([400, '/accounts/1']);
    expect(await pointer('acme-dev', 'anns-other')).toEqual([400, '/accounts/1']);
    expect(await pointer('acme-dev', dev.parent?.link_id ?? '')).toEqual([400, '/accounts/1']);
    expect(await pointer('acme-dev', 'acme', dev.id)).toEqual([400, '/accounts/2']);
    expect(await pointer('acme-dev')).toEqual([400, '/accounts']);
    expect((await declare(Array.from({ length: 21 }, () => 'acme-dev'))).status).toBe(400);
    expect(await show()).toEqual({ accounts: [], revision: 0 });
  });

  it('loses what was released or deleted, and goes with its account', async () => {
    const server = await startServer({ database: await open() });
    const { ann, acme, dev, show, declare } = await family(server);
    await declare(['acme-dev', 'acme-prod', 'acme']);
    await join(server, dev.id, await person(server, 'kim@dev.example'), 'admin');
    await server.ok('accounts.release', { token: ann.token, params: { account: 'acme-dev' } });
    expect((await show()).accounts.map(({ slug }) => slug)).toEqual(['acme-prod', 'acme']);
    const remove = (account: string) =>
      server.ok('accounts.delete', { token: ann.token, params: { account }, query: { confirm: account } });
    await remove('acme-prod');
    expect(await show()).toMatchObject({ accounts: [{ id: acme.id }], revision: 1 });
    await remove('acme');
    expect(
      await server.database.read((trx) => trx.selectFrom('promotion_paths').selectAll().execute()),
    ).toEqual([]);
  });
});

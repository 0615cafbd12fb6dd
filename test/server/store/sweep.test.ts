import { expect, test } from 'vitest';
import { sweep } from '../../../src/server/store/sweep.ts';
import { describeOnEachDatabase } from '../../support/databases.ts';
import { startServer } from '../../support/server.ts';

describeOnEachDatabase('housekeeping', (open) => {
  test('deletes what has ended, a part at a time, and nothing else', async () => {
    const database = await open();
    const server = await startServer({ database });
    const counts = async () =>
      await database.read(async (trx) => {
        const of = async (
          table: 'sessions' | 'refresh_tokens' | 'tokens' | 'mailed_secrets' | 'idempotency_records',
        ) => (await trx.selectFrom(table).select('created_at').execute()).length;
        return {
          sessions: await of('sessions'),
          refresh: await of('refresh_tokens'),
          tokens: await of('tokens'),
          secrets: await of('mailed_secrets'),
          records: await of('idempotency_records'),
        };
      });
    const run = () => database.write((trx) => sweep(trx, server.clock.now(), 2));

    const kept = await server.signUp('kept@example.org');
    for (const name of ['one', 'two', 'three']) {
      const { access_token: token } = await server.signUp(`${name}@example.org`);
      const headers = { 'idempotency-key': name };
      await server.ok('accounts.create', { token, headers, body: { name, slug: `acme-${name}` } });
      await server.ok('auth.logout', { token });
    }
    expect(await counts()).toEqual({ sessions: 4, refresh: 4, tokens: 4, secrets: 4, records: 3 });
    expect(await run()).toBe(false);
    expect(await counts()).toEqual({ sessions: 4, refresh: 4, tokens: 4, secrets: 4, records: 3 });

    server.clock.advance({ days: 9 });
    expect(await run()).toBe(true);
    expect(await counts()).toEqual({ sessions: 2, refresh: 2, tokens: 2, secrets: 2, records: 1 });
    expect(await run()).toBe(true);
    expect(await run()).toBe(false);
    expect(await counts()).toEqual({ sessions: 1, refresh: 1, tokens: 1, secrets: 0, records: 0 });
    const { refresh_token } = kept;
    expect((await server.call('auth.refresh', { body: { refresh_token } })).status).toBe(200);
  });
});

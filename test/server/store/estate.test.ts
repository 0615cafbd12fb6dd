import type { KyselyPlugin } from 'kysely';
import { expect, it } from 'vitest';
import { accessStore } from '../../../src/server/store/access.ts';
import { estateStore } from '../../../src/server/store/estate.ts';
import { describeOnEachDatabase } from '../../support/databases.ts';
import { managed } from '../../support/estate.ts';
import { parser } from '../../support/parsers.ts';
import { startServer } from '../../support/server.ts';
import { estateWorld } from '../estate.world.ts';

/** Counts the statements of what it is put on. */
function counter(): KyselyPlugin & { count: number } {
  return {
    count: 0,
    transformQuery: ({ node }) => node,
    // A query within another is transformed too, but has no result of its own.
    async transformResult({ result }) {
      this.count += 1;
      return result;
    },
  };
}

describeOnEachDatabase('the pages of an estate', (open) => {
  it('cost the same statements for one account as for many', async () => {
    const server = await startServer({ database: await open() });
    const { acme, dev, org, ann } = await estateWorld(server);
    const more = [];
    for (let at = 0; at < 12; at += 1) {
      const account = await managed(server, ann, 'acme', `acme-more-${at}`);
      more.push(account.id);
    }
    await parser(server, ann, 'acme', 'Third');
    const statementsOf = async (ids: readonly string[]): Promise<number> => {
      const counting = counter();
      await server.database.read(async (trx) => {
        const counted = trx.withPlugin(counting);
        const estate = estateStore(counted, ids);
        const page = { limit: 1000, after: null };
        const now = server.clock.now().toISOString();
        await accessStore(counted).standingsNamed({ kind: 'anonymous' }, ids);
        await estate.accounts(ann.id, page, now);
        await estate.subscriptions(page);
        await estate.promotionPaths(page);
        await estate.workspaces(ann.id, page);
        await estate.permissionSets(page);
        await estate.members(page);
        await estate.invites(page, now);
        await estate.removals(page);
        await estate.workspaceMembers(page);
        await estate.parsers(new Set(ids), page);
      });
      return counting.count;
    };
    const few = await statementsOf([acme.id]);
    expect(await statementsOf([acme.id, dev.id, org.id, ...more])).toBeLessThanOrEqual(few + 1);
    expect(few).toBeLessThanOrEqual(20);
  });
});

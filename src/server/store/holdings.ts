import { sql } from 'kysely';
import type { Held, HoldingsPort } from '../domain/ports/holdings.ts';
import { inIds } from './json-rows.ts';
import { revoking } from './tokens.ts';
import type { Trx } from './transaction.ts';

/** Of each kind so many are named; the rest is only counted. */
const MOST_NAMED = 100;
const resourceKinds = ['connector', 'workflow', 'job'] as const;

/** A thing, and how many there are of its kind. */
interface Named {
  readonly id: string;
  readonly name: string | null;
  readonly place: string | null;
  readonly n: number;
}

const total = sql<number>`cast(count(*) over () as integer)`.as('n');

/** Who made something is no key of an index: this is asked for one person at a time, when they go. */
export function holdingsStore(trx: Trx, accountId: string): HoldingsPort {
  const resources = (userId: string, kind: (typeof resourceKinds)[number]) =>
    trx
      .selectFrom('resources as r')
      .innerJoin('workspaces as w', (join) =>
        join.onRef('w.account_id', '=', 'r.account_id').onRef('w.id', '=', 'r.workspace_id'),
      )
      .where('r.account_id', '=', accountId)
      .where('r.created_by', '=', userId)
      .where('r.kind', '=', kind)
      .select(['r.id', 'r.name', 'w.slug as place', total])
      .orderBy('r.id');
  const keys = (userId: string, now: string) =>
    trx
      .selectFrom('tokens as t')
      .innerJoin('workspaces as w', (join) =>
        join.onRef('w.account_id', '=', 't.account_id').onRef('w.id', '=', 't.workspace_id'),
      )
      .where('t.account_id', '=', accountId)
      .where('t.kind', '=', 'key')
      .where('t.created_by', '=', userId)
      .where('t.state', '=', 'active')
      .where('t.expires_at', '>', now)
      .select(['t.id', 't.name', 'w.slug as place', total])
      .orderBy('t.id');
  const tokens = (userId: string, now: string) =>
    trx
      .selectFrom('tokens')
      .where('account_id', '=', accountId)
      .where('user_id', '=', userId)
      .where('owner', '=', 'member')
      .where('state', '=', 'active')
      .where('expires_at', '>', now)
      .select(['id', 'name', sql<string | null>`null`.as('place'), total])
      .orderBy('id');
  return {
    async of(userId, now) {
      const found: [kind: Held['kind'], rows: readonly Named[]][] = [
        ['token', await tokens(userId, now).limit(MOST_NAMED).execute()],
        ['key', await keys(userId, now).limit(MOST_NAMED).execute()],
      ];
      for (const kind of resourceKinds) {
        found.push([kind, await resources(userId, kind).limit(MOST_NAMED).execute()]);
      }
      return found.flatMap(([kind, rows]) => {
        const [first] = rows;
        const items = rows.map(({ id, name, place }) => ({ id, name, place }));
        return first === undefined ? [] : [{ kind, count: first.n, items }];
      });
    },

    async reassign(from, to, at) {
      const done = await trx
        .updateTable('resources')
        .set((eb) => ({ created_by: to, updated_at: at, revision: eb('revision', '+', 1) }))
        .where('account_id', '=', accountId)
        .where('created_by', 'in', inIds(trx, from))
        .executeTakeFirst();
      return Number(done.numUpdatedRows);
    },

    async revokeKeys(userIds, at) {
      const done = await revoking(trx, at)
        .where('account_id', '=', accountId)
        .where('kind', '=', 'key')
        .where('created_by', 'in', inIds(trx, userIds))
        .executeTakeFirst();
      return Number(done.numUpdatedRows);
    },
  };
}

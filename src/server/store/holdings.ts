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
  const parsers = (userId: string) =>
    trx
      .selectFrom('parsers as r')
      .innerJoin('workspaces as w', (join) =>
        join.onRef('w.account_id', '=', 'r.account_id').onRef('w.id', '=', 'r.workspace_id'),
      )
      .where('r.account_id', '=', accountId)
      .where('r.created_by', '=', userId)
      .select(['r.id', 'r.name', 'w.slug as place', total])
      .orderBy('r.id');
  const forms = (userId: string) =>
    trx
      .selectFrom('forms as r')
      .innerJoin('workspaces as w', (join) =>
        join.onRef('w.account_id', '=', 'r.account_id').onRef('w.id', '=', 'r.workspace_id'),
      )
      .where('r.account_id', '=', accountId)
      .where('r.created_by', '=', userId)
      .select(['r.id', 'r.name', 'w.slug as place', total])
      .orderBy('r.id');
  /** Into managed accounts of this one, by the person of it that they are. */
  const delegations = (userId: string, now: string) =>
    trx
      .selectFrom('tokens as t')
      .innerJoin('delegations as d', (join) =>
        join.onRef('d.account_id', '=', 't.account_id').onRef('d.id', '=', 't.id'),
      )
      .innerJoin('accounts as a', 'a.id', 'd.account_id')
      .where('d.master_id', '=', accountId)
      .where('t.kind', '=', 'dlg')
      .where('t.user_id', '=', userId)
      .where('t.state', '=', 'active')
      .where('t.expires_at', '>', now)
      .select(['t.id', 'd.mode as name', 'a.slug as place', total])
      .orderBy('t.id');
  return {
    async of(userId, now) {
      const found: [kind: Held['kind'], rows: readonly Named[]][] = [
        ['token', await tokens(userId, now).limit(MOST_NAMED).execute()],
        ['delegation', await delegations(userId, now).limit(MOST_NAMED).execute()],
        ['key', await keys(userId, now).limit(MOST_NAMED).execute()],
      ];
      for (const kind of resourceKinds) {
        found.push([kind, await resources(userId, kind).limit(MOST_NAMED).execute()]);
      }
      found.push(['parser', await parsers(userId).limit(MOST_NAMED).execute()]);
      found.push(['form', await forms(userId).limit(MOST_NAMED).execute()]);
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
      let passed = done.numUpdatedRows;
      // A parser's or a form's revision is that of its content, which this leaves as it is.
      for (const table of ['parsers', 'forms'] as const) {
        const handed = await trx
          .updateTable(table)
          .set({ created_by: to })
          .where('account_id', '=', accountId)
          .where('created_by', 'in', inIds(trx, from))
          .executeTakeFirst();
        passed += handed.numUpdatedRows;
      }
      return Number(passed);
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

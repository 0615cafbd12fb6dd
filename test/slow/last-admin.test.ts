import { describe, expect, inject, it } from 'vitest';
import { openDatabase } from '../../src/server/store/database.ts';
import { createPostgres, dropPostgres } from '../support/databases.ts';
import { join, type Person, person, standard } from '../support/estate.ts';
import { startServer, type TestServer } from '../support/server.ts';

const ROUNDS = 10_000;
/** Accounts side by side, each with two administrators who turn on each other. */
const ACCOUNTS = 4;

interface Pair {
  readonly id: string;
  readonly slug: string;
  readonly people: readonly [Person, Person];
  readonly members: readonly [string, string];
}

async function pairOf(server: TestServer, n: number): Promise<Pair> {
  const ann = await person(server, `ann@pair${n}.example`);
  const bob = await person(server, `bob@pair${n}.example`);
  const { id, slug } = await standard(server, ann, `pair-${n}`);
  const bobs = await join(server, id, bob, 'admin');
  const { data } = await server.ok('members.list', { token: ann.token, params: { account: id } });
  const anns = data.find(({ user }) => user.id === ann.id)?.id ?? '';
  return { id, slug, people: [ann, bob], members: [anns, bobs] };
}

/** Two administrators at one moment, each taking the other's role away. @returns their answers' states */
async function round(server: TestServer, { id, slug, people, members }: Pair): Promise<string> {
  const demote = (by: Person, member: string, account: string) => {
    const body = { role: 'user' as const, modules: [] };
    return server.call('members.update', { token: by.token, params: { account, member }, body });
  };
  // By id and by slug, so that the two do not line up in one queue of the process.
  const answers = await Promise.all([demote(people[0], members[1], id), demote(people[1], members[0], slug)]);
  return answers
    .map(({ status }) => status)
    .sort((a, b) => a - b)
    .join(' ');
}

describe('two administrators demoting each other at the same moment (D7)', () => {
  const url = inject('postgresUrl');
  it.skipIf(url === '')(
    `${ROUNDS} times on PostgreSQL, never leave none`,
    { timeout: 1_800_000 },
    async () => {
      const place = await createPostgres(url);
      const database = await openDatabase({ kind: 'postgres', url: place, poolSize: 2 * ACCOUNTS });
      const server = await startServer({ database });
      const pairs: Pair[] = [];
      for (let n = 0; n < ACCOUNTS; n += 1) pairs.push(await pairOf(server, n));
      const outcomes = new Map<string, number>();
      let left = ROUNDS;
      const play = async (pair: Pair) => {
        while (left > 0) {
          left -= 1;
          const outcome = await round(server, pair);
          outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
          const admins = await database.write(async (trx) => {
            const { n } = await trx
              .selectFrom('members')
              .where('account_id', '=', pair.id)
              .where('role', '=', 'admin')
              .where('state', '=', 'active')
              .select((eb) => eb.cast<number>(eb.fn.countAll(), 'integer').as('n'))
              .executeTakeFirstOrThrow();
            await trx
              .updateTable('members')
              .set({ role: 'admin' })
              .where('account_id', '=', pair.id)
              .execute();
            return n;
          });
          expect([admins, outcome]).toEqual([1, outcome]);
        }
      };
      await Promise.all(pairs.map(play));
      await server.close();
      await database.close();
      await dropPostgres(url, place);
      // One always succeeds; the other is refused, by D7 or because they had lost the right meanwhile.
      expect([...outcomes.keys()].filter((outcome) => !/^200 (403|404|409)$/.test(outcome))).toEqual([]);
      expect([...outcomes.values()].reduce((sum, n) => sum + n, 0)).toBe(ROUNDS);
    },
  );
});

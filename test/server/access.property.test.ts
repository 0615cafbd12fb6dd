import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PASSWORD, startServer, type TestServer } from '../support/server.ts';

/**
 * D7 and R28: whatever anybody does in whatever order, an account that had an administrator keeps one, and nobody
 * sees a row of an account that they are no member of.
 */

const people = ['ana', 'ben', 'cleo', 'dora'] as const;
const accounts = ['acme', 'beta'] as const;
type Person = (typeof people)[number];
type AccountSlug = (typeof accounts)[number];
const address = (person: Person) => `${person}@people.example`;

const acts = [
  'invite',
  'promote',
  'demote',
  'deactivate',
  'activate',
  'remove',
  'leave',
  'resend',
  'revoke',
] as const;

interface Step {
  readonly actor: Person;
  readonly act: (typeof acts)[number];
  readonly account: AccountSlug;
  readonly whom: Person;
  readonly role: 'admin' | 'user';
}

const step: fc.Arbitrary<Step> = fc.record({
  actor: fc.constantFrom(...people),
  act: fc.constantFrom(...acts),
  account: fc.constantFrom(...accounts),
  whom: fc.constantFrom(...people),
  role: fc.constantFrom('admin', 'user'),
});

/** Two administrators and a user each, so that most acts have somebody to succeed. */
const beginnings = [
  { account: 'acme', actor: 'ana', whom: 'ben', role: 'admin' },
  { account: 'acme', actor: 'ana', whom: 'cleo', role: 'user' },
  { account: 'beta', actor: 'ben', whom: 'dora', role: 'admin' },
  { account: 'beta', actor: 'ben', whom: 'cleo', role: 'user' },
] as const;

class World {
  readonly server: TestServer;
  readonly tokens = new Map<Person, string>();

  constructor(server: TestServer) {
    this.server = server;
  }

  static async make(): Promise<World> {
    const world = new World(await startServer());
    for (const person of people)
      world.tokens.set(person, (await world.server.signUp(address(person))).access_token);
    for (const [at, slug] of accounts.entries()) {
      const owner = people[at] ?? 'ana';
      await world.server.ok('accounts.create', {
        token: world.token(owner),
        body: { name: slug, slug, plan: 'business' },
      });
    }
    for (const { account, actor, whom, role } of beginnings) {
      expect(await world.take({ act: 'invite', account, actor, whom, role })).toBe(200);
    }
    return world;
  }

  token(person: Person): string {
    return this.tokens.get(person) ?? '';
  }

  /** Does it, whatever comes of it, and returns the status. */
  async take({ actor, act, account, whom, role }: Step): Promise<number> {
    const token = this.token(actor);
    const params = { account, member: address(whom) };
    const offer = role === 'user' ? { role, modules: ['parsers' as const] } : { role };
    const { server } = this;
    switch (act) {
      case 'invite': {
        const sent = await server.call('invites.send', {
          params: { account },
          token,
          body: { email: address(whom), ...offer },
        });
        if (sent.status !== 201) return sent.status;
        const secret = await server.secretFor(address(whom));
        return (await server.call('invites.accept', { body: { secret, password: PASSWORD } })).status;
      }
      case 'promote':
        return (await server.call('members.update', { params, token, body: { role: 'admin' } })).status;
      case 'demote':
        return (await server.call('members.update', { params, token, body: { role: 'user', modules: [] } }))
          .status;
      case 'deactivate':
      case 'activate':
        return (await server.call(`members.${act}`, { params, token })).status;
      case 'remove':
        return (await server.call('members.remove', { params, token })).status;
      case 'leave':
        return (await server.call('accounts.leave', { params: { account }, token })).status;
      case 'resend':
      case 'revoke':
        return (await server.call(`invites.${act}`, { params: { account, invite: address(whom) }, token }))
          .status;
    }
  }

  /** Straight from the database: who is in which account as what. */
  async members(): Promise<{ slug: string; email: string; role: string; state: string }[]> {
    return await this.server.database.read((trx) =>
      trx
        .selectFrom('members as m')
        .innerJoin('accounts as a', 'a.id', 'm.account_id')
        .innerJoin('users as u', 'u.id', 'm.user_id')
        .where('a.kind', '=', 'standard')
        .select(['a.slug', 'u.email', 'm.role', 'm.state'])
        .execute(),
    );
  }

  async check(): Promise<void> {
    const members = await this.members();
    for (const slug of accounts) {
      const admins = members.filter((m) => m.slug === slug && m.role === 'admin' && m.state === 'active');
      expect(admins.length, `${slug} has an administrator`).toBeGreaterThan(0);
    }
    for (const person of people) {
      const inside = members
        .filter((m) => m.email === address(person) && m.state === 'active')
        .map((m) => m.slug);
      const { data } = await this.server.ok('accounts.list', {
        token: this.token(person),
        query: { kind: 'standard' },
      });
      expect(data.map((account) => account.slug).sort()).toEqual(inside.sort());
      for (const slug of accounts) {
        const seen = await this.server.call('members.list', {
          params: { account: slug },
          token: this.token(person),
        });
        const mine = members.find(
          (m) => m.slug === slug && m.email === address(person) && m.state === 'active',
        );
        const expected = mine === undefined ? 404 : mine.role === 'admin' ? 200 : 403;
        expect([person, slug, seen.status]).toEqual([person, slug, expected]);
      }
    }
  }
}

test('no sequence of calls leaves an account without an administrator or shows one tenant another', async () => {
  const succeeded = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
      const world = await World.make();
      try {
        for (const each of steps) {
          const status = await world.take(each);
          expect(status).toBeLessThan(500);
          if (status < 300) succeeded.set(each.act, (succeeded.get(each.act) ?? 0) + 1);
          await world.check();
        }
      } finally {
        await world.server.close();
      }
    }),
    { numRuns: 25 },
  );
  // The property would hold of a server that refuses everything: each kind of act did happen.
  expect([...succeeded.keys()].filter((act) => act !== 'resend' && act !== 'revoke').sort()).toEqual(
    ['activate', 'deactivate', 'demote', 'invite', 'leave', 'promote', 'remove'].sort(),
  );
}, 120_000);

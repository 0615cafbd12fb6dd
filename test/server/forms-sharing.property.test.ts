import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { FormRole } from '../../src/contract/limits.ts';
import { endSharesOnLink, sharesOnLink } from '../../src/server/domain/forms-sharing.ts';
import { describeOnEachDatabase } from '../support/databases.ts';
import { type Person, person, standard } from '../support/estate.ts';
import { form, linkSub, sharedWith, unlinkSub } from '../support/forms.ts';
import { startServer, type TestServer } from '../support/server.ts';

/**
 * Whatever is linked, chosen, marked and parted in whatever order: each account sees exactly the forms that the rules say,
 * in its list and one by one. The oracle below is written from the rules (R37, R38, R40, R41, D10), not from the code.
 */

const umbrellas = ['big', 'vast'] as const;
const subs = ['one', 'two', 'three'] as const;
const accounts = [...umbrellas, ...subs];
type Account = (typeof accounts)[number];

type Step =
  | { do: 'link'; sub: number; umbrella: number }
  | { do: 'unlink'; sub: number; keep: boolean }
  | { do: 'create'; owner: number }
  | { do: 'choose'; form: number; to: number; role: FormRole | null }
  | { do: 'example'; form: number; on: boolean };

const index = fc.nat({ max: 1000 });
const role = fc.constantFrom<(FormRole | null)[]>('none', 'viewer', 'data_collector', 'form_admin', null);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('link' as const), sub: index, umbrella: index }) },
  fc.record({ do: fc.constant('unlink' as const), sub: index, keep: fc.boolean() }),
  { weight: 2, arbitrary: fc.record({ do: fc.constant('create' as const), owner: index }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('choose' as const), form: index, to: index, role }) },
  fc.record({ do: fc.constant('example' as const), form: index, on: fc.boolean() }),
);

interface Known {
  readonly owner: Account;
  readonly name: string;
  example: boolean;
  /** By account: the role, and whether it ends with the link. */
  readonly chosen: Map<Account, { role: FormRole; underLink: boolean }>;
}

class Oracle {
  readonly forms: Known[] = [];
  readonly parent = new Map<Account, Account>();

  choose(known: Known, to: Account, wanted: FormRole | null): void {
    const linked = this.parent.get(known.owner) === to;
    if (wanted === null || (wanted === 'none' && this.automatic(known, to) === 'none'))
      known.chosen.delete(to);
    else if (known.chosen.get(to)?.role !== wanted) known.chosen.set(to, { role: wanted, underLink: linked });
  }

  unlink(sub: Account, keep: boolean): void {
    const umbrella = this.parent.get(sub);
    this.parent.delete(sub);
    for (const { owner, chosen } of this.forms) {
      const one = umbrella === undefined || owner !== sub ? undefined : chosen.get(umbrella);
      if (umbrella === undefined || one?.underLink !== true) continue;
      if (keep) chosen.set(umbrella, { ...one, underLink: false });
      else chosen.delete(umbrella);
    }
  }

  automatic({ owner, example }: Known, to: Account): FormRole {
    if (this.parent.get(owner) === to) return 'data_manager';
    return example && this.parent.get(to) === owner ? 'viewer' : 'none';
  }

  has(known: Known, to: Account): FormRole {
    if (known.owner === to) return 'none';
    return known.chosen.get(to)?.role ?? this.automatic(known, to);
  }

  seenBy(account: Account): string[] {
    return this.forms
      .map((known) => ({ known, role: this.has(known, account) }))
      .filter((one) => one.role !== 'none')
      .map((one) => `${one.known.owner}/${one.known.name} ${one.role}`)
      .sort();
  }
}

class World {
  readonly server: TestServer;
  readonly people: ReadonlyMap<Account, Person>;
  readonly ids: ReadonlyMap<Account, string>;
  readonly links = new Map<Account, { umbrella: Account; id: string }>();
  readonly oracle = new Oracle();

  constructor(server: TestServer, people: ReadonlyMap<Account, Person>, ids: ReadonlyMap<Account, string>) {
    this.server = server;
    this.people = people;
    this.ids = ids;
  }

  token(account: Account): string {
    return this.people.get(account)?.token ?? '';
  }
  id(account: Account): string {
    return this.ids.get(account) ?? '';
  }

  async run(one: Step): Promise<void> {
    const { oracle, server } = this;
    const known = 'form' in one ? oracle.forms[one.form % Math.max(oracle.forms.length, 1)] : undefined;
    const at = known && {
      token: this.token(known.owner),
      params: { account: known.owner, form: known.name },
    };
    switch (one.do) {
      case 'link': {
        const sub = subs[one.sub % subs.length] ?? 'one';
        const umbrella = umbrellas[one.umbrella % umbrellas.length] ?? 'big';
        if (oracle.parent.has(sub)) return;
        await this.foreseen(sub, umbrella);
        this.links.set(sub, { umbrella, id: await linkSub(server, this.id(umbrella), this.id(sub)) });
        oracle.parent.set(sub, umbrella);
        return;
      }
      case 'unlink': {
        const sub = subs[one.sub % subs.length] ?? 'one';
        const link = this.links.get(sub);
        if (link === undefined || !oracle.parent.has(sub)) return;
        await server.deps.transactions.write(({ tenant }) =>
          endSharesOnLink(tenant(this.id(sub)), link.id, one.keep, server.clock.now().toISOString()),
        );
        await unlinkSub(server, this.id(link.umbrella), link.id);
        oracle.unlink(sub, one.keep);
        return;
      }
      case 'create': {
        const owner = accounts[one.owner % accounts.length] ?? 'one';
        const name = `F${oracle.forms.length}`;
        await form(server, { token: this.token(owner) }, owner, name);
        oracle.forms.push({ owner, name, example: false, chosen: new Map() });
        return;
      }
      case 'choose': {
        const to = accounts[one.to % accounts.length] ?? 'one';
        if (!known || !at || to === known.owner) return;
        const body = { shares: [{ account: this.id(to), role: one.role }] };
        const { shares } = await server.ok('forms.share', { ...at, body });
        oracle.choose(known, to, one.role);
        expect(shares.map(({ account, role: has }) => [account.slug, has])).toEqual([
          [to, oracle.has(known, to)],
        ]);
        return;
      }
      case 'example': {
        if (!known || !at) return;
        await server.ok(one.on ? 'forms.mark_example' : 'forms.unmark_example', at);
        known.example = one.on;
      }
    }
  }

  /** D12: what the sheet says before a link is what becomes visible by it. */
  async foreseen(sub: Account, umbrella: Account): Promise<void> {
    const { server, oracle } = this;
    const sheet = await server.deps.transactions.read(({ tenant }) =>
      sharesOnLink(tenant(this.id(sub)), this.id(umbrella)),
    );
    oracle.parent.set(sub, umbrella);
    const wanted = oracle.forms
      .filter(({ owner }) => owner === sub)
      .map((known) => `${known.name} ${oracle.has(known, umbrella)}`);
    oracle.parent.delete(sub);
    expect(sheet.map((one) => `${one.name} ${one.role}`).sort()).toEqual(wanted.sort());
  }

  async check(): Promise<void> {
    for (const account of accounts) {
      const seen = await sharedWith(this.server, { token: this.token(account) }, account);
      expect([account, ...seen.sort()]).toEqual([account, ...this.oracle.seenBy(account)]);
    }
  }

  /** One by one it is the same as in the lists. */
  async checkEach(): Promise<void> {
    for (const known of this.oracle.forms) {
      for (const account of accounts.filter((one) => one !== known.owner)) {
        const params = { account: known.owner, form: known.name };
        const { status, body } = await this.server.call('forms.show', { token: this.token(account), params });
        const wanted = this.oracle.has(known, account);
        const has = status === 200 ? Reflect.get(Object(body), 'role') : 'none';
        expect([known.owner, known.name, account, has]).toEqual([known.owner, known.name, account, wanted]);
      }
    }
  }

  async reset(): Promise<void> {
    await this.server.database.write(async (trx) => {
      await trx.deleteFrom('forms').execute();
      await trx.updateTable('links').set({ state: 'ended', ended_at: '2026-01-01' }).execute();
    });
  }
}

describeOnEachDatabase('what other accounts see of forms', (open, { kind }) => {
  it('is what the rules say, after every step of any sequence', { timeout: 120_000 }, async () => {
    const server = await startServer({ database: await open() });
    const people = new Map<Account, Person>();
    const ids = new Map<Account, string>();
    for (const account of accounts) {
      const who = await person(server, `${account}@example.com`);
      people.set(account, who);
      ids.set(account, (await standard(server, who, account)).id);
    }
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 20 }), async (steps) => {
        const world = new World(server, people, ids);
        await world.reset();
        for (const one of steps) {
          await world.run(one);
          await world.check();
        }
        await world.checkEach();
      }),
      { numRuns: kind === 'sqlite' ? 15 : 6, endOnFailure: true },
    );
  });
});

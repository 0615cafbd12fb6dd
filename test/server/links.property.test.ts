import fc from 'fast-check';
import { expect, it } from 'vitest';
import { describeOnEachDatabase } from '../support/databases.ts';
import {
  grantChildren,
  join,
  managed,
  master,
  type Person,
  person,
  standard,
  umbrella,
} from '../support/estate.ts';
import { PASSWORD, startServer, type TestServer } from '../support/server.ts';

/**
 * Whatever is invited, accepted and parted in whatever order, with accounts that are suspended, deleted and change their plans:
 * no account ever has two parents, no parent has a parent, and each link is in the state that an oracle says, which knows the
 * rules (R14, R34, R35, D1, D9, D10, D16) and no tables.
 */

const umbrellas = ['big', 'vast'] as const;
/** `boss` is a master, `boss-dev` its managed account; one person administers all four, and the umbrellas as well. */
const below = ['one', 'two', 'boss', 'boss-dev'] as const;
const names = [...umbrellas, ...below];
type Umbrella = (typeof umbrellas)[number];
type Name = (typeof names)[number];

type Step =
  | { readonly act: 'invite'; readonly by: Umbrella; readonly invitee: Name | null; readonly anew: boolean }
  /** Null: for the account that is meant. */
  | { readonly act: 'accept'; readonly link: number; readonly account: Name | null }
  | { readonly act: 'decline' | 'resend' | 'unlink'; readonly link: number }
  | { readonly act: 'leave' | 'suspend' | 'activate' | 'delete'; readonly account: Name }
  | { readonly act: 'plan'; readonly by: Umbrella; readonly plan: 'business' | 'enterprise' }
  | { readonly act: 'grant' }
  | { readonly act: 'manage'; readonly by: Umbrella }
  | { readonly act: 'wait'; readonly days: number };

const act = <A extends Step['act']>(name: A) => fc.constant(name);
const by = fc.constantFrom(...umbrellas);
const account = fc.constantFrom(...names);
const sub = fc.constantFrom<Name>('one', 'one', 'two', 'two', ...names);
/** The newest more often than any other. */
const link = fc.oneof(fc.constant(0), fc.nat({ max: 6 }));
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      act: act('invite'),
      by,
      invitee: fc.option(sub, { nil: null, freq: 2 }),
      anew: fc.boolean(),
    }),
  },
  {
    weight: 12,
    arbitrary: fc.record({ act: act('accept'), link, account: fc.option(sub, { nil: null, freq: 1 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      act: fc.constantFrom('decline' as const, 'resend' as const, 'unlink' as const),
      link,
    }),
  },
  { weight: 3, arbitrary: fc.record({ act: act('leave'), account: sub }) },
  {
    weight: 2,
    arbitrary: fc.record({
      act: fc.constantFrom('suspend' as const, 'activate' as const, 'activate' as const),
      account,
    }),
  },
  { weight: 1, arbitrary: fc.record({ act: act('delete'), account }) },
  {
    weight: 2,
    arbitrary: fc.record({
      act: act('plan'),
      by,
      plan: fc.constantFrom('business' as const, 'enterprise' as const),
    }),
  },
  { weight: 3, arbitrary: fc.record({ act: act('grant') }) },
  { weight: 1, arbitrary: fc.record({ act: act('manage'), by }) },
  { weight: 2, arbitrary: fc.record({ act: act('wait'), days: fc.integer({ min: 1, max: 7 }) }) },
);

interface Link {
  readonly id: string;
  readonly by: Umbrella;
  readonly invitee: Name | null;
  state: 'invited' | 'active' | 'ended' | 'declined' | 'revoked';
  expires: number;
  child: Name | null;
}

class Oracle {
  now = 0;
  readonly links: Link[] = [];
  readonly plan: Record<Umbrella, string> = { big: 'enterprise', vast: 'enterprise' };
  readonly suspended = new Set<Name>();
  readonly gone = new Set<Name>();
  /** Masters among the umbrellas, by how many they manage. */
  readonly manages: Record<Umbrella, number> = { big: 0, vast: 0 };
  /** What the user of `big` was granted. */
  granted = new Set<string>();

  above = (name: Name): Link | undefined =>
    this.links.find(({ state, child }) => state === 'active' && child === name);
  under = (name: Name): Link[] => this.links.filter(({ state, by: is }) => state === 'active' && is === name);
  stateOf = (one: Link): string =>
    one.state === 'invited' && one.expires <= this.now ? 'expired' : one.state;
  /** May it be an umbrella just now? */
  private fit = (name: Umbrella): boolean =>
    this.plan[name] === 'enterprise' && this.above(name) === undefined;
  acts = (name: Name): boolean => !this.gone.has(name) && !this.suspended.has(name);

  /** The invitation that is renewed, `new` for one, or null where nobody is invited. */
  invite({ by: is, invitee, anew }: Extract<Step, { act: 'invite' }>): Link | 'new' | null {
    if (!this.acts(is) || !this.fit(is)) return null;
    const own = this.links.filter((one) => one.by === is);
    if (own.some((one) => one.state === 'active' && (invitee === null || one.child === invitee))) return null;
    const open = own.find((one) => one.state === 'invited' && one.invitee === invitee);
    if (open) return this.stateOf(open) === 'expired' ? open : null;
    const declined = own.some((one) => one.state === 'declined' && one.invitee === invitee);
    return declined && !anew ? null : 'new';
  }

  accepts(one: Link, name: Name): boolean {
    if (this.stateOf(one) !== 'invited' || !this.acts(name) || !this.acts(one.by) || !this.fit(one.by))
      return false;
    if (name === 'boss' || name === 'boss-dev' || name === one.by) return false;
    if (one.invitee !== null && one.invitee !== name) return false;
    const children = this.under(name).length + (name === 'big' || name === 'vast' ? this.manages[name] : 0);
    return children === 0 && this.above(name) === undefined;
  }

  end(one: Link): void {
    one.state = 'ended';
    this.granted.delete(one.id);
  }

  /** What goes with an account: its link to a parent, those to its children, and what it has offered. */
  remove(name: Name): void {
    this.gone.add(name);
    for (const one of this.links) if (one.by === name && one.state === 'invited') one.state = 'revoked';
    for (const one of [this.above(name), ...this.under(name)]) if (one) this.end(one);
  }
}

class World {
  readonly #server: TestServer;
  readonly #staff: string;
  readonly #ids: ReadonlyMap<Name, string>;
  readonly #gus: Person;
  readonly #oracle = new Oracle();
  #pia: Person;
  #managed = 0;

  constructor(parts: {
    server: TestServer;
    staff: string;
    ids: ReadonlyMap<Name, string>;
    pia: Person;
    gus: Person;
  }) {
    this.#server = parts.server;
    this.#staff = parts.staff;
    this.#ids = parts.ids;
    this.#pia = parts.pia;
    this.#gus = parts.gus;
    this.#oracle.now = parts.server.clock.now().getTime();
  }

  #at(name: Name) {
    return { token: this.#pia.token, params: { account: this.#ids.get(name) ?? '' } };
  }

  #link(back: number): Link | undefined {
    return this.#oracle.links.at(-1 - (back % Math.max(this.#oracle.links.length, 1)));
  }

  #expiry = (): number => this.#oracle.now + 7 * 86_400_000;

  async carryOut(one: Step): Promise<void> {
    const server = this.#server;
    const oracle = this.#oracle;
    // Twenty mails a day are all that anybody gets; how many there were is not what this is about.
    await server.database.write((trx) => trx.deleteFrom('outbox').execute());
    switch (one.act) {
      case 'invite':
        return await this.#invite(one);
      case 'accept': {
        const known = this.#link(one.link);
        if (known) await this.#accept(known, one.account ?? known.invitee ?? 'one');
        return;
      }
      case 'decline':
      case 'resend':
      case 'unlink': {
        const known = this.#link(one.link);
        if (known) await this.#answer(one.act, known);
        return;
      }
      case 'wait': {
        server.clock.advance({ days: one.days });
        oracle.now = server.clock.now().getTime();
        const body = { email: this.#pia.email, password: PASSWORD };
        this.#pia = { ...this.#pia, token: (await server.ok('auth.login', { body })).access_token };
        return;
      }
      case 'grant':
        return await this.#grant();
      case 'manage': {
        this.#managed += 1;
        const name = `${one.by}-m${this.#managed}`;
        const body = { name, slug: name, master: this.#ids.get(one.by) ?? '' };
        const { status } = await server.call('accounts.create', { token: this.#pia.token, body });
        // Neither below an account that has a parent: two levels are all that there are.
        const made = oracle.acts(one.by) && oracle.above(one.by) === undefined;
        expect([one, status]).toEqual([one, made ? 201 : expect.any(Number)]);
        if (made) oracle.manages[one.by] += 1;
        else expect(status).toBeGreaterThanOrEqual(400);
        return;
      }
      default:
        return await this.#account(one);
    }
  }

  async #invite(one: Extract<Step, { act: 'invite' }>): Promise<void> {
    const wanted = this.#oracle.invite(one);
    const { status, body } = await this.#server.call('sub_accounts.invite', {
      ...this.#at(one.by),
      body: {
        email: this.#pia.email,
        ...(one.invitee !== null && { invitee: one.invitee }),
        caps: { upload: 'none', message: 'none' },
        reinvite_declined: one.anew,
      },
    });
    expect([one, status < 300]).toEqual([one, wanted !== null]);
    if (wanted === null) return;
    const id = String(Reflect.get(Object(body), 'id'));
    if (wanted !== 'new') {
      expect(id).toBe(wanted.id);
      wanted.expires = this.#expiry();
      return;
    }
    const { by: is, invitee } = one;
    this.#oracle.links.push({ id, by: is, invitee, state: 'invited', expires: this.#expiry(), child: null });
  }

  async #accept(known: Link, name: Name): Promise<void> {
    const server = this.#server;
    const { token, params } = this.#at(name);
    const at = { token, params: { link: known.id } };
    const read = await server.call('umbrella_invites.consent', { ...at, query: { account: params.account } });
    const digest = String(Reflect.get(Object(read.body), 'digest') ?? '0'.repeat(64));
    const request = { ...at, body: { account: params.account, digest } };
    const accepts = this.#oracle.accepts(known, name);
    const again = known.state === 'active' && known.child === name && this.#oracle.acts(name);
    const { status, body } = await server.call('umbrella_invites.accept', request);
    const changed = status === 200 ? Reflect.get(Object(body), 'changed') : null;
    expect([known, name, changed]).toEqual([known, name, accepts ? true : again ? false : null]);
    if (!accepts) return;
    known.state = 'active';
    known.child = name;
  }

  async #answer(how: 'decline' | 'resend' | 'unlink', known: Link): Promise<void> {
    const server = this.#server;
    const oracle = this.#oracle;
    const state = oracle.stateOf(known);
    const { token, params } = this.#at(known.by);
    const at = { token, params: { ...params, link: known.id } };
    if (how === 'decline') {
      const { status } = await server.call('umbrella_invites.decline', { token, body: { link: known.id } });
      const open = state === 'invited';
      expect([known, status === 200]).toEqual([known, open || state === 'declined']);
      if (open) known.state = 'declined';
      return;
    }
    const { status } = await server.call(
      how === 'resend' ? 'sub_accounts.resend' : 'sub_accounts.unlink',
      at,
    );
    const acts = oracle.acts(known.by);
    if (how === 'unlink') {
      // Never refused, whatever plan it is on by now.
      expect([known, status === 200]).toEqual([known, acts]);
      if (acts && known.state === 'invited') known.state = 'revoked';
      else if (acts && known.state === 'active') oracle.end(known);
      return;
    }
    const may = acts && oracle.plan[known.by] === 'enterprise' && oracle.above(known.by) === undefined;
    const sent = may && known.state === 'invited';
    expect([known, status === 200]).toEqual([known, sent]);
    if (sent) known.expires = this.#expiry();
  }

  async #grant(): Promise<void> {
    const oracle = this.#oracle;
    if (!oracle.acts('big')) return;
    const children = oracle.under('big').map(({ id }) => id);
    await grantChildren(this.#server, this.#pia, 'big', this.#gus, children);
    oracle.granted = new Set(children);
  }

  async #account(
    one: Extract<Step, { act: 'leave' | 'suspend' | 'activate' | 'delete' | 'plan' }>,
  ): Promise<void> {
    const server = this.#server;
    const oracle = this.#oracle;
    if (one.act === 'plan') {
      const { token, params } = { ...this.#at(one.by), token: this.#staff };
      const body = { plan: one.plan, now: true, reason: 'test' };
      const { status } = await server.call('subscription.change', { token, params, body });
      // Who has sub-accounts stays an umbrella: that stands in the way of a lesser plan (D13).
      const fits = one.plan === 'enterprise' || oracle.under(one.by).length === 0;
      const done = oracle.acts(one.by) && fits;
      expect([one, status === 200]).toEqual([one, done]);
      if (done) oracle.plan[one.by] = one.plan;
      return;
    }
    const { account: name } = one;
    const at = this.#at(name);
    if (one.act === 'leave') {
      const up = oracle.above(name);
      const { status, body } = await server.call('umbrella.unlink', at);
      const left = status === 200 && Reflect.get(Object(body), 'changed') === true;
      expect([one, left]).toEqual([one, up !== undefined && oracle.acts(name)]);
      if (up && left) oracle.end(up);
      return;
    }
    if (oracle.gone.has(name)) return;
    if (one.act === 'delete') {
      if (name === 'boss' || name === 'boss-dev') return;
      const { status } = await server.call('accounts.delete', { ...at, query: { confirm: name } });
      const fits = (name !== 'big' && name !== 'vast') || oracle.manages[name] === 0;
      expect([one, status === 200]).toEqual([one, fits]);
      if (fits) oracle.remove(name);
      return;
    }
    await server.ok(`accounts.${one.act}`, { token: this.#staff, params: at.params, body: {} });
    if (one.act === 'suspend') oracle.suspended.add(name);
    else oracle.suspended.delete(name);
  }

  /** What is written, whatever anybody may read of it. */
  async holds(): Promise<void> {
    const { active, grants } = await this.#server.database.read(async (trx) => ({
      active: await trx.selectFrom('links').where('state', '=', 'active').selectAll().execute(),
      grants: await trx.selectFrom('member_children').select('link_id').execute(),
    }));
    const children = active.map(({ child_id }) => child_id);
    expect(new Set(children).size).toBe(children.length);
    expect(active.filter(({ parent_id }) => children.includes(parent_id))).toEqual([]);
    const subs = active.filter(({ kind }) => kind === 'sub').map(({ id, child_id }) => [id, child_id]);
    const wanted = names.flatMap((name) => {
      const up = this.#oracle.above(name);
      return up ? [[up.id, this.#ids.get(name)]] : [];
    });
    expect(subs.sort()).toEqual(wanted.sort());
    expect(grants.map(({ link_id }) => link_id).sort()).toEqual([...this.#oracle.granted].sort());
  }

  /** What each side is told. */
  async compare(): Promise<void> {
    const server = this.#server;
    const oracle = this.#oracle;
    for (const name of names.filter((one) => !oracle.gone.has(one))) {
      const at = this.#at(name);
      const up = oracle.above(name);
      const { parent } = await server.ok('accounts.show', at);
      if (name !== 'boss-dev')
        expect([name, parent && [parent.link_id, parent.account.slug]]).toEqual([
          name,
          up ? [up.id, up.by] : null,
        ]);
      if (name !== 'big' && name !== 'vast') continue;
      const { data } = await server.ok('sub_accounts.list', at);
      const own = oracle.links.filter((one) => one.by === name);
      expect(data.map(({ id, state, account: child }) => [id, state, child?.slug ?? null]).sort()).toEqual(
        own.map((one) => [one.id, oracle.stateOf(one), one.child]).sort(),
      );
    }
    const open = oracle.links.filter((one) => oracle.stateOf(one) === 'invited' && !oracle.gone.has(one.by));
    const { data } = await server.ok('umbrella_invites.list', { token: this.#pia.token });
    expect(data.map(({ id }) => id).sort()).toEqual(open.map(({ id }) => id).sort());
  }
}

async function begin(server: TestServer): Promise<World> {
  const staff = await server.staffToken();
  const pia = await person(server, 'pia@partner.example');
  const gus = await person(server, 'gus@big.example');
  const ids = new Map<Name, string>();
  for (const name of umbrellas) {
    ids.set(name, (await umbrella(server, pia, name, staff)).id);
    await server.ok('accounts.unlock', { token: staff, params: { account: name }, body: {} });
  }
  for (const name of ['one', 'two'] as const) ids.set(name, (await standard(server, pia, name)).id);
  ids.set('boss', (await master(server, pia, 'boss', staff)).id);
  const dev = await managed(server, pia, 'boss', 'boss-dev');
  ids.set('boss-dev', dev.id);
  await join(server, dev.id, pia, 'admin');
  await join(server, ids.get('big') ?? '', gus, 'user', ['forms', 'reports']);
  return new World({ server, staff, ids, pia, gus });
}

describeOnEachDatabase('links of umbrellas', (open, { kind }) => {
  it('never give anybody two parents or a parent a parent, and are in the state that the rules say', {
    timeout: 180_000,
  }, async () => {
    const steps = fc.array(step, { minLength: 15, maxLength: 45, size: 'max' });
    await fc.assert(
      fc.asyncProperty(steps, async (sequence) => {
        const world = await begin(await startServer({ database: await open() }));
        for (const one of sequence) {
          await world.carryOut(one);
          await world.holds();
        }
        await world.compare();
      }),
      { numRuns: kind === 'sqlite' ? 30 : 5 },
    );
  });
});

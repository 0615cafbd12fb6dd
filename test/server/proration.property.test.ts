import fc from 'fast-check';
import { expect, it } from 'vitest';
import { describeOnEachDatabase } from '../support/databases.ts';
import { accountToken, join, person, standard } from '../support/estate.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { recatalogue } from './pricing.ts';

/**
 * T100: whatever anybody does to an account's plan, in whatever order and over however many months, its bill is what an
 * oracle reckons day by day, in whole numbers and from its own calendar, and nobody gains a cent by it.
 */

const names = ['basic', 'starter', 'professional', 'business'] as const;
type Name = (typeof names)[number];

type Step =
  | { readonly act: 'change'; readonly plan: Name; readonly now: boolean }
  | { readonly act: 'there_and_back'; readonly plan: Name }
  | { readonly act: 'cancel' }
  | { readonly act: 'refused' }
  /** Not looked at afterwards, what is due waits for the next step. */
  | { readonly act: 'wait'; readonly days: number; readonly look: boolean }
  | { readonly act: 'price'; readonly plan: Exclude<Name, 'basic'>; readonly cents: number }
  | { readonly act: 'people'; readonly many: boolean };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      act: fc.constant('change' as const),
      plan: fc.constantFrom(...names),
      now: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ act: fc.constant('there_and_back' as const), plan: fc.constantFrom(...names) }),
  },
  { weight: 2, arbitrary: fc.constantFrom({ act: 'cancel' as const }, { act: 'refused' as const }) },
  {
    weight: 5,
    arbitrary: fc.record({
      act: fc.constant('wait' as const),
      days: fc.oneof(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 21, max: 100 })),
      look: fc.boolean(),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      act: fc.constant('price' as const),
      plan: fc.constantFrom('starter' as const, 'professional' as const, 'business' as const),
      cents: fc.integer({ min: 0, max: 100_000_000 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('people' as const), many: fc.boolean() }) },
);

const DAY_MS = 86_400_000;
const dayNumber = (time: Date): number => Math.floor(time.getTime() / DAY_MS);
const dateOf = (day: number): Date => new Date(day * DAY_MS);

/** The day after `day` whose day of the month is the anchor's, or the last of its month: found by walking there. */
function boundaryAfter(day: number, anchor: number): number {
  for (let next = day + 1; ; next += 1) {
    const month = dateOf(next).getUTCMonth();
    if (month === dateOf(day).getUTCMonth()) continue;
    const isLast = dateOf(next + 1).getUTCMonth() !== month;
    if (dateOf(next).getUTCDate() === anchor || (isLast && dateOf(next).getUTCDate() < anchor)) return next;
  }
}

/** What the bill must be, kept as what each single day costs: a numerator over the days of its period. */
class Oracle {
  readonly anchor: number;
  start: number;
  end: number;
  plan: Name = 'basic';
  price = 0n;
  scheduled: Name | null = null;
  /** Of the running period: day -> numerator. */
  days = new Map<number, bigint>();
  charged = 0n;
  credited = 0n;
  due = 0n;
  balance = 0n;
  /** What all days cost, exactly: numerators by the length of their period. */
  readonly past = new Map<number, bigint>();
  changes = 0;
  crowded = false;

  constructor(today: number) {
    this.anchor = dateOf(today).getUTCDate();
    this.start = today;
    this.end = boundaryAfter(today, this.anchor);
    this.#fill(today, 0n);
  }

  get length(): number {
    return this.end - this.start;
  }

  #fill(from: number, price: bigint): void {
    for (let day = from; day < this.end; day += 1) this.days.set(day, price);
  }

  #sum(from: number): bigint {
    let sum = 0n;
    for (const [day, cost] of this.days) if (day >= from) sum += cost;
    return sum;
  }

  #settle(charge: bigint, credit: bigint): void {
    this.charged += charge;
    this.credited += credit;
    const open = charge - credit - this.balance;
    this.due += open > 0n ? open : 0n;
    this.balance = open > 0n ? 0n : -open;
  }

  /** At once: the days from today on cost something else. */
  change(plan: Name, price: bigint, today: number): void {
    const length = BigInt(this.length);
    const credit = this.#sum(today) / length;
    this.#fill(today, price);
    const charge = (this.#sum(today) + length - 1n) / length;
    this.plan = plan;
    this.price = price;
    this.scheduled = null;
    this.changes += 1;
    this.#settle(charge, credit);
  }

  /** Lets time pass until today, period by period. */
  pass(today: number, priceOn: (plan: Name, day: number) => bigint): void {
    while (today >= this.end) {
      this.past.set(this.length, (this.past.get(this.length) ?? 0n) + this.#sum(this.start));
      if (this.scheduled !== null && !(this.crowded && this.scheduled === 'basic'))
        this.plan = this.scheduled;
      this.scheduled = null;
      this.start = this.end;
      this.end = boundaryAfter(this.start, this.anchor);
      this.price = priceOn(this.plan, this.start);
      this.days = new Map();
      this.#fill(this.start, this.price);
      this.#settle(this.price, 0n);
    }
  }

  /** How far what was charged is above what the days cost: 0 or more, and under two cents a change. */
  isFair(): boolean {
    const all = new Map(this.past);
    all.set(this.length, (all.get(this.length) ?? 0n) + this.#sum(this.start));
    const common = [...all.keys()].reduce((product, length) => product * BigInt(length), 1n);
    const exact = [...all].reduce((sum, [length, cost]) => sum + (cost * common) / BigInt(length), 0n);
    const above = (this.charged - this.credited) * common - exact;
    return above >= 0n && above <= 2n * BigInt(this.changes) * common;
  }
}

class World {
  readonly server: TestServer;
  /** Of the catalogue: newest first. */
  readonly prices: { plan: Name; since: number; cents: bigint }[] = [
    { plan: 'business', since: 0, cents: 29_900n },
    { plan: 'professional', since: 0, cents: 9_900n },
    { plan: 'starter', since: 0, cents: 1_900n },
    { plan: 'basic', since: 0, cents: 0n },
  ];
  #accounts = 0;

  constructor(server: TestServer) {
    this.server = server;
  }

  get now(): number {
    return this.server.clock.now().getTime();
  }

  priceAt(plan: Name, time: number): bigint {
    return this.prices.find((one) => one.plan === plan && one.since <= time)?.cents ?? -1n;
  }

  async open() {
    this.#accounts += 1;
    const slug = `acme-${this.#accounts}`;
    const owner = await person(this.server, `ann@${slug}.example`);
    const { id } = await standard(this.server, owner, slug);
    return { id, slug, oracle: new Oracle(dayNumber(this.server.clock.now())) };
  }

  async setPrice(plan: Name, cents: number): Promise<void> {
    await recatalogue(this.server, await this.server.staffToken(), (one) =>
      one.name === plan ? { ...one, monthly_price_cents: cents } : one,
    );
    this.prices.unshift({ plan, since: this.now, cents: BigInt(cents) });
  }

  /** Six more members than the start plan has seats for, or none. */
  async crowd(id: string, many: boolean): Promise<void> {
    const at = this.server.clock.now().toISOString();
    if (!many) {
      await this.server.deps.transactions.write(async ({ tenant }) => {
        const { members } = tenant(id);
        const page = await members.list({ role: 'user' }, { limit: 100, after: null });
        for (const { id: member } of page.items) await members.remove([member], at);
      });
      return;
    }
    for (let n = 0; n < 6; n += 1) {
      const email = `u${n}-${this.now}-${at.length}@${id.replace('_', '-')}.example`;
      await join(this.server, id, await person(this.server, email), 'user');
    }
  }
}

async function linesOf(server: TestServer, accountId: string) {
  return await server.database.read((trx) =>
    trx.selectFrom('bill_lines').where('account_id', '=', accountId).selectAll().execute(),
  );
}

function sum(rows: Awaited<ReturnType<typeof linesOf>>, ...kinds: string[]): bigint {
  return rows.reduce(
    (total, row) => (kinds.includes(row.kind) ? total + BigInt(row.amount_cents) : total),
    0n,
  );
}

/** Compares everything that is stored with what the oracle says. */
async function check(world: World, { id, oracle }: Awaited<ReturnType<World['open']>>): Promise<void> {
  const { server } = world;
  const token = await accountToken(server, id, 'admin');
  const shown = await server.ok('subscription.show', { token, params: { account: id } });
  const rows = await linesOf(server, id);
  const day = (number: number) => dateOf(number).toISOString().slice(0, 10);
  const { plan, price_cents, period_start, period_end, scheduled, balance_cents } = shown;
  expect([plan, BigInt(price_cents), period_start, period_end, scheduled?.plan ?? null]).toEqual([
    oracle.plan,
    oracle.price,
    day(oracle.start),
    day(oracle.end),
    oracle.scheduled,
  ]);
  const total = rows.reduce((all, row) => all + BigInt(row.amount_cents), 0n);
  expect({
    charged: sum(rows, 'period', 'prorated'),
    credited: -sum(rows, 'unused'),
    due: total,
    balance: BigInt(balance_cents),
  }).toEqual({
    charged: oracle.charged,
    credited: oracle.credited,
    due: oracle.due,
    balance: oracle.balance,
  });
  expect(oracle.isFair()).toBe(true);
  // Of no moment and of no period is less than nothing due, and no days give back more than they cost.
  for (const some of Map.groupBy(rows, (row) => row.revision).values())
    expect(some.reduce((all, row) => all + row.amount_cents, 0)).toBeGreaterThanOrEqual(0);
  for (const some of Map.groupBy(rows, (row) => row.period_start).values())
    expect(-sum(some, 'unused') <= sum(some, 'period', 'prorated')).toBe(true);
}

async function take(world: World, of: Awaited<ReturnType<World['open']>>, one: Step): Promise<void> {
  const { server } = world;
  const { id, oracle } = of;
  if (one.act === 'wait') {
    server.clock.advance({ days: one.days, hours: one.days % 24 });
    oracle.pass(dayNumber(server.clock.now()), (plan, day) => world.priceAt(plan, day * DAY_MS));
    return;
  }
  if (one.act === 'price') return await world.setPrice(one.plan, one.cents);
  if (one.act === 'people') {
    if (one.many === oracle.crowded) return;
    // What is due comes first, as for everybody who does this through the API.
    await check(world, of);
    await world.crowd(id, one.many);
    oracle.crowded = one.many;
    return;
  }
  const token = await accountToken(server, id, 'admin');
  const at = { token, params: { account: id } };
  if (one.act === 'cancel') {
    const { changed } = await server.ok('subscription.cancel_change', at);
    expect(changed).toBe(oracle.scheduled !== null);
    oracle.scheduled = null;
    return;
  }
  if (one.act === 'refused') {
    const { status } = await server.refused('subscription.change', { ...at, body: { plan: 'enterprise' } });
    expect(status).toBe(403);
    return;
  }
  const today = dayNumber(server.clock.now());
  const price = (plan: Name) => world.priceAt(plan, world.now);
  const attempt = async (plan: Name, now: boolean): Promise<void> => {
    const reply = await server.call('subscription.change', { ...at, body: { plan, now } });
    if (plan === oracle.plan) {
      expect(reply.body).toMatchObject({ changed: false });
      return;
    }
    const [had, wanted] = [price(oracle.plan), price(plan)];
    const up = wanted > had || (wanted === had && names.indexOf(plan) > names.indexOf(oracle.plan));
    if (oracle.crowded && plan === 'basic') {
      // Said in any case but where it is scheduled already.
      const settled = !now && !up && oracle.scheduled === plan;
      expect(reply.status).toBe(settled ? 200 : 409);
      return;
    }
    expect(reply.status).toBe(200);
    if (up || now) oracle.change(plan, wanted, today);
    else oracle.scheduled = plan;
  };
  if (one.act === 'change') return await attempt(one.plan, one.now);
  const back = oracle.plan;
  const before = oracle.charged - oracle.credited;
  const regular = price(back) === oracle.price;
  await attempt(one.plan, true);
  if (oracle.plan === back) return;
  await attempt(back, true);
  if (oracle.plan !== back || !regular) return;
  const cost = oracle.charged - oracle.credited - before;
  expect(cost >= 0n && cost <= 2n).toBe(true);
}

describeOnEachDatabase('T100: a random life of a subscription', (open, { kind }) => {
  it('costs what the oracle says, day by day', { timeout: 120_000 }, async () => {
    const world = new World(await startServer({ database: await open() }));
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 40 }),
        fc.array(step, { minLength: 1, maxLength: 25 }),
        async (days, steps) => {
          world.server.clock.advance({ days });
          const account = await world.open();
          await check(world, account);
          for (const one of steps) {
            await take(world, account, one);
            if (one.act === 'price' || (one.act === 'wait' && !one.look)) continue;
            await check(world, account);
          }
        },
      ),
      { numRuns: kind === 'sqlite' ? 60 : 15, endOnFailure: true },
    );
  });
});

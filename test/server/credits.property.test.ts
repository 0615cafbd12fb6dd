import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type CreditUnit, creditUnits, type UsageOutcome } from '../../src/contract/limits.ts';
import { BillingWorker } from '../../src/server/billing/worker.ts';
import { ledgerHolds, linkSub, meterToken, report, setMonthly, unlinkSub } from '../support/credits.ts';
import { describeOnEachDatabase } from '../support/databases.ts';
import { join, person, standard } from '../support/estate.ts';
import { startServer, type TestServer } from '../support/server.ts';

/**
 * Whatever happens to an umbrella and its sub-accounts, in whatever order and over however many months, the ledger is
 * balanced after each step, and everybody has what an oracle says, which knows of lots of credits and nothing of books.
 */

const names = ['nexus', 'west', 'east'] as const;
type Name = (typeof names)[number];
const subs = ['west', 'east'] as const;
type Sub = (typeof subs)[number];

/** What plans grant a month; null is without limit. */
const plans = {
  basic: { upload: 20, message: 10 },
  starter: { upload: 50, message: 25 },
  professional: { upload: null, message: 40 },
  enterprise: { upload: 90, message: 60 },
} as const;
type PlanName = keyof typeof plans;
const planNames = ['basic', 'starter', 'professional', 'enterprise'] as const;

type Step =
  | { readonly act: 'grant'; readonly who: Name; readonly unit: CreditUnit; readonly amount: number }
  | { readonly act: 'link'; readonly who: Sub; readonly cap: number | null }
  | { readonly act: 'unlink' | 'deactivate'; readonly who: Sub }
  | { readonly act: 'cap'; readonly who: Sub; readonly cap: number | null }
  | {
      readonly act: 'spend';
      readonly who: Name;
      readonly unit: CreditUnit;
      readonly amount: number;
      readonly key: string;
    }
  | { readonly act: 'suspend' | 'activate'; readonly who: Name }
  | { readonly act: 'plan'; readonly who: Name; readonly plan: PlanName }
  | { readonly act: 'wait'; readonly days: number };

const who = fc.constantFrom(...names);
const sub = fc.constantFrom(...subs);
const unit = fc.constantFrom(...creditUnits);
const cap = fc.option(fc.integer({ min: 0, max: 60 }), { nil: null });
const act = <A extends Step['act']>(name: A) => fc.constant(name);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({ act: act('grant'), who, unit, amount: fc.integer({ min: 1, max: 50 }) }),
  },
  { weight: 3, arbitrary: fc.record({ act: act('link'), who: sub, cap }) },
  {
    weight: 1,
    arbitrary: fc.record({ act: fc.constantFrom('unlink' as const, 'deactivate' as const), who: sub }),
  },
  { weight: 2, arbitrary: fc.record({ act: act('cap'), who: sub, cap }) },
  {
    weight: 12,
    arbitrary: fc.record({
      act: act('spend'),
      who,
      unit,
      amount: fc.integer({ min: 1, max: 40 }),
      // Few, so that some come again, with the same amount or another.
      key: fc.integer({ min: 0, max: 60 }).map(String),
    }),
  },
  { weight: 1, arbitrary: fc.record({ act: fc.constantFrom('suspend' as const, 'activate' as const), who }) },
  { weight: 2, arbitrary: fc.record({ act: act('plan'), who, plan: fc.constantFrom(...planNames) }) },
  { weight: 2, arbitrary: fc.record({ act: act('wait'), days: fc.integer({ min: 1, max: 40 }) }) },
);

interface Lot {
  readonly unit: CreditUnit;
  left: number;
  /** Until the end of this month; null for ever. */
  readonly month: string | null;
}

interface Use {
  readonly payer: Name;
  readonly consumer: Name;
  readonly unit: CreditUnit;
  readonly amount: number;
  readonly month: string;
}

class Account {
  plan: PlanName = 'basic';
  suspended = false;
  under: { cap: number | null } | null = null;
  readonly lots: Lot[] = [];
  /** What its plans have granted this month. */
  granted: Record<CreditUnit, number> = { upload: 0, message: 0 };
}

class Oracle {
  readonly accounts: Record<Name, Account> = {
    nexus: new Account(),
    west: new Account(),
    east: new Account(),
  };
  readonly uses: Use[] = [];
  readonly #keys = new Map<string, string>();
  #month: string;

  constructor(now: Date) {
    this.#month = now.toISOString().slice(0, 7);
    for (const name of names) this.#topUp(name);
  }

  #topUp(name: Name): void {
    const account = this.accounts[name];
    for (const each of creditUnits) {
      const more = (plans[account.plan][each] ?? 0) - account.granted[each];
      if (more <= 0) continue;
      account.granted[each] += more;
      account.lots.push({ unit: each, left: more, month: this.#month });
    }
  }

  moveTo(now: Date): void {
    const month = now.toISOString().slice(0, 7);
    if (month === this.#month) return;
    this.#month = month;
    for (const name of names) {
      const account = this.accounts[name];
      for (const lot of account.lots) if (lot.month !== null) lot.left = 0;
      account.granted = { upload: 0, message: 0 };
      this.#topUp(name);
    }
  }

  change(name: Name, plan: PlanName): void {
    this.accounts[name].plan = plan;
    this.#topUp(name);
  }

  has(name: Name, of: CreditUnit): number {
    return this.accounts[name].lots.reduce((sum, lot) => (lot.unit === of ? sum + lot.left : sum), 0);
  }

  used(of: CreditUnit, fits: (use: Use) => boolean): number {
    return this.uses
      .filter((use) => use.unit === of && use.month === this.#month && fits(use))
      .reduce((sum, { amount }) => sum + amount, 0);
  }

  spend({ who: consumer, unit: of, amount, key }: Extract<Step, { act: 'spend' }>): UsageOutcome {
    const earlier = this.#keys.get(`${consumer} ${key}`);
    if (earlier !== undefined) return earlier === `${of} ${amount}` ? 'repeated' : 'conflict';
    const account = this.accounts[consumer];
    const payer = account.under === null ? consumer : 'nexus';
    if (this.accounts[payer].suspended) return 'payer_suspended';
    if (account.suspended) return 'account_suspended';
    const limit = account.under?.cap ?? null;
    const before = this.used(of, (use) => use.consumer === consumer && use.payer === payer);
    if (limit !== null && before + amount > limit) return 'cap_reached';
    const unlimited = plans[this.accounts[payer].plan][of] === null;
    if (!unlimited && this.has(payer, of) < amount) return 'insufficient';
    let rest = unlimited ? 0 : amount;
    const lots = this.accounts[payer].lots.filter((lot) => lot.unit === of);
    for (const lot of [
      ...lots.filter(({ month }) => month !== null),
      ...lots.filter(({ month }) => month === null),
    ]) {
      const taken = Math.min(rest, lot.left);
      lot.left -= taken;
      rest -= taken;
    }
    this.#keys.set(`${consumer} ${key}`, `${of} ${amount}`);
    this.uses.push({ payer, consumer, unit: of, amount, month: this.#month });
    return 'recorded';
  }

  shown(name: Name) {
    const each = (of: CreditUnit) => ({
      balance: this.has(name, of),
      monthly_left: this.accounts[name].lots
        .filter((lot) => lot.unit === of && lot.month !== null)
        .reduce((sum, { left }) => sum + left, 0),
      paid: this.uses
        .filter((use) => use.payer === name && use.unit === of)
        .reduce((sum, { amount }) => sum + amount, 0),
    });
    return { upload: each('upload'), message: each('message') };
  }
}

class Run {
  readonly #server: TestServer;
  readonly #ids: Readonly<Record<Name, string>>;
  readonly #oracle: Oracle;
  readonly #meter: string;
  readonly #links = new Map<Sub, string>();
  #days = 0;

  constructor(server: TestServer, ids: Readonly<Record<Name, string>>, meter: string) {
    this.#server = server;
    this.#ids = ids;
    this.#meter = meter;
    this.#oracle = new Oracle(server.clock.now());
  }

  async carryOut(one: Step): Promise<void> {
    const server = this.#server;
    const oracle = this.#oracle;
    if (one.act === 'wait') {
      // The metering token lives for a year.
      this.#days += one.days;
      if (this.#days > 360) return;
      server.clock.advance({ days: one.days });
      return oracle.moveTo(server.clock.now());
    }
    const account = oracle.accounts[one.who];
    const token = await server.staffToken();
    const params = { account: one.who };
    switch (one.act) {
      case 'grant':
        await server.ok('credits.grant', {
          token,
          params,
          body: { unit: one.unit, amount: one.amount, reason: 'test' },
        });
        account.lots.push({ unit: one.unit, left: one.amount, month: null });
        return;
      case 'link':
        if (account.under !== null) return;
        this.#links.set(
          one.who,
          await linkSub(server, this.#ids.nexus, this.#ids[one.who], { upload: one.cap, message: one.cap }),
        );
        account.under = { cap: one.cap };
        return;
      case 'unlink':
        if (account.under === null) return;
        await unlinkSub(server, this.#ids.nexus, this.#links.get(one.who) ?? '');
        account.under = null;
        return;
      case 'cap':
        if (account.under === null) return;
        await server.database.write((trx) =>
          trx
            .updateTable('links')
            .set({ upload_cap: one.cap, message_cap: one.cap })
            .where('id', '=', this.#links.get(one.who) ?? '')
            .execute(),
        );
        account.under.cap = one.cap;
        return;
      case 'deactivate': {
        // Of people: the credits are the account's, whoever is in it.
        const bo = await person(server, `${crypto.randomUUID()}@users.example`);
        const member = await join(server, this.#ids[one.who], bo, 'user');
        const at = server.clock.now().toISOString();
        await server.deps.transactions.write(({ tenant }) =>
          tenant(this.#ids[one.who]).members.update(member, { state: 'deactivated' }, at),
        );
        return;
      }
      case 'spend':
        expect(await report(server, this.#meter, one.who, one.amount, one)).toBe(oracle.spend(one));
        return;
      case 'suspend':
      case 'activate':
        await server.ok(`accounts.${one.act}`, { token, params, body: {} });
        account.suspended = one.act === 'suspend';
        return;
      case 'plan':
        // Nothing of a suspended account is changed.
        if (account.suspended) return;
        await server.ok('subscription.change', { token, params, body: { plan: one.plan, reason: 'test' } });
        oracle.change(one.who, one.plan);
    }
  }

  async holds(): Promise<void> {
    await ledgerHolds(this.#server.database);
  }

  /** What is due is carried out first: else a purse says what it said when it was last touched. */
  async compare(): Promise<void> {
    expect(await new BillingWorker({ deps: this.#server.deps }).round()).toBe(0);
    await this.holds();
    const rows = await this.#server.database.read((trx) =>
      trx.selectFrom('credit_totals').selectAll().execute(),
    );
    for (const name of names) {
      const purse = (of: CreditUnit) => {
        const row = rows.find(({ payer_id, unit: is }) => payer_id === this.#ids[name] && is === of);
        return { balance: row?.balance, monthly_left: row?.monthly_left, paid: row?.used };
      };
      expect({ upload: purse('upload'), message: purse('message') }, name).toEqual(this.#oracle.shown(name));
    }
  }
}

describeOnEachDatabase('the ledger', (open, { kind }) => {
  it('is balanced after whatever happens, and everybody has what an oracle says', {
    timeout: 180_000,
  }, async () => {
    const steps = fc.array(fc.tuple(step, fc.boolean()), { minLength: 10, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(steps, async (sequence) => {
        const server = await startServer({ database: await open() });
        for (const name of planNames) await setMonthly(server, name, plans[name]);
        const ann = await person(server, 'ann@nexus.example');
        const ids = { nexus: '', west: '', east: '' };
        for (const name of names) ids[name] = (await standard(server, ann, name)).id;
        const run = new Run(server, ids, await meterToken(server));
        for (const [one, look] of sequence) {
          await run.carryOut(one);
          await (look ? run.compare() : run.holds());
        }
        await run.compare();
      }),
      { numRuns: kind === 'sqlite' ? 25 : 6 },
    );
  });
});

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { problem } from '../../src/contract/common.ts';
import { type CreditUnit, creditUnits } from '../../src/contract/limits.ts';
import type { OperationId } from '../../src/contract/operations.ts';
import { BillingWorker } from '../../src/server/billing/worker.ts';
import { ledgerHolds, meterToken, report, setMonthly } from '../support/credits.ts';
import { describeOnEachDatabase, type OpenDatabase } from '../support/databases.ts';
import {
  accountToken,
  apiToken,
  join,
  linkUnder,
  type Person,
  person,
  standard,
  umbrella,
} from '../support/estate.ts';
import { wellsForm } from '../support/records.ts';
import { PASSWORD, type Request, startServer, type TestServer } from '../support/server.ts';
import {
  type Name,
  names,
  Oracle,
  type PlanName,
  planNames,
  plans,
  type Sub,
  subs,
  type Verdict,
} from './credits.oracle.ts';

/**
 * Whatever happens to an umbrella and its sub-accounts, in whatever order and over however many months, the ledger is
 * balanced after each step, and everybody has and may what the oracle says.
 */

type Step =
  | { readonly act: 'grant'; readonly who: Name; readonly unit: CreditUnit; readonly amount: number }
  | { readonly act: 'link'; readonly who: Sub; readonly cap: number | null }
  | { readonly act: 'unlink'; readonly who: Sub; readonly by: 'umbrella' | 'account' }
  | { readonly act: 'cap'; readonly who: Sub; readonly cap: number | null }
  | { readonly act: 'deactivate' | 'reactivate'; readonly who: Name }
  | {
      readonly act: 'report';
      readonly who: Name;
      readonly unit: CreditUnit;
      readonly amount: number;
      readonly key: string;
    }
  | {
      readonly act: 'submit';
      readonly who: Name;
      readonly by: 'colleague' | 'umbrella';
      readonly from: number;
      readonly count: number;
    }
  | {
      readonly act: 'send';
      readonly who: Name;
      readonly mode: 'structured' | 'interactive';
      readonly count: number;
    }
  | { readonly act: 'suspend' | 'activate'; readonly who: Name }
  | { readonly act: 'plan'; readonly who: Name; readonly plan: PlanName }
  | { readonly act: 'wait'; readonly days: number };

const one = <const T>(...values: readonly T[]) => fc.constantFrom(...values);
const who = one(...names);
const sub = one(...subs);
const unit = one(...creditUnits);
const cap = fc.option(fc.integer({ min: 0, max: 60 }), { nil: null });
const upTo = (max: number) => fc.integer({ min: 1, max });

const steps: readonly { readonly weight: number; readonly arbitrary: fc.Arbitrary<Step> }[] = [
  { weight: 2, arbitrary: fc.record({ act: one('grant'), who, unit, amount: upTo(50) }) },
  { weight: 4, arbitrary: fc.record({ act: one('link'), who: sub, cap }) },
  {
    weight: 1,
    arbitrary: fc.record({ act: one('unlink'), who: sub, by: one('umbrella', 'account') }),
  },
  { weight: 2, arbitrary: fc.record({ act: one('cap'), who: sub, cap }) },
  { weight: 1, arbitrary: fc.record({ act: one('deactivate', 'reactivate'), who }) },
  {
    weight: 6,
    arbitrary: fc.record({
      act: one('report'),
      who,
      unit,
      amount: upTo(40),
      // Few, so that some come again, with the same amount or another.
      key: fc.integer({ min: 0, max: 40 }).map(String),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      act: one('submit'),
      who,
      by: one('colleague', 'colleague', 'umbrella'),
      // Records of before and new ones, often in one request.
      from: fc.integer({ min: 0, max: 60 }),
      count: upTo(30),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      act: one('send'),
      who,
      mode: one('structured', 'interactive'),
      count: upTo(8),
    }),
  },
  { weight: 1, arbitrary: fc.record({ act: one('suspend', 'activate'), who }) },
  { weight: 2, arbitrary: fc.record({ act: one('plan'), who, plan: one(...planNames) }) },
  { weight: 2, arbitrary: fc.record({ act: one('wait'), days: upTo(40) }) },
];

/** Tokens for a year: what the accounts do by themselves. */
interface World {
  readonly server: TestServer;
  readonly ids: Readonly<Record<Name, string>>;
  readonly bosses: Readonly<Record<Name, Person>>;
  readonly admins: Readonly<Record<Name, string>>;
  readonly colleagues: Readonly<Record<Name, Person>>;
  readonly meter: string;
}

async function forEach<T>(make: (name: Name) => Promise<T>): Promise<Record<Name, T>> {
  return { nexus: await make('nexus'), west: await make('west'), east: await make('east') };
}

const tokenOf = (server: TestServer, account: string, who: Person) =>
  apiToken(server, account, who, 'user', ['forms', 'messages']);

async function worldOn(open: OpenDatabase): Promise<World> {
  const server = await startServer({ database: await open() });
  for (const name of planNames) await setMonthly(server, name, plans[name]);
  const bosses = await forEach((name) => person(server, `boss@${name}.example`));
  const staff = await server.staffToken();
  const accounts = await forEach((name) =>
    name === 'nexus' ? umbrella(server, bosses[name], name, staff) : standard(server, bosses[name], name),
  );
  const ids = { nexus: accounts.nexus.id, west: accounts.west.id, east: accounts.east.id };
  const colleagues = await forEach(async (name) => {
    const bo = await person(server, `bo@${name}.example`);
    await join(server, ids[name], bo, 'user', ['forms', 'messages']);
    return { ...bo, token: await tokenOf(server, ids[name], bo) };
  });
  for (const name of names) await wellsForm(server, bosses[name], name);
  const admins = await forEach((name) => accountToken(server, ids[name], 'admin'));
  return { server, ids, bosses, admins, colleagues, meter: await meterToken(server) };
}

class Run {
  readonly #world: World;
  readonly #oracle: Oracle;
  readonly #colleagues: Record<Name, Person>;
  #days = 0;
  #telephones = 0;

  constructor(world: World) {
    this.#world = world;
    this.#colleagues = { ...world.colleagues };
    this.#oracle = new Oracle(world.server.clock.now());
  }

  async #verdict<Id extends OperationId>(id: Id, request: Request<Id>): Promise<Verdict> {
    const { status, body } = await this.#world.server.call(id, request);
    return status < 300 ? 'done' : problem.parse(body).code;
  }

  /** Whoever accepts does it in person, signed in today. */
  async #link(child: Sub, upload: number | null): Promise<void> {
    const { server, bosses, admins } = this.#world;
    const oracle = this.#oracle;
    const limit = upload ?? ('none' as const);
    const caps = { upload: limit, message: limit };
    // Nothing of a suspended account is changed.
    if (oracle.accounts[child].suspended) return;
    const verdict = oracle.link(child, upload);
    const above = { by: { ...bosses.nexus, token: admins.nexus }, slug: 'nexus' };
    if (verdict !== 'done') {
      const body = { email: bosses[child].email, invitee: child, caps };
      const request = { token: admins.nexus, params: { account: 'nexus' }, body };
      expect(await this.#verdict('sub_accounts.invite', request)).toBe(verdict);
      return;
    }
    const { access_token: token } = await server.ok('auth.login', {
      body: { email: bosses[child].email, password: PASSWORD },
    });
    await linkUnder(server, above, { by: { ...bosses[child], token }, slug: child }, caps);
  }

  /** The tokens of somebody who is deactivated are gone for good. */
  async #colleague(name: Name, act: 'deactivate' | 'reactivate'): Promise<void> {
    const { server, ids, admins } = this.#world;
    const { email } = this.#colleagues[name];
    const id = act === 'deactivate' ? 'members.deactivate' : 'members.activate';
    const params = { account: name, member: email };
    const verdict = await this.#verdict(id, { token: admins[name], params });
    expect(verdict).toBe(this.#oracle.colleague(name, act === 'deactivate' ? 'deactivated' : 'active'));
    if (act === 'deactivate') return;
    const token = await tokenOf(server, ids[name], this.#colleagues[name]);
    this.#colleagues[name] = { ...this.#colleagues[name], token };
  }

  async #submit({ who: owner, by, from, count }: Extract<Step, { act: 'submit' }>): Promise<void> {
    const { admins } = this.#world;
    const keys = Array.from({ length: count }, (_, at) => `well-${from + at}`);
    const verdict = await this.#verdict('records.submit', {
      token: by === 'umbrella' && owner !== 'nexus' ? admins.nexus : this.#colleagues[owner].token,
      params: { account: owner, form: 'Wells' },
      body: { records: keys.map((key) => ({ key, answers: { site: key } })) },
    });
    expect(verdict).toBe(this.#oracle.submit(owner, keys, owner === 'nexus' ? 'colleague' : by));
  }

  async #send({ who: owner, mode, count }: Extract<Step, { act: 'send' }>): Promise<void> {
    // Each telephone once: there is a bound for each of them as well.
    const to = Array.from({ length: count }, () => `+4179${1_000_000 + this.#telephones++}`);
    const verdict = await this.#verdict('forms.sms', {
      token: this.#colleagues[owner].token,
      params: { account: owner, form: 'Wells' },
      body: { to, mode },
    });
    // A dialogue: the message that opens it, and the form's four questions.
    expect(verdict).toBe(this.#oracle.send(owner, count * (mode === 'structured' ? 1 : 5)));
  }

  async carryOut(step: Step): Promise<void> {
    const { server, admins, meter } = this.#world;
    const oracle = this.#oracle;
    if (step.act === 'wait') {
      // The tokens live for a year.
      this.#days += step.days;
      if (this.#days > 360) return;
      server.clock.advance({ days: step.days });
      return oracle.moveTo(server.clock.now());
    }
    const params = { account: step.who };
    switch (step.act) {
      case 'grant': {
        const body = { unit: step.unit, amount: step.amount, reason: 'test' };
        await server.ok('credits.grant', { token: await server.staffToken(), params, body });
        return oracle.grant(step.who, step.unit, step.amount);
      }
      case 'link':
        return await this.#link(step.who, step.cap);
      case 'unlink': {
        if (oracle.accounts[step.who].under === null) return;
        const verdict =
          step.by === 'umbrella'
            ? await this.#verdict('sub_accounts.unlink', {
                token: admins.nexus,
                params: { account: 'nexus', link: step.who },
              })
            : await this.#verdict('umbrella.unlink', { token: admins[step.who], params });
        const by = step.by === 'umbrella' ? 'nexus' : step.who;
        expect(verdict).toBe(oracle.unlink(step.who, by));
        return;
      }
      case 'cap': {
        if (oracle.accounts[step.who].under === null) return;
        const limit = step.cap ?? ('none' as const);
        const verdict = await this.#verdict('sub_accounts.update', {
          token: admins.nexus,
          params: { account: 'nexus', link: step.who },
          body: { caps: { upload: limit, message: limit } },
        });
        expect(verdict).toBe(oracle.cap(step.who, step.cap));
        return;
      }
      case 'deactivate':
      case 'reactivate':
        return await this.#colleague(step.who, step.act);
      case 'report': {
        const asked = { consumer: step.who, unit: step.unit, amount: step.amount };
        const outcome = await report(server, meter, step.who, step.amount, step);
        expect(outcome).toBe(oracle.report(asked, step.key));
        return;
      }
      case 'submit':
        return await this.#submit(step);
      case 'send':
        return await this.#send(step);
      case 'suspend':
      case 'activate':
        await server.ok(`accounts.${step.act}`, { token: await server.staffToken(), params, body: {} });
        oracle.accounts[step.who].suspended = step.act === 'suspend';
        return;
      case 'plan': {
        const body = { plan: step.plan, reason: 'test' };
        const token = await server.staffToken();
        const verdict = await this.#verdict('subscription.change', { token, params, body });
        expect(verdict).toBe(oracle.change(step.who, step.plan));
      }
    }
  }

  async holds(): Promise<void> {
    await ledgerHolds(this.#world.server.database);
  }

  /** What is due is carried out first: else a purse says what it said when it was last touched. */
  async compare(): Promise<void> {
    const { server, ids } = this.#world;
    expect(await new BillingWorker({ deps: server.deps }).round()).toBe(0);
    await this.holds();
    const rows = await server.database.read((trx) => trx.selectFrom('credit_totals').selectAll().execute());
    for (const name of names) {
      const purse = (of: CreditUnit) => {
        const row = rows.find(({ payer_id, unit: is }) => payer_id === ids[name] && is === of);
        return { balance: row?.balance, monthly_left: row?.monthly_left, paid: row?.used };
      };
      const found = { name, upload: purse('upload'), message: purse('message') };
      expect(found).toEqual({ name, ...this.#oracle.shown(name) });
    }
  }
}

describeOnEachDatabase('the ledger', (open, { kind }) => {
  it('is balanced after whatever happens, and everybody has and may what an oracle says', {
    timeout: 180_000,
  }, async () => {
    const sequences = fc.array(fc.tuple(fc.oneof(...steps), fc.boolean()), { minLength: 10, maxLength: 45 });
    await fc.assert(
      fc.asyncProperty(sequences, async (sequence) => {
        const run = new Run(await worldOn(open));
        for (const [step, look] of sequence) {
          await run.carryOut(step);
          await (look ? run.compare() : run.holds());
        }
        await run.compare();
      }),
      { numRuns: kind === 'sqlite' ? 25 : 6 },
    );
  });
});

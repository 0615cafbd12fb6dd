import { type CreditUnit, creditUnits, type UsageOutcome } from '../../src/contract/limits.ts';

/** What an umbrella and its sub-accounts must have, by an oracle that knows of lots of credits and nothing of books. */

export const names = ['nexus', 'west', 'east'] as const;
export type Name = (typeof names)[number];
export const subs = ['west', 'east'] as const;
export type Sub = (typeof subs)[number];

/** What plans grant a month; null is without limit. */
export const plans = {
  basic: { upload: 20, message: 10 },
  starter: { upload: 50, message: 25 },
  professional: { upload: null, message: 40 },
  enterprise: { upload: 90, message: 60 },
} as const;
export type PlanName = keyof typeof plans;
export const planNames = ['basic', 'starter', 'professional', 'enterprise'] as const;
/** Of `plans`, the one that has the umbrella, and the one whose limits sub-accounts have at least. */
const umbrellaPlan = 'enterprise';
const linkedPlan = 'professional';

/** What came of asking for something: done, or the code of the refusal. */
export type Verdict = 'done' | 'forbidden' | 'not_found' | 'account_suspended' | (string & {});

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
  plan: PlanName;
  suspended = false;
  under: { cap: number | null } | null = null;
  /** Whether the colleague who submits and sends in it may do anything in it. */
  colleague: 'active' | 'deactivated' = 'active';
  readonly lots: Lot[] = [];
  /** What its plans have granted this month. */
  granted: Record<CreditUnit, number> = { upload: 0, message: 0 };
  /** Records of its form that are there, by key. */
  readonly records = new Set<string>();
  /** Messages that it asked for, by day. */
  readonly sent = new Map<string, number>();

  constructor(plan: PlanName) {
    this.plan = plan;
  }
}

export interface Asked {
  readonly consumer: Name;
  readonly unit: CreditUnit;
  readonly amount: number;
}

export class Oracle {
  readonly accounts: Readonly<Record<Name, Account>> = {
    nexus: new Account(umbrellaPlan),
    west: new Account('basic'),
    east: new Account('basic'),
  };
  readonly #uses: Use[] = [];
  readonly #keys = new Map<string, string>();
  #now: Date;

  constructor(now: Date) {
    this.#now = now;
    for (const name of names) this.#topUp(name);
  }

  get #month(): string {
    return this.#now.toISOString().slice(0, 7);
  }

  #topUp(name: Name): void {
    const account = this.accounts[name];
    for (const unit of creditUnits) {
      const more = (plans[account.plan][unit] ?? 0) - account.granted[unit];
      if (more <= 0) continue;
      account.granted[unit] += more;
      account.lots.push({ unit, left: more, month: this.#month });
    }
  }

  moveTo(now: Date): void {
    const before = this.#month;
    this.#now = now;
    if (this.#month === before) return;
    for (const name of names) {
      const account = this.accounts[name];
      for (const lot of account.lots) if (lot.month !== null) lot.left = 0;
      account.granted = { upload: 0, message: 0 };
      this.#topUp(name);
    }
  }

  grant(name: Name, unit: CreditUnit, amount: number): void {
    this.accounts[name].lots.push({ unit, left: amount, month: null });
  }

  /** Of people of an account that is suspended nothing is taken but questions. */
  #may(name: Name): Verdict {
    return this.accounts[name].suspended ? 'account_suspended' : 'done';
  }

  change(name: Name, plan: PlanName): Verdict {
    const account = this.accounts[name];
    if (account.suspended) return 'account_suspended';
    const linked = subs.some((sub) => this.accounts[sub].under !== null);
    if (name === 'nexus' && linked && plan !== umbrellaPlan) return 'plan_blocked';
    account.plan = plan;
    this.#topUp(name);
    return 'done';
  }

  link(sub: Sub, cap: number | null): Verdict {
    const { nexus, [sub]: account } = this.accounts;
    if (nexus.suspended) return 'account_suspended';
    if (nexus.plan !== umbrellaPlan) return 'no_umbrella';
    if (account.under !== null) return 'already_linked';
    account.under = { cap };
    return 'done';
  }

  unlink(sub: Sub, by: Name): Verdict {
    const may = this.#may(by);
    if (may === 'done') this.accounts[sub].under = null;
    return may;
  }

  cap(sub: Sub, cap: number | null): Verdict {
    const may = this.#may('nexus');
    if (may === 'done') this.accounts[sub].under = { cap };
    return may;
  }

  colleague(name: Name, state: Account['colleague']): Verdict {
    const may = this.#may(name);
    if (may === 'done') this.accounts[name].colleague = state;
    return may;
  }

  #has(name: Name, unit: CreditUnit): number {
    return this.accounts[name].lots.reduce((sum, lot) => (lot.unit === unit ? sum + lot.left : sum), 0);
  }

  #used(unit: CreditUnit, consumer: Name, payer: Name): number {
    return this.#uses
      .filter((use) => use.unit === unit && use.month === this.#month)
      .filter((use) => use.consumer === consumer && use.payer === payer)
      .reduce((sum, { amount }) => sum + amount, 0);
  }

  /** Takes from who pays, or says why not. */
  #charge({ consumer, unit, amount }: Asked): UsageOutcome {
    const account = this.accounts[consumer];
    const payer = account.under === null ? consumer : 'nexus';
    if (this.accounts[payer].suspended) return 'payer_suspended';
    if (account.suspended) return 'account_suspended';
    const limit = account.under?.cap ?? null;
    if (limit !== null && this.#used(unit, consumer, payer) + amount > limit) return 'cap_reached';
    const unlimited = plans[this.accounts[payer].plan][unit] === null;
    if (!unlimited && this.#has(payer, unit) < amount) return 'insufficient';
    if (!unlimited) this.#take(payer, unit, amount);
    this.#uses.push({ payer, consumer, unit, amount, month: this.#month });
    return 'recorded';
  }

  /** What expires first is taken first. */
  #take(payer: Name, unit: CreditUnit, amount: number): void {
    const lots = this.accounts[payer].lots.filter((lot) => lot.unit === unit);
    let rest = amount;
    for (const lot of [
      ...lots.filter(({ month }) => month !== null),
      ...lots.filter(({ month }) => month === null),
    ]) {
      const taken = Math.min(rest, lot.left);
      lot.left -= taken;
      rest -= taken;
    }
  }

  report(asked: Asked, key: string): UsageOutcome {
    const { consumer, unit, amount } = asked;
    const name = `${consumer} ${key}`;
    const earlier = this.#keys.get(name);
    if (earlier !== undefined) return earlier === `${unit} ${amount}` ? 'repeated' : 'conflict';
    const outcome = this.#charge(asked);
    if (outcome === 'recorded') this.#keys.set(name, `${unit} ${amount}`);
    return outcome;
  }

  #spend(asked: Asked): Verdict {
    const outcome = this.#charge(asked);
    if (outcome === 'recorded') return 'done';
    return outcome === 'insufficient' ? 'insufficient_credits' : outcome;
  }

  #colleagueMay(name: Name): Verdict {
    const account = this.accounts[name];
    if (account.colleague === 'deactivated') return 'invalid_token';
    return account.suspended ? 'account_suspended' : 'done';
  }

  #umbrellaMay(owner: Name): Verdict {
    const { nexus, [owner]: account } = this.accounts;
    if (account.under === null || nexus.suspended) return 'not_found';
    return account.suspended ? 'account_suspended' : 'done';
  }

  /** Records go to the owner of the form, whoever submits them; those that are there cost nothing. */
  submit(owner: Name, keys: readonly string[], by: 'colleague' | 'umbrella'): Verdict {
    const may = by === 'umbrella' ? this.#umbrellaMay(owner) : this.#colleagueMay(owner);
    if (may !== 'done') return may;
    const { records } = this.accounts[owner];
    const fresh = keys.filter((key) => !records.has(key));
    if (fresh.length === 0) return 'done';
    const verdict = this.#spend({ consumer: owner, unit: 'upload', amount: fresh.length });
    if (verdict === 'done') for (const key of fresh) records.add(key);
    return verdict;
  }

  send(owner: Name, messages: number): Verdict {
    const may = this.#colleagueMay(owner);
    if (may !== 'done') return may;
    const account = this.accounts[owner];
    const day = this.#now.toISOString().slice(0, 10);
    const before = account.sent.get(day) ?? 0;
    const own = plans[account.plan].message;
    const most = account.under === null ? own : Math.max(own, plans[linkedPlan].message);
    if (before + messages > most) return 'message_limit';
    const verdict = this.#spend({ consumer: owner, unit: 'message', amount: messages });
    if (verdict === 'done') account.sent.set(day, before + messages);
    return verdict;
  }

  shown(name: Name) {
    const each = (unit: CreditUnit) => ({
      balance: this.#has(name, unit),
      monthly_left: this.accounts[name].lots
        .filter((lot) => lot.unit === unit && lot.month !== null)
        .reduce((sum, { left }) => sum + left, 0),
      paid: this.#uses
        .filter((use) => use.payer === name && use.unit === unit)
        .reduce((sum, { amount }) => sum + amount, 0),
    });
    return { upload: each('upload'), message: each('message') };
  }
}

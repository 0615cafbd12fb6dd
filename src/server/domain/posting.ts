import type { CreditUnit } from '../../contract/limits.ts';
import { dayOf, monthOf } from './calendar.ts';
import type { Entry, LedgerPort, Purse } from './ports/ledger.ts';
import type { Deps } from './work.ts';

type Transfer = Pick<Entry, 'payerId' | 'unit' | 'debit' | 'credit' | 'amount' | 'monthly' | 'cause'> &
  Partial<Pick<Entry, 'consumerId' | 'key' | 'reason' | 'usedAt'>>;

export interface PostingContext {
  readonly ledger: LedgerPort;
  readonly newId: Deps['newId'];
  readonly actor: Entry['actor'];
  readonly now: Date;
}

const nameOf = (payerId: string, unit: CreditUnit): string => `${payerId} ${unit}`;

function moved(purse: Purse, { debit, credit, amount, monthly }: Transfer): Purse {
  const sign = (book: keyof Pick<Purse, 'balance' | 'used' | 'expired'>): number =>
    credit === book ? amount : debit === book ? -amount : 0;
  return {
    ...purse,
    granted: purse.granted + (debit === 'granted' ? amount : 0),
    balance: purse.balance + sign('balance'),
    used: purse.used + sign('used'),
    expired: purse.expired + sign('expired'),
    monthlyGranted: purse.monthlyGranted + (credit === 'balance' ? monthly : 0),
    monthlyLeft: purse.monthlyLeft + (credit === 'balance' ? monthly : -monthly),
  };
}

/** Entries of one moment that are about to be written, and what the purses come to with them. */
export class Posting {
  readonly #context: PostingContext;
  readonly #purses = new Map<string, Purse>();
  /** As they were when they were read; those that have changed. */
  readonly #before = new Map<string, Purse>();
  readonly #entries: Entry[] = [];

  private constructor(context: PostingContext, purses: readonly Purse[]) {
    this.#context = context;
    for (const purse of purses) this.#purses.set(nameOf(purse.payerId, purse.unit), purse);
  }

  static async begin(context: PostingContext, payerIds: readonly string[]): Promise<Posting> {
    const purses = await context.ledger.purses([...new Set(payerIds)], context.now.toISOString());
    return new Posting(context, purses);
  }

  purse(payerId: string, unit: CreditUnit): Purse {
    const purse = this.#purses.get(nameOf(payerId, unit));
    if (purse === undefined) throw new Error(`the purse of ${payerId} for ${unit} was not read`);
    return purse;
  }

  /** A transfer of nothing is none. */
  move(transfer: Transfer): void {
    if (transfer.amount === 0) return;
    const { newId, actor, now } = this.#context;
    const at = now.toISOString();
    const none = { consumerId: transfer.payerId, key: null, reason: null, usedAt: at };
    this.#entries.push({ ...none, ...transfer, id: newId('entry'), actor, at });
    this.#set(moved(this.purse(transfer.payerId, transfer.unit), transfer));
  }

  /**
   * Brings the month's grant up to what a plan gives: a new month's whole one, for which what is left of the last
   * expires; else what is missing, never less. A plan without a limit grants each use as it comes instead.
   */
  grantMonth(payerId: string, unit: CreditUnit, limit: number | null): void {
    const { now } = this.#context;
    const month = monthOf(now);
    const before = this.purse(payerId, unit);
    const turns = before.month < month;
    const transfer = { payerId, unit } as const;
    if (turns) {
      const left = before.monthlyLeft;
      const expires = { debit: 'balance', credit: 'expired', amount: left, monthly: left } as const;
      this.move({ ...transfer, ...expires, cause: 'credits.expired' });
      this.#set({ ...this.purse(payerId, unit), month, monthlyGranted: 0 });
    }
    const amount = Math.max(0, (limit ?? 0) - this.purse(payerId, unit).monthlyGranted);
    const cause = turns ? 'credits.monthly' : 'credits.plan_changed';
    this.move({ ...transfer, debit: 'granted', credit: 'balance', amount, monthly: amount, cause });
  }

  /** What expires first is spent first. */
  spend(spent: Omit<Transfer, 'debit' | 'credit' | 'monthly'>, unlimited: boolean): void {
    const monthly = Math.min(spent.amount, this.purse(spent.payerId, spent.unit).monthlyLeft);
    if (unlimited) this.move({ ...spent, debit: 'granted', credit: 'used', monthly: 0 });
    else this.move({ ...spent, debit: 'balance', credit: 'used', monthly });
  }

  get entries(): number {
    return this.#entries.length;
  }

  async write(): Promise<void> {
    const changes = [...this.#before.values()].map((before) => ({
      before,
      after: this.purse(before.payerId, before.unit),
    }));
    if (changes.length === 0) return;
    await this.#context.ledger.post(this.#entries, changes, dayOf(this.#context.now));
  }

  #set(after: Purse): void {
    const name = nameOf(after.payerId, after.unit);
    const before = this.purse(after.payerId, after.unit);
    if (!this.#before.has(name)) this.#before.set(name, before);
    this.#purses.set(name, after);
  }
}

import { dayOf, startOf } from '../domain/calendar.ts';
import type { DueAccount } from '../domain/ports/subscriptions.ts';
import { type Settler, settleAccount } from '../domain/settlement.ts';

export interface BillingPace {
  /** Accounts read at once; each is settled in a transaction of its own. */
  readonly page: number;
  /** Milliseconds that it sleeps at most: what other servers begin shows itself only so. */
  readonly poll: number;
  /** Rest after a round in which something went wrong. */
  readonly afterFailure: number;
}

export const defaultBillingPace: BillingPace = { page: 200, poll: 60_000, afterFailure: 10_000 };

/** The part of a log that the worker writes to (Fastify's fits). */
export interface BillingLog {
  error(facts: object, text: string): void;
}

export interface BillingWorkerOptions {
  readonly deps: Settler;
  readonly log?: BillingLog;
  readonly pace?: Partial<BillingPace>;
}

const silent: BillingLog = { error: () => {} };

/**
 * Carries out what subscriptions have due when nobody asks for their accounts: renewals, bills, scheduled changes. Any
 * number of workers may share one database: an account that another one has settled has nothing due any more.
 */
export class BillingWorker {
  readonly #deps: Settler;
  readonly #log: BillingLog;
  readonly #pace: BillingPace;
  #loop: Promise<void> | null = null;
  #stopping = false;
  #woken = false;
  #ring: () => void = () => {};

  constructor({ deps, log = silent, pace }: BillingWorkerOptions) {
    this.#deps = deps;
    this.#log = log;
    this.#pace = { ...defaultBillingPace, ...pace };
  }

  start(): void {
    this.#loop ??= this.#run();
  }

  /** The clock was moved. Cheap, and may be called at any time. */
  readonly wake = (): void => {
    this.#woken = true;
    this.#ring();
  };

  /** Ends after the account under way. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#ring();
    await this.#loop;
  }

  /** Settles whatever is due. An account that cannot be settled holds up no other. @returns how many failed */
  async round(): Promise<number> {
    const { transactions, clock } = this.#deps;
    let failed = 0;
    for (let after: DueAccount | null = null; ; ) {
      const page: { limit: number; after: DueAccount | null } = { limit: this.#pace.page, after };
      const today = dayOf(clock.now());
      const due = await transactions.read(({ platform }) => platform.subscriptions.due(today, page));
      for (const account of due) {
        if (this.#stopping) return failed;
        if (!(await this.#settled(account))) failed += 1;
      }
      after = due.at(-1) ?? null;
      if (due.length < this.#pace.page) return failed;
    }
  }

  async #settled({ accountId }: DueAccount): Promise<boolean> {
    try {
      await settleAccount(this.#deps, accountId);
      return true;
    } catch (err) {
      this.#log.error({ err, account: accountId }, 'a subscription could not be settled; it is tried again');
      return false;
    }
  }

  async #run(): Promise<void> {
    while (!this.#stopping) {
      this.#woken = false;
      const rest = await this.#roundAndRest();
      if (this.#stopping || this.#woken) continue;
      await this.#sleep(rest);
    }
  }

  async #roundAndRest(): Promise<number> {
    try {
      return (await this.round()) > 0 ? this.#pace.afterFailure : await this.#untilDue();
    } catch (err) {
      this.#log.error({ err }, 'subscriptions could not be looked through; it is tried again');
      return this.#pace.afterFailure;
    }
  }

  async #untilDue(): Promise<number> {
    const { transactions, clock } = this.#deps;
    const next = await transactions.read(({ platform }) => platform.subscriptions.nextDue());
    const left = next === null ? this.#pace.poll : Date.parse(startOf(next)) - clock.now().getTime();
    return Math.min(this.#pace.poll, Math.max(1, left));
  }

  #sleep(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      timer.unref();
      this.#ring = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

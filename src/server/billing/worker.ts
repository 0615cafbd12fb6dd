import { dayOf, endOf, monthOf, startOf } from '../domain/calendar.ts';
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
 * Carries out what is due when nobody asks for the accounts: renewals, bills, scheduled changes, monthly credits. Any
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
    const failed = new Set<string>();
    const settle = async (accountId: string): Promise<void> => {
      if (!failed.has(accountId) && !(await this.#settled(accountId))) failed.add(accountId);
    };
    for await (const { accountId } of this.#periods()) await settle(accountId);
    for await (const accountId of this.#months()) await settle(accountId);
    return failed.size;
  }

  /** Accounts whose period is over. */
  async *#periods(): AsyncGenerator<DueAccount> {
    const { transactions, clock } = this.#deps;
    yield* this.#pages<DueAccount>((page) =>
      transactions.read(({ platform }) => platform.subscriptions.due(dayOf(clock.now()), page)),
    );
  }

  /** Accounts that have not got the credits of the month yet. */
  async *#months(): AsyncGenerator<string> {
    const { transactions, clock } = this.#deps;
    yield* this.#pages<string>((page) =>
      transactions.read(({ platform }) => platform.ledger.due(monthOf(clock.now()), page)),
    );
  }

  async *#pages<Due>(
    read: (page: { limit: number; after: Due | null }) => Promise<readonly Due[]>,
  ): AsyncGenerator<Due> {
    for (let after: Due | null = null; ; ) {
      const due = await read({ limit: this.#pace.page, after });
      for (const each of due) {
        if (this.#stopping) return;
        yield each;
      }
      after = due.at(-1) ?? null;
      if (due.length < this.#pace.page) return;
    }
  }

  async #settled(accountId: string): Promise<boolean> {
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
    const now = clock.now();
    const month = endOf(monthOf(now));
    const due = next === null || startOf(next) > month ? month : startOf(next);
    const left = Date.parse(due) - now.getTime();
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

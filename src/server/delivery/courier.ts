import { randomUUID } from 'node:crypto';
import type { Platform, Transactions } from '../domain/ports.ts';
import type { Clock } from '../domain/work.ts';
import { DeliveryError } from './delivery-error.ts';

/** Times in milliseconds. */
export interface Pace {
  /** Claimed at once for sending; the claim must outlast them all. */
  readonly claim: number;
  readonly lease: number;
  /** How long the courier sleeps at most: what other servers queued and claims that ran out show themselves only so. */
  readonly poll: number;
  readonly firstRetry: number;
  readonly longestRetry: number;
  readonly mostAttempts: number;
  readonly firstOutage: number;
  readonly longestOutage: number;
  /** How long stopping waits for what is in flight. */
  readonly drain: number;
  /** How long the outbox remembers what has left. */
  readonly remember: number;
}

export const HOUR_MS = 3_600_000;

/** What holds for whatever is delivered. */
export const commonPace = {
  claim: 20,
  lease: 5 * 60_000,
  poll: 15_000,
  firstOutage: 2_000,
  longestOutage: 60_000,
  drain: 8_000,
  remember: 30 * 24 * HOUR_MS,
} as const;

/** The part of a log that is written to (Fastify's fits). */
export interface DeliveryLog {
  warn(facts: object, text: string): void;
  error(facts: object, text: string): void;
}

export const silent: DeliveryLog = { warn: () => {}, error: () => {} };

/** What is due: claimed by one courier for a time. */
export interface Due {
  readonly id: string;
  /** Attempts before this one. */
  readonly attempts: number;
}

/** The sending side of an outbox. Whatever names a courier holds only while that one's claim does. */
export interface Outbox {
  /** When the next is due, RFC 3339; null: nothing waits. */
  nextDue(): Promise<string | null>;
  sent(ids: readonly string[], courier: string, at: string): Promise<void>;
  release(ids: readonly string[], courier: string, at: string): Promise<void>;
  retry(id: string, courier: string, again: { error: string; notBefore: string }, at: string): Promise<void>;
  fail(ids: readonly string[], courier: string, reason: string, at: string): Promise<void>;
  forget(before: string, limit: number): Promise<number>;
}

/** Hands one thing at a time to the world; called for several at once. */
export interface Sending<Item> {
  /** How many at once are worth while. */
  readonly lanes: number;
  /** Resolves when the other side has taken responsibility; else throws DeliveryError, within a minute. */
  send(item: Item): Promise<void>;
}

/** What one round came to. */
export interface Round {
  /** How many it looked at. */
  readonly due: number;
  /** Milliseconds to rest before the next, whatever is queued meanwhile; null: until something is due or queued. */
  readonly rest: number | null;
}

export interface CourierOptions {
  /** What it carries: `mail` or `message`, in the log and in its name. */
  readonly what: string;
  readonly transactions: Transactions;
  readonly clock: Clock;
  readonly log: DeliveryLog;
  readonly pace: Pace;
  readonly outbox: (platform: Platform) => Outbox;
  /** Takes what is due, and sends it or keeps it. */
  readonly round: () => Promise<Round>;
}

/** What came of one; after the last two the others are not tried in this round. */
type Came = 'done' | 'cut' | 'untried';

const FORGET_AT_ONCE = 1000;

/**
 * Works on an outbox. Any number of couriers may share one database: what is due is claimed for a time, and
 * whoever dies leaves nothing behind but claims that run out (T21). A thing may then leave twice, under one id.
 */
export class Courier {
  readonly id: string;
  readonly #options: CourierOptions;
  #loop: Promise<void> | null = null;
  #stopping = false;
  #woken = false;
  #ring: () => void = () => {};
  #outages = 0;
  #forgotAt = 0;

  constructor(options: CourierOptions) {
    this.#options = options;
    this.id = `${options.what}-${randomUUID()}`;
  }

  start(): void {
    this.#loop ??= this.#run();
  }

  /** Something was queued, or the clock was moved. Cheap, and may be called at any time. */
  wake(): void {
    this.#woken = true;
    this.#ring();
  }

  /** Ends after what is in flight, and puts back what is not; waits for another side that hangs only so long. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#ring();
    if (this.#loop !== null) await Promise.race([this.#loop, rest(this.#options.pace.drain, () => {})]);
  }

  /** Sends what was claimed. @returns how long to rest if the other side turned out to be away, else null */
  async deliver<Item extends Due>(items: readonly Item[], sending: Sending<Item>): Promise<number | null> {
    const { lease, firstOutage, longestOutage } = this.#options.pace;
    const waiting = [...items];
    const ends = performance.now() + lease * 0.7;
    const untried: string[] = [];
    let outage = false;
    const lane = async () => {
      for (let item = waiting.shift(); item; item = waiting.shift()) {
        if (outage || this.#stopping || performance.now() > ends) untried.push(item.id);
        else {
          const came = await this.#sendOne(item, sending);
          if (came !== 'done') outage = true;
          if (came === 'untried') untried.push(item.id);
        }
      }
    };
    await Promise.all(Array.from({ length: sending.lanes }, lane));
    if (untried.length > 0) await this.write((outbox, at) => outbox.release(untried, this.id, at));
    if (outage) this.#outages += 1;
    else if (items.length > 0) this.#outages = 0;
    return outage ? Math.min(longestOutage, firstOutage * 2 ** (this.#outages - 1)) : null;
  }

  async #giveUp({ id }: Due, reason: string): Promise<void> {
    this.#options.log.error({ [this.#options.what]: id, reason }, `a ${this.#options.what} was given up`);
    await this.write((outbox, at) => outbox.fail([id], this.id, reason, at));
  }

  async write(work: (outbox: Outbox, at: string) => Promise<void>): Promise<void> {
    const at = this.#now().toISOString();
    const { transactions, outbox } = this.#options;
    await transactions.write(({ platform }) => work(outbox(platform), at));
  }

  async #run(): Promise<void> {
    while (!this.#stopping) {
      this.#woken = false;
      const { pause, deaf } = await this.#roundAndRest();
      if (pause <= 0 || this.#stopping || (this.#woken && !deaf)) continue;
      await rest(pause, (ring) => {
        this.#ring = () => {
          if (this.#stopping || !deaf) ring();
        };
      });
    }
  }

  /** How long to rest then; deaf to what is queued meanwhile: it would be no reason to try sooner. */
  async #roundAndRest(): Promise<{ pause: number; deaf: boolean }> {
    const { round, log, what, pace } = this.#options;
    try {
      const done = await round();
      return done.rest === null
        ? { pause: await this.#untilDue(), deaf: false }
        : { pause: done.rest, deaf: true };
    } catch (error) {
      log.error({ err: error }, `the outbox of each ${what} could not be worked on`);
      return { pause: pace.firstOutage, deaf: true };
    }
  }

  async #untilDue(): Promise<number> {
    await this.#forget();
    const { transactions, outbox, pace } = this.#options;
    const next = await transactions.read(({ platform }) => outbox(platform).nextDue());
    if (next === null) return pace.poll;
    return Math.min(pace.poll, Math.max(1, Date.parse(next) - this.#now().getTime()));
  }

  #now(): Date {
    return this.#options.clock.now();
  }

  async #sendOne<Item extends Due>(item: Item, sending: Sending<Item>): Promise<Came> {
    try {
      await sending.send(item);
    } catch (error) {
      return await this.#afterFailure(item, error);
    }
    await this.write((outbox, at) => outbox.sent([item.id], this.id, at));
    return 'done';
  }

  /** What is logged names the thing and never to whom it goes. */
  async #afterFailure(item: Due, error: unknown): Promise<Came> {
    const { log, pace, what } = this.#options;
    const reason = error instanceof Error ? error.message : String(error);
    const trouble = error instanceof DeliveryError ? error.trouble : 'later';
    if (trouble === 'outage') {
      log.warn({ [what]: item.id, reason }, `the other side takes no ${what} now`);
      return 'untried';
    }
    if (trouble === 'refused' || item.attempts + 1 >= pace.mostAttempts) {
      await this.#giveUp(item, reason);
      return 'done';
    }
    const delay = Math.min(pace.longestRetry, pace.firstRetry * 2 ** item.attempts);
    // What failed together does not come back together.
    const notBefore = new Date(this.#now().getTime() + delay * (0.8 + Math.random() * 0.4)).toISOString();
    log.warn({ [what]: item.id, reason, notBefore }, `a ${what} did not go through and is tried again`);
    await this.write((outbox, at) => outbox.retry(item.id, this.id, { error: reason, notBefore }, at));
    return trouble === 'cut' ? 'cut' : 'done';
  }

  async #forget(): Promise<void> {
    const now = this.#now().getTime();
    if (now - this.#forgotAt < HOUR_MS) return;
    this.#forgotAt = now;
    const before = new Date(now - this.#options.pace.remember).toISOString();
    await this.#options.transactions.write(({ platform }) =>
      this.#options.outbox(platform).forget(before, FORGET_AT_ONCE),
    );
  }
}

function rest(milliseconds: number, bell: (ring: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    timer.unref();
    bell(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}

import { randomUUID } from 'node:crypto';
import type { DueMessage, MessageQueuePort } from '../domain/ports/messages.ts';
import type { Transactions } from '../domain/ports.ts';
import type { Clock } from '../domain/work.ts';
import { DeliveryError } from '../mail/transport.ts';
import type { GatewayTransport, SmsTransport } from './transport.ts';

/** Times in milliseconds. */
export interface SmsPace {
  /** Messages claimed at once; the claim must outlast them all. */
  readonly claim: number;
  readonly lease: number;
  /** How long the worker sleeps at most: other servers' messages and claims that ran out show themselves only so. */
  readonly poll: number;
  readonly firstRetry: number;
  readonly longestRetry: number;
  /** With the two above about three hours: later than that a question is of no use to whoever gets it. */
  readonly mostAttempts: number;
  readonly firstOutage: number;
  readonly longestOutage: number;
  /** How long stopping waits for what is in flight. */
  readonly drain: number;
  /** How long is remembered what has left. */
  readonly remember: number;
}

const HOUR_MS = 3_600_000;
const FORGET_AT_ONCE = 1000;

export const defaultSmsPace: SmsPace = {
  claim: 20,
  lease: 5 * 60_000,
  poll: 15_000,
  firstRetry: 15_000,
  longestRetry: HOUR_MS / 2,
  mostAttempts: 12,
  firstOutage: 2_000,
  longestOutage: 60_000,
  drain: 8_000,
  remember: 30 * 24 * HOUR_MS,
};

/** The part of a log that the worker writes to (Fastify's fits). */
export interface SmsLog {
  warn(facts: object, text: string): void;
  error(facts: object, text: string): void;
}

export interface SmsWorkerOptions {
  readonly transactions: Transactions;
  readonly clock: Clock;
  readonly transport: SmsTransport;
  readonly log?: SmsLog;
  readonly pace?: Partial<SmsPace>;
}

/** What came of one message; after the last two the others are not tried in this round. */
type Came = 'done' | 'cut' | 'untried';

const silent: SmsLog = { warn: () => {}, error: () => {} };

/**
 * Sends the messages that forms went out by. Any number of workers may share one database: a message is claimed for a
 * time, and whoever dies leaves nothing behind but claims that run out. A message may then be posted twice, with one id.
 */
export class SmsWorker {
  readonly id = `sms-${randomUUID()}`;
  readonly #options: SmsWorkerOptions;
  readonly #pace: SmsPace;
  readonly #log: SmsLog;
  #loop: Promise<void> | null = null;
  #stopping = false;
  #woken = false;
  #ring: () => void = () => {};
  #outages = 0;
  #forgotAt = 0;

  constructor(options: SmsWorkerOptions) {
    this.#options = options;
    this.#pace = { ...defaultSmsPace, ...options.pace };
    this.#log = options.log ?? silent;
  }

  start(): void {
    if (this.#options.transport.kind === 'none') return;
    this.#loop ??= this.#run();
  }

  /** Something was queued, or the clock was moved. Cheap, and may be called at any time. */
  readonly wake = (): void => {
    this.#woken = true;
    // While the gateway is away what is queued is no reason to try sooner.
    if (this.#outages === 0) this.#ring();
  };

  /** Ends after what is in flight, and puts back what is not; waits for a hanging gateway only so long. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#ring();
    if (this.#loop !== null) await Promise.race([this.#loop, this.#rest(this.#pace.drain, () => {})]);
    const { transport } = this.#options;
    if (transport.kind === 'webhook') await transport.close();
  }

  /** One round: takes what is due and sends it. @returns how many messages it looked at */
  async round(): Promise<number> {
    const { transport } = this.#options;
    if (transport.kind === 'none') return 0;
    const now = this.#now();
    const until = new Date(now.getTime() + this.#pace.lease).toISOString();
    const due = await this.#options.transactions.write(({ platform }) =>
      platform.messageQueue.claim({ worker: this.id, until }, now.toISOString(), this.#pace.claim),
    );
    const outage = transport.kind === 'webhook' ? await this.#sendAll(transport, due) : await this.#keep(due);
    if (outage) this.#outages += 1;
    else if (due.length > 0) this.#outages = 0;
    return due.length;
  }

  async #run(): Promise<void> {
    while (!this.#stopping) {
      this.#woken = false;
      const rest = await this.#roundAndRest();
      if (this.#stopping || rest <= 0 || (this.#woken && this.#outages === 0)) continue;
      await this.#rest(rest, (ring) => {
        this.#ring = ring;
      });
    }
  }

  async #roundAndRest(): Promise<number> {
    const { claim, firstOutage, longestOutage } = this.#pace;
    try {
      const due = await this.round();
      if (this.#outages > 0) return Math.min(longestOutage, firstOutage * 2 ** (this.#outages - 1));
      return due < claim ? await this.#untilDue() : 0;
    } catch (error) {
      this.#log.error({ err: error }, 'the messages could not be worked on');
      return firstOutage;
    }
  }

  #rest(milliseconds: number, bell: (ring: () => void) => void): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      timer.unref();
      bell(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  async #untilDue(): Promise<number> {
    await this.#forget();
    const next = await this.#options.transactions.read(({ platform }) => platform.messageQueue.nextDue());
    if (next === null) return this.#pace.poll;
    return Math.min(this.#pace.poll, Math.max(1, Date.parse(next) - this.#now().getTime()));
  }

  #now(): Date {
    return this.#options.clock.now();
  }

  async #write(work: (queue: MessageQueuePort, at: string) => Promise<void>): Promise<void> {
    const at = this.#now().toISOString();
    await this.#options.transactions.write(({ platform }) => work(platform.messageQueue, at));
  }

  /** `--dev`: they stay where they are, and count as sent. */
  async #keep(messages: readonly DueMessage[]): Promise<false> {
    const ids = messages.map(({ id }) => id);
    if (ids.length > 0) await this.#write((queue, at) => queue.sent(ids, this.id, at));
    return false;
  }

  /** @returns whether the gateway turned out to be away; what was not tried then is put back */
  async #sendAll(transport: GatewayTransport, messages: readonly DueMessage[]): Promise<boolean> {
    const waiting = [...messages];
    const ends = performance.now() + this.#pace.lease * 0.7;
    const untried: string[] = [];
    let outage = false;
    const lane = async () => {
      for (let message = waiting.shift(); message; message = waiting.shift()) {
        if (outage || this.#stopping || performance.now() > ends) untried.push(message.id);
        else {
          const came = await this.#sendOne(transport, message);
          if (came !== 'done') outage = true;
          if (came === 'untried') untried.push(message.id);
        }
      }
    };
    await Promise.all(Array.from({ length: transport.lanes }, lane));
    if (untried.length > 0) await this.#write((queue, at) => queue.release(untried, this.id, at));
    return outage;
  }

  async #sendOne(transport: GatewayTransport, message: DueMessage): Promise<Came> {
    try {
      await transport.send(message);
    } catch (error) {
      return await this.#afterFailure(message, error);
    }
    await this.#write((queue, at) => queue.sent([message.id], this.id, at));
    return 'done';
  }

  /** What is logged names the message and never the telephone. */
  async #afterFailure({ id, attempts }: DueMessage, error: unknown): Promise<Came> {
    const reason = error instanceof Error ? error.message : String(error);
    const trouble = error instanceof DeliveryError ? error.trouble : 'later';
    if (trouble === 'outage') {
      this.#log.warn({ message: id, reason }, 'the gateway takes no messages now');
      return 'untried';
    }
    if (trouble === 'refused' || attempts + 1 >= this.#pace.mostAttempts) {
      this.#log.error({ message: id, reason }, 'a message was given up');
      await this.#write((queue, at) => queue.fail(id, this.id, reason, at));
      return 'done';
    }
    const delay = Math.min(this.#pace.longestRetry, this.#pace.firstRetry * 2 ** attempts);
    // Messages that failed together do not come back together.
    const notBefore = new Date(this.#now().getTime() + delay * (0.8 + Math.random() * 0.4)).toISOString();
    this.#log.warn({ message: id, reason, notBefore }, 'a message did not go through and is tried again');
    await this.#write((queue, at) => queue.retry(id, this.id, { error: reason, notBefore }, at));
    return trouble === 'cut' ? 'cut' : 'done';
  }

  async #forget(): Promise<void> {
    const now = this.#now().getTime();
    if (now - this.#forgotAt < HOUR_MS) return;
    this.#forgotAt = now;
    const before = new Date(now - this.#pace.remember).toISOString();
    await this.#options.transactions.write(({ platform }) =>
      platform.messageQueue.forget(before, FORGET_AT_ONCE),
    );
  }
}

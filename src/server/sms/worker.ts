import {
  Courier,
  commonPace,
  type DeliveryLog,
  HOUR_MS,
  type Pace,
  type Round,
  silent,
} from '../delivery/courier.ts';
import type { DueMessage } from '../domain/ports/messages.ts';
import type { Transactions } from '../domain/ports.ts';
import type { Clock } from '../domain/work.ts';
import type { SmsTransport } from './transport.ts';

/** The last attempt is about three hours after the first: later than that a question is of no use to whoever gets it. */
const smsPace: Pace = { ...commonPace, firstRetry: 15_000, longestRetry: HOUR_MS / 2, mostAttempts: 12 };

export interface SmsWorkerOptions {
  readonly transactions: Transactions;
  readonly clock: Clock;
  readonly transport: SmsTransport;
  readonly log?: DeliveryLog;
  readonly pace?: Partial<Pace>;
}

/** Sends the messages that forms went out by; with `--dev` they stay where they are, and count as sent. */
export class SmsWorker {
  readonly #options: SmsWorkerOptions;
  readonly #pace: Pace;
  readonly #courier: Courier;

  constructor(options: SmsWorkerOptions) {
    const { transactions, clock, log = silent } = options;
    this.#options = options;
    this.#pace = { ...smsPace, ...options.pace };
    this.#courier = new Courier({
      what: 'message',
      transactions,
      clock,
      log,
      pace: this.#pace,
      outbox: ({ messageQueue }) => messageQueue,
      round: () => this.#round(),
    });
  }

  start(): void {
    if (this.#options.transport.kind !== 'none') this.#courier.start();
  }

  readonly wake = (): void => this.#courier.wake();

  async stop(): Promise<void> {
    const { transport } = this.#options;
    await this.#courier.stop();
    if (transport.kind === 'webhook') await transport.close();
  }

  /** One round: takes what is due and sends it. @returns how many messages it looked at */
  async round(): Promise<number> {
    return (await this.#round()).due;
  }

  async #round(): Promise<Round> {
    const { transport } = this.#options;
    if (transport.kind === 'none') return { due: 0, rest: this.#pace.poll };
    const messages = await this.#claim();
    const due = messages.length;
    const more = due < this.#pace.claim ? null : 0;
    if (transport.kind === 'webhook')
      return { due, rest: (await this.#courier.deliver(messages, transport)) ?? more };
    const ids = messages.map(({ id }) => id);
    if (due > 0) await this.#courier.write((outbox, at) => outbox.sent(ids, this.#courier.id, at));
    return { due, rest: more };
  }

  async #claim(): Promise<readonly DueMessage[]> {
    const now = this.#options.clock.now();
    const claim = {
      worker: this.#courier.id,
      until: new Date(now.getTime() + this.#pace.lease).toISOString(),
    };
    return await this.#options.transactions.write(({ platform }) =>
      platform.messageQueue.claim(claim, now.toISOString(), this.#pace.claim),
    );
  }
}

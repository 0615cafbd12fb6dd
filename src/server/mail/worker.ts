import {
  Courier,
  commonPace,
  type DeliveryLog,
  HOUR_MS,
  type Pace,
  type Round,
  silent,
} from '../delivery/courier.ts';
import { DeliveryError } from '../delivery/delivery-error.ts';
import type { CapturedMail, DueMail } from '../domain/ports/mail-queue.ts';
import type { Transactions } from '../domain/ports.ts';
import type { Clock } from '../domain/work.ts';
import { type RenderedMail, renderMail } from './templates.ts';
import type { SendingTransport, Transport } from './transport.ts';
import { takeDue } from './triage.ts';

interface MailPace extends Pace {
  /** Mails captured in one transaction. */
  readonly capture: number;
}

/** The last attempt is about a day and a half after the first. */
const mailPace: MailPace = {
  ...commonPace,
  capture: 200,
  firstRetry: 30_000,
  longestRetry: HOUR_MS,
  mostAttempts: 40,
};

export interface MailWorkerOptions {
  readonly transactions: Transactions;
  readonly clock: Clock;
  readonly transport: Transport;
  /** Links in mail are built from it alone (D20). No trailing slash. */
  readonly publicUrl: string;
  readonly log?: DeliveryLog;
  readonly pace?: Partial<MailPace>;
}

/** Rests a round takes, in lengths of the round, while more is being queued. */
const BUSY_REST = 5;
/** Milliseconds after the last call for which more is expected. */
const BUSY_FOR = 500;

/** Sends what the outbox of mails holds. A mail that leaves twice has one Message-ID. */
export class MailWorker {
  readonly #options: MailWorkerOptions;
  readonly #pace: MailPace;
  readonly #courier: Courier;
  #wokenAt = Number.NEGATIVE_INFINITY;

  constructor(options: MailWorkerOptions) {
    const { transactions, clock, log = silent } = options;
    this.#options = options;
    this.#pace = { ...mailPace, ...options.pace };
    this.#courier = new Courier({
      what: 'mail',
      transactions,
      clock,
      log,
      pace: this.#pace,
      outbox: ({ mailQueue }) => mailQueue,
      round: () => this.#round(),
    });
  }

  start(): void {
    if (this.#options.transport.kind !== 'none') this.#courier.start();
  }

  readonly wake = (): void => {
    this.#wokenAt = performance.now();
    this.#courier.wake();
  };

  async stop(): Promise<void> {
    const { transport } = this.#options;
    await this.#courier.stop();
    if (transport.kind === 'smtp') await transport.close();
  }

  /** One round: takes what is due and sends it. @returns how many mails it looked at */
  async round(): Promise<number> {
    return (await this.#round()).due;
  }

  async #round(): Promise<Round> {
    const { transport } = this.#options;
    if (transport.kind === 'none') return { due: 0, rest: this.#pace.poll };
    return transport.kind === 'captured' ? await this.#captureRound() : await this.#sendRound(transport);
  }

  /**
   * Keeps a share of the mail in one transaction. On SQLite that holds the one writer: while a bulk run goes on queueing,
   * it takes a small part of the time, and catches up afterwards.
   */
  async #captureRound(): Promise<Round> {
    const began = performance.now();
    const now = this.#options.clock.now();
    const at = now.toISOString();
    const due = await this.#options.transactions.write(async ({ platform: { mailQueue } }) => {
      const taken = await takeDue(mailQueue, now, this.#pace.capture);
      const captured: CapturedMail[] = [];
      for (const mail of taken.send) {
        const made = this.#render(mail);
        if ('error' in made) await mailQueue.fail([mail.id], null, made.error, at);
        else captured.push({ ...mail, ...made.mail, headers: { 'message-id': made.mail.messageId } });
      }
      await mailQueue.capture(captured, at);
      return taken.due;
    });
    if (due < this.#pace.capture) return { due, rest: null };
    const ended = performance.now();
    return { due, rest: ended - this.#wokenAt < BUSY_FOR ? (ended - began) * BUSY_REST : 0 };
  }

  async #sendRound(transport: SendingTransport): Promise<Round> {
    const now = this.#options.clock.now();
    const until = new Date(now.getTime() + this.#pace.lease).toISOString();
    const { due, send: mails } = await this.#options.transactions.write(
      async ({ platform: { mailQueue } }) => {
        const taken = await takeDue(mailQueue, now, this.#pace.claim);
        const ids = taken.send.map((mail) => mail.id);
        await mailQueue.claim(ids, { worker: this.#courier.id, until }, now.toISOString());
        return taken;
      },
    );
    const outage = await this.#courier.deliver(mails, {
      lanes: transport.lanes,
      send: async (mail) => {
        const made = this.#render(mail);
        if ('error' in made) throw new DeliveryError('refused', made.error);
        await transport.send(made.mail);
      },
    });
    return { due, rest: outage ?? (due < this.#pace.claim ? null : 0) };
  }

  #render(mail: DueMail): { mail: RenderedMail } | { error: string } {
    try {
      return { mail: renderMail(mail, this.#options.publicUrl) };
    } catch (error) {
      return { error: error instanceof Error ? error.message : String(error) };
    }
  }
}

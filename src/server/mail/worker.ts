import { randomUUID } from 'node:crypto';
import type { CapturedMail, DueMail, MailQueuePort } from '../domain/ports/mail-queue.ts';
import type { Transactions } from '../domain/ports.ts';
import type { Clock } from '../domain/work.ts';
import { type RenderedMail, renderMail } from './templates.ts';
import { DeliveryError, type SendingTransport, type Transport } from './transport.ts';
import { takeDue } from './triage.ts';

/** Times in milliseconds. */
export interface Pace {
  /** Mails claimed at once for sending; the claim must outlast them all. */
  readonly claim: number;
  readonly lease: number;
  /** Mails captured in one transaction. */
  readonly capture: number;
  /** How long the worker sleeps at most: other servers' mail and claims that ran out show themselves only so. */
  readonly poll: number;
  readonly firstRetry: number;
  readonly longestRetry: number;
  /** With the two above: about a day and a half. */
  readonly mostAttempts: number;
  readonly firstOutage: number;
  readonly longestOutage: number;
  /** How long stopping waits for what is in flight. */
  readonly drain: number;
  /** How long the outbox remembers what has left. */
  readonly remember: number;
}

const HOUR_MS = 3_600_000;

export const defaultPace: Pace = {
  claim: 20,
  lease: 5 * 60_000,
  capture: 200,
  poll: 15_000,
  firstRetry: 30_000,
  longestRetry: HOUR_MS,
  mostAttempts: 40,
  firstOutage: 2_000,
  longestOutage: 60_000,
  drain: 8_000,
  remember: 30 * 24 * HOUR_MS,
};

/** The part of a log that the worker writes to (Fastify's fits). */
export interface MailLog {
  info(facts: object, text: string): void;
  warn(facts: object, text: string): void;
  error(facts: object, text: string): void;
}

export interface MailWorkerOptions {
  readonly transactions: Transactions;
  readonly clock: Clock;
  readonly transport: Transport;
  /** Links in mail are built from it alone (D20). No trailing slash. */
  readonly publicUrl: string;
  readonly log?: MailLog;
  readonly pace?: Partial<Pace>;
}

/** What one round came to. */
interface Round {
  /** Mails it looked at. */
  readonly due: number;
  /** Milliseconds to rest before the next, whatever is queued meanwhile; null: until something is due or queued. */
  readonly rest: number | null;
}

/** What came of one mail; after the last two the others are not tried in this round. */
type Came = 'done' | 'cut' | 'untried';

const silent: MailLog = { info: () => {}, warn: () => {}, error: () => {} };
const FORGET_AT_ONCE = 1000;
/** Rests a round takes, in lengths of the round, while more is being queued. */
const BUSY_REST = 5;
/** Milliseconds after the last call for which more is expected. */
const BUSY_FOR = 500;

/**
 * Sends what the outbox holds. Any number of workers may share one database: a mail is claimed for a time, and
 * whoever dies leaves nothing behind but claims that run out (T21). A mail may then leave twice, with one Message-ID.
 */
export class MailWorker {
  readonly id = `mail-${randomUUID()}`;
  readonly #options: MailWorkerOptions;
  readonly #pace: Pace;
  readonly #log: MailLog;
  #loop: Promise<void> | null = null;
  #stopping = false;
  #woken = false;
  #wokenAt = Number.NEGATIVE_INFINITY;
  #ring: () => void = () => {};
  #outages = 0;
  #forgotAt = 0;

  constructor(options: MailWorkerOptions) {
    this.#options = options;
    this.#pace = { ...defaultPace, ...options.pace };
    this.#log = options.log ?? silent;
  }

  start(): void {
    if (this.#options.transport.kind === 'none') return;
    this.#loop ??= this.#run();
  }

  /** Something was queued, or the clock was moved. Cheap, and may be called at any time. */
  readonly wake = (): void => {
    this.#woken = true;
    this.#wokenAt = performance.now();
    this.#ring();
  };

  /** Ends after what is in flight, and puts back what is not; waits for a hanging mail server only so long. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#ring();
    const { transport } = this.#options;
    if (this.#loop !== null) await Promise.race([this.#loop, this.#rest(this.#pace.drain, () => {})]);
    if (transport.kind === 'smtp') await transport.close();
  }

  /** One round: takes what is due and sends it. @returns how many mails it looked at */
  async round(): Promise<number> {
    return (await this.#round()).due;
  }

  async #run(): Promise<void> {
    while (!this.#stopping) {
      this.#woken = false;
      const { rest, deaf } = await this.#roundAndRest();
      if (rest <= 0 || this.#stopping || (this.#woken && !deaf)) continue;
      await this.#rest(rest, (ring) => {
        this.#ring = () => {
          if (this.#stopping || !deaf) ring();
        };
      });
    }
  }

  /** How long to rest then; deaf to what is queued meanwhile: it would be no reason to try sooner. */
  async #roundAndRest(): Promise<{ rest: number; deaf: boolean }> {
    try {
      const { rest } = await this.#round();
      return rest === null ? { rest: await this.#untilDue(), deaf: false } : { rest, deaf: true };
    } catch (error) {
      this.#log.error({ err: error }, 'the outbox could not be worked on');
      return { rest: this.#pace.firstOutage, deaf: true };
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
    const next = await this.#options.transactions.read(({ platform }) => platform.mailQueue.nextDue());
    if (next === null) return this.#pace.poll;
    return Math.min(this.#pace.poll, Math.max(1, Date.parse(next) - this.#now().getTime()));
  }

  #now(): Date {
    return this.#options.clock.now();
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
    const now = this.#now();
    const at = now.toISOString();
    const due = await this.#options.transactions.write(async ({ platform: { mailQueue } }) => {
      const taken = await takeDue(mailQueue, now, this.#pace.capture);
      const captured: CapturedMail[] = [];
      for (const mail of taken.send) {
        const made = this.#render(mail);
        if ('error' in made) await mailQueue.fail([mail.id], made.error, at);
        else captured.push({ ...mail, ...made.mail, headers: { 'message-id': made.mail.messageId } });
      }
      await mailQueue.capture(captured, at);
      return taken.due;
    });
    if (due < this.#pace.capture) return { due, rest: null };
    const ended = performance.now();
    return { due, rest: ended - this.#wokenAt < BUSY_FOR ? (ended - began) * BUSY_REST : 0 };
  }

  #render(mail: DueMail): { mail: RenderedMail } | { error: string } {
    try {
      return { mail: renderMail(mail, this.#options.publicUrl) };
    } catch (error) {
      return { error: error instanceof Error ? error.message : String(error) };
    }
  }

  async #sendRound(transport: SendingTransport): Promise<Round> {
    const now = this.#now();
    const until = new Date(now.getTime() + this.#pace.lease).toISOString();
    const { due, send } = await this.#options.transactions.write(async ({ platform: { mailQueue } }) => {
      const taken = await takeDue(mailQueue, now, this.#pace.claim);
      await mailQueue.claim(
        taken.send.map((mail) => mail.id),
        { worker: this.id, until },
        now.toISOString(),
      );
      return taken;
    });
    const outage = await this.#sendAll(transport, send);
    if (outage) {
      this.#outages += 1;
      return {
        due,
        rest: Math.min(this.#pace.longestOutage, this.#pace.firstOutage * 2 ** (this.#outages - 1)),
      };
    }
    if (send.length > 0) this.#outages = 0;
    return { due, rest: due < this.#pace.claim ? null : 0 };
  }

  /** @returns whether the mail server turned out to be away; what was not tried then is put back */
  async #sendAll(transport: SendingTransport, mails: readonly DueMail[]): Promise<boolean> {
    const waiting = [...mails];
    const ends = performance.now() + this.#pace.lease * 0.7;
    const untried: string[] = [];
    let outage = false;
    const lane = async () => {
      for (let mail = waiting.shift(); mail; mail = waiting.shift()) {
        if (outage || this.#stopping || performance.now() > ends) untried.push(mail.id);
        else {
          const came = await this.#sendOne(transport, mail);
          if (came !== 'done') outage = true;
          if (came === 'untried') untried.push(mail.id);
        }
      }
    };
    await Promise.all(Array.from({ length: transport.lanes }, lane));
    await this.#write((queue, at) => queue.release(untried, this.id, at));
    return outage;
  }

  async #write(work: (queue: MailQueuePort, at: string) => Promise<void>): Promise<void> {
    const at = this.#now().toISOString();
    await this.#options.transactions.write(({ platform }) => work(platform.mailQueue, at));
  }

  async #sendOne(transport: SendingTransport, mail: DueMail): Promise<Came> {
    const made = this.#render(mail);
    if ('error' in made) {
      await this.#giveUp(mail, made.error);
      return 'done';
    }
    try {
      await transport.send(made.mail);
    } catch (error) {
      return await this.#afterFailure(mail, error);
    }
    await this.#write((queue, at) => queue.sent(mail.id, this.id, at));
    return 'done';
  }

  async #afterFailure(mail: DueMail, error: unknown): Promise<Came> {
    const reason = error instanceof Error ? error.message : String(error);
    const trouble = error instanceof DeliveryError ? error.trouble : 'later';
    if (trouble === 'outage') {
      this.#log.warn({ mail: mail.id, reason }, 'the mail server takes no mail now');
      return 'untried';
    }
    if (trouble === 'refused' || mail.attempts + 1 >= this.#pace.mostAttempts) {
      await this.#giveUp(mail, reason);
      return 'done';
    }
    const delay = Math.min(this.#pace.longestRetry, this.#pace.firstRetry * 2 ** mail.attempts);
    // Mails that failed together do not come back together.
    const notBefore = new Date(this.#now().getTime() + delay * (0.8 + Math.random() * 0.4)).toISOString();
    this.#log.warn({ mail: mail.id, reason, notBefore }, 'a mail did not go through and is tried again');
    await this.#write((queue, at) => queue.retry(mail.id, this.id, { error: reason, notBefore }, at));
    return trouble === 'cut' ? 'cut' : 'done';
  }

  async #giveUp(mail: DueMail, reason: string): Promise<void> {
    this.#log.error({ mail: mail.id, kind: mail.kind, reason }, 'a mail was given up');
    await this.#write((queue, at) => queue.fail([mail.id], reason, at));
  }

  async #forget(): Promise<void> {
    const now = this.#now().getTime();
    if (now - this.#forgotAt < HOUR_MS) return;
    this.#forgotAt = now;
    const before = new Date(now - this.#pace.remember).toISOString();
    await this.#options.transactions.write(({ platform }) =>
      platform.mailQueue.forget(before, FORGET_AT_ONCE),
    );
  }
}

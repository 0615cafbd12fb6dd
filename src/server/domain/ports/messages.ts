import type { SmsMode } from '../../../contract/limits.ts';
import type { Page, PageRequest } from './page.ts';

/** One question of a dialogue, as the gateway asks it. */
export interface Prompt {
  readonly name: string;
  readonly text: string;
}

/** What a gateway is given beside the telephone number. */
export interface MessageBody {
  /** The words of the message; of a dialogue, those that open it. */
  readonly text: string;
  readonly form: {
    readonly account: string;
    readonly id: string;
    readonly name: string;
    readonly revision: number;
  };
  /** Empty for a structured message, whose text holds them. */
  readonly questions: readonly Prompt[];
}

export interface NewMessage {
  readonly id: string;
  readonly formId: string;
  readonly mode: SmsMode;
  /** E.164. */
  readonly recipient: string;
  readonly body: MessageBody;
  /** What it cost. */
  readonly credits: number;
  /** Id of the user or token. */
  readonly by: string | null;
  readonly at: string;
}

/** Messages of one account: asked for in the transaction that pays for them. */
export interface MessagesPort {
  enqueue(messages: readonly NewMessage[]): Promise<void>;
  /** Message credits that were used since a time. */
  creditsSince(at: string): Promise<number>;
}

/** A message that wants to leave. */
export interface DueMessage {
  readonly id: string;
  readonly accountId: string;
  readonly mode: SmsMode;
  readonly recipient: string;
  readonly body: MessageBody;
  /** How often it was tried before. */
  readonly attempts: number;
}

export interface CapturedMessage extends DueMessage {
  readonly state: 'queued' | 'sending' | 'sent' | 'failed';
  readonly at: string;
}

/**
 * The sending side. A claimed message belongs to its worker until it says what became of it or the claim runs out, so
 * a killed server loses none. What a worker reports about a message that is not its own any more changes nothing.
 */
export interface MessageQueuePort {
  /** Messages of any account to each number since a time. */
  toRecipientsSince(recipients: readonly string[], at: string): Promise<ReadonlyMap<string, number>>;
  /** Up to `limit` messages whose time has come or whose claim ran out, claimed for this worker; an attempt each. */
  claim(
    claim: { readonly worker: string; readonly until: string },
    now: string,
    limit: number,
  ): Promise<readonly DueMessage[]>;
  /** Puts claimed messages back, as if never tried. */
  release(ids: readonly string[], worker: string, at: string): Promise<void>;
  sent(ids: readonly string[], worker: string, at: string): Promise<void>;
  retry(
    id: string,
    worker: string,
    later: { readonly error: string; readonly notBefore: string },
    at: string,
  ): Promise<void>;
  /** Gives messages up. */
  fail(ids: readonly string[], worker: string, error: string, at: string): Promise<void>;
  /** When the next message is due or the next claim runs out; null when nothing waits. */
  nextDue(): Promise<string | null>;
  /** Deletes what was sent or given up before a time. @returns how many */
  forget(before: string, limit: number): Promise<number>;
  /** Newest first. @param recipient only to this number; null for all */
  list(recipient: string | null, page: PageRequest): Promise<Page<CapturedMessage>>;
}

import type { RenderedMail } from './templates.ts';

/** Why a mail did not leave, as far as it matters for what comes next. */
export type Trouble =
  /** The receiving side will never take this mail: giving it up is all there is. */
  | 'refused'
  /** This mail did not go through now. */
  | 'later'
  /** The connection broke or fell silent in the middle: because of this mail, or because the server goes down. */
  | 'cut'
  /** No mail goes through now: the server is away, or does not let us in. */
  | 'outage';

/** `message` is for the operator, and for whoever looks at the invitation; it holds no secret. */
export class DeliveryError extends Error {
  override readonly name = 'DeliveryError';
  readonly trouble: Trouble;

  constructor(trouble: Trouble, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.trouble = trouble;
  }
}

/** Hands one mail at a time to the world; called for several at once. */
export interface SendingTransport {
  readonly kind: 'smtp';
  /** How many at once are worth while. */
  readonly lanes: number;
  /** Resolves when the other side has taken responsibility for the mail; else throws DeliveryError, within a minute. */
  send(mail: RenderedMail): Promise<void>;
  close(): Promise<void>;
}

/**
 * - smtp: over the network
 * - captured: kept in the database for `--dev`, in the transaction that marks them sent
 * - none: nothing is sent; operations that must mail are refused before they queue anything (D20)
 */
export type Transport = SendingTransport | { readonly kind: 'captured' } | { readonly kind: 'none' };

/** Why something did not leave, as far as it matters for what comes next. */
export type Trouble =
  /** The receiving side will never take it: giving it up is all there is. */
  | 'refused'
  /** It did not go through now. */
  | 'later'
  /** The connection broke or fell silent in the middle: because of it, or because the server goes down. */
  | 'cut'
  /** Nothing goes through now: the server is away, or does not let us in. */
  | 'outage';

/** `message` is for the operator, and for whoever looks at what was not delivered; it holds no secret. */
export class DeliveryError extends Error {
  override readonly name = 'DeliveryError';
  readonly trouble: Trouble;

  constructor(trouble: Trouble, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.trouble = trouble;
  }
}

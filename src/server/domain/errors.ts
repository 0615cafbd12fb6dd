import type { AccessReason } from '../../contract/common.ts';
import type { ErrorCode } from '../../contract/errors.ts';

export interface Trouble {
  /** Pointers into the request (RFC 6901) for bad input. */
  readonly errors?: readonly { pointer: string; detail: string }[];
  readonly reasons?: readonly AccessReason[];
  readonly blockers?: readonly { kind: string; detail: string }[];
  /** Seconds until it is worth trying again (429, 503). */
  readonly retryAfter?: number;
  /** Internal, for the log alone. */
  readonly cause?: unknown;
}

/** A rule said no. `message` is public: it names what, why and what to do, and nothing internal. */
export class DomainError extends Error {
  override readonly name = 'DomainError';
  readonly code: ErrorCode;
  readonly trouble: Trouble;

  constructor(code: ErrorCode, message: string, trouble: Trouble = {}) {
    super(message, trouble.cause === undefined ? undefined : { cause: trouble.cause });
    this.code = code;
    this.trouble = trouble;
  }
}

/**
 * What the caller may not see and what is not there answer alike (api.md): built fresh from the reference
 * that the caller gave, never from what was found.
 */
export function notFound(noun: string, reference: string): DomainError {
  return new DomainError('not_found', `There is no ${noun} ${JSON.stringify(reference)} that you can see.`);
}

export function invalid(pointer: string, detail: string): DomainError {
  return new DomainError('invalid_request', `The request is not valid: ${pointer} ${detail}`, {
    errors: [{ pointer, detail }],
  });
}

/**
 * A refusal whose traces stay: what the rule wrote is committed, and then the caller is refused. For a stolen
 * refresh token, which must end its session although the request fails. Every other error rolls back.
 */
export class RefusedAndKept extends Error {
  override readonly name = 'RefusedAndKept';
  readonly refusal: DomainError;

  constructor(refusal: DomainError) {
    super(refusal.message);
    this.refusal = refusal;
  }
}

/** Not allowed for a reason that only the rule knows; a 403 always carries its reasons. */
export function refused(
  code: Extract<ErrorCode, 'forbidden' | 'plan_not_self_serve' | 'feature_locked' | 'account_suspended'>,
  check: string,
  text: string,
): DomainError {
  return new DomainError(code, text, { reasons: [{ check, ok: false, text }] });
}

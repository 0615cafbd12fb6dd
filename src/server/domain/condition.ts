import type { AccessReason } from '../../contract/common.ts';
import { type ErrorCode, errorCodes } from '../../contract/errors.ts';
import { DomainError } from './errors.ts';

/**
 * What a rule asks for beyond the access table. The rule and the explanation of it call the same function for it: the
 * rule refuses with what does not hold, the explanation shows all of it.
 */
export interface Condition extends AccessReason {
  /** The rule's answer where it does not hold. */
  readonly code: ErrorCode;
}

/** Is it a matter of rights, or of what happens to be so at this moment? */
export const isRight = ({ code }: Condition): boolean => errorCodes[code].status === 403;

/** Refuses with the first that does not hold. */
export function mustHold(conditions: readonly Condition[]): void {
  const broken = conditions.find(({ ok }) => !ok);
  if (!broken) return;
  const { check, ok, text, code } = broken;
  throw new DomainError(code, text, isRight(broken) ? { reasons: [{ check, ok, text }] } : {});
}

import type { OperationId } from '../contract/operations.ts';
import { isHopeless, neverSent, type WireAnswer, type WireError } from './wire.ts';

/**
 * Operations whose secret works once. If the answer got lost, a repeat would report "the link is not valid" about
 * something that succeeded; and a refresh token presented twice looks stolen. They are repeated only when it is
 * certain that nothing happened: no connection was made, or the server turned the request away (429, 503).
 * The other public operations are repeated freely: signing in twice makes a session that nobody holds, and
 * signup and password_forgot mail a second link.
 */
const worksOnce: ReadonlySet<OperationId> = new Set<OperationId>([
  'auth.signup_finish',
  'auth.device_token',
  'auth.refresh',
  'auth.password_reset',
  'auth.email_confirm',
  'invites.accept',
  'invites.decline',
]);

/** May this operation be sent again when nobody knows whether the first attempt took effect? */
export function repeatsSafely(id: OperationId): boolean {
  return !worksOnce.has(id);
}

/** A raw request of `tenantctl api` repeats safely under HTTP's own rules, or with the key that it carries. */
export function rawRepeatsSafely(method: string, headers: Readonly<Record<string, string>>): boolean {
  return method !== 'POST' && method !== 'PATCH' ? true : headers['idempotency-key'] !== undefined;
}

/** Why an attempt should be repeated, and how long the server asked to wait. `undefined`: it should not. */
export interface Again {
  readonly reason: 'rate limited' | 'busy' | 'unreachable';
  /** Milliseconds from `Retry-After`, if the server named any. */
  readonly askedMs: number | undefined;
}

/** Codes that a repeat cannot heal although their status is a retryable one. */
const settledCodes = new Set(['mail_not_configured', 'sms_not_configured', 'message_limit']);

export function againAfterAnswer(
  answer: WireAnswer,
  code: string,
  repeats: boolean,
  now: number,
): Again | undefined {
  if (settledCodes.has(code)) return undefined;
  const askedMs = retryAfterMs(answer.headers['retry-after'], now);
  if (answer.status === 429) return { reason: 'rate limited', askedMs };
  if (answer.status === 503) return { reason: 'busy', askedMs };
  if (code === 'idempotency_in_flight') return { reason: 'busy', askedMs };
  if (answer.status >= 500 && answer.status !== 501 && repeats) return { reason: 'busy', askedMs };
  return undefined;
}

export function againAfterError(error: WireError, repeats: boolean): Again | undefined {
  if (isHopeless(error)) return undefined;
  return repeats || neverSent(error) ? { reason: 'unreachable', askedMs: undefined } : undefined;
}

const baseMs = 250;
const capMs = 20_000;

/**
 * Full jitter: anywhere from nothing to the exponential step, so that many tools do not come back as one.
 * What the server asked for is a floor, never shortened.
 * @param attempt 1 after the first failure
 * @param random 0 <= random < 1
 */
export function waitMs(attempt: number, again: Again, random: number): number {
  const step = Math.min(capMs, baseMs * 2 ** (attempt - 1));
  return Math.round((again.askedMs ?? 0) + random * step);
}

/** Seconds or an HTTP date (RFC 9110, 10.2.3) as milliseconds from now; anything else is ignored. */
export function retryAfterMs(value: string | undefined, now: number): number | undefined {
  if (value === undefined) return undefined;
  if (/^\d{1,9}$/.test(value.trim())) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

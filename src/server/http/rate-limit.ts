import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type OperationId, operationOf } from '../../contract/operations.ts';
import { networkOf } from '../domain/attempts.ts';
import { DomainError } from '../domain/errors.ts';

/** Requests a window of so many seconds. */
export interface RatePolicy {
  readonly quota: number;
  readonly window: number;
}

export interface RatePolicies {
  /** By credential. */
  readonly default: RatePolicy;
  /** By network of the caller, for operations that need no credential: sign-in, sign-up, secrets. */
  readonly public: RatePolicy;
  /** By network too, for those that mail whoever is named: sign-up and forgotten passwords. */
  readonly mailing: RatePolicy;
}

/** Generous for machines (a bulk run sends about ten requests a second), tight for guessing. */
export const defaultPolicies: RatePolicies = {
  default: { quota: 6000, window: 60 },
  public: { quota: 300, window: 60 },
  mailing: { quota: 30, window: 60 },
};

interface Window {
  left: number;
  readonly ends: number;
}

const MOST_KEYS = 100_000;

/** Each policy counts by itself: what one of them lets through does not refill another. */
function keyOf(request: FastifyRequest, policy: keyof RatePolicies): string {
  const credential = request.headers.authorization;
  if (policy !== 'default' || credential === undefined) return `${policy}:${networkOf(request.ip)}`;
  return createHash('sha256').update(credential).digest('base64');
}

/**
 * Counts requests in fixed windows, in this process, and says where one stands in the headers of
 * draft-ietf-httpapi-ratelimit-headers. Counting by credential keeps one tenant's flood from another.
 */
export function rateLimiter(policies: RatePolicies, now: () => number) {
  const windows = new Map<string, Window>();
  return (id: OperationId, request: FastifyRequest, reply: FastifyReply): void => {
    // Whatever credential is sent along: an invented one must not open a window of its own for guessing.
    const operation = operationOf(id);
    const name = operation.mails ? 'mailing' : operation.public ? 'public' : 'default';
    const { quota, window } = policies[name];
    const key = keyOf(request, name);
    const time = now();
    let current = windows.get(key);
    if (!current || current.ends <= time) {
      // Forgetting everybody is the bound on memory: it errs on the side of letting through.
      if (windows.size >= MOST_KEYS) windows.clear();
      current = { left: quota, ends: time + window * 1000 };
      windows.set(key, current);
    }
    const reset = Math.max(1, Math.ceil((current.ends - time) / 1000));
    const refused = current.left <= 0;
    current.left = Math.max(0, current.left - 1);
    reply.header('ratelimit-policy', `"${name}";q=${quota};w=${window}`);
    reply.header('ratelimit', `"${name}";r=${current.left};t=${reset}`);
    if (refused) {
      throw new DomainError(
        'rate_limited',
        `More than ${quota} requests in ${window} s. Try again in ${reset} s.`,
        {
          retryAfter: reset,
        },
      );
    }
  };
}

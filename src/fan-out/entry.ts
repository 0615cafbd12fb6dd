import { conflictError, interruptedError, type TenantctlError } from '../errors.ts';
import { failureObject } from '../output/failure.ts';
import type { Printed } from './collector.ts';
import type { Target } from './targets.ts';

/** What became of one account. */
export interface Entry {
  readonly account: Target;
  readonly outcome: 'done' | 'unchanged' | 'skipped' | 'failed' | 'not_started';
  /** Also of one that failed, if it had printed by then. */
  readonly printed: Printed | undefined;
  /** Why it was skipped, failed or not started. */
  readonly error: TenantctlError | undefined;
}

/** It did what it was asked, or there was nothing to do. */
export function isWell({ outcome }: Entry): boolean {
  return outcome !== 'failed' && outcome !== 'not_started';
}

export function inactive(account: Target): Entry {
  const error = conflictError(`${account.slug} is ${account.state}`, { code: 'account_suspended' });
  return { account, outcome: 'skipped', printed: undefined, error };
}

export function notStarted(account: Target): Entry {
  const error = interruptedError('the run ended before', { code: 'not_started', retryable: true });
  return { account, outcome: 'not_started', printed: undefined, error };
}

/** What stood in the way, all of it, on one line. */
export function reasonOf({ message, why, status, details = [] }: TenantctlError): string {
  // A refusal's second sentence is only its code in words.
  const parts = [message, ...(why === undefined || status !== undefined ? [] : [why])];
  return [...parts, ...details.map(({ detail }) => detail)].map((part) => part.replace(/\.$/, '')).join('; ');
}

/** For programs; every member is always there. */
export function entryObject({ account, outcome, printed, error }: Entry): object {
  return {
    account: { id: account.id, slug: account.slug },
    ok: isWell({ account, outcome, printed, error }),
    outcome,
    result: printed?.value ?? null,
    error: error === undefined ? null : failureObject(error),
  };
}

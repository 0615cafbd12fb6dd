import type { Context } from '../context.ts';
import { partialError, TenantctlError } from '../errors.ts';
import { isOfTheRun } from './each.ts';
import { type Entry, isWell } from './entry.ts';

/** How the whole run ends: throws what gives it another exit code than 0. */
export function conclude(ended: readonly Entry[], stoppedBy: TenantctlError | undefined, ctx: Context): void {
  const { signal } = ctx.world;
  if (signal.aborted) {
    for (const line of standing(ended)) ctx.out.say(line);
    throw signal.reason;
  }
  // What was not begun because nobody read on is no failure.
  const begun = ended.filter(({ outcome }) => outcome !== 'not_started');
  const alike = sameFailure(begun);
  if (alike !== undefined) throw alike;
  if (stoppedBy?.outcome === 'auth' || stoppedBy?.outcome === 'temporary') throw stopped(stoppedBy, ended);
  const failed = (stoppedBy === undefined ? begun : ended).filter((entry) => !isWell(entry));
  if (failed.length === 0) return;
  throw partialError(`${failed.length} of ${ended.length} accounts failed`, { details: detailsOf(failed) });
}

/**
 * Nothing came of it anywhere, and the reason is no account's own: the run ends as it would in one account. What
 * was named and is nowhere is such a reason too.
 */
function sameFailure(begun: readonly Entry[]): TenantctlError | undefined {
  const [first] = begun;
  if (first?.error === undefined || !begun.every(({ error }) => error?.code === first.error?.code)) return;
  return first.outcome === 'skipped' || isOfTheRun(first.error) ? first.error : undefined;
}

/** An outage, or a credential that is refused by now. */
function stopped(error: TenantctlError, ended: readonly Entry[]): TenantctlError {
  const { outcome, code, message, hint, status, requestId, cause } = error;
  const details = detailsOf(ended.filter((entry) => !isWell(entry)));
  const count = ended.filter(isWell).length;
  const why = `${count} of ${ended.length} accounts are done; repeating it in those is harmless`;
  return new TenantctlError(outcome, { code, message, why, hint, status, requestId, details, cause });
}

function detailsOf(entries: readonly Entry[]) {
  return entries.map(({ account, error }) => ({ pointer: account.slug, detail: error?.message ?? '' }));
}

function standing(ended: readonly Entry[]): string[] {
  const named = (entries: readonly Entry[]) => entries.map(({ account }) => account.slug).join(', ') || 'none';
  const [done, left] = [ended.filter(isWell), ended.filter(({ outcome }) => outcome === 'not_started')];
  const failed = ended.filter(({ outcome }) => outcome === 'failed');
  return [
    `Interrupted. Done in ${done.length} of ${ended.length} accounts: ${named(done)}.`,
    ...(failed.length === 0 ? [] : [`Failed or cut short: ${named(failed)}.`]),
    `Not started: ${named(left)}.`,
  ];
}

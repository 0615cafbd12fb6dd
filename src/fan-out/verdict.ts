import type { Context } from '../context.ts';
import { partialError, TenantctlError } from '../errors.ts';
import { isOfTheRun } from './each.ts';
import { type Entry, isWell, reasonOf } from './entry.ts';
import { isActive } from './targets.ts';

/** How the whole run ends: throws what gives it another exit code than 0. */
export function conclude(all: readonly Entry[], stoppedBy: TenantctlError | undefined, ctx: Context): void {
  const ended = all.filter(({ account }) => isActive(account));
  const { signal } = ctx.world;
  if (signal.aborted) {
    for (const line of standing(ended)) ctx.out.say(line);
    throw signal.reason;
  }
  const alike = sameFailure(ended);
  if (alike !== undefined) throw alike;
  if (stoppedBy?.outcome === 'auth' || stoppedBy?.outcome === 'temporary') throw stopped(stoppedBy, ended);
  const failed = (stoppedBy === undefined ? begunOf(ended) : ended).filter((entry) => !isWell(entry));
  if (failed.length === 0) return;
  throw partialError(`${failed.length} of ${ended.length} accounts failed`, { details: detailsOf(failed) });
}

/** What was not begun because nobody reads on is no failure. */
function begunOf(entries: readonly Entry[]): readonly Entry[] {
  return entries.filter(({ account, outcome }) => isActive(account) && outcome !== 'not_started');
}

/** The reason is no account's own: an outage, a bad flag, and what is named and is not in this account either. */
export function failsLikeAll({ outcome, error }: Entry): boolean {
  return error !== undefined && (outcome === 'skipped' || isOfTheRun(error));
}

/** Nothing came of it anywhere, and all for one such reason: the run ends as it would in one account. */
export function sameFailure(entries: readonly Entry[]): TenantctlError | undefined {
  const begun = begunOf(entries);
  const error = begun[0]?.error;
  const same = begun.every((entry) => failsLikeAll(entry) && entry.error?.code === error?.code);
  return same ? error : undefined;
}

/** An outage, or a credential that is refused by now. */
function stopped(error: TenantctlError, ended: readonly Entry[]): TenantctlError {
  const { outcome, code, message, hint, status, requestId, cause } = error;
  const details = detailsOf(ended.filter((entry) => !isWell(entry)));
  const count = ended.filter(isWell).length;
  const why = `${count} of ${ended.length} accounts are done`;
  return new TenantctlError(outcome, { code, message, why, hint, status, requestId, details, cause });
}

function detailsOf(entries: readonly Entry[]) {
  return entries.flatMap(({ account, error }) =>
    error === undefined ? [] : [{ pointer: account.slug, detail: reasonOf(error) }],
  );
}

function standing(ended: readonly Entry[]): string[] {
  const [done, left] = [ended.filter(isWell), ended.filter(({ outcome }) => outcome === 'not_started')];
  const failed = ended.filter(({ outcome }) => outcome === 'failed');
  const line = (what: string, entries: readonly Entry[]) =>
    entries.length === 0 ? [] : [`${what}: ${entries.map(({ account }) => account.slug).join(', ')}.`];
  return [
    `Interrupted: ${done.length} of ${ended.length} accounts are done.`,
    ...line('Done', done),
    ...line('Failed or cut short', failed),
    ...line('Not started', left),
  ];
}

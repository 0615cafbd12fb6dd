import { usageError } from '../../errors.ts';
import type { FlagSpecs } from '../spec.ts';

export const recordFilters = {
  since: { value: 'TIME', help: 'submitted then or later: 2026-11-25, or 2026-11-25T09:00:00Z' },
  until: { value: 'TIME', help: 'submitted before' },
} as const satisfies FlagSpecs;

export function timesOf({ since, until }: { since?: string | undefined; until?: string | undefined }) {
  return { since: timeOf('--since', since), until: timeOf('--until', until) };
}

/** A day is its beginning, in UTC. */
function timeOf(flag: string, text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const time = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(time)) return new Date(time).toISOString();
  throw usageError(`${flag} ${text}: not a time such as 2026-11-25 or 2026-11-25T09:00:00Z`, {
    code: 'invalid_value',
  });
}

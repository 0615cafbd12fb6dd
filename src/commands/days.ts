import { usageError } from '../errors.ts';

/** The first day that counts, and the first that counts no more: days, not moments. */
export function checkDays({
  since,
  until,
}: {
  readonly since?: string | undefined;
  readonly until?: string | undefined;
}): void {
  for (const [flag, day] of [
    ['--since', since],
    ['--until', until],
  ] as const)
    if (day !== undefined && !/^\d{4}-\d\d-\d\d$/.test(day))
      throw usageError(`${flag} ${day}: not a day such as 2026-03-31`, { code: 'invalid_value' });
}

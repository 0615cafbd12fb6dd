import { usageError } from '../errors.ts';

const unitMs = new Map([
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
  ['w', 7 * 86_400_000],
]);

/** Every form that RFC 3339 allows, and a day alone, which is its start in UTC. */
const point = /^\d{4}-\d{2}-\d{2}(?:[Tt ]\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:[Zz]|[+-]\d{2}:\d{2}))?$/;

/** `7d` is so long ago; else a time. The API takes UTC with milliseconds. */
export function timeFrom(flag: string, text: string, now: number): string {
  const [, amount, unit = ''] = /^(\d{1,5})([mhdw])$/.exec(text) ?? [];
  const ago = Number(amount) * (unitMs.get(unit) ?? Number.NaN);
  const time = Number.isNaN(ago)
    ? point.test(text)
      ? Date.parse(text.replace(' ', 'T'))
      : Number.NaN
    : now - ago;
  if (!Number.isNaN(time)) return new Date(time).toISOString();
  throw usageError(`${flag} ${text}: not a time`, {
    code: 'invalid_value',
    why: 'It takes 30m, 12h, 7d or 2w (so long ago), a day such as 2026-03-01, or 2026-03-01T09:00:00Z.',
  });
}

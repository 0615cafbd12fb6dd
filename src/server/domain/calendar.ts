/** A day in UTC, `2026-03-31`. Days compare as text. */
export type Day = string;

const DAY_MS = 86_400_000;

export function dayOf(time: Date): Day {
  return time.toISOString().slice(0, 10);
}

/** The moment that a day begins at, RFC 3339. */
export function startOf(day: Day): string {
  return `${day}T00:00:00.000Z`;
}

export function daysBetween(from: Day, until: Day): number {
  return Math.round((Date.parse(startOf(until)) - Date.parse(startOf(from))) / DAY_MS);
}

export function dayOfMonth(day: Day): number {
  return Number(day.slice(8, 10));
}

/**
 * The day that the period after this one begins on: the anchor day of the next month, or that month's last day where
 * it has no such day. The anchor stays: after February the 28th comes March the 31st.
 */
export function followingPeriod(start: Day, anchorDay: number): Day {
  const [year = 0, month = 0] = start.split('-').map(Number);
  // Months of Date count from 0, and day 0 is the last of the month before.
  const lastDay = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  return dayOf(new Date(Date.UTC(year, month, Math.min(anchorDay, lastDay))));
}

/** A month in UTC, `2026-11`. Months compare as text. */
export type Month = string;

export function monthOf(time: Date): Month {
  return time.toISOString().slice(0, 7);
}

/** The moment that the month after this one begins at. */
export function endOf(month: Month): string {
  const [year = 0, number = 0] = month.split('-').map(Number);
  return new Date(Date.UTC(year, number, 1)).toISOString();
}

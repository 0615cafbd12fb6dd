import type { Clock } from './work.ts';

export const systemClock: Clock = { now: () => new Date() };

/** Where a moved clock is kept over restarts: milliseconds ahead of the system's. */
export const CLOCK_SETTING = 'clock_offset_ms';

/** The clock of a `--dev` server: it goes on by itself, from where it was put. */
export function movableClock(offsetMs: number): Clock & { offset(): number } {
  let offset = offsetMs;
  return {
    now: () => new Date(Date.now() + offset),
    moveTo: (time) => {
      offset = time.getTime() - Date.now();
    },
    offset: () => offset,
  };
}

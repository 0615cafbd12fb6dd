import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Rows live for a moment and die young, and V8 answers by letting the young generation grow to some 130 MB
 * although about 12 MB are alive. Measured on a check of a million rows: peak 198 MB, and 124 MB with growth
 * stopped, at the price of a tenth of the speed. The flag works at any time, unlike --max-semi-space-size.
 */
export function stopHeapGrowth(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}

const ROWS_BETWEEN = 20_000;

/**
 * Called with the rows just done: every 20,000 of them it has what they left behind collected. Left alone,
 * V8 lets garbage triple the old generation, and buffers of answers wait for it outside the heap. Measured
 * on sending a million rows: peak 165 to 190 MB without, at 1 % of the time.
 */
export function tidyMemory(): (rows: number) => void {
  let since = 0;
  let collect: (() => void) | undefined;
  return (rows) => {
    since += rows;
    if (since < ROWS_BETWEEN) return;
    since = 0;
    collect ??= collector();
    collect();
  };
}

function collector(): () => void {
  setFlagsFromString('--expose-gc');
  const gc: unknown = runInNewContext('gc');
  return () => {
    if (typeof gc === 'function') Reflect.apply(gc, undefined, []);
  };
}

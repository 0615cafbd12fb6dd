import type { Batch } from '../contract/types.ts';

/** The server names no more ranges than these; past the last of a full list nothing is known. */
const RANGES_MAX = 1000;

/** Asks of rising row numbers whether the batch still misses the row. */
export function missingRows({ missing, rows_total }: Pick<Batch, 'missing' | 'rows_total'>) {
  const last = missing.at(-1)?.[1] ?? 0;
  // A row sent twice counts once, so what is not known to be there is sent.
  const ranges = missing.length < RANGES_MAX ? missing : [...missing, [last + 1, rows_total] as const];
  let at = 0;
  return (row: number): boolean => {
    for (let range = ranges[at]; range !== undefined && range[1] < row; range = ranges[at]) at += 1;
    const range = ranges[at];
    return range !== undefined && range[0] <= row;
  };
}

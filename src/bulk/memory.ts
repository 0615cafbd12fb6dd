import { setFlagsFromString } from 'node:v8';

/**
 * Rows live for a moment and die young, and V8 answers by letting the young generation grow to some 130 MB
 * although about 12 MB are alive. Measured on a check of a million rows: peak 198 MB, and 124 MB with growth
 * stopped, at the price of a tenth of the speed. The flag works at any time, unlike --max-semi-space-size.
 */
export function stopHeapGrowth(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}

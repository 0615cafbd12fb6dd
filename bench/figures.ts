/** Figures of a run, and the table that they make. */
export interface Line {
  readonly what: string;
  /** What was measured, with its unit. */
  readonly value: string;
  /** Smallest and largest of the repetitions, or empty. */
  readonly spread?: string;
  readonly target?: string;
  readonly met?: boolean;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

export function spread(values: readonly number[], digits = 2): string {
  const range = [Math.min(...values), Math.max(...values)].map((value) => value.toFixed(digits));
  return values.length < 2 ? '' : `${range.join('-')} (n=${values.length})`;
}

export const ratio = (value: number): string => `${value < 10 ? value.toFixed(2) : value.toFixed(1)}x`;
export const perSecond = (count: number, seconds: number): string =>
  `${Math.round(count / seconds).toLocaleString('en')}/s`;
export const megabytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MB`;

/** A median of ratios beside its target. */
export function ratios(
  what: string,
  values: readonly number[],
  target?: { readonly most: number } | { readonly least: number },
): Line {
  const value = median(values);
  const line = { what, value: ratio(value), spread: spread(values) };
  if (target === undefined) return line;
  return 'most' in target
    ? { ...line, target: `<= ${target.most}x`, met: value <= target.most }
    : { ...line, target: `>= ${target.least}x`, met: value >= target.least };
}

export function table(title: string, lines: readonly Line[]): string {
  const rows = [
    ['what', 'median', 'spread', 'target'],
    ...lines.map(({ what, value, spread: range = '', target = '', met }) => [
      what,
      value,
      range,
      met === undefined ? target : `${target} ${met ? 'met' : 'MISSED'}`,
    ]),
  ];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  const drawn = rows.map((row) => `| ${row.map((cell, n) => cell.padEnd(widths[n] ?? 0)).join(' | ')} |`);
  const rule = `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`;
  return `\n## ${title}\n\n${[drawn[0], rule, ...drawn.slice(1)].join('\n')}\n`;
}

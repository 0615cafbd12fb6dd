import { safeLine } from './text.ts';
import { fit, widthOf } from './width.ts';

/** One bar of a chart: what it is of, how long it is, and the number beside it. */
export interface Bar {
  readonly label: string;
  readonly value: number;
}

export interface Chart {
  readonly title: string;
  readonly bars: readonly Bar[];
  /** The same in one line above: for periods, which follow each other. */
  readonly sparkline?: true | undefined;
}

interface Look {
  readonly width: number;
  readonly unicode: boolean;
  readonly ellipsis: string;
}

const GAP = '  ';
/** Wider bars tell no more. */
const LONGEST = 40;
const SHORTEST = 4;
const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'] as const;
const LEVELS = { unicode: '▁▂▃▄▅▆▇█', ascii: '_.:-=+*#' };

const number = new Intl.NumberFormat('en-US');

/** A part of the longest, in eighths of a column; what is not nothing is seen. */
function barText(value: number, most: number, room: number, unicode: boolean): string {
  if (value <= 0) return '';
  const eighths = Math.max(1, Math.round((value / most) * room * 8));
  if (!unicode) return '#'.repeat(Math.max(1, Math.round(eighths / 8)));
  return '█'.repeat(Math.floor(eighths / 8)) + (EIGHTHS[eighths % 8] ?? '');
}

/** One character a value. Only nothing is at the bottom. */
export function sparkline(values: readonly number[], unicode: boolean): string {
  const levels = unicode ? LEVELS.unicode : LEVELS.ascii;
  const most = Math.max(0, ...values);
  return values
    .map((value) =>
      levels.charAt(value <= 0 ? 0 : Math.max(1, Math.round((value / most) * (levels.length - 1)))),
    )
    .join('');
}

/** A chart for people, as wide as the terminal at most: labels give way before bars do. */
export function chartText(
  { title, bars, sparkline: line }: Chart,
  { width, unicode, ellipsis }: Look,
): string {
  const most = Math.max(0, ...bars.map(({ value }) => value));
  const numbers = bars.map(({ value }) => number.format(value));
  const numberWidth = Math.max(0, ...numbers.map((text) => text.length));
  const labels = bars.map(({ label }) => safeLine(label));
  const rest = width - numberWidth - 2 * GAP.length;
  const labelWidth = Math.max(1, Math.min(Math.max(0, ...labels.map(widthOf)), rest - SHORTEST));
  const room = Math.max(1, Math.min(LONGEST, rest - labelWidth));
  const rows = bars.map(({ value }, at) => {
    const label = fit(labels[at] ?? '', labelWidth, ellipsis);
    const padded = label + ' '.repeat(labelWidth - widthOf(label));
    const amount = (numbers[at] ?? '').padStart(numberWidth);
    return `${padded}${GAP}${amount}${GAP}${barText(value, most, room, unicode)}`.trimEnd();
  });
  const months =
    line === true
      ? `${GAP}${sparkline(
          bars.map(({ value }) => value),
          unicode,
        )}`
      : '';
  return [`${title}${months}`, ...rows].map((row) => `${row}\n`).join('');
}

import type { Paint } from './colour.ts';
import { safeLine } from './text.ts';
import { widthOf } from './width.ts';

export interface Check {
  /** Held, did not hold, or did not matter. */
  readonly mark: 'yes' | 'no' | 'idle';
  readonly label: string;
  readonly text: string;
}

/** A verdict, all that was looked at for it, and what would change it. */
export interface CheckReport {
  readonly verdict: string;
  readonly groups: readonly { readonly heading: string | null; readonly checks: readonly Check[] }[];
  readonly changes: readonly {
    readonly heading: string;
    readonly steps: readonly { readonly text: string; readonly command: string | null }[];
  }[];
}

// Told apart by their shape, on any terminal and without colour.
const MARKS = {
  unicode: { yes: '✓', no: '✗', idle: '·' },
  ascii: { yes: 'yes', no: 'NO', idle: '-' },
} as const;
const TONES = { yes: 'good', no: 'bad', idle: 'dim' } as const;

export function checksText(report: CheckReport, unicode: boolean, paint: Paint): string {
  const marks = unicode ? MARKS.unicode : MARKS.ascii;
  const all = report.groups.flatMap(({ checks }) => checks);
  const labels = Math.max(0, ...all.map(({ label }) => widthOf(label)));
  const markWidth = Math.max(...Object.values(marks).map((mark) => mark.length));
  const line = ({ mark, label, text }: Check, indent: string, room: number): string => {
    const shown = paint(TONES[mark], marks[mark]) + ' '.repeat(markWidth - marks[mark].length);
    return `${indent}${shown} ${label}${' '.repeat(room - widthOf(label) + 2)}${safeLine(text)}`.trimEnd();
  };
  const chain = report.groups.flatMap(({ heading, checks }) =>
    heading === null
      ? checks.map((check) => line(check, '  ', labels + 2))
      : [`  ${heading}`, ...checks.map((check) => line(check, '    ', labels))],
  );
  const changes = report.changes.flatMap(({ heading, steps }) => [
    '',
    heading,
    ...steps.flatMap(({ text, command }) => [
      `  - ${safeLine(text)}`,
      ...(command === null ? [] : [`      ${paint('bold', safeLine(command))}`]),
    ]),
  ]);
  return [paint('bold', safeLine(report.verdict)), '', ...chain, ...changes].join('\n');
}

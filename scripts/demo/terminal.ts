// What the demo prints: headings, commands as typed, and what they answered.
const styled = process.stdout.isTTY && !process.env['NO_COLOR'];

function style(code: number, text: string): string {
  return styled ? `\u001b[${code}m${text}\u001b[0m` : text;
}

export const bold = (text: string): string => style(1, text);
export const dim = (text: string): string => style(2, text);

export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

let chapters = 0;

export function chapter(title: string): void {
  chapters += 1;
  print(`\n${bold(`${chapters}. ${title}`)}`);
}

/** A command line as a person would type it. */
export function typed(args: readonly string[]): string {
  const words = args.map((word) =>
    /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`,
  );
  return ['tenantctl', ...words].join(' ');
}

/** Columns under one another, as on a terminal: off one the tool separates them by tabs. */
export function aligned(text: string): string[] {
  const rows = text.split('\n').map((line) => line.split('\t'));
  const widths: number[] = [];
  for (const cells of rows)
    for (const [at, cell] of cells.slice(0, -1).entries())
      widths[at] = Math.max(widths[at] ?? 0, cell.length);
  return rows.map((cells) =>
    cells.map((cell, at) => (at < cells.length - 1 ? cell.padEnd(widths[at] ?? 0) : cell)).join('  '),
  );
}

const LINES = 16;

/** Output, indented; of a long one its beginning and its end. */
export function printOutput(text: string): void {
  const lines = aligned(text.trimEnd());
  const short =
    lines.length <= LINES
      ? lines
      : [...lines.slice(0, LINES - 4), `... ${lines.length - LINES + 1} more lines ...`, ...lines.slice(-3)];
  for (const line of short) print(`  ${line.length > 160 ? `${line.slice(0, 157)}...` : line}`.trimEnd());
}

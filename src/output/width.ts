/**
 * Columns of a terminal that a text takes, as wcwidth counts them: marks 0, East Asian wide and emoji 2.
 * Our own, since cli-table3's string-width 4 knows only Latin combining marks.
 */
const ASCII = /^[\u0020-\u007e]*$/;
const MARK = /[\p{Mn}\p{Me}\p{Cf}\u1160-\u11ff]/u;
const EMOJI = /\p{Emoji_Presentation}/u;
const SKIN_TONE = /\p{Emoji_Modifier}/u;
const FLAG_LETTER = /\p{Regional_Indicator}/u;
const JOINER = '\u200d';
const EMOJI_STYLE = '\ufe0f';

// Unicode's East Asian Width W and F, in blocks.
const WIDE: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x2e80, 0x303e],
  [0x3041, 0x33ff],
  [0x3400, 0x4dbf],
  [0x4e00, 0xa4cf],
  [0xa960, 0xa97f],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff01, 0xff60],
  [0xffe0, 0xffe6],
  [0x16fe0, 0x18dff],
  [0x1aff0, 0x1b2ff],
  [0x1f200, 0x1f265],
  [0x20000, 0x3fffd],
];

/** What a terminal draws as one: a base character with its marks, joined emoji, a flag. */
export interface Cluster {
  text: string;
  width: number;
}

function baseWidth(char: string): number {
  const code = char.codePointAt(0) ?? 0;
  if (EMOJI.test(char) && !FLAG_LETTER.test(char)) return 2;
  return WIDE.some(([first, last]) => code >= first && code <= last) ? 2 : 1;
}

function extend(last: Cluster, char: string): boolean {
  if (char === EMOJI_STYLE && last.width === 1) last.width = 2;
  else if (!MARK.test(char) && !last.text.endsWith(JOINER) && !tones(last, char)) return false;
  last.text += char;
  return true;
}

function tones(last: Cluster, char: string): boolean {
  return SKIN_TONE.test(char) && last.width === 2;
}

/** Expects text made safe: no control characters. */
export function clusters(text: string): Cluster[] {
  const found: Cluster[] = [];
  for (const char of text) {
    const last = found.at(-1);
    if (last !== undefined && extend(last, char)) continue;
    const half = last !== undefined && last.width === 1 && FLAG_LETTER.test(last.text);
    if (half && FLAG_LETTER.test(char)) {
      last.text += char;
      last.width = 2;
    } else found.push({ text: char, width: MARK.test(char) ? 0 : baseWidth(char) });
  }
  return found;
}

export function widthOf(text: string): number {
  if (ASCII.test(text)) return text.length;
  return clusters(text).reduce((sum, cluster) => sum + cluster.width, 0);
}

/** Cut to `width` columns, the last of them the ellipsis; a shorter text is untouched. */
export function fit(text: string, width: number, ellipsis: string): string {
  if (widthOf(text) <= width) return text;
  let room = width - widthOf(ellipsis);
  let kept = '';
  for (const cluster of clusters(text)) {
    if (cluster.width > room) break;
    kept += cluster.text;
    room -= cluster.width;
  }
  return room >= 0 ? kept + ellipsis : ellipsis.slice(0, width);
}

/**
 * Text from the API is untrusted: a display name may hold escape sequences that repaint a terminal or
 * bidi marks that reorder a line. Nothing here knows the API; everything human passes through it.
 */

// C0, DEL and C1, line and paragraph separators, bidi marks and overrides, invisible spaces, BOM, soft hyphen.
// The zero-width joiners stay: emoji and several scripts need them.
const UNSAFE =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]|[\u{e0000}-\u{e007f}]/gu;

// In JSON text these can only stand inside a string, so escaping them keeps the data.
const UNSAFE_IN_JSON = /[\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

function visible(char: string): string {
  const code = char.codePointAt(0) ?? 0;
  if (code < 0x100) return `\\x${code.toString(16).padStart(2, '0')}`;
  return code < 0x10000 ? `\\u${code.toString(16).padStart(4, '0')}` : `\\u{${code.toString(16)}}`;
}

/** One line, safe on a terminal: line breaks and tabs are spaces, other control characters are spelt out. */
export function safeLine(text: string): string {
  return text
    .replace(/\r\n|[\t\n\r]/g, ' ')
    .replace(UNSAFE, visible)
    .toWellFormed();
}

/** Several lines that the tool itself wrote, perhaps around foreign words: only line breaks and tabs survive. */
export function safeText(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .replace(UNSAFE, (char) => (char === '\n' || char === '\t' ? char : visible(char)))
    .toWellFormed();
}

/** JSON text with C1 and bidi characters as \uXXXX: the same data, harmless to look at. */
export function safeJson(json: string): string {
  return json.replace(UNSAFE_IN_JSON, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Whether YAML must quote it, so that the escapes of `safeJson` mean something. */
export function isUnsafe(text: string): boolean {
  return text.search(UNSAFE) >= 0;
}

/** A word as a shell takes it. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

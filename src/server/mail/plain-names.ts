/** Control, formatting (bidi, zero-width) and private-use characters, lone surrogates, line and paragraph separators. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Cn}\p{Zl}\p{Zp}]+/gu;
/** What a mail program may read as the dot of a domain: IDNA's four (RFC 3490, 3.1). */
const DOT_IN_DOMAIN = /([.\u3002\uff0e\uff61])(?=[\p{L}\p{N}\p{M}])/gu;
const LONGEST_NAME = 100;

/** One line of visible text, cut to a length; whatever else was in it is a blank. */
export function oneLine(text: string, longest = LONGEST_NAME): string {
  const line = text.replaceAll(INVISIBLE, ' ').replaceAll(/\s+/gu, ' ').trim();
  const characters = [...line];
  return characters.length <= longest ? line : `${characters.slice(0, longest - 1).join('')}…`;
}

/**
 * Text that no mail program turns into a link (D20, T19). Programs link on their own whatever looks like a URL, a
 * domain or an address, in plain text and in HTML alike; blanks keep it readable and stop that:
 * `http://evil.example` becomes `http: / / evil .example`, `ana@x.io` becomes `ana @ x .io`. Ends of sentences stay.
 * A visible change is preferred to invisible characters, which some programs drop before they look for links.
 */
export function unlinked(text: string): string {
  return text
    .replaceAll(/:(?=\S)/g, ': ')
    .replaceAll(/[/\\](?=[/\\])/g, '$& ')
    .replaceAll(/\s*[@\uff20\ufe6b]\s*/g, ' @ ')
    .replaceAll(DOT_IN_DOMAIN, ' $1')
    .replaceAll(/ {2,}/g, ' ')
    .trim();
}

/** A name that somebody chose: one line, never a link, in quotation marks so that it reads as a name. */
export function quoted(name: string): string {
  return `“${unlinked(oneLine(name)).replaceAll(/[“”"]/g, '’')}”`;
}

export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

/**
 * The one function that compares e-mail addresses (D3). The server's unique indexes, the tool's
 * duplicate check and every look-up use it, so that two spellings are one person or two everywhere.
 *
 * ASCII letters are folded to lower case and the domain is put in its ASCII form; nothing else is
 * touched. Whatever could be mistaken for another address after some mapping (U+212A KELVIN SIGN, long s,
 * ligatures, full-width forms, invisible characters) is refused rather than mapped: T118-T124.
 * One trailing dot of the domain (the DNS root) is removed. `localhost` is the only domain without a dot.
 */
import { domainToASCII, domainToUnicode } from 'node:url';

const LOCAL_MAX_OCTETS = 64; // RFC 5321 4.5.3.1.1
const ADDRESS_MAX_OCTETS = 254; // RFC 5321 4.5.3.1.3 less the angle brackets (RFC 3696 erratum 1690)
const LABEL_MAX_OCTETS = 63; // RFC 1035 2.3.4

/** `written` is what mail goes to; `folded` is what is compared and stored beside it; `domain` is folded. */
export type AddressResult =
  | { ok: true; written: string; folded: string; domain: string }
  | { ok: false; reason: string };

const ASCII_BLANKS = ' \t\n\v\f\r';
const PLAIN =
  /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*@((?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z](?:[a-z0-9-]*[a-z0-9])?|localhost)$/;
const LOCAL =
  /^[a-z0-9!#$%&'*+/=?^_`{|}~\u0080-\u{10ffff}-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~\u0080-\u{10ffff}-]+)*$/u;
const LABEL = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/;
const CONTROL = /\p{Cc}/u;
const BLANK = /\s/;
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\p{Cs}\p{Co}\p{Cn}\p{Cf}]/u;
const NOT_ASCII = /\P{ASCII}/u;
const EVERY_NOT_ASCII = /\P{ASCII}/gu;
const HAS_ASCII = /\p{ASCII}/u;

/** Reads an address as a person wrote it. Never throws; a refusal says why in a sentence's middle. */
export function parseAddress(raw: string): AddressResult {
  const text = trimAscii(raw);
  if (text.length <= LOCAL_MAX_OCTETS) {
    // Nearly every address of a large file: no part of it can be too long, nothing needs IDNA.
    const folded = lowerAscii(text);
    const match = PLAIN.exec(folded);
    if (match?.[1] && !folded.includes('xn--')) return { ok: true, written: text, folded, domain: match[1] };
  }
  return parseCarefully(text);
}

/** By hand: a pattern for blanks at the end takes a time that grows with the square of those in the middle. */
function trimAscii(text: string): string {
  let [start, end] = [0, text.length];
  while (start < end && ASCII_BLANKS.includes(text.charAt(start))) start += 1;
  while (end > start && ASCII_BLANKS.includes(text.charAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

/** The comparable form, or null when it is no address; `parseAddress` says why. */
export function foldAddress(raw: string): string | null {
  const result = parseAddress(raw);
  return result.ok ? result.folded : null;
}

/** The domain of a folded address. */
export function addressDomain(folded: string): string {
  return folded.slice(folded.lastIndexOf('@') + 1);
}

function parseCarefully(text: string): AddressResult {
  const reason = suspicious(text);
  if (reason) return { ok: false, reason };
  const at = text.lastIndexOf('@');
  const writtenDomain = text.slice(at + 1).replace(/\.$/, '');
  const written = `${text.slice(0, at)}@${writtenDomain}`;
  const local = lowerAscii(text.slice(0, at));
  const localProblem = problemOfLocal(local);
  if (localProblem) return { ok: false, reason: localProblem };
  const tooLong = { ok: false, reason: `it is longer than ${ADDRESS_MAX_OCTETS} bytes` } as const;
  // Before the domain is decoded, which takes a time that grows with the square of its length.
  if (Buffer.byteLength(written) > ADDRESS_MAX_OCTETS) return tooLong;
  const domain = foldDomain(writtenDomain);
  if (!domain.ok) return domain;
  const folded = `${local}@${domain.folded}`;
  if (Buffer.byteLength(folded) > ADDRESS_MAX_OCTETS) return tooLong;
  return { ok: true, written, folded, domain: domain.folded };
}

/** What is refused wherever in the address it stands. */
function suspicious(text: string): string | null {
  if (text === '') return 'it is empty';
  if (CONTROL.test(text)) return 'it contains a control character';
  if (NOT_ASCII.test(text)) {
    if (INVISIBLE.test(text)) return 'it contains an invisible or unassigned character';
    for (const character of text.match(EVERY_NOT_ASCII) ?? []) {
      // Compatibility forms of ASCII: mapped by one program and kept by another, they merge two people.
      if (HAS_ASCII.test(character.normalize('NFKC')) || character === '\u3002') {
        return `it contains ${codePoint(character)}, which looks like a plain character and is another`;
      }
    }
  }
  if (!text.includes('@')) return 'it has no @';
  if (text.startsWith('"')) return 'quoted names before the @ are not accepted';
  if (/[()]/.test(text)) return 'comments in parentheses are not accepted';
  if (/[<>]/.test(text)) return 'only the bare address is accepted, without a name or angle brackets';
  if (BLANK.test(text)) return 'it contains a blank';
  if (/[,;]/.test(text)) return 'it contains a comma or semicolon; one address only';
  return null;
}

function problemOfLocal(local: string): string | null {
  if (local === '') return 'nothing stands before the @';
  if (Buffer.byteLength(local) > LOCAL_MAX_OCTETS) {
    return `the part before the @ is longer than ${LOCAL_MAX_OCTETS} bytes`;
  }
  if (local.includes('@')) return 'it has more than one @';
  if (/^\.|\.\.|\.$/.test(local)) return 'a dot in the part before the @ begins, ends or is doubled';
  if (!LOCAL.test(local)) return 'the part before the @ contains a character that is not accepted';
  // Composed and decomposed spellings look the same; only one of them may name somebody.
  if (local !== local.normalize('NFC')) return 'the part before the @ is not in composed form (Unicode NFC)';
  return null;
}

function foldDomain(written: string): { ok: true; folded: string } | { ok: false; reason: string } {
  const refuse = (reason: string) => ({ ok: false, reason }) as const;
  if (written === '') return refuse('nothing stands after the @');
  if (/[[\]:]/.test(written)) return refuse('an IP address instead of a domain is not accepted');
  if (/^\.|\.\.|\.$/.test(written)) return refuse('a dot in the domain begins, ends or is doubled');
  const lower = lowerAscii(written);
  // Only for what needs it: the URL standard's parser would also read 0x7f.1 as an IPv4 address.
  const folded = NOT_ASCII.test(lower) || lower.includes('xn--') ? domainToASCII(lower) : lower;
  // A label that is still xn-- when decoded is no encoding of anything.
  if (folded === '' || (folded.includes('xn--') && domainToUnicode(folded).includes('xn--'))) {
    return refuse('its domain is not a valid international domain name');
  }
  if (folded === 'localhost') return { ok: true, folded };
  const labels = folded.split('.');
  if (labels.some((label) => label.length > LABEL_MAX_OCTETS)) {
    return refuse(`a part of its domain is longer than ${LABEL_MAX_OCTETS} bytes`);
  }
  if (!labels.every((label) => LABEL.test(label))) {
    return refuse('its domain contains a character that is not accepted');
  }
  if (/^[0-9]/.test(labels.at(-1) ?? '')) return refuse('an IP address instead of a domain is not accepted');
  if (labels.length < 2) return refuse('its domain has no dot');
  return { ok: true, folded };
}

function lowerAscii(text: string): string {
  // toLowerCase() alone would turn U+212A into k and U+0130 into i.
  return NOT_ASCII.test(text)
    ? text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
    : text.toLowerCase();
}

function codePoint(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}

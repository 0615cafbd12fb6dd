import { createHash, randomFillSync } from 'node:crypto';
import { crc32 } from 'node:zlib';

/**
 * Every secret the system hands out: `tctl_<kind>_<random><checksum>`. The prefix lets secret scanners
 * find one, the checksum rejects a mistyped one without asking the store (design: api.md, Conventions).
 *
 * - user: a signed-in session; refresh: what renews it
 * - api: a member's or an account's (D24); key: a workspace's; dlg: a delegation; staff; meter: reports usage
 * - inv: an invitation's secret; mail: any other mailed secret (sign-up, password reset)
 * - device: fetches the session of a sign-in that is approved in a browser
 */
export const TOKEN_KINDS = [
  'user',
  'refresh',
  'api',
  'key',
  'dlg',
  'staff',
  'meter',
  'inv',
  'mail',
  'device',
] as const;
export type TokenKind = (typeof TOKEN_KINDS)[number];

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const RANDOM_BYTES = 32;
/** 62 ** 43 is the first power above 2 ** 256, and 62 ** 6 the first above 2 ** 32. */
const RANDOM_LENGTH = 43;
const CHECKSUM_LENGTH = 6;
const TOKEN = new RegExp(
  `^tctl_(${TOKEN_KINDS.join('|')})_[0-9A-Za-z]{${RANDOM_LENGTH}}[0-9A-Za-z]{${CHECKSUM_LENGTH}}$`,
);
const LONGEST = 'tctl_refresh_'.length + RANDOM_LENGTH + CHECKSUM_LENGTH;

/** 62 ** 8: digits are taken from the big number eight at a time, for its divisions are what costs. */
const EIGHT_DIGITS = 218_340_105_584_896n;

function base62(value: bigint, length: number): string {
  let digits = '';
  for (let rest = value; digits.length < length; rest /= EIGHT_DIGITS) {
    let eight = Number(rest % EIGHT_DIGITS);
    for (let left = Math.min(8, length - digits.length); left > 0; left -= 1) {
      digits = ALPHABET.charAt(eight % 62) + digits;
      eight = Math.floor(eight / 62);
    }
  }
  return digits;
}

const pool = Buffer.alloc(RANDOM_BYTES * 64);
let used = pool.length;

/** Random bytes are fetched for many tokens at once: a bulk run mints a thousand in a row. None is kept once it is used. */
function randomHex(): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const hex = pool.toString('hex', used, used + RANDOM_BYTES);
  pool.fill(0, used, used + RANDOM_BYTES);
  used += RANDOM_BYTES;
  return hex;
}

const checksum = (body: string): string => base62(BigInt(crc32(body)), CHECKSUM_LENGTH);

/** A new secret with 256 random bits. */
export function mintToken(kind: TokenKind): string {
  const body = `tctl_${kind}_${base62(BigInt(`0x${randomHex()}`), RANDOM_LENGTH)}`;
  return body + checksum(body);
}

/** What kind of token a text is, or null if it is none or mistyped. Says nothing about whether it is valid. */
export function parseToken(text: string): { kind: TokenKind } | null {
  // The length bounds the work on hostile input before anything looks at the text.
  if (text.length > LONGEST) return null;
  const kind = TOKEN_KINDS.find((known) => known === TOKEN.exec(text)?.[1]);
  if (kind === undefined) return null;
  return text.endsWith(checksum(text.slice(0, -CHECKSUM_LENGTH))) ? { kind } : null;
}

/** What the server stores instead of a token: SHA-256 in lower-case hex, 64 characters. */
export function hashToken(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** A token fit to be shown: its kind and its last four characters, which are checksum and not secret. */
export function maskToken(text: string): string {
  const kind = parseToken(text)?.kind;
  return kind === undefined ? '****' : `tctl_${kind}_****${text.slice(-4)}`;
}

/** Masks every token inside a longer text, mistyped or cut ones too: for errors, traces and logs. */
export function maskTokensIn(text: string): string {
  return text.replace(/tctl_[a-z]+_[0-9A-Za-z]+/g, (found) => {
    const masked = maskToken(found);
    return masked === '****' ? `${found.slice(0, found.lastIndexOf('_') + 1)}****` : masked;
  });
}

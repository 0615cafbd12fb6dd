/**
 * The one function that reads a mobile number. What it accepts is E.164 as people write it: a plus sign or
 * 00, the country code, the number; blanks, hyphens, dots, slashes and brackets between the digits. What it
 * gives is the comparable form, `+` and 8 to 15 digits, so that two spellings are one telephone everywhere.
 *
 * It knows no numbering plans. A national number without its country code is refused rather than guessed,
 * because a guess sends somebody's message to a stranger in another country; whether a well-formed number
 * is in use, only the gateway that sends to it can tell.
 */

const DIGITS_MIN = 8;
const DIGITS_MAX = 15; // ITU-T E.164, 6.2.1
/** Longer than any number with all its separators: nothing longer is looked at. */
const WRITTEN_MAX = 40;

export type PhoneResult = { ok: true; number: string } | { ok: false; reason: string };

const EDGES = /^[ \t\n\v\f\r]+|[ \t\n\v\f\r]+$/g;
const SEPARATORS = /[ \u00a0\u202f().\-/\u2010-\u2013]/g;
const TRUNK_ZERO = /\([ ]?0[ ]?\)/;

/** Reads a mobile number as a person wrote it. Never throws; a refusal says why in a sentence's middle. */
export function parsePhone(raw: string): PhoneResult {
  if (raw.length > WRITTEN_MAX) return refused(`it is longer than ${WRITTEN_MAX} characters`);
  const text = raw.replace(EDGES, '');
  if (text === '') return refused('it is empty');
  if (TRUNK_ZERO.test(text)) {
    return refused('it has a (0), which is dialled only within the country: leave it out');
  }
  const bare = text.replace(SEPARATORS, '');
  const international = bare.startsWith('00') ? `+${bare.slice(2)}` : bare;
  if (!/^\+?[0-9]*$/.test(international)) return refused('it contains something other than digits');
  if (!international.startsWith('+')) {
    return refused('it has no country code: write it like +41 79 123 45 67');
  }
  return judged(international);
}

function judged(number: string): PhoneResult {
  const digits = number.length - 1;
  if (number[1] === '0') return refused('no country code begins with 0');
  if (digits < DIGITS_MIN)
    return refused(`it has ${digits} digits, and no number has less than ${DIGITS_MIN}`);
  if (digits > DIGITS_MAX)
    return refused(`it has ${digits} digits, and no number has more than ${DIGITS_MAX}`);
  return { ok: true, number };
}

function refused(reason: string): PhoneResult {
  return { ok: false, reason };
}

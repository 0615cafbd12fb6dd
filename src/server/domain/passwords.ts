import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { limits } from '../../contract/limits.ts';
import { commonPasswords } from './common-passwords.ts';
import { DomainError } from './errors.ts';
import type { Passwords } from './ports/passwords.ts';

/** scrypt's cost (RFC 7914): N is 2 ** ln; memory is 128 * N * r bytes a hash. */
export interface ScryptCost {
  readonly ln: number;
  readonly r: number;
  readonly p: number;
}

/** One of OWASP's equivalent choices (Password Storage Cheat Sheet): 32 MiB and about 0.2 s. */
export const productionCost: ScryptCost = { ln: 15, r: 8, p: 3 };

/** At most so many hashes at once, so that a flood of logins takes 64 MiB and not 32 MiB each. */
const AT_ONCE = 2;
/** Past this the wait is longer than anybody's patience: 503 at once is kinder. */
const MOST_WAITING = 200;
const SALT_BYTES = 16;
const HASH_BYTES = 32;
const HASH = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([\w+/]{22})\$([\w+/]{43})$/;
/** A ceiling on what a stored hash may ask for: the database is not trusted with our memory. */
const MOST_LN = 20;

function gate(atOnce: number): <T>(work: () => Promise<T>) => Promise<T> {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (running >= atOnce) {
      if (waiting.length >= MOST_WAITING) {
        throw new DomainError('busy', 'Too many sign-ins at once. Try again in a moment.', { retryAfter: 5 });
      }
      // Whoever ends hands its place over, so `running` stays as it is.
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else {
      running += 1;
    }
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  };
}

/** Composed form: the same text typed on two systems is one password (NIST SP 800-63B-4, 3.1.1.2). */
const normal = (password: string): string => password.normalize('NFC');

function derive(password: string, salt: Buffer, { ln, r, p }: ScryptCost): Promise<Buffer> {
  const N = 2 ** ln;
  const options = { N, r, p, maxmem: 128 * r * (N + p + 2) + 1024 };
  return new Promise((resolve, reject) => {
    scrypt(normal(password), salt, HASH_BYTES, options, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });
}

const base64 = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '');

function read(hash: string): { cost: ScryptCost; salt: Buffer; key: Buffer } | null {
  const [, ln, r, p, salt, key] = HASH.exec(hash) ?? [];
  if (salt === undefined || key === undefined || Number(ln) > MOST_LN) return null;
  const cost = { ln: Number(ln), r: Number(r), p: Number(p) };
  return { cost, salt: Buffer.from(salt, 'base64'), key: Buffer.from(key, 'base64') };
}

/** Hashes as `$scrypt$ln=15,r=8,p=3$salt$hash`: each says what it cost, so that the cost can be raised later. */
export function scryptPasswords(cost: ScryptCost = productionCost): Passwords {
  const through = gate(AT_ONCE);
  const nobody = { cost, salt: randomBytes(SALT_BYTES), key: randomBytes(HASH_BYTES) };
  return {
    hash: (password) =>
      through(async () => {
        const salt = randomBytes(SALT_BYTES);
        const key = await derive(password, salt, cost);
        return `$scrypt$ln=${cost.ln},r=${cost.r},p=${cost.p}$${base64(salt)}$${base64(key)}`;
      }),
    verify: (password, hash) =>
      through(async () => {
        const known = hash === null ? null : read(hash);
        const against = known ?? nobody;
        const key = await derive(password, against.salt, against.cost);
        return timingSafeEqual(key, against.key) && known !== null;
      }),
  };
}

const ROWS = [
  '1234567890',
  'qwertyuiop',
  'asdfghjkl',
  'zxcvbnm',
  'qwertzuiop',
  'azertyuiop',
  'abcdefghijklmnopqrstuvwxyz',
];
const PRODUCT = 'tenantctl';
/** A local part shorter than this is found in too many innocent words. */
const TELLING = 5;

/** Lower case, letters and digits of any script: how two spellings of a phrase are compared. */
function squeeze(text: string): string {
  return normal(text)
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]/gu, '');
}

/** Is it one piece of up to a third of its length, over and over? */
function repeats(text: string): boolean {
  for (let length = 1; length * 3 <= text.length; length += 1) {
    const piece = text.slice(0, length);
    if (piece.repeat(Math.ceil(text.length / length)).startsWith(text)) return true;
  }
  return new Set(text).size < 4;
}

/** Do nearly all its neighbours follow each other in the alphabet, in digits or on a keyboard? */
function runs(text: string): boolean {
  let steps = 0;
  for (let at = 1; at < text.length; at += 1) {
    const pair = text.slice(at - 1, at + 1);
    const back = `${pair[1]}${pair[0]}`;
    if (pair === back || ROWS.some((row) => row.includes(pair) || row.includes(back))) steps += 1;
  }
  return steps >= (text.length - 1) * 0.75;
}

/**
 * Why a new password is not good enough, in a sentence's middle; null when it is (D19, NIST SP 800-63B-4): long
 * enough, and neither widespread nor to be guessed from what is known. There are no rules of composition.
 * Length counts code points of the composed form.
 * @param address of its owner, folded
 */
export function weaknessOf(password: string, address: string): string | null {
  if (!password.isWellFormed()) return 'is not valid Unicode';
  const length = [...normal(password)].length;
  if (length < limits.passwordMin) {
    return `has ${length} characters; it needs ${limits.passwordMin} or more. A few words you will remember do well`;
  }
  if (length > limits.passwordMax) return `has ${length} characters; ${limits.passwordMax} are the most`;
  const plain = squeeze(password);
  const local = squeeze(address.slice(0, address.lastIndexOf('@')));
  if (commonPasswords.has(plain) || commonPasswords.has(plain.replace(/\d+$/, '')))
    return 'is one of the common ones';
  if (plain.includes(PRODUCT)) return 'contains the name of the product';
  if (plain.includes(squeeze(address)) || (local.length >= TELLING && plain.includes(local))) {
    return 'contains your address';
  }
  if (repeats(password) || repeats(plain)) return 'repeats a short piece over and over';
  if (runs(plain)) return 'is a sequence of neighbouring letters, digits or keys';
  return null;
}

/** Throws DomainError `weak_password`, which says why and points at the field. */
export function mustBeStrong(password: string, address: string): void {
  const why = weaknessOf(password, address);
  if (why === null) return;
  const detail = `The password ${why}.`;
  throw new DomainError('weak_password', detail, { errors: [{ pointer: '/password', detail }] });
}

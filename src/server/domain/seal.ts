import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import type { Seal, SealedFor } from './ports/seal.ts';

const CIPHER = 'aes-256-gcm';
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Names a key without telling anything of it. */
const idOf = (key: Uint8Array): string =>
  createHash('sha256').update('tenantctl secrets key ').update(key).digest('base64url').slice(0, 10);

const placeOf = ({ accountId, parserId, name }: SealedFor): Buffer =>
  Buffer.from(JSON.stringify([accountId, parserId, name]));

function sealWith(key: Uint8Array, text: string, place: SealedFor): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES }).setAAD(placeOf(place));
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return `v1.${idOf(key)}.${Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64url')}`;
}

function openWith(key: Uint8Array, box: Buffer, place: SealedFor): string | null {
  const nonce = box.subarray(0, NONCE_BYTES);
  const tag = box.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES);
  try {
    const decipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES })
      .setAAD(placeOf(place))
      .setAuthTag(tag);
    const text = Buffer.concat([decipher.update(box.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]);
    return text.toString('utf8');
  } catch {
    return null;
  }
}

/**
 * AES-256-GCM with a nonce of its own for every text, bound to its place.
 * @param keys the first seals, all of them open: a new key is put before the old ones (docs/operating.md)
 */
export function aesSeal(keys: readonly [Uint8Array, ...Uint8Array[]]): Seal {
  const [current] = keys;
  const byId = new Map(keys.map((key) => [idOf(key), key]));
  return {
    keyId: idOf(current),
    seal: (text, place) => sealWith(current, text, place),
    open(sealed, place) {
      const [version, id = '', box = ''] = sealed.split('.');
      const key = version === 'v1' ? byId.get(id) : undefined;
      return key === undefined ? null : openWith(key, Buffer.from(box, 'base64url'), place);
    },
  };
}

/** A new key as it is written down. */
export const newSealingKey = (): string => randomBytes(KEY_BYTES).toString('base64');

/**
 * Keys as they are written down: base64 of 32 bytes each, with white space or commas between them.
 * Null where one of them is no key, or there is none.
 */
export function readSealingKeys(text: string): readonly [Uint8Array, ...Uint8Array[]] | null {
  const words = text.split(/[\s,]+/).filter((word) => word !== '');
  const keys = words.map((word) => Buffer.from(word, 'base64'));
  const [first, ...more] = keys;
  const sound =
    words.every((word) => /^[\w+/-]+={0,2}$/.test(word)) && keys.every((key) => key.length === KEY_BYTES);
  return first !== undefined && sound ? [first, ...more] : null;
}

import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Seal } from '../domain/ports/seal.ts';
import { aesSeal, newSealingKey, readSealingKeys } from '../domain/seal.ts';
import { makeDirectory } from './directory.ts';
import { textProperty } from './failures.ts';

/** Where the keys for secrets lie: never in the database, which would then hold lock and key. */
export type KeyPlace =
  /** In the environment. */
  | { readonly is: 'given'; readonly text: string }
  /** In a file that somebody else keeps. */
  | { readonly is: 'file'; readonly file: string }
  /** In a file of ours, made when it is not there. */
  | { readonly is: 'own'; readonly file: string };

export class KeyError extends Error {
  override readonly name = 'KeyError';
}

function nameOf(place: KeyPlace): string {
  if (place.is === 'given') return 'TENANTCTL_SECRETS_KEY';
  return place.is === 'file' ? `TENANTCTL_SECRETS_KEY_FILE ${place.file}` : place.file;
}

/** Readable by its owner alone. Whoever made it meanwhile was first, and theirs stays. */
function makeKey(file: string): void {
  makeDirectory(dirname(file));
  try {
    writeFileSync(file, `${newSealingKey()}\n`, { mode: 0o600, flag: 'wx', flush: true });
    chmodSync(file, 0o600);
  } catch (error) {
    if (textProperty(error, 'code') !== 'EEXIST') throw error;
  }
}

function textAt(place: KeyPlace): string {
  if (place.is === 'given') return place.text;
  try {
    if (place.is === 'own' && !existsSync(place.file)) makeKey(place.file);
    return readFileSync(place.file, 'utf8');
  } catch (error) {
    throw new KeyError(`${nameOf(place)} cannot be read: ${textProperty(error, 'message')}`, {
      cause: error,
    });
  }
}

/** Throws KeyError, whose message says what is wanted. */
export function sealAt(place: KeyPlace): Seal {
  const keys = readSealingKeys(textAt(place));
  if (keys !== null) return aesSeal(keys);
  const wanted = '32 random bytes in base64 are wanted, such as `openssl rand -base64 32` gives';
  throw new KeyError(`${nameOf(place)} holds no key for secrets: ${wanted}`);
}

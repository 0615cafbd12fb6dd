import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { makeDirectory } from './directory.ts';
import { textProperty } from './failures.ts';

/**
 * What a key file holds; one that is not there is made with `first`, readable by its owner alone.
 * Whoever made it meanwhile was first: theirs is read.
 */
export function keptKey(file: string, first: () => string): string {
  makeDirectory(dirname(file));
  if (!existsSync(file)) {
    try {
      writeFileSync(file, `${first()}\n`, { mode: 0o600, flag: 'wx', flush: true });
    } catch (error) {
      if (textProperty(error, 'code') !== 'EEXIST') throw error;
    }
    chmodSync(file, 0o600);
  }
  return readFileSync(file, 'utf8');
}

/** What a file holds that somebody else keeps. */
export const readKey = (file: string): string => readFileSync(file, 'utf8');

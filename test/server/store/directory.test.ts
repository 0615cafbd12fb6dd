import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeDirectory } from '../../../src/server/store/directory.ts';

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tenantctl-directory-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('makes what is missing, for its owner alone, and leaves what is there', () => {
  const deep = join(folder, 'a/b/c');
  makeDirectory(deep);
  makeDirectory(deep);
  expect(['a', 'a/b', 'a/b/c'].map((path) => statSync(join(folder, path)).mode & 0o777)).toEqual([
    0o700, 0o700, 0o700,
  ]);
});

test('says so where none can be made, instead of never returning', () => {
  writeFileSync(join(folder, 'file'), '');
  expect(() => makeDirectory(join(folder, 'file/below'))).toThrow(/ENOTDIR/);
  if (process.platform === 'linux')
    expect(() => makeDirectory('/proc/nope/deeper')).toThrow(/ENOENT|EACCES|EPERM/);
});

import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ensureDirectory, readPrivate, writePrivate } from '../../src/config/files.ts';
import { machine, temporaryDirectory } from './machine.ts';

const mode = (path: string) => (statSync(path).mode & 0o7777).toString(8);

describe('private files', () => {
  it('are written as 0600 into a directory made as 0700', () => {
    const directory = join(temporaryDirectory(), 'a', 'tenantctl');
    writePrivate(join(directory, 'f.json'), 'new', machine());
    expect(mode(directory)).toBe('700');
    expect(mode(join(directory, 'f.json'))).toBe('600');
    expect(readdirSync(directory)).toEqual(['f.json']);
    expect(readPrivate(join(directory, 'f.json'), machine())).toBe('new');
  });

  it('answer null where there is none', () => {
    const host = machine();
    expect(readPrivate(join(temporaryDirectory(), 'no', 'f.json'), host)).toBeNull();
    expect(host.warnings).toEqual([]);
  });

  it('are narrowed with a warning when others can read them', () => {
    const [directory, host] = [temporaryDirectory(), machine()];
    const path = join(directory, 'f.json');
    writeFileSync(path, 'text');
    chmodSync(path, 0o644);
    chmodSync(directory, 0o755);
    expect(readPrivate(path, host)).toBe('text');
    expect([mode(directory), mode(path)]).toEqual(['700', '600']);
    expect(host.warnings).toEqual([
      `${directory} was open to other users (mode 0755); it is 0700 now`,
      `${path} was open to other users (mode 0644); it is 0600 now`,
    ]);
  });

  it('are not narrowed on Windows, which has no modes', () => {
    const host = machine({ platform: 'win32' });
    const path = join(temporaryDirectory(), 'f.json');
    writeFileSync(path, 'text', { mode: 0o644 });
    expect(readPrivate(path, host)).toBe('text');
    expect(mode(path)).toBe('644');
  });

  it('never lie in a directory that is shared on purpose', () => {
    const directory = temporaryDirectory();
    chmodSync(directory, 0o1777);
    expect(() => ensureDirectory(directory, machine())).toThrow(`${directory} is shared with other users`);
    expect(mode(directory)).toBe('1777');
  });

  it('are refused as symbolic links, for reading and for writing', () => {
    const directory = temporaryDirectory();
    const [target, link] = [join(directory, 'target'), join(directory, 'f.json')];
    writeFileSync(target, 'theirs', { mode: 0o600 });
    symlinkSync(target, link);
    expect(() => readPrivate(link, machine())).toThrow(`${link} is a symbolic link`);
    expect(() => writePrivate(link, 'ours', machine())).toThrow(`${link} is a symbolic link`);
    expect(readFileSync(target, 'utf8')).toBe('theirs');
  });

  it('are refused in a directory that is a symbolic link, dangling or not', () => {
    const parent = temporaryDirectory();
    mkdirSync(join(parent, 'real'), { mode: 0o700 });
    symlinkSync(join(parent, 'real'), join(parent, 'link'));
    symlinkSync(join(parent, 'nowhere'), join(parent, 'dangling'));
    expect(() => readPrivate(join(parent, 'link', 'f'), machine())).toThrow('is a symbolic link');
    expect(() => writePrivate(join(parent, 'link', 'f'), '', machine())).toThrow('is a symbolic link');
    expect(() => writePrivate(join(parent, 'dangling', 'f'), '', machine())).toThrow(
      `${join(parent, 'dangling')} is a symbolic link`,
    );
    expect(readdirSync(join(parent, 'real'))).toEqual([]);
  });

  it('say so when the directory is a file', () => {
    const path = join(temporaryDirectory(), 'file');
    writeFileSync(path, '');
    expect(() => ensureDirectory(path, machine())).toThrow(`${path} is not a directory`);
  });

  it('clear away the half-written file that a killed process left', () => {
    const path = join(temporaryDirectory(), 'f.json');
    writeFileSync(join(path, '..', '.f.json.tmp'), 'half a secr');
    writePrivate(path, 'whole', machine());
    expect(readdirSync(join(path, '..'))).toEqual(['f.json']);
  });
});

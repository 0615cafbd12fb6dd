import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Folder } from './files.ts';

/** What a repository that somebody else may write to could do with a file. */

let folder: Folder;
let outside: Folder;
beforeEach(() => {
  folder = new Folder();
  outside = new Folder().write('secret.yaml', 'token: tctl_secret\n');
});
afterEach(() => {
  folder.remove();
  outside.remove();
});

const withFile = (path: string) =>
  `accounts: { acme: { parsers: { A: { file: ${JSON.stringify(path)} } } } }\n`;

describe('a file that is named', () => {
  it.each([
    ['../secret.yaml', 'is outside the folders of the files that were given'],
    ['parsers/../../secret.yaml', 'is outside the folders of the files that were given'],
    ['/etc/passwd', 'is an absolute path; it is relative to the folder of the file that names it'],
    ['C:\\secret.yaml', 'is an absolute path; it is relative to the folder of the file that names it'],
    ['none.yaml', 'is not there, or cannot be read'],
    ['folder', 'is no file'],
  ])('%s is not read', async (path, words) => {
    mkdirSync(join(folder.path, 'estate/folder'), { recursive: true });
    folder.write('secret.yaml', 'a: 1\n').estate('estate/a.yaml', withFile(path));
    const shown = /^[\w./-]+$/.test(path) ? path : JSON.stringify(path);
    expect(await folder.mistakes(['estate/a.yaml'])).toEqual([
      `estate/a.yaml:2:43: accounts.acme.parsers.A.file: ${shown} ${words}`,
    ]);
  });

  it('is not read through a link that leads outside, itself or its folder', async () => {
    folder
      .estate('estate/a.yaml', withFile('link.yaml'))
      .estate('estate/b.yaml', withFile('way/secret.yaml'));
    symlinkSync(join(outside.path, 'secret.yaml'), join(folder.path, 'estate/link.yaml'));
    symlinkSync(outside.path, join(folder.path, 'estate/way'));
    const words = 'is a link to somewhere outside the folders of the files that were given';
    for (const name of ['a', 'b']) {
      const [told] = await folder.mistakes([`estate/${name}.yaml`]);
      expect(told).toContain(words);
      expect(told).not.toContain('tctl_secret');
    }
  });

  it('may be in a folder above, where a file of that folder was given too', async () => {
    folder
      .estate('base.yaml', 'accounts: {}\n')
      .write(
        'parsers/a.yaml',
        'schema: tenantctl/parser/v1\nname: A\ndocument_type: a\nfields: [{ name: x, type: text, rules: [{ kind: constant, value: y }] }]\n',
      )
      .estate('envs/dev.yaml', withFile('../parsers/a.yaml'));
    expect(await folder.mistakes(['base.yaml', 'envs/dev.yaml'])).toEqual([]);
    expect(await folder.mistakes(['envs/dev.yaml'])).toHaveLength(1);
  });
});

describe('a folder', () => {
  it('is not left through a link among its files', async () => {
    mkdirSync(join(folder.path, 'all'));
    symlinkSync(join(outside.path, 'secret.yaml'), join(folder.path, 'all/a.yaml'));
    await expect(folder.read(['all'])).rejects.toMatchObject({
      exitCode: 2,
      message: 'all/a.yaml: is a link to somewhere outside the folders of the files that were given',
    });
  });

  it('with a folder named like a file, or without a file, is refused', async () => {
    mkdirSync(join(folder.path, 'odd/a.yaml'), { recursive: true });
    await expect(folder.read(['odd'])).rejects.toMatchObject({ message: 'odd/a.yaml: is no file' });
    mkdirSync(join(folder.path, 'none'));
    await expect(folder.read(['none'])).rejects.toMatchObject({ code: 'no_files' });
  });
});

describe('a name', () => {
  it('that is __proto__ is no name, wherever it stands, and pollutes nothing', async () => {
    const text = `accounts:
  __proto__: { name: x }
  acme:
    labels: { __proto__: { polluted: yes } }
    members: { __proto__: admin }
    parsers: { __proto__: { file: a } }
`;
    expect(await folder.estate('a.yaml', text).mistakes(['a.yaml'])).toEqual([
      'a.yaml:3:3: accounts: __proto__ is no name that can be used',
      'a.yaml:5:15: accounts.acme.labels: __proto__ is no name that can be used',
      'a.yaml:6:16: accounts.acme.members: __proto__ is no name that can be used',
      'a.yaml:7:16: accounts.acme.parsers: __proto__ is no name that can be used',
    ]);
    expect(Reflect.get({}, 'polluted')).toBe(undefined);
  });

  it('of what every object has is a name like any other', async () => {
    const text =
      'accounts: { constructor: { permission_sets: { valueof: {} }, members: { a@x.example: { permission_set: tostring } } } }\n';
    const told = await folder.estate('a.yaml', text).mistakes(['a.yaml']);
    expect(told).toEqual([
      'a.yaml:2:47: accounts.constructor.permission_sets.valueof: says no role: admin, user',
      'a.yaml:2:104: accounts.constructor.members.a@x.example.permission_set: this account has no permission set tostring in these files',
    ]);
  });

  it('with control characters, or of a megabyte, is shown as what it is and short', async () => {
    const odd = JSON.stringify('a\u001b[31m\u202eb\nc');
    const long = 'x'.repeat(1_000_000);
    folder.write(
      'a.json',
      `{"schema": "tenantctl/v1", "accounts": {${odd}: {}, "acme": {"${long}": 1, "members": {${odd}: "admin"}}}}`,
    );
    const told = await folder.mistakes(['a.json']);
    expect(told).toHaveLength(3);
    for (const one of told) {
      expect(one.length).toBeLessThan(400);
      expect(one).not.toMatch(/[\u0000-\u001f]/);
    }
  });
});

describe('a lot of it', () => {
  it('of aliases or levels is refused, wherever it stands', async () => {
    const rows = Array.from(
      { length: 10 },
      (_, at) => `  a${at + 1}: &a${at + 1} [${Array(9).fill(`*a${at}`).join(', ')}]\n`,
    );
    folder.estate('a.yaml', `vars:\n  a0: &a0 [x]\n${rows.join('')}`);
    expect(await folder.mistakes(['a.yaml'])).toEqual([
      'a.yaml:1:1: its aliases (*) stand for more than 100 things',
    ]);
    folder.estate('b.yaml', `accounts: ${'{a: '.repeat(20_000)}`);
    expect((await folder.mistakes(['b.yaml']))[0]).toContain('nested deeper than 100 levels');
  });

  it('of files, together more than can be held, is refused', async () => {
    const large = `schema: tenantctl/v1\n# ${'x'.repeat(8 * 1024 * 1024 - 100)}\n`;
    mkdirSync(join(folder.path, 'all'));
    for (let at = 0; at < 9; at += 1) writeFileSync(join(folder.path, `all/${at}.yaml`), large);
    await expect(folder.read(['all'])).rejects.toMatchObject({
      exitCode: 2,
      message: 'the files are larger than 64 MiB together',
    });
  });

  it('of mistakes costs no more than finding them', async () => {
    const people = Array.from({ length: 20_000 }, (_, at) => `      p${at}@x.example: member\n`).join('');
    const placed = people
      .replaceAll('member', 'viewer')
      .replaceAll('@x', '@y')
      .replaceAll('      ', '          ');
    folder.estate(
      'a.yaml',
      `accounts:\n  acme:\n    kind: organization\n    members:\n${people}    workspaces:\n      ops:\n        members:\n${placed}`,
    );
    expect(await folder.mistakes(['a.yaml'])).toHaveLength(20_000);
  });
});

import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findProject, parseProject } from '../../src/config/project.ts';
import { machine, temporaryDirectory } from './machine.ts';

const FILE = '.tenantctl.json';
const NO_DEFAULTS = { output: null, timeout: null, max_retries: null, read_only: false, no_input: false };

/** home/repo/.git and home/repo/packages/app, with a project file in the directories named. */
function tree(...withFile: string[]) {
  const home = temporaryDirectory();
  const app = join(home, 'repo', 'packages', 'app');
  mkdirSync(app, { recursive: true });
  mkdirSync(join(home, 'repo', '.git'));
  for (const directory of withFile) {
    writeFileSync(join(home, directory, FILE), JSON.stringify({ account: directory || 'home' }));
  }
  return { home, app, host: machine({ home }) };
}

describe('the project file', () => {
  it('is the nearest one', () => {
    const { app, host, home } = tree('repo', 'repo/packages');
    expect(findProject(app, host)).toEqual({
      path: join(home, 'repo', 'packages', FILE),
      profile: null,
      account: 'repo/packages',
      workspace: null,
      defaults: NO_DEFAULTS,
    });
  });

  it('is found at the repository’s root, and not above it', () => {
    const inside = tree('repo', '');
    expect(findProject(inside.app, inside.host)?.account).toBe('repo');
    const above = tree('');
    expect(findProject(above.app, above.host)).toBeNull();
  });

  it('ends at a .git that is a file, as in a worktree', () => {
    const { home, host } = tree('');
    const worktree = join(home, 'worktree');
    mkdirSync(worktree);
    writeFileSync(join(worktree, '.git'), 'gitdir: ../repo/.git/worktrees/x');
    expect(findProject(worktree, host)).toBeNull();
  });

  it('is looked for up to the home directory, and not above it', () => {
    const { home, host } = tree('');
    mkdirSync(join(home, 'plain', 'deep'), { recursive: true });
    expect(findProject(join(home, 'plain', 'deep'), host)?.account).toBe('home');
    expect(findProject(join(home, 'plain', 'deep'), { ...host, home: join(home, 'plain') })).toBeNull();
  });

  it('is ignored, and said to be, in a directory that every user may write to', () => {
    const { home, host } = tree('');
    mkdirSync(join(home, 'mine'));
    chmodSync(home, 0o777);
    expect(findProject(join(home, 'mine'), host)).toBeNull();
    expect(host.warnings).toEqual([`${join(home, FILE)} is ignored: every user may write to its directory`]);
  });

  it('is none when there is none up to the root of the file system', () => {
    expect(findProject('/', machine({ home: '/nowhere' }))).toBeNull();
  });

  it('may name profile, account, workspace and defaults', () => {
    const data = {
      $schema: './tenantctl.schema.json',
      profile: 'prod',
      account: 'acme',
      workspace: 'default',
      defaults: { output: 'json', timeout: '90s', max_retries: 0, read_only: true, no_input: true },
    };
    expect(parseProject('/r/f', data)).toEqual({
      path: '/r/f',
      profile: 'prod',
      account: 'acme',
      workspace: 'default',
      defaults: { output: 'json', timeout: 90_000, max_retries: 0, read_only: true, no_input: true },
    });
  });

  it.each([
    'api_url',
    'base_url',
    'apiUrl',
    'host',
    'endpoint',
    'proxy',
    'token',
    'refresh_token',
    'secret',
    'password',
    'credential',
    'api_key',
    'ca_file',
    'credentials',
  ])('may not hold %s, wherever it stands', (key) => {
    for (const [data, name] of [
      [{ [key]: 'x' }, key],
      [{ defaults: { [key]: 'x' } }, `defaults.${key}`],
    ] as const) {
      expect(() => parseProject('/r/f', data)).toThrow(
        expect.objectContaining({
          outcome: 'usage',
          code: 'forbidden_in_project_file',
          message: `/r/f: key "${name}" holds a URL or a secret`,
        }),
      );
    }
  });

  it('may not hold a URL or a token under an innocent name, and does not repeat it', () => {
    for (const value of ['https://evil.example.com', 'tctl_user_abc']) {
      expect(() => parseProject('/r/f', { account: value })).toThrow(
        '/r/f: key "account" holds a URL or a secret',
      );
    }
  });

  it.each([
    [[], '/r/f: is not a JSON object'],
    [{ acount: 'a' }, '/r/f: unknown key "acount"'],
    [{ output: 'json' }, '/r/f: unknown key "output"'],
    [{ account: 1 }, '/r/f: key "account" is not a text'],
    [{ account: ' ' }, '/r/f: key "account" is not a text'],
    [{ defaults: [] }, '/r/f: key "defaults" is not an object'],
    [{ defaults: { colour: 'x' } }, '/r/f: unknown key "defaults.colour"'],
    [{ defaults: { output: 'xml' } }, '/r/f: defaults.output: "xml" is not one of table, json'],
    [{ defaults: { output: {} } }, '/r/f: key "defaults.output" is neither a text nor a number'],
    [{ defaults: { timeout: 'abc' } }, '/r/f: defaults.timeout: "abc" is not a time such as 30s'],
    [{ defaults: { read_only: 'yes' } }, '/r/f: key "defaults.read_only" is neither true nor false'],
  ])('says what is wrong in %j', (data, message) => {
    expect(() => parseProject('/r/f', data)).toThrow(message);
    expect(() => parseProject('/r/f', data)).toThrow(expect.objectContaining({ outcome: 'usage' }));
  });

  it('says which file is not JSON', () => {
    const { app, host, home } = tree();
    writeFileSync(join(home, 'repo', FILE), '{account: x}');
    expect(() => findProject(app, host)).toThrow(`${join(home, 'repo', FILE)} is not valid JSON`);
  });
});

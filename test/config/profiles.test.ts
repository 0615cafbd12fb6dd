import { once } from 'node:events';
import { chmodSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import {
  changeProfile,
  newProfile,
  type Profile,
  profilesFile,
  readProfiles,
  removeProfile,
  saveProfile,
  updateProfiles,
  useProfile,
} from '../../src/config/profiles.ts';
import { child, machine, output, temporaryDirectory } from './machine.ts';

const full: Profile = {
  name: 'prod@acme.dev',
  api_url: 'https://api.example.com',
  account: { id: 'acc_1', slug: 'acme', parent_id: 'acc_0' },
  default_account: 'acme',
  default_workspace: 'default',
  protected: true,
  read_only: true,
  delegation: { id: 'dlg_1', base: 'ann', mode: 'read_only', expires_at: '2026-03-02T09:30:00.000Z' },
  credential: { store: 'keyring' },
  user: 'ada@example.com',
};

describe('profiles', () => {
  it('are none at first, and reading makes nothing', () => {
    const directory = join(temporaryDirectory(), 'tenantctl');
    expect(readProfiles(directory, machine())).toEqual({ default_profile: null, profiles: [] });
    expect(statSync(directory, { throwIfNoEntry: false })).toBeUndefined();
  });

  it('come back as they were saved, in a 0600 file of a 0700 directory', async () => {
    const directory = join(temporaryDirectory(), 'tenantctl');
    const bare = newProfile('local', 'http://127.0.0.1:7411');
    await saveProfile(directory, machine(), bare);
    // Before the first read, which would repair it.
    expect(statSync(profilesFile(directory)).mode & 0o777).toBe(0o600);
    await saveProfile(directory, machine(), full);
    expect(readProfiles(directory, machine())).toEqual({ default_profile: 'local', profiles: [bare, full] });
    expect(statSync(directory).mode & 0o777).toBe(0o700);
  });

  it('are replaced, changed, chosen and removed by name', async () => {
    const [directory, host] = [temporaryDirectory(), machine()];
    await saveProfile(directory, host, newProfile('a', 'https://a.example.com'));
    await saveProfile(directory, host, newProfile('b', 'https://b.example.com'), { makeDefault: true });
    await saveProfile(directory, host, newProfile('a', 'https://a2.example.com'));
    await changeProfile(directory, host, 'b', { default_account: 'acme' });
    expect(readProfiles(directory, host)).toEqual({
      default_profile: 'b',
      profiles: [
        { ...newProfile('b', 'https://b.example.com'), default_account: 'acme' },
        newProfile('a', 'https://a2.example.com'),
      ],
    });
    await useProfile(directory, host, 'a');
    await removeProfile(directory, host, 'b');
    expect(readProfiles(directory, host).default_profile).toBe('a');
    await removeProfile(directory, host, 'a');
    expect(readProfiles(directory, host)).toEqual({ default_profile: null, profiles: [] });
  });

  it('name the known ones when one is not there, and stay as they were', async () => {
    const [directory, host] = [temporaryDirectory(), machine()];
    await saveProfile(directory, host, newProfile('a', 'https://a.example.com'));
    for (const change of [useProfile, removeProfile]) {
      await expect(change(directory, host, 'b')).rejects.toMatchObject({
        outcome: 'not_found',
        code: 'profile_not_found',
        message: 'there is no profile "b"',
        why: 'saved profiles: a',
      });
    }
    expect(readProfiles(directory, host).profiles).toHaveLength(1);
  });

  it('may be called like a property of every object', async () => {
    const [directory, host] = [temporaryDirectory(), machine()];
    await saveProfile(directory, host, newProfile('constructor', 'https://a.example.com'));
    expect(readProfiles(directory, host).profiles.map(({ name }) => name)).toEqual(['constructor']);
  });

  it.each(['', '../up', 'a/b', '-x', 'a b', '.hidden', 'x'.repeat(101)])('may not be called %j', (name) => {
    expect(() => newProfile(name, 'https://a.example.com')).toThrow('is no name for a profile');
  });

  it.each([
    ['{"profiles": [', 'is not valid JSON'],
    ['[]', 'is not a JSON object'],
    ['{"version":2,"profiles":[]}', 'was written by a newer tenantctl (format 2, this one knows 1)'],
    ['{"profiles":{}}', 'profiles is not a list'],
    ['{"profiles":[{"api_url":"https://a"}]}', 'profiles[0].name is missing or no name for a profile'],
    ['{"profiles":[{"name":"a"}]}', 'profiles[0].api_url is missing'],
    [
      '{"profiles":[{"name":"a","api_url":"u","protected":"yes"}]}',
      'profiles[0].protected is neither true nor false',
    ],
    [
      '{"profiles":[{"name":"a","api_url":"u","account":"acc_1"}]}',
      'profiles[0].account is neither null nor',
    ],
    ['{"profiles":[{"name":"a","api_url":"u","credential":{}}]}', 'profiles[0].credential.store is neither'],
  ])('say what is wrong in %s', (text, message) => {
    const directory = temporaryDirectory();
    writeFileSync(profilesFile(directory), text, { mode: 0o600 });
    expect(() => readProfiles(directory, machine())).toThrow(message);
    expect(() => readProfiles(directory, machine())).toThrow(profilesFile(directory));
  });

  it('that cannot be read are not overwritten', async () => {
    const [directory, host] = [temporaryDirectory(), machine()];
    writeFileSync(profilesFile(directory), '{"profiles": [', { mode: 0o600 });
    await expect(saveProfile(directory, host, full)).rejects.toMatchObject({ code: 'invalid_config' });
    expect(readFileSync(profilesFile(directory), 'utf8')).toBe('{"profiles": [');
  });

  it('are not written through a symbolic link', async () => {
    const [directory, elsewhere] = [temporaryDirectory(), temporaryDirectory()];
    symlinkSync(join(elsewhere, 'config.json'), profilesFile(directory));
    await expect(saveProfile(directory, machine(), full)).rejects.toMatchObject({ code: 'config_is_link' });
    symlinkSync(directory, join(elsewhere, 'link'));
    await expect(saveProfile(join(elsewhere, 'link'), machine(), full)).rejects.toMatchObject({
      code: 'config_is_link',
    });
  });

  it('become 0600 again when somebody opened them', async () => {
    const [directory, host] = [temporaryDirectory(), machine()];
    await saveProfile(directory, host, full);
    chmodSync(profilesFile(directory), 0o644);
    readProfiles(directory, host);
    expect(statSync(profilesFile(directory)).mode & 0o777).toBe(0o600);
    expect(host.warnings).toHaveLength(1);
  });

  it('and credentials lose nothing to 100 parallel writers in 5 processes', { timeout: 60_000 }, async () => {
    const directory = temporaryDirectory();
    const prefixes = ['a', 'b', 'c', 'd', 'e'];
    await Promise.all(prefixes.map((prefix) => output(child('save-profiles.ts', directory, prefix, '20'))));
    const saved = readProfiles(directory, machine()).profiles.map(({ name }) => name);
    const wanted = prefixes.flatMap((prefix) => Array.from({ length: 20 }, (_, n) => `${prefix}-${n}`));
    expect(saved.toSorted()).toEqual(wanted.toSorted());
    const { credentials } = JSON.parse(readFileSync(join(directory, 'credentials.json'), 'utf8'));
    expect(Object.keys(credentials).toSorted()).toEqual(wanted.toSorted());
  });

  it('are the old or the new ones, never half, after kill -9 at any moment', {
    timeout: 60_000,
  }, async () => {
    const directory = temporaryDirectory();
    for (let run = 0; run < 8; run++) {
      const writer = child('write-forever.ts', directory);
      if (writer.stdout) await once(writer.stdout, 'data');
      await sleep(run * 3.7);
      writer.kill('SIGKILL');
      await once(writer, 'close');
      const { profiles } = readProfiles(directory, machine());
      expect(profiles).toHaveLength(300);
      expect(new Set(profiles.map((profile) => profile.api_url)).size).toBe(1);
      expect(JSON.parse(readFileSync(join(directory, 'credentials.json'), 'utf8'))).toMatchObject({
        credentials: { p0: { access_token: 'a' } },
      });
    }
    await updateProfiles(directory, machine(), () => ({ default_profile: null, profiles: [full] }));
    expect(readProfiles(directory, machine()).profiles).toEqual([full]);
  });
});

import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Credentials, type StoredCredential } from '../../src/config/credentials.ts';
import { type Keyring, limited, probe } from '../../src/config/keyring.ts';
import type { CredentialPlace } from '../../src/config/profiles.ts';
import { fakeKeyring, machine, pathsIn, temporaryDirectory } from './machine.ts';

const credential: StoredCredential = {
  kind: 'user',
  access_token: 'tctl_user_access',
  access_expires_at: '2026-11-22T12:00:00Z',
  refresh_token: 'tctl_refresh_1',
  api_url: 'https://api.example.com',
};
const held = (name: string, store: CredentialPlace) => ({ name, credential: { store } });
const down = () => Promise.reject(new Error('the keyring is locked'));

function setUp(keyring: Keyring | null = null, env: Record<string, string> = {}, chosen = false) {
  const directory = temporaryDirectory();
  const credentials = new Credentials(machine({ env }), pathsIn(directory, chosen), async () => keyring);
  return { directory, credentials };
}

describe('credentials in the keyring', () => {
  it('go there when it keeps what it is given, and leave no trace of the trial', async () => {
    const keyring = fakeKeyring();
    const { credentials } = setUp(keyring);
    expect(await credentials.choosePlace()).toBe('keyring');
    expect([...keyring.entries]).toEqual([]);
  });

  it('are one entry under the name of the profile, and no file', async () => {
    const keyring = fakeKeyring();
    const { credentials, directory } = setUp(keyring);
    expect(await credentials.save('prod', credential, 'keyring')).toEqual({ store: 'keyring' });
    expect([...keyring.entries.keys()]).toEqual(['prod']);
    expect(await credentials.load(held('prod', 'keyring'))).toEqual(credential);
    expect(readdirSync(directory)).toEqual([]);
    expect(credentials.where(held('prod', 'keyring'))).toEqual({
      store: 'keyring',
      location: 'tenantctl/prod',
      plaintext: false,
    });
  });

  it('of a chosen configuration directory have entries of their own', async () => {
    const keyring = fakeKeyring();
    const first = setUp(keyring, {}, true);
    const second = setUp(keyring, {}, true);
    await first.credentials.save('local', credential, 'keyring');
    expect(await second.credentials.load(held('local', 'keyring'))).toBeNull();
    expect([...keyring.entries.keys()]).toEqual([`local (${first.directory})`]);
  });

  it('are not overwritten by a renewal that read them before a login replaced them', async () => {
    const slow = fakeKeyring();
    const { credentials } = setUp({
      ...slow,
      get: (user) => sleep(20).then(() => slow.entries.get(user) ?? null),
      set: (user, secret) => sleep(20).then(() => void slow.entries.set(user, secret)),
    });
    const login = { ...credential, access_token: 'tctl_user_login' };
    const renewed = { ...credential, access_token: 'tctl_user_renewed' };
    await credentials.save('prod', credential, 'keyring');
    await Promise.all([
      credentials.replace(held('prod', 'keyring'), credential, renewed),
      sleep(10).then(() => credentials.save('prod', login, 'keyring')),
    ]);
    expect(await credentials.load(held('prod', 'keyring'))).toEqual(login);
  });

  it('take the place of what the file held', async () => {
    const { credentials, directory } = setUp(fakeKeyring());
    await credentials.save('prod', credential, 'file');
    await credentials.save('prod', credential, 'keyring');
    expect(readFileSync(join(directory, 'credentials.json'), 'utf8')).not.toContain('tctl_');
  });

  it('that cannot be reached are an error that says how to go on, and not "signed out"', async () => {
    const { credentials } = setUp(fakeKeyring({ get: down }));
    await expect(credentials.load(held('prod', 'keyring'))).rejects.toMatchObject({
      code: 'keyring_unavailable',
      message: 'the keyring did not answer for profile "prod"',
      why: 'the keyring is locked',
    });
    const gone = setUp(null);
    await expect(gone.credentials.load(held('prod', 'keyring'))).rejects.toMatchObject({
      code: 'keyring_unavailable',
    });
  });

  it('that it does not give up stay an error of a logout', async () => {
    const { credentials } = setUp(fakeKeyring({ remove: down }));
    await credentials.save('prod', credential, 'keyring');
    await expect(credentials.remove(held('prod', 'keyring'))).rejects.toMatchObject({
      code: 'keyring_unavailable',
    });
  });

  it.each([
    ['refuses', fakeKeyring({ set: down })],
    ['answers null to everything', fakeKeyring({ get: async () => null })],
    ['answers something else', fakeKeyring({ get: async () => 'other' })],
    ['cannot delete', fakeKeyring({ remove: down })],
    ['hangs', limited(fakeKeyring({ set: () => new Promise(() => undefined) }), 20)],
    ['is not installed', null],
  ])('go to the file where it %s', async (_, keyring) => {
    expect(await setUp(keyring).credentials.choosePlace()).toBe('file');
  });

  it('are not asked for with TENANTCTL_KEYRING=0', async () => {
    const keyring = fakeKeyring();
    const { credentials } = setUp(keyring, { TENANTCTL_KEYRING: '0' });
    expect(await credentials.choosePlace()).toBe('file');
    await credentials.save('prod', credential, 'file');
    expect(keyring.entries.size).toBe(0);
  });

  it('say how long was waited when the keyring hangs', async () => {
    const hanging = limited(fakeKeyring({ get: () => new Promise(() => undefined) }), 20);
    await expect(hanging.get('prod')).rejects.toThrow('the keyring did not answer within 0.02 s');
    expect(await probe(limited(fakeKeyring(), 1_000))).toBe(true);
  });
});

describe('credentials in the file', () => {
  it('are in a 0600 file, each under the name of its profile', async () => {
    const { credentials, directory } = setUp();
    const path = join(directory, 'credentials.json');
    await credentials.save('prod', credential, 'file');
    await credentials.save('constructor', { ...credential, kind: 'staff', refresh_token: null }, 'file');
    expect(await credentials.load(held('prod', 'file'))).toEqual(credential);
    expect(await credentials.load(held('constructor', 'file'))).toMatchObject({ kind: 'staff' });
    expect(await credentials.load(held('toString', 'file'))).toBeNull();
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(credentials.where(held('prod', 'file'))).toEqual({
      store: 'file',
      location: path,
      plaintext: true,
    });
  });

  it('are nowhere for a profile that is signed out', async () => {
    const { credentials } = setUp();
    await credentials.save('prod', credential, 'file');
    expect(await credentials.load({ name: 'prod', credential: null })).toBeNull();
    expect(credentials.where({ name: 'prod', credential: null })).toBeNull();
  });

  it('are wiped from both places, and nobody else’s', async () => {
    const keyring = fakeKeyring();
    const { credentials, directory } = setUp(keyring);
    await credentials.save('prod', credential, 'file');
    await credentials.save('dev', { ...credential, access_token: 'tctl_user_dev' }, 'file');
    keyring.entries.set('prod', 'left over');
    await credentials.remove(held('prod', 'file'));
    expect(await credentials.load(held('prod', 'file'))).toBeNull();
    expect(keyring.entries.size).toBe(0);
    expect(readFileSync(join(directory, 'credentials.json'), 'utf8')).not.toContain(credential.access_token);
    expect(await credentials.load(held('dev', 'file'))).toMatchObject({ access_token: 'tctl_user_dev' });
    expect(readdirSync(directory)).toEqual(['credentials.json']);
  });

  it('are wiped also when the keyring is down', async () => {
    const { credentials } = setUp(fakeKeyring({ remove: down }));
    await credentials.save('prod', credential, 'file');
    await credentials.remove(held('prod', 'file'));
    expect(await credentials.load(held('prod', 'file'))).toBeNull();
  });

  it('are replaced only if they are still the expected ones', async () => {
    const { credentials } = setUp();
    const next = { ...credential, access_token: 'tctl_user_next' };
    const later = { ...credential, access_token: 'tctl_user_later' };
    await credentials.save('prod', credential, 'file');
    expect(await credentials.replace(held('prod', 'file'), credential, next)).toEqual(next);
    expect(await credentials.replace(held('prod', 'file'), credential, later)).toEqual(next);
    expect(await credentials.load(held('prod', 'file'))).toEqual(next);
    await credentials.remove(held('prod', 'file'));
    expect(await credentials.replace(held('prod', 'file'), next, later)).toBeNull();
    expect(await credentials.load(held('prod', 'file'))).toBeNull();
  });

  it('lose nothing to parallel writers', async () => {
    const { credentials } = setUp();
    const names = Array.from({ length: 30 }, (_, index) => `p${index}`);
    await Promise.all(names.map((name) => credentials.save(name, credential, 'file')));
    const loaded = await Promise.all(names.map((name) => credentials.load(held(name, 'file'))));
    expect(loaded).toEqual(names.map(() => credential));
  });

  it.each([
    '{"credentials": {"prod": {"access_token": "tctl_user_secret"',
    '[]',
    '{"credentials": {"prod": {"access_token": "tctl_user_secret"}}}',
    '{"credentials": {"prod": {"kind": "root", "access_token": "tctl_user_secret", "api_url": "https://a"}}}',
  ])('are an error without the secret when malformed: %s', async (text) => {
    const { credentials, directory } = setUp();
    writeFileSync(join(directory, 'credentials.json'), text, { mode: 0o600 });
    const error: unknown = await credentials.load(held('prod', 'file')).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'invalid_credentials_store', cause: undefined });
    expect(JSON.stringify(error) + String(error)).not.toContain('tctl_user_secret');
  });
});

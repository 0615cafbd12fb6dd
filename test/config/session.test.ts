import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Credentials, type StoredCredential } from '../../src/config/credentials.ts';
import { newProfile, type Profile } from '../../src/config/profiles.ts';
import { accessToken, type RefreshedSession } from '../../src/config/session.ts';
import { authError, temporaryError } from '../../src/errors.ts';
import { child, machine, output, pathsIn, temporaryDirectory } from './machine.ts';

const NOW = Date.parse('2026-11-22T12:00:00Z');
const apiUrl = 'https://api.example.com/tenancy';
const profile: Profile = { ...newProfile('p', apiUrl), credential: { store: 'file' } };
const at = (seconds: number) => new Date(NOW + seconds * 1_000).toISOString();
const session = (n: number, seconds: number): StoredCredential => ({
  kind: 'user',
  access_token: `access-${n}`,
  access_expires_at: at(seconds),
  refresh_token: `refresh-${n}`,
  api_url: apiUrl,
});
const invalidGrant = () => authError('used up', { code: 'invalid_grant', status: 401 });

/** A signed-in profile, and an API that gives out session n + 1 for the refresh token of session n. */
async function setUp(stored: StoredCredential | null) {
  const directory = temporaryDirectory();
  const host = machine({ now: () => NOW });
  const credentials = new Credentials(host, pathsIn(directory), async () => null);
  if (stored !== null) await credentials.save('p', stored, 'file');
  const asked: string[] = [];
  const api = async (refreshToken: string): Promise<RefreshedSession> => {
    asked.push(refreshToken);
    return session(Number(refreshToken.split('-')[1]) + 1, 3_600);
  };
  const ask = (refresh = api, more: { refused?: string; apiUrl?: string } = {}) =>
    accessToken({ profile, apiUrl, credentials, host, configDirectory: directory, refresh, ...more });
  return { host, credentials, asked, api, ask, stored: () => credentials.load(profile), directory };
}

describe('the access token', () => {
  it('is the stored one while it lasts', async () => {
    const { ask, asked } = await setUp(session(1, 60));
    expect(await ask()).toBe('access-1');
    expect(asked).toEqual([]);
  });

  it('is the stored one if it does not say when it ends', async () => {
    const { ask } = await setUp({
      ...session(1, 0),
      kind: 'api',
      access_expires_at: null,
      refresh_token: null,
    });
    expect(await ask()).toBe('access-1');
  });

  it('is the stored one to its last second if it cannot be renewed', async () => {
    const dying = { ...session(1, 1), kind: 'api' as const, refresh_token: null };
    expect(await (await setUp(dying)).ask()).toBe('access-1');
    await expect(
      (await setUp({ ...dying, access_expires_at: session(1, 0).access_expires_at })).ask(),
    ).rejects.toMatchObject({
      code: 'session_ended',
    });
  });

  it.each([-10, 0, 29])('is renewed and stored when it ends in %i s', async (seconds) => {
    const { ask, asked, stored } = await setUp(session(1, seconds));
    expect(await ask()).toBe('access-2');
    expect(asked).toEqual(['refresh-1']);
    expect(await stored()).toEqual(session(2, 3_600));
  });

  it('is renewed when the API refused it before its time', async () => {
    const { ask, api, stored } = await setUp(session(1, 3_600));
    expect(await ask(api, { refused: 'access-1' })).toBe('access-2');
    expect(await ask(api, { refused: 'access-1' })).toBe('access-2');
    expect(await stored()).toEqual(session(2, 3_600));
  });

  it('is renewed once for all that ask at the same time', async () => {
    const { ask, asked } = await setUp(session(1, -1));
    const tokens = await Promise.all(Array.from({ length: 20 }, () => ask()));
    expect(new Set(tokens)).toEqual(new Set(['access-2']));
    expect(asked).toEqual(['refresh-1']);
  });

  it('is renewed once by many processes', { timeout: 30_000 }, async () => {
    const directory = temporaryDirectory();
    const credentials = new Credentials(machine(), pathsIn(directory), async () => null);
    await credentials.save('p', { ...session(1, 0), api_url: 'https://api.example.com' }, 'file');
    await credentials.save('p', { ...session(1, -1e9), api_url: 'https://api.example.com' }, 'file');
    writeFileSync(join(directory, 'refreshes'), '');
    const tokens = await Promise.all(Array.from({ length: 8 }, () => output(child('refresh.ts', directory))));
    expect(readFileSync(join(directory, 'refreshes'), 'utf8')).toBe('refresh-1\n');
    expect(new Set(tokens).size).toBe(1);
  });

  it('needs a sign-in, and says how', async () => {
    const { ask } = await setUp(null);
    await expect(ask()).rejects.toMatchObject({
      outcome: 'auth',
      message: 'profile "p" is not signed in',
      hint: 'tenantctl login --profile p',
    });
  });

  it('has ended when nothing can renew it', async () => {
    const { ask } = await setUp({ ...session(1, -1), refresh_token: null });
    await expect(ask()).rejects.toMatchObject({ outcome: 'auth', code: 'session_ended' });
  });

  it('has ended when the refresh token is refused, and nothing is cleared', async () => {
    const { ask, stored } = await setUp(session(1, -1));
    await expect(ask(() => Promise.reject(invalidGrant()))).rejects.toMatchObject({ code: 'session_ended' });
    expect(await stored()).toEqual(session(1, -1));
  });

  it.each([
    ['still lasts', session(5, 3_600), 'access-5'],
    ['is over as well', session(5, -1), 'access-6'],
  ])(
    'is another login’s when the refused one was replaced meanwhile by one that %s',
    async (_, other, token) => {
      const { ask, api, credentials } = await setUp(session(1, -1));
      const refresh = async (refreshToken: string) => {
        if (refreshToken !== 'refresh-1') return api(refreshToken);
        await credentials.save('p', other, 'file');
        throw invalidGrant();
      };
      expect(await ask(refresh)).toBe(token);
    },
  );

  it('of a login during the renewal is not overwritten', async () => {
    const { ask, api, credentials, stored } = await setUp(session(1, -1));
    const refresh = async (refreshToken: string) => {
      await credentials.save('p', session(9, 3_600), 'file');
      return api(refreshToken);
    };
    expect(await ask(refresh)).toBe('access-9');
    expect(await stored()).toEqual(session(9, 3_600));
  });

  it('that could not be renewed for another reason leaves everything as it was', async () => {
    const { ask, stored } = await setUp(session(1, -1));
    await expect(ask(() => Promise.reject(temporaryError('no network')))).rejects.toMatchObject({
      outcome: 'temporary',
      message: 'no network',
    });
    expect(await stored()).toEqual(session(1, -1));
    expect(await ask()).toBe('access-2');
  });

  it('is given out although it could not be saved', async () => {
    const { ask, host, api, directory } = await setUp(session(1, -1));
    const refresh = async (refreshToken: string) => {
      const renewed = await api(refreshToken);
      writeFileSync(join(directory, 'credentials.json'), 'broken');
      return renewed;
    };
    expect(await ask(refresh)).toBe('access-2');
    expect(host.warnings).toEqual([expect.stringContaining('the renewed session of p could not be saved')]);
  });

  it.each(['https://evil.example.com', 'http://api.example.com/tenancy', 'https://api.example.com:444'])(
    'is not given out for %s',
    async (other) => {
      const { ask, api, asked } = await setUp(session(1, -1));
      await expect(ask(api, { apiUrl: other })).rejects.toMatchObject({
        outcome: 'auth',
        code: 'credential_for_other_api',
      });
      expect(asked).toEqual([]);
    },
  );
});

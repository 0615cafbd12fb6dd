import { describe, expect, it } from 'vitest';
import { newProfile, type Profile, type Profiles } from '../../src/config/profiles.ts';
import { parseProject } from '../../src/config/project.ts';
import {
  type GlobalFlags,
  requireApiUrl,
  resolveConfig,
  type Settings,
  type Sources,
  workspaceOf,
} from '../../src/config/resolve.ts';

const profilesPath = '/c/config.json';
const local: Profile = {
  ...newProfile('local', 'http://127.0.0.1:7411'),
  default_account: 'acme',
  default_workspace: 'main',
  credential: { store: 'file' },
};
const prod: Profile = {
  ...newProfile('prod', 'https://api.example.com'),
  account: { id: 'acc_1', slug: 'acme', parent_id: null },
  protected: true,
  read_only: true,
};
const saved: Profiles = { default_profile: 'local', profiles: [local, prod] };
const none: Profiles = { default_profile: null, profiles: [] };

const resolve = (sources: Partial<Sources>) =>
  resolveConfig({ flags: {}, env: {}, project: null, profiles: none, profilesPath, ...sources });
const settings = (sources: Partial<Sources>) => resolve(sources).settings;
const unset = <T>(value: T) => ({ value, origin: 'default', source: null });

describe('settings', () => {
  it('have defaults where nothing is given', () => {
    expect(resolve({})).toEqual({
      profile: null,
      settings: {
        profile: unset(null),
        api_url: unset(null),
        account: unset(null),
        workspace: unset(null),
        output: unset(null),
        no_input: unset(false),
        timeout: unset(60_000),
        max_retries: unset(5),
        ca_file: unset(null),
        debug: unset(false),
        protected: unset(false),
        read_only: unset(false),
        credential: unset({ from: 'nowhere' }),
      },
    });
  });

  it('come from the default profile', () => {
    const of = (value: unknown) => ({ value, origin: 'profile', source: profilesPath });
    const { profile, settings: found } = resolve({ profiles: saved });
    expect(profile).toBe(local);
    expect(found).toMatchObject({
      profile: of('local'),
      api_url: of('http://127.0.0.1:7411'),
      account: of('acme'),
      workspace: of('main'),
      credential: of({ from: 'profile' }),
    });
  });

  it('take the pinned account where the profile has no default one, and keep its guards', () => {
    const of = (value: unknown) => ({ value, origin: 'profile', source: profilesPath });
    expect(settings({ profiles: saved, flags: { profile: 'prod' } })).toMatchObject({
      profile: { value: 'prod', origin: 'flag', source: '--profile' },
      account: of('acc_1'),
      protected: of(true),
      read_only: of(true),
      credential: unset({ from: 'nowhere' }),
    });
  });

  const project = parseProject('/r/.tenantctl.json', {
    profile: 'prod',
    account: 'of-project',
    workspace: 'of-project',
    defaults: { output: 'yaml', timeout: 3, max_retries: 3 },
  });
  const env = {
    TENANTCTL_PROFILE: 'local',
    TENANTCTL_ACCOUNT: 'of-env',
    TENANTCTL_WORKSPACE: 'of-env',
    TENANTCTL_API_URL: 'https://env.example.com',
    TENANTCTL_OUTPUT: 'csv',
    TENANTCTL_TIMEOUT: '2m',
    TENANTCTL_MAX_RETRIES: '2',
    TENANTCTL_CA_FILE: '/env/ca.pem',
    TENANTCTL_DEBUG: '1',
    TENANTCTL_NO_INPUT: 'yes',
  };
  const flags: GlobalFlags = {
    profile: 'local',
    account: 'of-flag',
    workspace: 'of-flag',
    apiUrl: 'https://flag.example.com/',
    output: 'json',
    timeout: '500ms',
    maxRetries: '0',
    caFile: '/flag/ca.pem',
    debug: false,
    noInput: false,
  };
  type Key = keyof Settings;
  const table: [Key, unknown, unknown, unknown][] = [
    // setting, by flag, by variable, by project file (undefined: it may not)
    ['profile', 'local', 'local', 'prod'],
    ['account', 'of-flag', 'of-env', 'of-project'],
    ['workspace', 'of-flag', 'of-env', 'of-project'],
    ['api_url', 'https://flag.example.com', 'https://env.example.com', undefined],
    ['output', 'json', 'csv', 'yaml'],
    ['timeout', 500, 120_000, 3_000],
    ['max_retries', 0, 2, 3],
    ['ca_file', '/flag/ca.pem', '/env/ca.pem', undefined],
    ['debug', false, true, undefined],
    ['no_input', false, true, undefined],
  ];
  it.each(table)('%s: flag before variable before project file', (key, byFlag, byEnv, byProject) => {
    const name = key.toUpperCase();
    expect(settings({ flags, env, project, profiles: saved })[key]).toEqual({
      value: byFlag,
      origin: 'flag',
      source: `--${key.replaceAll('_', '-')}`,
    });
    expect(settings({ env, project, profiles: saved })[key]).toEqual({
      value: byEnv,
      origin: 'env',
      source: `TENANTCTL_${name}`,
    });
    const found = settings({ project, profiles: saved })[key];
    const ofProject = found.origin === 'project' ? found : undefined;
    expect(ofProject).toEqual(
      byProject && { value: byProject, origin: 'project', source: '/r/.tenantctl.json' },
    );
  });

  it('an empty variable is none', () => {
    const empty = Object.fromEntries(Object.keys(env).map((name) => [name, '']));
    expect(settings({ env: empty, profiles: saved })).toEqual(settings({ profiles: saved }));
  });

  it('read-only may be added by flag or project file and is lifted by none', () => {
    const tight = parseProject('/r/f', { defaults: { read_only: true } });
    expect(settings({ flags: { readOnly: true } }).read_only.source).toBe('--read-only');
    expect(settings({ project: tight }).read_only.source).toBe('/r/f');
    const lifted = settings({ profiles: saved, flags: { profile: 'prod', readOnly: false } });
    expect(lifted.read_only.value).toBe(true);
    expect(settings({ project: tight, flags: { readOnly: false } }).read_only.value).toBe(true);
  });

  it('a token in the environment replaces the profile’s credential and nothing else of it', () => {
    const before = settings({ profiles: saved });
    const token = settings({ profiles: saved, env: { TENANTCTL_TOKEN: 'tctl_api_x' } });
    expect(token).toEqual({
      ...before,
      credential: { value: { from: 'token' }, origin: 'env', source: 'TENANTCTL_TOKEN' },
    });
    expect(JSON.stringify(token)).not.toContain('tctl_');
    const both = { TENANTCTL_TOKEN: 'tctl_api_x', TENANTCTL_TOKEN_FILE: '/run/token' };
    expect(settings({ profiles: saved, env: both }).credential).toEqual({
      value: { from: 'token_file', path: '/run/token' },
      origin: 'env',
      source: 'TENANTCTL_TOKEN_FILE',
    });
  });

  it('a profile that is not there is an error, whoever named it, but for one about to be made', () => {
    const missing = { outcome: 'not_found', message: 'there is no profile "prdo"' };
    const named = [
      { flags: { profile: 'prdo' } },
      {
        env: {
          TENANTCTL_PROFILE: 'prdo',
          TENANTCTL_TOKEN: 'tctl_api_x',
          TENANTCTL_API_URL: 'https://a.example',
        },
      },
      { project: parseProject('/r/f', { profile: 'prdo' }) },
    ];
    for (const sources of named) {
      expect(() => resolve({ profiles: saved, ...sources })).toThrow(expect.objectContaining(missing));
    }
    expect(resolve({ flags: { profile: 'prdo' }, newProfile: true })).toMatchObject({
      profile: null,
      settings: { profile: { value: 'prdo', origin: 'flag' } },
    });
  });

  it.each([
    [{ TENANTCTL_TIMEOUT: 'abc' }, 'TENANTCTL_TIMEOUT: "abc" is not a time such as 30s'],
    [{ TENANTCTL_TIMEOUT: '0' }, 'TENANTCTL_TIMEOUT: "0" is not a time'],
    [{ TENANTCTL_TIMEOUT: '-5' }, 'TENANTCTL_TIMEOUT: "-5" is not a time'],
    [{ TENANTCTL_TIMEOUT: '25h' }, 'TENANTCTL_TIMEOUT: "25h" is not a time'],
    [{ TENANTCTL_MAX_RETRIES: '1.5' }, 'TENANTCTL_MAX_RETRIES: "1.5" is not a number from 0 to 100'],
    [{ TENANTCTL_MAX_RETRIES: '101' }, 'TENANTCTL_MAX_RETRIES: "101" is not a number from 0 to 100'],
    [{ TENANTCTL_OUTPUT: 'xml' }, 'TENANTCTL_OUTPUT: "xml" is not one of table, json'],
    [{ TENANTCTL_DEBUG: 'maybe' }, 'TENANTCTL_DEBUG: "maybe" is not 1 or 0'],
    [{ TENANTCTL_NO_INPUT: '2' }, 'TENANTCTL_NO_INPUT: "2" is not 1 or 0'],
    [{ TENANTCTL_ALLOW_HTTP: 'x' }, 'TENANTCTL_ALLOW_HTTP: "x" is not 1 or 0'],
    [
      { TENANTCTL_API_URL: 'api.example.com' },
      'TENANTCTL_API_URL: "api.example.com" is not an http or https',
    ],
    [{ TENANTCTL_API_URL: 'ftp://a.example' }, 'is not an http or https address'],
    [{ TENANTCTL_API_URL: 'file:///etc/passwd' }, 'is not an http or https address'],
    [{ TENANTCTL_API_URL: 'https://a.example/?x=1' }, 'is not an address without ? and #'],
    [
      { TENANTCTL_API_URL: 'http://api.example.com' },
      'TENANTCTL_API_URL: http://api.example.com is not encrypted',
    ],
    [{ TENANTCTL_API_URL: 'http://127.0.0.1.evil.example' }, 'is not encrypted'],
    [{ TENANTCTL_API_URL: 'http://localhost.evil.example' }, 'is not encrypted'],
  ])('name the variable that is wrong: %j', (wrong, message) => {
    expect(() => resolve({ env: wrong })).toThrow(message);
    expect(() => resolve({ env: wrong })).toThrow(expect.objectContaining({ outcome: 'usage' }));
  });

  it('name the flag that is wrong', () => {
    expect(() => resolve({ flags: { timeout: 'abc' } })).toThrow('--timeout: "abc" is not a time');
    expect(() => resolve({ flags: { maxRetries: 'x' } })).toThrow('--max-retries: "x" is not a number');
    expect(() => resolve({ flags: { account: '' } })).toThrow('--account is empty');
  });

  it('do not repeat a password that stands in an address', () => {
    const env = { TENANTCTL_API_URL: 'https://ada:hunter2@api.example.com' };
    expect(() => resolve({ env })).toThrow(
      expect.objectContaining({ message: 'TENANTCTL_API_URL: the address holds a user name or password' }),
    );
  });

  it('check the address of a profile that was edited by hand as well', () => {
    const edited = { default_profile: 'x', profiles: [newProfile('x', 'http://evil.example.com')] };
    expect(() => resolve({ profiles: edited })).toThrow(
      `${profilesPath}: http://evil.example.com is not encrypted`,
    );
  });

  it.each([
    ['http://localhost:7411', 'http://localhost:7411'],
    ['http://api.localhost', 'http://api.localhost'],
    ['http://127.8.9.1:80/', 'http://127.8.9.1'],
    ['http://0x7f.1', 'http://127.0.0.1'],
    ['http://[::1]:7411', 'http://[::1]:7411'],
    ['HTTPS://API.example.com/tenancy/', 'https://api.example.com/tenancy'],
  ])('take %s as an address', (text, address) => {
    expect(settings({ flags: { apiUrl: text } }).api_url.value).toBe(address);
  });

  it('take plain http beyond this machine only if told so', () => {
    const env = { TENANTCTL_API_URL: 'http://api.internal:7411', TENANTCTL_ALLOW_HTTP: '1' };
    expect(settings({ env }).api_url.value).toBe('http://api.internal:7411');
    expect(() => settings({ env: { ...env, TENANTCTL_ALLOW_HTTP: '0' } })).toThrow('is not encrypted');
  });

  it('say how to name an API where none is known', () => {
    expect(requireApiUrl(settings({ profiles: saved }))).toBe('http://127.0.0.1:7411');
    expect(() => requireApiUrl(settings({}))).toThrow(expect.objectContaining({ code: 'no_api_url' }));
  });
});

describe('the workspace', () => {
  const of = (sources: Partial<Sources>) => workspaceOf(settings(sources));
  const env = { TENANTCTL_ACCOUNT: 'other', TENANTCTL_WORKSPACE: 'ops' };

  it('goes with the account that was named as closely or less', () => {
    expect(of({ profiles: saved })).toBe('main');
    expect(of({ profiles: saved, flags: { workspace: 'w' } })).toBe('w');
    expect(of({ profiles: saved, flags: { account: 'other', workspace: 'w' } })).toBe('w');
    expect(of({ profiles: saved, env })).toBe('ops');
    expect(of({})).toBeUndefined();
  });

  it('is none where another account was named more closely', () => {
    expect(of({ profiles: saved, flags: { account: 'other' } })).toBeUndefined();
    expect(of({ profiles: saved, env: { TENANTCTL_ACCOUNT: 'other' } })).toBeUndefined();
    expect(of({ env, flags: { account: 'acme' } })).toBeUndefined();
  });
});

describe('a delegation', () => {
  const token = { TENANTCTL_TOKEN: 'tctl_dlg_x', TENANTCTL_API_URL: 'https://api.example.com' };
  const project = parseProject('/r/f', { profile: 'prod', account: 'acme' });

  it('in the environment is nobody’s profile, unless one is named there', () => {
    const found = settings({ env: token, profiles: saved, project });
    expect(found).toMatchObject({
      profile: unset(null),
      protected: unset(false),
      credential: { value: { from: 'token' } },
    });
    const named = { ...token, TENANTCTL_PROFILE: 'prod' };
    expect(settings({ env: named, profiles: saved, project }).profile.value).toBe('prod');
    expect(settings({ env: token, flags: { profile: 'prod' }, profiles: saved }).protected.value).toBe(true);
    // Another kind of token, or a file, is the profile's credential of this run and nothing more.
    for (const env of [
      { ...token, TENANTCTL_TOKEN: 'tctl_api_x' },
      { ...token, TENANTCTL_TOKEN_FILE: '/t' },
    ])
      expect(settings({ env, profiles: saved }).profile.value).toBe('local');
  });

  it('kept as a profile acts in its account, whatever the project says; flag and variable are refused later', () => {
    const delegated: Profile = {
      ...newProfile('local@acme-dev', 'https://api.example.com'),
      account: { id: 'acc_2', slug: 'acme-dev', parent_id: 'acc_1' },
      default_account: 'acme-dev',
      delegation: { id: 'dlg_1', base: 'local', mode: 'full', expires_at: '2026-03-02T09:30:00.000Z' },
    };
    const profiles = { default_profile: 'local', profiles: [local, delegated] };
    const of = (more: Partial<Sources>) =>
      settings({ flags: { profile: 'local@acme-dev' }, profiles, project, ...more }).account.value;
    expect(of({})).toBe('acme-dev');
    expect(of({ env: { TENANTCTL_ACCOUNT: 'acme' } })).toBe('acme');
  });
});

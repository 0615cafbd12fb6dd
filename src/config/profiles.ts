import { join } from 'node:path';
import { type DelegationMode, delegationModes } from '../contract/limits.ts';
import { notFoundError, usageError } from '../errors.ts';
import { checkDirectory, ensureDirectory, isRecord, parseJson, readPrivate, refuseLink } from './files.ts';
import { type LockHost, type LockLimits, withLock } from './lock.ts';

/** The account a profile may act in and no other. Id and slug, so that either can be typed without a query. */
export interface PinnedAccount {
  readonly id: string;
  readonly slug: string;
  readonly parent_id: string | null;
}

/** What `accounts login` opened: the profile is that managed account's, and ends with it. */
export interface ProfileDelegation {
  readonly id: string;
  /** The profile that it was opened with; null for a token of the environment. */
  readonly base: string | null;
  readonly mode: DelegationMode;
  readonly expires_at: string;
}

export interface Profile {
  readonly name: string;
  readonly api_url: string;
  readonly account: PinnedAccount | null;
  /** What --account falls back to, id or slug; without it the pinned one. */
  readonly default_account: string | null;
  readonly default_workspace: string | null;
  /** Every write needs --confirm. */
  readonly protected: boolean;
  /** Every write is refused. */
  readonly read_only: boolean;
  /** Where the credential lies, never the credential itself; null when signed out. */
  readonly credential: { readonly store: CredentialPlace } | null;
  /** Who signed in, for display. */
  readonly user: string | null;
  readonly delegation: ProfileDelegation | null;
}

export type CredentialPlace = 'keyring' | 'file';

export interface Profiles {
  readonly default_profile: string | null;
  readonly profiles: readonly Profile[];
}

const VERSION = 1;
const NAME = /^[A-Za-z0-9][A-Za-z0-9._@-]{0,99}$/;
const NONE: Profiles = { default_profile: null, profiles: [] };

/** A profile with nothing set but its name and address. */
export function newProfile(name: string, apiUrl: string): Profile {
  return {
    name: checkName(name),
    api_url: apiUrl,
    account: null,
    default_account: null,
    default_workspace: null,
    protected: false,
    read_only: false,
    credential: null,
    user: null,
    delegation: null,
  };
}

export function checkName(name: string): string {
  if (NAME.test(name)) return name;
  throw usageError(`${JSON.stringify(name)} is no name for a profile`, {
    code: 'invalid_profile_name',
    why: 'a name has 1 to 100 letters, digits, dots, hyphens, underscores and @, and starts with a letter or digit',
  });
}

export const profilesFile = (directory: string) => join(directory, 'config.json');

/** Every command reads: a plain read, because loading conf costs a bare start of Node (performance.md, B1). */
export function readProfiles(directory: string, host: LockHost): Profiles {
  const path = profilesFile(directory);
  const text = readPrivate(path, host);
  return text === null ? NONE : parseProfiles(path, parseJson(path, text));
}

export function findProfile(profiles: Profiles, name: string): Profile {
  const found = profiles.profiles.find((profile) => profile.name === name);
  if (found !== undefined) return found;
  const known = profiles.profiles.map((profile) => profile.name).join(', ');
  throw notFoundError(`there is no profile ${JSON.stringify(name)}`, {
    code: 'profile_not_found',
    why: known === '' ? 'no profile is saved yet' : `saved profiles: ${known}`,
    hint: `tenantctl login --profile ${NAME.test(name) ? name : 'NAME'}`,
  });
}

/**
 * Changes the profiles: `change` gets what is on disk at that moment, under a lock, because another
 * process may have written since this one read. What it throws leaves the file as it was.
 */
export async function updateProfiles(
  directory: string,
  host: LockHost,
  change: (current: Profiles) => Profiles,
  limits: Partial<LockLimits> = {},
): Promise<Profiles> {
  const path = profilesFile(directory);
  ensureDirectory(directory, host);
  const { default: Conf } = await import('conf');
  const write = () => {
    const next = change(readProfiles(directory, host));
    for (const profile of next.profiles) checkName(profile.name);
    refuseLink(path);
    checkDirectory(directory, host);
    const conf = new Conf<Record<string, unknown>>({
      cwd: directory,
      configName: 'config',
      // conf's own mode is 0644; and it would read a dot in a key as a path.
      configFileMode: 0o600,
      accessPropertiesByDotNotation: false,
      clearInvalidConfig: false,
    });
    conf.store = { version: VERSION, ...next };
    return next;
  };
  return withLock(join(directory, 'config.lock'), host, write, limits);
}

/** Adds a profile or replaces the one of the same name; the first one, or on demand this one, is the default. */
export function saveProfile(
  directory: string,
  host: LockHost,
  profile: Profile,
  options: { readonly makeDefault?: boolean } = {},
): Promise<Profiles> {
  return updateProfiles(directory, host, (current) => ({
    default_profile: options.makeDefault ? profile.name : (current.default_profile ?? profile.name),
    profiles: [...current.profiles.filter(({ name }) => name !== profile.name), profile],
  }));
}

/** Changes some fields of one profile; not found if it is gone. */
export function changeProfile(
  directory: string,
  host: LockHost,
  name: string,
  fields: Partial<Omit<Profile, 'name'>>,
): Promise<Profiles> {
  return updateProfiles(directory, host, (current) => {
    const changed = { ...findProfile(current, name), ...fields };
    return { ...current, profiles: current.profiles.map((old) => (old.name === name ? changed : old)) };
  });
}

/** Forgets a profile; its credential is wiped by `Credentials.remove`, before. */
export function removeProfile(directory: string, host: LockHost, name: string): Promise<Profiles> {
  return updateProfiles(directory, host, (current) => {
    const gone = findProfile(current, name);
    return {
      default_profile: current.default_profile === name ? null : current.default_profile,
      profiles: current.profiles.filter((profile) => profile !== gone),
    };
  });
}

export function useProfile(directory: string, host: LockHost, name: string): Promise<Profiles> {
  return updateProfiles(directory, host, (current) => ({
    ...current,
    default_profile: findProfile(current, name).name,
  }));
}

function parseProfiles(path: string, data: unknown): Profiles {
  const fail = (what: string) =>
    usageError(`${path}: ${what}`, { code: 'invalid_config', hint: `correct or delete ${path}` });
  if (!isRecord(data)) throw fail('is not a JSON object');
  if (typeof data.version === 'number' && data.version > VERSION) {
    throw fail(`was written by a newer tenantctl (format ${data.version}, this one knows ${VERSION})`);
  }
  const list = data.profiles ?? [];
  if (!Array.isArray(list)) throw fail('profiles is not a list');
  const fields = reader(fail);
  return {
    default_profile: fields.text(data, 'default_profile', 'default_profile'),
    profiles: list.map((item: unknown, index) => parseProfile(item, `profiles[${index}]`, fail)),
  };
}

function parseProfile(data: unknown, at: string, fail: (what: string) => Error): Profile {
  if (!isRecord(data)) throw fail(`${at} is not an object`);
  const fields = reader(fail);
  const name = fields.text(data, 'name', `${at}.name`);
  const apiUrl = fields.text(data, 'api_url', `${at}.api_url`);
  if (name === null || !NAME.test(name)) throw fail(`${at}.name is missing or no name for a profile`);
  if (apiUrl === null) throw fail(`${at}.api_url is missing`);
  return {
    name,
    api_url: apiUrl,
    account: parsePin(data.account ?? null, `${at}.account`, fail),
    default_account: fields.text(data, 'default_account', `${at}.default_account`),
    default_workspace: fields.text(data, 'default_workspace', `${at}.default_workspace`),
    protected: fields.flag(data, 'protected', `${at}.protected`),
    read_only: fields.flag(data, 'read_only', `${at}.read_only`),
    credential: parsePlace(data.credential ?? null, `${at}.credential`, fail),
    user: fields.text(data, 'user', `${at}.user`),
    delegation: parseDelegation(data.delegation ?? null, `${at}.delegation`, fail),
  };
}

function parsePin(data: unknown, at: string, fail: (what: string) => Error): PinnedAccount | null {
  if (data === null) return null;
  if (!isRecord(data) || typeof data.id !== 'string' || typeof data.slug !== 'string') {
    // A pin is a guard: one that cannot be read must not be taken for none.
    throw fail(`${at} is neither null nor an object with id and slug`);
  }
  return { id: data.id, slug: data.slug, parent_id: reader(fail).text(data, 'parent_id', `${at}.parent_id`) };
}

function parseDelegation(data: unknown, at: string, fail: (what: string) => Error): Profile['delegation'] {
  if (data === null) return null;
  // What marks every prompt must not be taken for nothing either.
  const bad = fail(`${at} is neither null nor an object with id, base, mode and expires_at`);
  if (!isRecord(data) || typeof data.id !== 'string' || typeof data.expires_at !== 'string') throw bad;
  const mode = delegationModes.find((known) => known === data.mode);
  if (mode === undefined) throw bad;
  const base = reader(fail).text(data, 'base', `${at}.base`);
  return { id: data.id, base, mode, expires_at: data.expires_at };
}

function parsePlace(data: unknown, at: string, fail: (what: string) => Error): Profile['credential'] {
  if (data === null) return null;
  if (isRecord(data) && (data.store === 'keyring' || data.store === 'file')) return { store: data.store };
  throw fail(`${at}.store is neither "keyring" nor "file"`);
}

function reader(fail: (what: string) => Error) {
  return {
    text(data: Readonly<Record<string, unknown>>, key: string, at: string): string | null {
      const value = data[key] ?? null;
      if (value === null || typeof value === 'string') return value;
      throw fail(`${at} is not a text`);
    },
    flag(data: Readonly<Record<string, unknown>>, key: string, at: string): boolean {
      const value = data[key] ?? false;
      if (typeof value === 'boolean') return value;
      throw fail(`${at} is neither true nor false`);
    },
  };
}

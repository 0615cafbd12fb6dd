import { usageError } from '../errors.ts';
import { isDelegation } from './env-token.ts';
import { type Host, variable } from './host.ts';
import { findProfile, type Profile, type Profiles } from './profiles.ts';
import type { Project } from './project.ts';
import { type OutputFormat, readApiUrl, readCount, readDuration, readOutput, readSwitch } from './values.ts';

export type Origin = 'flag' | 'env' | 'project' | 'profile' | 'default';

/** A value and where it came from: a flag, a variable, a file; for `config list --show-origin`. */
export interface Setting<T> {
  readonly value: T;
  readonly origin: Origin;
  /** `--account`, `TENANTCTL_ACCOUNT`, a path; null for a default. */
  readonly source: string | null;
}

/** The global flags as parsed; undefined where not given. */
export interface GlobalFlags {
  readonly profile?: string | undefined;
  readonly account?: string | undefined;
  readonly workspace?: string | undefined;
  readonly apiUrl?: string | undefined;
  readonly output?: string | undefined;
  /** `--no-input`. */
  readonly noInput?: boolean | undefined;
  readonly timeout?: string | undefined;
  readonly maxRetries?: string | undefined;
  readonly caFile?: string | undefined;
  readonly debug?: boolean | undefined;
  readonly readOnly?: boolean | undefined;
}

/** Where the credential comes from; what is in the environment replaces the profile's and nothing else of it. */
export type CredentialSource =
  | { readonly from: 'token_file'; readonly path: string }
  | { readonly from: 'token' }
  | { readonly from: 'profile' }
  | { readonly from: 'nowhere' };

export interface Settings {
  readonly profile: Setting<string | null>;
  readonly api_url: Setting<string | null>;
  readonly account: Setting<string | null>;
  readonly workspace: Setting<string | null>;
  readonly output: Setting<OutputFormat | null>;
  readonly no_input: Setting<boolean>;
  /** Milliseconds for a whole call, retries included. */
  readonly timeout: Setting<number>;
  readonly max_retries: Setting<number>;
  readonly ca_file: Setting<string | null>;
  readonly debug: Setting<boolean>;
  readonly protected: Setting<boolean>;
  readonly read_only: Setting<boolean>;
  readonly credential: Setting<CredentialSource>;
}

export interface Resolved {
  readonly settings: Settings;
  /** The profile that `settings.profile` names. */
  readonly profile: Profile | null;
}

export interface Sources {
  readonly flags: GlobalFlags;
  readonly env: Host['env'];
  readonly project: Project | null;
  readonly profiles: Profiles;
  /** The profile file's path, named as the source of what comes from it. */
  readonly profilesPath: string;
  /** For `login` and `profiles add`: the profile named need not be there yet. */
  readonly newProfile?: boolean | undefined;
}

export const DEFAULT_TIMEOUT_MS = 60_000;
export const DEFAULT_MAX_RETRIES = 5;
const MOST_RETRIES = 100;

/** flag > environment > project file > profile > default, for every setting on its own (cli.md). */
export function resolveConfig(sources: Sources): Resolved {
  const { flags, env, project, profiles, profilesPath } = sources;
  const defaults = project?.defaults;
  const alone = standsAlone(env);
  const named = pick(sources, 'profile', flags.profile, alone ? null : project?.profile);
  const profileName: Setting<string | null> =
    named ?? fromProfile(alone ? null : profiles.default_profile, profilesPath) ?? unset(null);
  const profile = profileName.value === null ? null : findNamed(sources, profileName.value);
  const saved = <T>(value: T | null | undefined) => fromProfile(value, profilesPath);

  const settings: Settings = {
    profile: profileName,
    api_url: resolveUrl(sources, profile),
    account:
      pick(sources, 'account', flags.account, profile?.delegation ? null : project?.account) ??
      saved(profile?.default_account ?? profile?.account?.id) ??
      unset(null),
    workspace:
      pick(sources, 'workspace', flags.workspace, project?.workspace) ??
      saved(profile?.default_workspace) ??
      unset(null),
    output:
      read(pick(sources, 'output', flags.output), readOutput) ??
      fromProject(project, defaults?.output) ??
      unset(null),
    no_input:
      fromFlag('no_input', flags.noInput) ??
      read(fromEnv(env, 'no_input'), readSwitch) ??
      fromProject(project, defaults?.no_input || null) ??
      unset(false),
    timeout:
      read(pick(sources, 'timeout', flags.timeout), readDuration) ??
      fromProject(project, defaults?.timeout) ??
      unset(DEFAULT_TIMEOUT_MS),
    max_retries:
      read(pick(sources, 'max_retries', flags.maxRetries), (text, source) =>
        readCount(text, source, MOST_RETRIES),
      ) ??
      fromProject(project, defaults?.max_retries) ??
      unset(DEFAULT_MAX_RETRIES),
    ca_file: pick(sources, 'ca_file', flags.caFile) ?? unset(null),
    debug: fromFlag('debug', flags.debug) ?? read(fromEnv(env, 'debug'), readSwitch) ?? unset(false),
    protected: saved(profile?.protected || null) ?? unset(false),
    // Each source may only add it: a flag left out, or another file, never lifts a profile's guard.
    read_only:
      fromFlag('read_only', flags.readOnly || undefined) ??
      fromProject(project, defaults?.read_only || null) ??
      saved(profile?.read_only || null) ??
      unset(false),
    credential: resolveCredential(env, profile, profilesPath),
  };
  return { settings, profile };
}

/** The API's address, or a usage error that says how to give one. */
export function requireApiUrl(settings: Settings): string {
  if (settings.api_url.value !== null) return settings.api_url.value;
  throw usageError('no API to talk to', {
    code: 'no_api_url',
    why: 'there is no profile, and neither --api-url nor TENANTCTL_API_URL is given',
    hint: 'tenantctl login --api-url https://api.example.com, or start one here: tenantctl serve',
  });
}

/** From the closest to the farthest. */
const origins: readonly Origin[] = ['flag', 'env', 'project', 'profile', 'default'];

/**
 * The workspace to act in. None where the account was named more closely than it, `--account` beside a profile's
 * workspace: it belongs to another account.
 */
export function workspaceOf({ account, workspace }: Settings): string | undefined {
  const strays = origins.indexOf(account.origin) < origins.indexOf(workspace.origin);
  return strays ? undefined : (workspace.value ?? undefined);
}

/**
 * A delegation in the environment (`accounts exec`) is a connection of its own to one account: a profile that nobody
 * named there would only pin it to another one.
 */
function standsAlone(env: Host['env']): boolean {
  return (
    variable(env, 'TENANTCTL_TOKEN_FILE') === undefined && isDelegation(variable(env, 'TENANTCTL_TOKEN'))
  );
}

function findNamed({ profiles, newProfile = false }: Sources, name: string): Profile | null {
  // A mistyped name must never mean "no profile": its pin and its guards would be gone.
  return newProfile
    ? (profiles.profiles.find((profile) => profile.name === name) ?? null)
    : findProfile(profiles, name);
}

function resolveUrl(sources: Sources, profile: Profile | null): Setting<string | null> {
  const allow = read(fromEnv(sources.env, 'allow_http'), readSwitch)?.value ?? false;
  const found =
    pick(sources, 'api_url', sources.flags.apiUrl) ?? fromProfile(profile?.api_url, sources.profilesPath);
  return read(found, (text, source) => readApiUrl(text, source, allow)) ?? unset(null);
}

function resolveCredential(
  env: Host['env'],
  profile: Profile | null,
  profilesPath: string,
): Setting<CredentialSource> {
  const file = fromEnv(env, 'token_file');
  if (file !== null) return { ...file, value: { from: 'token_file', path: file.value } };
  const token = fromEnv(env, 'token');
  if (token !== null) return { ...token, value: { from: 'token' } };
  if (!profile?.credential) return unset({ from: 'nowhere' });
  return { value: { from: 'profile' }, origin: 'profile', source: profilesPath };
}

/** A text setting by flag, variable or project file, in this order. */
function pick(
  sources: Sources,
  key: string,
  flag: string | undefined,
  ofProject?: string | null,
): Setting<string> | null {
  if (flag?.trim() === '') throw usageError(`${flagName(key)} is empty`, { code: 'invalid_value' });
  return fromFlag(key, flag) ?? fromEnv(sources.env, key) ?? fromProject(sources.project, ofProject);
}

function read<T>(
  found: Setting<string> | null,
  reader: (text: string, source: string) => T,
): Setting<T> | null {
  return found === null ? null : { ...found, value: reader(found.value, found.source ?? 'default') };
}

function fromFlag<T>(key: string, value: T | undefined): Setting<T> | null {
  return value === undefined ? null : { value, origin: 'flag', source: flagName(key) };
}

function fromEnv(env: Host['env'], key: string): Setting<string> | null {
  const name = `TENANTCTL_${key.toUpperCase()}`;
  const value = variable(env, name);
  return value === undefined ? null : { value, origin: 'env', source: name };
}

function fromProject<T>(project: Project | null, value: T | null | undefined): Setting<T> | null {
  if (project === null || value === null || value === undefined) return null;
  return { value, origin: 'project', source: project.path };
}

function fromProfile<T>(value: T | null | undefined, path: string): Setting<T> | null {
  return value === null || value === undefined ? null : { value, origin: 'profile', source: path };
}

const unset = <T>(value: T): Setting<T> => ({ value, origin: 'default', source: null });
const flagName = (key: string) => `--${key.replaceAll('_', '-')}`;

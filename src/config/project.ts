import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { otherError, usageError } from '../errors.ts';
import { isRecord, parseJson } from './files.ts';
import { errnoOf, type Host } from './host.ts';
import { type OutputFormat, readCount, readDuration, readOutput } from './values.ts';

export const PROJECT_FILE = '.tenantctl.json';

/** What a checked-out repository may decide: where commands act and how they print, never to whom a token goes. */
export interface Project {
  /** The file's absolute path. */
  readonly path: string;
  readonly profile: string | null;
  readonly account: string | null;
  readonly workspace: string | null;
  readonly defaults: ProjectDefaults;
}

export interface ProjectDefaults {
  readonly output: OutputFormat | null;
  /** Milliseconds. */
  readonly timeout: number | null;
  readonly max_retries: number | null;
  /** Only ever tightens: a repository cannot lift a profile's read-only. */
  readonly read_only: boolean;
  readonly no_input: boolean;
}

const KEYS = ['profile', 'account', 'workspace', 'defaults', '$schema'];
const DEFAULTS = ['output', 'timeout', 'max_retries', 'read_only', 'no_input'];
const FORBIDDEN =
  /url|host|endpoint|proxy|token|secret|password|passphrase|credential|api_?key|(^|_)ca(_|$)|cert/i;
const MAX_RETRIES = 100;

/**
 * The nearest `.tenantctl.json` from `cwd` up to the repository's root (the directory that holds `.git`),
 * the home directory or the file system's root, whichever comes first; null if there is none.
 */
export function findProject(cwd: string, host: Pick<Host, 'home' | 'platform' | 'warn'>): Project | null {
  for (let directory = resolve(cwd); ; directory = dirname(directory)) {
    const path = join(directory, PROJECT_FILE);
    const text = readText(path);
    if (text !== null && isTrusted(directory, path, host)) return parseProject(path, parseJson(path, text));
    const isTop = directory === dirname(directory) || directory === resolve(host.home);
    if (isTop || existsSync(join(directory, '.git'))) return null;
  }
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const code = errnoOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw otherError(`${path} cannot be read`, { code: 'config_unusable', cause: error });
  }
}

/** In a directory everybody may write to (/tmp) the file may be another user's trap. */
function isTrusted(directory: string, path: string, host: Pick<Host, 'platform' | 'warn'>): boolean {
  if (host.platform === 'win32' || (statSync(directory).mode & 0o002) === 0) return true;
  host.warn(`${path} is ignored: every user may write to its directory`);
  return false;
}

export function parseProject(path: string, data: unknown): Project {
  if (!isRecord(data)) throw wrong(path, 'is not a JSON object');
  checkKeys(path, '', data, KEYS);
  const defaults = data.defaults ?? {};
  if (!isRecord(defaults)) throw wrong(path, 'key "defaults" is not an object');
  checkKeys(path, 'defaults.', defaults, DEFAULTS);
  return {
    path,
    profile: text(path, 'profile', data.profile),
    account: text(path, 'account', data.account),
    workspace: text(path, 'workspace', data.workspace),
    defaults: parseDefaults(path, defaults),
  };
}

function parseDefaults(path: string, data: Readonly<Record<string, unknown>>): ProjectDefaults {
  const read = <T>(key: string, reader: (text: string, source: string) => T): T | null => {
    const value = data[key] ?? null;
    if (value === null) return null;
    if (typeof value !== 'string' && typeof value !== 'number') {
      throw wrong(path, `key "defaults.${key}" is neither a text nor a number`);
    }
    return reader(String(value), `${path}: defaults.${key}`);
  };
  return {
    output: read('output', readOutput),
    timeout: read('timeout', readDuration),
    max_retries: read('max_retries', (value, source) => readCount(value, source, MAX_RETRIES)),
    read_only: flag(path, 'read_only', data.read_only),
    no_input: flag(path, 'no_input', data.no_input),
  };
}

function checkKeys(
  path: string,
  prefix: string,
  data: Readonly<Record<string, unknown>>,
  known: readonly string[],
): void {
  for (const key of Object.keys(data)) {
    if (known.includes(key)) continue;
    if (FORBIDDEN.test(key)) throw forbidden(path, prefix + key);
    throw usageError(`${path}: unknown key "${prefix}${key}"`, {
      code: 'invalid_project_file',
      why: `known keys: ${known.map((name) => prefix + name).join(', ')}`,
    });
  }
}

function text(path: string, key: string, value: unknown): string | null {
  if (value === undefined || value === null) return null;
  if (typeof value !== 'string' || value.trim() === '') throw wrong(path, `key "${key}" is not a text`);
  if (/:\/\/|tctl_/.test(value)) throw forbidden(path, key);
  return value.trim();
}

function flag(path: string, key: string, value: unknown): boolean {
  if (value === undefined || value === null) return false;
  if (typeof value === 'boolean') return value;
  throw wrong(path, `key "defaults.${key}" is neither true nor false`);
}

// The value is not repeated: it may be a secret.
function forbidden(path: string, key: string) {
  return usageError(`${path}: key "${key}" holds a URL or a secret`, {
    code: 'forbidden_in_project_file',
    why: 'a file that comes with a repository must not decide where a token is sent, nor hold one',
    hint: `remove "${key}" from ${path} and put it in a profile: tenantctl login --profile NAME --api-url URL`,
  });
}

function wrong(path: string, what: string) {
  return usageError(`${path}: ${what}`, { code: 'invalid_project_file', hint: `correct ${path}` });
}

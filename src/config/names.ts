import { join } from 'node:path';
import { type FileHost, isRecord, readPrivate, writePrivate } from './files.ts';
import type { Paths } from './paths.ts';
import type { Settings } from './resolve.ts';

/** What completion offers without asking the network. Workspaces are those of one account. */
export type NameKind = 'accounts' | 'plans' | `workspaces of ${string}`;

/** The part of a run's configuration that says whose names they are and where they lie. */
export interface NamesHost {
  readonly paths: Pick<Paths, 'cache'>;
  readonly host: FileHost;
  readonly settings: Pick<Settings, 'api_url' | 'profile'>;
}

type Kinds = Readonly<Record<string, readonly string[]>>;

/** More would make every Tab slow, and nobody picks from so many. */
const MOST = 2000;
/** The shell puts a name on the command line as it is: one that it would read as anything but a word is not offered. */
const PLAIN = /^[A-Za-z0-9][\w.@-]{0,99}$/;

const fileOf = ({ paths }: NamesHost): string => join(paths.cache, 'names.json');
/** Who may see an account is a question of who is signed in, so each profile has names of its own. */
const ownerOf = ({ settings }: NamesHost): string =>
  `${settings.profile.value ?? ''} ${settings.api_url.value ?? ''}`;

/** Those seen last by this profile; empty if there are none, or if the file is not what we wrote. */
export function namesOf(host: NamesHost, kind: NameKind): readonly string[] {
  return read(host)[ownerOf(host)]?.[kind] ?? [];
}

/**
 * The rows as they come, remembered once the last has passed: the names of a whole list replace those of before, the
 * names of a part are added to them. What cannot be remembered is no reason to fail.
 */
export async function* remembered<Row extends { readonly slug: string } | { readonly name: string }>(
  host: NamesHost,
  { kind, whole }: { readonly kind: NameKind; readonly whole: boolean },
  rows: AsyncIterable<Row>,
): AsyncGenerator<Row, void, undefined> {
  const seen: string[] = [];
  for await (const row of rows) {
    const name = 'slug' in row ? row.slug : row.name;
    if (seen.length < MOST && PLAIN.test(name)) seen.push(name);
    yield row;
  }
  const before = whole ? [] : namesOf(host, kind);
  keep(host, kind, [...new Set([...seen, ...before])].slice(0, MOST));
}

/** When a profile goes, so do the names that it has seen. */
export function forgetNames(host: NamesHost, profile: string): void {
  const all = Object.entries(read(host));
  const left = all.filter(([owner]) => !owner.startsWith(`${profile} `));
  if (left.length < all.length) write(host, Object.fromEntries(left));
}

function keep(host: NamesHost, kind: NameKind, names: readonly string[]): void {
  if (JSON.stringify(names) === JSON.stringify(namesOf(host, kind))) return;
  const all = read(host);
  write(host, { ...all, [ownerOf(host)]: { ...all[ownerOf(host)], [kind]: names } });
}

function read(host: NamesHost): Readonly<Record<string, Kinds>> {
  try {
    const found: unknown = JSON.parse(readPrivate(fileOf(host), host.host) ?? '{}');
    return isRecord(found)
      ? Object.fromEntries(Object.entries(found).map(([owner, of]) => [owner, kindsIn(of)]))
      : {};
  } catch {
    return {};
  }
}

function kindsIn(found: unknown): Kinds {
  if (!isRecord(found)) return {};
  return Object.fromEntries(Object.entries(found).map(([kind, names]) => [kind, plainOnes(names)]));
}

function plainOnes(names: unknown): string[] {
  const all: unknown[] = Array.isArray(names) ? names : [];
  return all.filter((name): name is string => typeof name === 'string' && PLAIN.test(name));
}

/** Two runs at once: the later one wins, and what the other saw is seen again. */
function write(host: NamesHost, all: Readonly<Record<string, Kinds>>): void {
  try {
    writePrivate(fileOf(host), JSON.stringify(all), host.host);
  } catch {
    // A cache that cannot be written is an empty one.
  }
}

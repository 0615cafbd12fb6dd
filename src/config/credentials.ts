import { join } from 'node:path';
import type { TokenKind } from '../contract/token.ts';
import { otherError, usageError } from '../errors.ts';
import { isRecord, readPrivate, writePrivate } from './files.ts';
import { type Host, variable } from './host.ts';
import { type Keyring, openKeyring, probe } from './keyring.ts';
import { withLock } from './lock.ts';
import type { Paths } from './paths.ts';
import type { CredentialPlace, Profile } from './profiles.ts';

/** What a sign-in leaves behind. Times are RFC 3339 UTC. */
export interface StoredCredential {
  readonly kind: TokenKind;
  readonly access_token: string;
  /** Null: it does not say when it ends. */
  readonly access_expires_at: string | null;
  /** Null for tokens that are not renewed. */
  readonly refresh_token: string | null;
  /** The API that gave it, as in the profile then: it is never sent to another one (threats T134). */
  readonly api_url: string;
}

/** Where a profile's credential lies, for `auth status`; path for a file, entry for a keyring. */
export interface Whereabouts {
  readonly store: CredentialPlace;
  readonly location: string;
  /** Readable by whoever can read the user's files. */
  readonly plaintext: boolean;
}

type Held = Pick<Profile, 'name' | 'credential'>;
type All = Readonly<Record<string, StoredCredential>>;

export class Credentials {
  readonly #host: Host;
  readonly #paths: Paths;
  readonly #open: () => Promise<Keyring | null>;
  #keyring: Promise<Keyring | null> | undefined;

  /** `open` gives the keyring, or null where there is none; it is called once, and only when one is needed. */
  constructor(host: Host, paths: Paths, open: () => Promise<Keyring | null> = openKeyring) {
    this.#host = host;
    this.#paths = paths;
    this.#open = open;
  }

  get file(): string {
    return join(this.#paths.config, 'credentials.json');
  }

  /** Where a sign-in would be kept: asked before it starts, so that nothing is lost after it. */
  async choosePlace(): Promise<CredentialPlace> {
    const keyring = await this.#openKeyring();
    return keyring !== null && (await probe(keyring)) ? 'keyring' : 'file';
  }

  where(profile: Held): Whereabouts | null {
    if (profile.credential === null) return null;
    const { store } = profile.credential;
    if (store === 'file') return { store, location: this.file, plaintext: true };
    return { store, location: `tenantctl/${this.#entry(profile.name)}`, plaintext: false };
  }

  /** Null when the profile is signed out, or its entry was taken away by somebody else. */
  async load(profile: Held): Promise<StoredCredential | null> {
    if (profile.credential === null) return null;
    return this.#read(profile.credential.store, profile.name);
  }

  /** Keeps a credential under the profile's name; the other place is wiped, so that no old one comes back. */
  async save(
    name: string,
    credential: StoredCredential,
    store: CredentialPlace,
  ): Promise<Profile['credential']> {
    await this.#locked(async () => {
      await this.#write(store, name, credential);
      if (store === 'keyring') this.#removeFromFile(name);
      else await this.#removeFromKeyring(name).catch(() => false);
    });
    return { store };
  }

  /**
   * Puts `next` in the place of `expected`, unless it was changed or removed meanwhile: then nothing is
   * written. Gives what is stored afterwards.
   */
  async replace(
    profile: Held,
    expected: StoredCredential,
    next: StoredCredential,
  ): Promise<StoredCredential | null> {
    const place = profile.credential?.store;
    if (place === undefined) return null;
    return this.#locked(async () => {
      const current = await this.#read(place, profile.name);
      if (current?.access_token !== expected.access_token) return current;
      await this.#write(place, profile.name, next);
      return next;
    });
  }

  /** Wipes both places. A keyring that holds the credential and will not give it up is an error. */
  async remove(profile: Held): Promise<void> {
    await this.#locked(async () => {
      this.#removeFromFile(profile.name);
      try {
        await this.#removeFromKeyring(profile.name);
      } catch (error) {
        if (profile.credential?.store === 'keyring')
          throw keyringError('did not remove', profile.name, error);
      }
    });
  }

  async #read(place: CredentialPlace, name: string): Promise<StoredCredential | null> {
    if (place === 'file') return this.#readFile()[name] ?? null;
    const entry = this.#entry(name);
    const keyring = await this.#needKeyring(name);
    const text = await keyring.get(entry).catch((error: unknown) => {
      throw keyringError('did not answer for', name, error);
    });
    const source = `keyring entry tenantctl/${entry}`;
    return text === null ? null : parseCredential(source, parseSecret(source, text));
  }

  async #write(place: CredentialPlace, name: string, credential: StoredCredential): Promise<void> {
    if (place === 'file') {
      this.#writeFile({ ...this.#readFile(), [name]: credential });
      return;
    }
    const keyring = await this.#needKeyring(name);
    await keyring.set(this.#entry(name), JSON.stringify(credential)).catch((error: unknown) => {
      throw keyringError('did not take', name, error);
    });
  }

  #readFile(): All {
    const text = readPrivate(this.file, this.#host);
    if (text === null) return {};
    const data = parseSecret(this.file, text);
    if (!isRecord(data) || !isRecord(data.credentials)) throw malformed(this.file);
    const entries = Object.entries(data.credentials);
    return byName(entries.map(([name, item]) => [name, parseCredential(this.file, item)]));
  }

  #writeFile(credentials: All): void {
    writePrivate(this.file, `${JSON.stringify({ version: 1, credentials }, null, 2)}\n`, this.#host);
  }

  #removeFromFile(name: string): void {
    if (readPrivate(this.file, this.#host) === null) return;
    const others = Object.entries(this.#readFile()).filter(([other]) => other !== name);
    this.#writeFile(byName(others));
  }

  async #removeFromKeyring(name: string): Promise<boolean> {
    return (await this.#openKeyring())?.remove(this.#entry(name)) ?? false;
  }

  /** Profiles of the same name in different configuration directories must not share one entry. */
  #entry(name: string): string {
    return this.#paths.chosen ? `${name} (${this.#paths.config})` : name;
  }

  #openKeyring(): Promise<Keyring | null> {
    if (variable(this.#host.env, 'TENANTCTL_KEYRING') === '0') return Promise.resolve(null);
    this.#keyring ??= this.#open();
    return this.#keyring;
  }

  async #needKeyring(name: string): Promise<Keyring> {
    const keyring = await this.#openKeyring();
    if (keyring === null) throw keyringError('cannot be reached for', name, undefined);
    return keyring;
  }

  #locked<T>(work: () => Promise<T>): Promise<T> {
    return withLock(join(this.#paths.config, 'credentials.lock'), this.#host, work);
  }
}

/** Without a prototype: a profile may be called `constructor`. */
function byName(entries: readonly (readonly [string, StoredCredential])[]): All {
  const all: Record<string, StoredCredential> = {};
  Object.setPrototypeOf(all, null);
  for (const [name, credential] of entries) all[name] = credential;
  return all;
}

function parseCredential(source: string, data: unknown): StoredCredential {
  if (!isRecord(data)) throw malformed(source);
  const { kind, access_token, access_expires_at = null, refresh_token = null, api_url } = data;
  if (!isStoredKind(kind) || typeof access_token !== 'string' || typeof api_url !== 'string') {
    throw malformed(source);
  }
  if (access_expires_at !== null && typeof access_expires_at !== 'string') throw malformed(source);
  if (refresh_token !== null && typeof refresh_token !== 'string') throw malformed(source);
  return { kind, access_token, access_expires_at, refresh_token, api_url };
}

const STORED = ['user', 'api', 'key', 'dlg', 'staff', 'meter'] as const satisfies readonly TokenKind[];

function isStoredKind(kind: unknown): kind is (typeof STORED)[number] {
  return STORED.some((known) => known === kind);
}

function parseSecret(source: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own message quotes what it read, which here is a secret.
    throw malformed(source);
  }
}

function malformed(source: string) {
  return usageError(`${source} does not hold credentials as tenantctl writes them`, {
    code: 'invalid_credentials_store',
    hint: 'delete it and run: tenantctl login',
  });
}

function keyringError(what: string, name: string, cause: unknown) {
  return otherError(`the keyring ${what} profile ${JSON.stringify(name)}`, {
    code: 'keyring_unavailable',
    why: cause instanceof Error ? cause.message : undefined,
    hint: `unlock the keyring, or sign in into a file: TENANTCTL_KEYRING=0 tenantctl login --profile ${name}`,
    cause,
  });
}

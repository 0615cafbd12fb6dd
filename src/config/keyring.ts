/** One secret text a user name, in the operating system's keyring, under the service `tenantctl`. */
export interface Keyring {
  /** Null when there is none. */
  get(user: string): Promise<string | null>;
  set(user: string, secret: string): Promise<void>;
  /** False when there was none. */
  remove(user: string): Promise<boolean>;
}

const SERVICE = 'tenantctl';
/** A locked keyring waits for a password dialog nobody may see (cli/cli#7757). */
export const KEYRING_MS = 3_000;

/** The real one, or null where the optional native package is not installed. */
export async function openKeyring(): Promise<Keyring | null> {
  const loaded = await import('@napi-rs/keyring').catch(() => null);
  if (loaded === null) return null;
  // Pinned: the default falls back to the kernel's keyring, which forgets everything at a reboot.
  const entry = (user: string) =>
    new loaded.AsyncEntry(SERVICE, user, { linux: { store: 'secret-service' } });
  return limited({
    get: async (user) => (await entry(user).getPassword()) ?? null,
    set: async (user, secret) => entry(user).setPassword(secret),
    remove: async (user) => entry(user).deletePassword(),
  });
}

/** Gives up on a call that hangs. */
export function limited(keyring: Keyring, limitMs: number = KEYRING_MS): Keyring {
  const within = async <T>(work: Promise<T>): Promise<T> => {
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => late.reject(new Error(`the keyring did not answer within ${limitMs / 1_000} s`)),
      limitMs,
    );
    try {
      return await Promise.race([work, late.promise]);
    } finally {
      clearTimeout(timer);
    }
  };
  return {
    get: (user) => within(keyring.get(user)),
    set: (user, secret) => within(keyring.set(user, secret)),
    remove: (user) => within(keyring.remove(user)),
  };
}

/** Whether it keeps what it is given: one that is not there may answer null instead of failing. */
export async function probe(keyring: Keyring): Promise<boolean> {
  const user = `probe-${crypto.randomUUID()}`;
  const secret = crypto.randomUUID();
  try {
    await keyring.set(user, secret);
    const kept = (await keyring.get(user)) === secret;
    return (await keyring.remove(user)) && kept;
  } catch {
    return false;
  }
}

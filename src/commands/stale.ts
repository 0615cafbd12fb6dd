import { isDeepStrictEqual } from 'node:util';
import { TenantctlError } from '../errors.ts';

export function isStale(thrown: unknown): boolean {
  return thrown instanceof TenantctlError && thrown.code === 'stale';
}

interface Change<T> {
  /** The revision that was read: the change holds for this one only. */
  readonly revision: number;
  readonly body: object;
  readonly change: () => Promise<T>;
  readonly read: () => Promise<T>;
}

/**
 * A change of what was read. If the answer got lost, the attempt after it is refused as stale although the change is
 * there: so what is said to be stale is read again, and is done if it is the next revision and says what was asked for.
 */
export async function changedOrThere<T extends { readonly revision: number }>({
  revision,
  body,
  change,
  read,
}: Change<T>): Promise<T> {
  try {
    return await change();
  } catch (thrown) {
    if (!isStale(thrown)) throw thrown;
    const now = await read();
    if (now.revision === revision + 1 && says(now, body)) return now;
    throw thrown;
  }
}

const says = (now: object, body: object): boolean =>
  Object.entries(body).every(([field, value]) => isDeepStrictEqual(Reflect.get(now, field), value));

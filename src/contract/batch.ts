import { createHash } from 'node:crypto';

/** The same value in one spelling, whatever the order of its keys: what digests are made over. */
export function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, entry]) => entry !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, entry]) => [key, canonical(entry)]),
  );
}

/**
 * What finds an open batch again (api.md, Batches): its kind, the digest of its rows and its defaults.
 * Both sides compute it: the server to find the batch, the tool to know whether a file belongs to one.
 * @returns SHA-256 in lower-case hex; `digest` of a Batch
 */
export function batchIdentity(kind: string, rowsDigest: string, defaults: object): string {
  return createHash('sha256')
    .update(JSON.stringify([kind, rowsDigest, canonical(defaults)]))
    .digest('hex');
}

import { createHash } from 'node:crypto';

interface Content {
  readonly document_type: string;
  readonly description: string | null;
  readonly definition: object;
}

/** The same text for the same value, in whatever order its keys were written. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value)
    .filter(([, part]) => part !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, part]) => `${JSON.stringify(key)}:${canonical(part)}`).join(',')}}`;
}

/**
 * `digest` of a parser: equal where document type, description and definition are. Both sides compute it: the server to
 * keep it, the tool to compare with what it may not read.
 */
export function contentDigest({ document_type, description, definition }: Content): string {
  return createHash('sha256')
    .update(canonical([document_type, description, definition]))
    .digest('hex');
}

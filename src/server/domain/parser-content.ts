import { createHash } from 'node:crypto';
import type { ParserContent, ParserSummary } from './ports/parsers.ts';

/** The same text for the same value, in whatever order its keys were written. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value)
    .filter(([, part]) => part !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, part]) => `${JSON.stringify(key)}:${canonical(part)}`).join(',')}}`;
}

/** Equal where document type, description and definition are: what is compared instead of content. */
export function digestOf({ documentType, description, definition }: ParserContent): string {
  return createHash('sha256')
    .update(canonical([documentType, description, definition]))
    .digest('hex');
}

/** Does a copy differ from what the last copy brought? What was never copied is nobody's copy. */
export function isEdited({ digest, copiedDigest }: Pick<ParserSummary, 'digest' | 'copiedDigest'>): boolean {
  return copiedDigest !== null && copiedDigest !== digest;
}

export const secretNames = ({ definition }: Pick<ParserContent, 'definition'>): string[] =>
  definition.secrets.map(({ name }) => name);

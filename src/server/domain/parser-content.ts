import { contentDigest } from '../../contract/parser-digest.ts';
import type { ParserContent, ParserSummary } from './ports/parsers.ts';

/** Equal where document type, description and definition are: what is compared instead of content. */
export function digestOf({ documentType, description, definition }: ParserContent): string {
  return contentDigest({ document_type: documentType, description, definition });
}

/** Does a copy differ from what the last copy brought? What was never copied is nobody's copy. */
export function isEdited({ digest, copiedDigest }: Pick<ParserSummary, 'digest' | 'copiedDigest'>): boolean {
  return copiedDigest !== null && copiedDigest !== digest;
}

export const secretNames = ({ definition }: Pick<ParserContent, 'definition'>): string[] =>
  definition.secrets.map(({ name }) => name);

import { fromParserFile } from '../../contract/parser-file.ts';
import type { BodyInput } from '../../contract/shapes.ts';
import { type Detail, retold, TenantctlError } from '../../errors.ts';
import type { Mistake, Source } from './document.ts';
import { type Part, type ReadParts, readParts } from './parts.ts';
import { placeText } from './source.ts';

/** A parser as a file has it, with the place of everything in it. */
export interface FoundParser {
  readonly name: string;
  /** With every default filled in, as the server keeps it. */
  readonly content: ParserContent;
  readonly part: Part;
}

export type ParserContent = Pick<BodyInput<'parsers.create'>, 'document_type' | 'description' | 'definition'>;

/** Every parser of a file: one a document, or a list of them, as `parsers export -o json` writes it. */
export async function readParsers(source: Source): Promise<ReadParts<FoundParser>> {
  return await readParts(source, {
    what: 'parser',
    form: async () => (await import('../../contract/parser-definition.ts')).parserFile,
    found(data, part) {
      const { name, document_type, description, definition } = fromParserFile(data);
      return { name, content: { document_type, description, definition }, part };
    },
  });
}

/** A mistake about a field of it. */
export function mistakeAt(
  { part: { document, pointer } }: FoundParser,
  field: string,
  message: string,
): Mistake {
  return { name: document.name, ...document.at(pointer + field), message };
}

/** The server's refusal of what a file says: its pointers into the request become places in the file. */
export function inFile(thrown: unknown, found: FoundParser): unknown {
  if (!(thrown instanceof TenantctlError) || thrown.details === undefined) return thrown;
  return retold(thrown, { details: thrown.details.map((detail) => placed(detail, found)) });
}

function placed({ pointer, detail }: Detail, found: FoundParser): Detail {
  if (pointer === undefined || !pointer.startsWith('/')) return { pointer, detail };
  // In a file the parts of the definition stand beside the name.
  const field = pointer.replace(/^\/definition(?=\/|$)/, '');
  return { pointer: placeText(mistakeAt(found, field, detail)), detail: `${field.slice(1)}: ${detail}` };
}

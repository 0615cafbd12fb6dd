import { fromParserFile } from '../../contract/parser-file.ts';
import type { BodyInput } from '../../contract/shapes.ts';
import type { Mistake, Source } from './document.ts';
import { type Part, type ReadParts, readParts, retoldIn } from './parts.ts';

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

/** The server's refusal of it; in a file the parts of the definition stand beside the name. */
export function inFile(thrown: unknown, { part }: FoundParser): unknown {
  return retoldIn(thrown, part, (pointer) => pointer.replace(/^\/definition(?=\/|$)/, ''));
}

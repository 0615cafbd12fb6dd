import { fromParserFile } from '../contract/parser-file.ts';
import type { BodyInput } from '../contract/shapes.ts';
import { type Detail, retold, TenantctlError } from '../errors.ts';
import { type Document, type Mistake, readDocuments, type Source } from './document.ts';
import { type Checked, mistakesOf, pointerOf } from './issues.ts';
import { placeText } from './source.ts';

/** Part of a document: one of its items, or all of it. */
interface Part {
  readonly document: Document;
  /** JSON pointer of the part; empty for the whole. */
  readonly pointer: string;
  readonly data: unknown;
}

/** A parser as a file has it, with the place of everything in it. */
export interface FoundParser {
  readonly name: string;
  /** With every default filled in, as the server keeps it. */
  readonly content: ParserContent;
  readonly part: Part;
}

export type ParserContent = Pick<BodyInput<'parsers.create'>, 'document_type' | 'description' | 'definition'>;

export interface ReadParsers {
  readonly parsers: readonly FoundParser[];
  readonly mistakes: readonly Mistake[];
}

/** Every parser of a file: one a document, or a list of them, as `parsers export -o json` writes it. */
export async function readParsers(source: Source): Promise<ReadParsers> {
  const { documents, mistakes } = await readDocuments(source);
  const parts = documents.flatMap(partsOf);
  if (parts.length + mistakes.length === 0) return { parsers: [], mistakes: [noParser(source.name)] };
  // The schemas cost more to load than the rest of the tool, and few runs read parsers.
  const { parserFile } = await import('../contract/parser-definition.ts');
  const parsers: FoundParser[] = [];
  const wrong: Mistake[] = [...mistakes];
  for (const part of parts) {
    const { data, error } = parserFile.safeParse(part.data);
    if (data === undefined) {
      wrong.push(...mistakesOf(checkedIn(part), error.issues));
      continue;
    }
    const { name, document_type, description, definition } = fromParserFile(data);
    parsers.push({ name, content: { document_type, description, definition }, part });
  }
  return { parsers, mistakes: wrong.toSorted((a, b) => a.line - b.line || a.column - b.column) };
}

export function checkedIn({ document, pointer, data }: Part): Checked {
  const placeOf = (path: readonly PropertyKey[], part: 'key' | 'value') => ({
    name: document.name,
    ...document.at(pointer + pointerOf(path), part),
  });
  return { data, placeOf };
}

function partsOf(document: Document): Part[] {
  const { data } = document;
  // What stands after a last `---`.
  if (data === null) return [];
  if (!Array.isArray(data)) return [{ document, pointer: '', data }];
  return data.map((item: unknown, at) => ({ document, pointer: `/${at}`, data: item }));
}

function noParser(name: string): Mistake {
  return { name, line: 1, column: 1, message: 'there is no parser in it' };
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

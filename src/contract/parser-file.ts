import type { BodyInput } from './shapes.ts';
import type { Parser, ParserFile } from './types.ts';

/** What a parser's file says of its own form: its field `schema`. */
export const PARSER_FILE = 'tenantctl/parser/v1';

type Content = Pick<Parser, 'name' | 'document_type' | 'description'> &
  Pick<BodyInput<'parsers.create'>, 'definition'>;

/**
 * A parser as the content of its file, keys in the order in which people read them. What is empty is left out, and an
 * import puts it back: file and parser say the same, so that their digests are equal.
 */
export function toParserFile({ name, document_type, description, definition }: Content): ParserFile {
  const { preprocessing = [], fields = [], tables = [], secrets = [] } = definition;
  return {
    schema: PARSER_FILE,
    name,
    document_type,
    ...(description !== null && { description }),
    ...(preprocessing.length > 0 && { preprocessing }),
    ...(fields.length > 0 && { fields }),
    ...(tables.length > 0 && { tables }),
    ...(secrets.length > 0 && { secrets }),
  };
}

/** What a file asks `parsers.create` for; the server judges it. */
export function fromParserFile(file: ParserFile): BodyInput<'parsers.create'> {
  const { name, document_type, description = null, preprocessing, fields, tables, secrets } = file;
  return { name, document_type, description, definition: { preprocessing, fields, tables, secrets } };
}

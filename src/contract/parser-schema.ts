import { type JsonObject, toJson } from './json-schema.ts';
import { parserFile } from './parser-definition.ts';

/**
 * The JSON Schema of a parser's file, for editors and for checks before a server is asked: schemas/parser.json, and what
 * every server answers at /schemas/parser.json. What it cannot say (names that are there once, secrets that are
 * declared), the server checks.
 */
export function parserSchema(): JsonObject {
  const { $schema, ...schema } = toJson(parserFile, 'input');
  return { $schema, $id: 'urn:tenantctl:schema:parser:v1', ...schema };
}

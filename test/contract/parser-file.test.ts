import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parserDefinition, parserFile } from '../../src/contract/parser-definition.ts';
import { fromParserFile, PARSER_FILE, toParserFile } from '../../src/contract/parser-file.ts';
import { parserSchema } from '../../src/contract/parser-schema.ts';
import { startServer } from '../support/server.ts';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

/** The file that docs/parsers.md shows. */
const shown = (): unknown => parse(/```yaml\n([\s\S]+?)```/.exec(read('docs/parsers.md'))?.[1] ?? '');

const minimal = {
  schema: PARSER_FILE,
  name: 'Invoice',
  document_type: 'invoice',
  fields: [{ name: 'total', type: 'amount', rules: [{ kind: 'label', label: 'Total' }] }],
};

/** What the check of a file says, as `path message`. */
function problems(change: object): string[] {
  const { error } = parserFile.safeParse({ ...minimal, ...change });
  return (error?.issues ?? []).map(({ path, message }) => `${path.join('.')} ${message}`);
}

describe('a parser as a file', () => {
  it('is what the documentation shows', () => {
    expect(parserFile.safeParse(shown()).error).toBe(undefined);
  });

  it('comes back as it was from a file and from a parser', () => {
    const { name, document_type, description = null, definition } = fromParserFile(parserFile.parse(shown()));
    const parser = { name, document_type, description, definition: parserDefinition.parse(definition) };
    const file = toParserFile(parser);
    expect(Object.keys(file)).toEqual([
      'schema',
      'name',
      'document_type',
      'description',
      'preprocessing',
      'fields',
      'tables',
      'secrets',
    ]);
    const again = fromParserFile(file);
    expect({ ...again, definition: parserDefinition.parse(again.definition) }).toEqual(parser);
    const plain = fromParserFile(parserFile.parse(minimal));
    const bare = toParserFile({
      ...parser,
      description: null,
      definition: parserDefinition.parse(plain.definition),
    });
    expect(Object.keys(bare)).toEqual(['schema', 'name', 'document_type', 'fields']);
  });

  it('is checked for what must be there once, is declared, or compiles', () => {
    const lookup = { kind: 'lookup', url: 'https://api.example.com', by: 'total', secret: 'key' };
    const field = (name: string, rule: object) => ({ name, type: 'text', rules: [rule] });
    const label = { kind: 'label', label: 'x' };
    expect(problems({})).toEqual([]);
    expect(problems({ fields: [] })).toEqual(['fields must not be empty where tables are too']);
    expect(problems({ fields: [field('a', label), field('a', label)] })).toEqual([
      'fields.1.name is there twice: a',
    ]);
    expect(problems({ fields: [field('total', lookup)] })).toEqual([
      'fields.0.rules.0.secret names a secret that `secrets` does not declare: key',
    ]);
    expect(problems({ fields: [field('a', lookup)], secrets: [{ name: 'key' }] })).toEqual([
      'fields.0.rules.0.by names a field that is not there: total',
    ]);
    expect(problems({ preprocessing: [{ step: 'send', url: 'https://x.example', secret: 'key' }] })).toEqual([
      'preprocessing.0.secret names a secret that `secrets` does not declare: key',
    ]);
    expect(problems({ fields: [field('a', { kind: 'pattern', pattern: '(' })] })).toEqual([
      'fields.0.rules.0.pattern must be a regular expression (ECMAScript, with the flag u)',
    ]);
    const column = { name: 'a', type: 'text' };
    expect(problems({ tables: [{ name: 't', columns: [column, column] }] })).toEqual([
      'tables.0.columns.1.name is there twice: a',
    ]);
    for (const name of ['copy', 'diff', 'prs_x', '-a', 'a/b', 'a\nb', '', ' a', 'x'.repeat(101)])
      expect([name, problems({ name })]).toEqual([name, [expect.stringMatching(/^name must be/)]]);
    expect(problems({ revision: 1 })).toHaveLength(1);
  });

  it('is limited to 256 KiB of definition', () => {
    const skip = Array.from({ length: 50 }, () => 'x'.repeat(1000));
    const column = { name: 'a', type: 'text' };
    const tables = Array.from({ length: 6 }, (_, index) => ({ name: `t${index}`, skip, columns: [column] }));
    expect(problems({ tables: tables.slice(1) })).toEqual([]);
    expect(problems({ tables })).toEqual([' must be 262144 characters of JSON at most']);
  });
});

describe('schemas/parser.json', () => {
  it('is what the contract says, and what a server answers', async () => {
    const text = `${JSON.stringify(parserSchema(), null, 2)}\n`;
    expect(read('schemas/parser.json') === text, 'run: npm run openapi').toBe(true);
    const server = await startServer();
    const answer = await server.app.inject({ url: '/schemas/parser.json' });
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([
      200,
      expect.stringContaining('application/schema+json'),
    ]);
    expect(JSON.parse(answer.body)).toEqual(JSON.parse(text));
  });
});

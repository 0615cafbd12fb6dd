import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { openapiDocument } from '../../src/contract/openapi.ts';
import { operationIds, operationOf } from '../../src/contract/operations.ts';

const document = openapiDocument();
const text = JSON.stringify(document);

function at(path: readonly string[]): unknown {
  let value: unknown = document;
  for (const part of path) {
    value = typeof value === 'object' && value !== null ? Reflect.get(value, part) : undefined;
  }
  return value;
}

describe('openapi.json', () => {
  test('is what the contract says', () => {
    const file = readFileSync(new URL('../../openapi.json', import.meta.url), 'utf8');
    expect(file === `${JSON.stringify(document, null, 2)}\n`, 'run: npm run openapi').toBe(true);
  });

  test('has every operation once, by its id', () => {
    const ids = [...text.matchAll(/"operationId":"([^"]+)"/g)].map((match) => match[1] ?? '');
    expect(ids.toSorted()).toEqual([...operationIds].sort());
    for (const id of operationIds) {
      const { path, method } = operationOf(id);
      expect(at(['paths', path, method.toLowerCase(), 'operationId'])).toBe(id);
    }
  });

  test('refers only to what it holds, and names each schema once', () => {
    const references = new Set([...text.matchAll(/"\$ref":"([^"]+)"/g)].map((match) => match[1] ?? ''));
    expect(references.size).toBeGreaterThan(20);
    for (const reference of references) {
      expect([reference, typeof at(reference.replace('#/', '').split('/'))]).toEqual([reference, 'object']);
    }
    expect(text).not.toMatch(/\$defs|__schema|Input"|draft-/);
  });

  test('requires only fields that it describes', () => {
    const visit = (value: unknown, path: string): void => {
      if (typeof value !== 'object' || value === null) return;
      const required = Reflect.get(value, 'required');
      const properties = Reflect.get(value, 'properties');
      if (Array.isArray(required) && typeof properties === 'object' && properties !== null) {
        for (const name of required) expect([path, name, name in properties]).toEqual([path, name, true]);
      }
      for (const [key, part] of Object.entries(value)) visit(part, `${path}/${key}`);
    };
    visit(document, '');
  });

  test('lets a request leave out what has a default, and promises it in an answer', () => {
    const required = (name: string) => at(['components', 'schemas', name, 'required']);
    expect([required('ParserDefinition'), required('ParserField')]).toEqual([
      ['preprocessing', 'fields', 'tables', 'secrets'],
      ['name', 'type', 'required', 'rules'],
    ]);
    expect([required('ParserDefinitionRequest'), required('ParserFieldRequest')]).toEqual([
      undefined,
      ['name', 'type', 'rules'],
    ]);
    const create = ['paths', '/accounts/{account}/parsers', 'post'];
    expect(JSON.stringify(at([...create, 'requestBody']))).toContain('/ParserDefinitionRequest"');
    expect(JSON.stringify(at([...create, 'responses']))).not.toContain('Request"');
  });

  test('says which operations need no credential, take a key, hold a secret', () => {
    expect(at(['paths', '/auth/login', 'post', 'security'])).toEqual([{}, { bearer: [] }]);
    expect(at(['paths', '/accounts', 'post', 'parameters'])).toContainEqual({
      $ref: '#/components/parameters/IdempotencyKey',
    });
    expect(at(['paths', '/tokens', 'post', 'description'])).toContain('shown once');
    expect(at(['components', 'schemas', 'Problem', 'properties', 'code', 'enum'])).toContain('weak_password');
  });
});

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { estateSchema } from '../../src/contract/estate-schema.ts';
import { isObject, type Json } from '../../src/contract/json-schema.ts';
import { startServer } from '../support/server.ts';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

/** Every schema of fields, wherever it is. */
function fields(schema: Json): [string, Json][] {
  if (Array.isArray(schema)) return schema.flatMap(fields);
  if (!isObject(schema)) return [];
  const { properties, ...rest } = schema;
  const own = isObject(properties) ? Object.entries(properties) : [];
  return [...own, ...own.flatMap(([, one]) => fields(one)), ...Object.values(rest).flatMap(fields)];
}

describe('schemas/estate.json', () => {
  const schema = estateSchema();
  const parts = isObject(schema.$defs)
    ? Object.entries(schema.$defs).filter(([name]) => name.startsWith('Estate'))
    : [];

  it('is what the contract says, and what a server answers', async () => {
    const text = `${JSON.stringify(schema, null, 2)}\n`;
    expect(read('schemas/estate.json') === text, 'run: npm run openapi').toBe(true);
    const server = await startServer();
    const answer = await server.app.inject({ url: '/schemas/estate.json' });
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([
      200,
      expect.stringContaining('application/schema+json'),
    ]);
    expect(JSON.parse(answer.body)).toEqual(JSON.parse(text));
  });

  it('describes every field, for editors to show', () => {
    const all = parts.flatMap(([, part]) => fields(part));
    expect(all.length).toBeGreaterThan(40);
    const bare = all.filter(
      ([, one]) => !isObject(one) || (one.description === undefined && one.$ref === undefined),
    );
    // The role in a workspace is described around it; secrets are a parser's own form, as its files have it.
    expect(bare.map(([name]) => name)).toEqual(['role', 'name', 'description']);
  });

  it('lets a variable stand for a value of a form, and null take it out, but not for what says the form', () => {
    const text = JSON.stringify(parts);
    const account = parts.find(([name]) => name === 'EstateAccount')?.[1];
    const plan = isObject(account ?? null)
      ? fields(account ?? null).find(([name]) => name === 'plan')?.[1]
      : null;
    expect(plan).toMatchObject({
      anyOf: [{ type: 'string', pattern: expect.any(String) }, { pattern: '\\$\\{' }, { type: 'null' }],
    });
    expect(text).toContain('"schema":{"type":"string","const":"tenantctl/v1"');
  });
});

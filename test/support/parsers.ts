import type { BodyInput } from '../../src/contract/shapes.ts';
import type { Parser } from '../../src/contract/types.ts';
import type { Person } from './estate.ts';
import type { TestServer } from './server.ts';

export type Definition = BodyInput<'parsers.create'>['definition'];
export type Field = NonNullable<Definition['fields']>[number];

export const field = (name: string, more: Partial<Field> = {}): Field => ({
  name,
  type: 'text',
  rules: [{ kind: 'label', label: name }],
  ...more,
});

/** A small definition of these fields; with a secret it looks one up. */
export function definition(fields: readonly Field[] = [field('total')], secret?: string): Definition {
  const lookup: Field = {
    name: 'looked_up',
    type: 'text',
    rules: [{ kind: 'lookup', url: 'https://api.example.com/find', by: 'looked_up', secret }],
  };
  return secret === undefined
    ? { fields: [...fields] }
    : { fields: [...fields, lookup], secrets: [{ name: secret }] };
}

/** A parser in the account's workspace `default`. */
export async function parser(
  server: TestServer,
  by: Pick<Person, 'token'>,
  account: string,
  name: string,
  more: Partial<BodyInput<'parsers.create'>> = {},
): Promise<Parser> {
  return await server.ok('parsers.create', {
    token: by.token,
    params: { account },
    body: { name, document_type: 'invoice', definition: definition(), ...more },
  });
}

/** The parsers of an account's workspace `default` as `name revision`, in order of name. */
export async function parsersOf(
  server: TestServer,
  by: Pick<Person, 'token'>,
  account: string,
  workspace = 'default',
): Promise<string[]> {
  const query = { workspace, limit: 1000 };
  const { data } = await server.ok('parsers.list', { token: by.token, params: { account }, query });
  return data.map(({ name, revision }) => `${name} ${revision}`);
}

import { notFoundError } from '../errors.ts';

/**
 * The item of a catalogue that has this name: catalogues are short, and only listed.
 * Throws not found with the names that there are.
 */
export async function named<T extends { readonly name: string }>(
  rows: AsyncIterable<T> | Iterable<T>,
  what: 'plan' | 'role',
  name: string,
): Promise<T> {
  const names: string[] = [];
  for await (const row of rows) {
    if (row.name === name) return row;
    names.push(row.name);
  }
  throw notFoundError(`there is no ${what} ${name}`, {
    why: `There are ${names.join(', ')}.`,
    hint: `tenantctl ${what}s list`,
  });
}

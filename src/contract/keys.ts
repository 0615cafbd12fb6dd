/** The names in a literal table, typed: for tables that hold exactly the keys of their type, which `Object.keys` cannot know. */
export function keysOf<T extends object>(table: T): (keyof T & string)[] {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the callers' tables are literals: no key but the type's
  return Object.keys(table) as (keyof T & string)[];
}

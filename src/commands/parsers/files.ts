import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Context } from '../../context.ts';
import { type Detail, type TenantctlError, usageError } from '../../errors.ts';
import type { Mistake, Source } from '../../estate/files/document.ts';
import { mistaken } from '../../estate/files/mistaken.ts';
import { type FoundParser, mistakeAt, readParsers } from '../../estate/files/parsers.ts';
import { placeText, sourceOf, unreadable } from '../../estate/files/source.ts';

const SHOWN = 20;

/** Every parser of these files, folders of files, and of stdin for `-`. Throws all that is wrong with them at once. */
export async function parsersFrom(ctx: Context, names: readonly string[]): Promise<FoundParser[]> {
  const sources = (await Promise.all(names.map((name) => sourcesOf(ctx, name)))).flat();
  const parsers: FoundParser[] = [];
  const mistakes: Mistake[] = [];
  for (const open of sources) {
    const read = await readParsers(await open());
    parsers.push(...read.found);
    mistakes.push(...read.mistakes);
  }
  mistakes.push(...namedTwice(parsers));
  if (mistakes.length > 0) throw refused(ctx, mistakes);
  return parsers;
}

/** The one parser of a file. */
export async function parserFrom(ctx: Context, name: string): Promise<FoundParser> {
  const [first, second] = await parsersFrom(ctx, [name]);
  if (first !== undefined && second === undefined) return first;
  throw usageError(`${shownName(name)} has more than one parser`, {
    code: 'invalid_value',
    hint: `tenantctl parsers import ${name}`,
  });
}

const shownName = (name: string) => (name === '-' ? 'stdin' : name);

/** Opened one after the other, so that only one is in memory. */
async function sourcesOf(ctx: Context, name: string): Promise<(() => Promise<Source>)[]> {
  const open = (file: string) => async () =>
    await sourceOf(file, 'a parser', {
      directory: ctx.world.cwd,
      stdin: (what, maxBytes) => ctx.readStdinBytes(what, maxBytes),
    });
  if (name === '-') return [open(name)];
  const path = resolve(ctx.world.cwd, name);
  const found = await stat(path).catch((cause: unknown) => {
    throw unreadable(name, cause);
  });
  if (!found.isDirectory()) return [open(name)];
  const files = (await readdir(path)).filter((file) => /\.(?:ya?ml|json)$/i.test(file)).sort();
  if (files.length > 0) return files.map((file) => open(join(name, file)));
  throw usageError(`${name} has no .yaml, .yml or .json file in it`, { code: 'no_files' });
}

function namedTwice(parsers: readonly FoundParser[]): Mistake[] {
  const seen = new Map<string, FoundParser>();
  return parsers.flatMap((parser) => {
    const { name } = parser;
    const first = seen.get(name);
    seen.set(name, first ?? parser);
    if (first === undefined) return [];
    const before = placeText(mistakeAt(first, '/name', ''));
    return [mistakeAt(parser, '/name', `${name} is there already, at ${before}`)];
  });
}

function refused(ctx: Context, mistakes: readonly Mistake[]): TenantctlError {
  return mistaken(ctx, mistakes, { code: 'bad_parser_file', hint: 'tenantctl help parsers', most: SHOWN });
}

/** More than a screen of them helps nobody. */
export function firstOf(details: readonly Detail[]): Detail[] {
  const more = details.length - SHOWN;
  return [...details.slice(0, SHOWN), ...(more > 0 ? [{ detail: `and ${more} more` }] : [])];
}

import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Context } from '../../context.ts';
import { type Detail, type TenantctlError, usageError } from '../../errors.ts';
import { type Mistake, MOST_BYTES, type Source } from '../../estate/document.ts';
import { type FoundParser, mistakeAt, placeText, readParsers } from '../../estate/parsers.ts';
import { annotate } from '../../output/annotate.ts';

const SHOWN = 20;

/** Every parser of these files, folders of files, and of stdin for `-`. Throws all that is wrong with them at once. */
export async function parsersFrom(ctx: Context, names: readonly string[]): Promise<FoundParser[]> {
  const sources = (await Promise.all(names.map((name) => sourcesOf(ctx, name)))).flat();
  const parsers: FoundParser[] = [];
  const mistakes: Mistake[] = [];
  for (const open of sources) {
    const read = await readParsers(await open());
    parsers.push(...read.parsers);
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
  if (name === '-') return [async () => await stdinSource(ctx)];
  const path = resolve(ctx.world.cwd, name);
  const found = await stat(path).catch((cause: unknown) => {
    throw unreadable(name, cause);
  });
  const one = (shown: string, at: string) => async () => ({ name: shown, bytes: await bytesOf(shown, at) });
  if (!found.isDirectory()) return [one(name, path)];
  const files = (await readdir(path)).filter((file) => /\.(?:ya?ml|json)$/i.test(file)).sort();
  if (files.length > 0) return files.map((file) => one(join(name, file), join(path, file)));
  throw usageError(`${name} has no .yaml, .yml or .json file in it`, { code: 'no_files' });
}

async function stdinSource(ctx: Context): Promise<Source> {
  return { name: 'stdin', bytes: await ctx.readStdinBytes('a parser', MOST_BYTES) };
}

async function bytesOf(name: string, path: string): Promise<Uint8Array> {
  try {
    // One byte more than may be: enough to know, and all that a large one costs.
    const stream: AsyncIterable<Uint8Array> = createReadStream(path, { end: MOST_BYTES });
    const chunks: Uint8Array[] = [];
    for await (const chunk of stream) chunks.push(chunk);
    return Buffer.concat(chunks);
  } catch (cause) {
    throw unreadable(name, cause);
  }
}

function unreadable(name: string, cause: unknown): TenantctlError {
  const code: unknown = cause instanceof Error ? Reflect.get(cause, 'code') : undefined;
  const what = code === 'ENOENT' ? 'there is no such file or folder' : 'it cannot be read';
  return usageError(`${name}: ${what}`, {
    code: 'bad_input_file',
    why: code === 'ENOENT' || !(cause instanceof Error) ? undefined : cause.message,
    cause,
  });
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
  annotate(
    ctx,
    mistakes.map(({ name, line, column, message }) => ({ file: name, line, column, message })),
  );
  const details = firstOf(mistakes.map((one) => ({ pointer: placeText(one), detail: one.message })));
  const count = mistakes.length === 1 ? 'a mistake' : `${mistakes.length} mistakes`;
  return usageError(`there ${mistakes.length === 1 ? 'is' : 'are'} ${count} in the files; nothing was sent`, {
    code: 'bad_parser_file',
    hint: 'tenantctl help parsers',
    details,
  });
}

/** More than a screen of them helps nobody. */
export function firstOf(details: readonly Detail[]): Detail[] {
  const more = details.length - SHOWN;
  return [...details.slice(0, SHOWN), ...(more > 0 ? [{ detail: `and ${more} more` }] : [])];
}

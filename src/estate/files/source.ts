import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import { usageError } from '../../errors.ts';
import { type Document, type Mistake, MOST_BYTES, readDocuments, type Source } from './document.ts';

/** Where files come from in a run. */
export interface Sources {
  /** Where a relative name is looked for. */
  readonly directory: string;
  /** Taken for `-`. */
  readonly stdin: (what: string, maxBytes: number) => Promise<Uint8Array>;
}

const MOST_DETAILS = 20;

/**
 * The bytes of a file, `-` being standard input. Of one that is too large one byte more is read: enough to know.
 * @param what the file is, for messages: `the catalogue`
 */
export async function sourceOf(name: string, what: string, sources: Sources): Promise<Source> {
  if (name === '-') return { name: 'stdin', bytes: await sources.stdin(what, MOST_BYTES) };
  try {
    const path = resolve(sources.directory, name);
    const stream: AsyncIterable<Uint8Array> = createReadStream(path, { end: MOST_BYTES });
    const chunks: Uint8Array[] = [];
    for await (const chunk of stream) chunks.push(chunk);
    return { name, bytes: Buffer.concat(chunks) };
  } catch (cause) {
    throw unreadable(name, cause);
  }
}

export function unreadable(name: string, cause: unknown) {
  const code: unknown = cause instanceof Error ? Reflect.get(cause, 'code') : undefined;
  const what = code === 'ENOENT' ? 'there is no such file or folder' : 'it cannot be read';
  return usageError(`${name}: ${what}`, {
    code: 'bad_input_file',
    why: code === 'ENOENT' || !(cause instanceof Error) ? undefined : cause.message,
    cause,
  });
}

/** `plans.yaml:12:5` */
export function placeText({ name, line, column }: Pick<Mistake, 'name' | 'line' | 'column'>): string {
  return `${name}:${line}:${column}`;
}

/** The one document of a file. Throws a usage error that names every mistake by file, line and column. */
export async function readDocument(name: string, what: string, sources: Sources): Promise<Document> {
  const source = await sourceOf(name, what, sources);
  const { documents, mistakes } = await readDocuments(source);
  const [first, second] = documents;
  const more = second && {
    name: source.name,
    message: 'there is more than one document in it',
    ...second.at(''),
  };
  const all = [...mistakes, ...(more ? [more] : [])];
  if (first !== undefined && all.length === 0) return first;
  const details = all.map((one) => ({ pointer: placeText(one), detail: one.message }));
  const [told = { pointer: source.name, detail: 'it is empty' }] = details;
  throw usageError(`${told.pointer}: ${what} cannot be read: ${told.detail}`, {
    code: 'bad_input_file',
    ...(details.length > 1 && { details: details.slice(0, MOST_DETAILS) }),
  });
}

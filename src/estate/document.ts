import { type FileHandle, open } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Document as YamlDocument } from 'yaml';
import { limits } from '../contract/limits.ts';
import { type Detail, usageError } from '../errors.ts';

/** A YAML or JSON file as data that is plain JSON, and where in the file each part of it stands. */
export interface Document {
  /** As the person named it; `stdin` for `-`. */
  readonly name: string;
  readonly data: unknown;
  /** `plans.yaml:12:5`, for a JSON pointer (RFC 6901) into the data: of what is missing, where it would be. */
  at(pointer: string): string;
}

export interface Sources {
  /** Where a relative name is looked for. */
  readonly directory: string;
  /** Taken for `-`. */
  readonly stdin: (what: string, maxBytes: number) => Promise<string>;
}

/** No request takes more. */
const MOST_BYTES = limits.bodyBytes;
/** How often a file may say `*anchor`: a few lines of YAML can otherwise stand for gigabytes. */
const MOST_ALIASES = 100;
const MOST_ERRORS = 20;

/**
 * Reads a file, `-` being standard input. JSON is YAML as well, so that errors have places in both.
 * Throws a usage error that names every mistake by file, line and column.
 * @param what the file is, for messages: `the catalogue`
 */
export async function readDocument(name: string, what: string, sources: Sources): Promise<Document> {
  if (name === '-') return await parseDocument(await sources.stdin(what, MOST_BYTES), 'stdin', what);
  return await parseDocument(await textOf(name, what, sources.directory), name, what);
}

async function textOf(name: string, what: string, directory: string): Promise<string> {
  let handle: FileHandle;
  try {
    handle = await open(resolve(directory, name), 'r');
  } catch (cause) {
    throw unreadable(name, what, cause);
  }
  try {
    const bytes = await firstBytes(handle, MOST_BYTES + 1);
    if (bytes.length > MOST_BYTES)
      throw bad(name, what, [{ detail: `it is larger than ${MOST_BYTES} bytes` }]);
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    if (cause instanceof TypeError) throw bad(name, what, [{ detail: 'it is not text in UTF-8' }]);
    if (cause instanceof Error && 'errno' in cause) throw unreadable(name, what, cause);
    throw cause;
  } finally {
    await handle.close();
  }
}

async function firstBytes(handle: FileHandle, most: number): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let size = 0;
  for (;;) {
    const { bytesRead, buffer } = await handle.read({ buffer: Buffer.alloc(64 * 1024) });
    if (bytesRead === 0 || size >= most) return Buffer.concat(chunks);
    chunks.push(buffer.subarray(0, bytesRead));
    size += bytesRead;
  }
}

/** The same from text that is there already. */
export async function parseDocument(text: string, name: string, what: string): Promise<Document> {
  const yaml = await import('yaml');
  const lines = new yaml.LineCounter();
  const placeOf = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${name}:${Math.max(line, 1)}:${Math.max(col, 1)}`;
  };
  const parsed = nested(name, what, () =>
    yaml.parseDocument(text.replace(/^\ufeff/, ''), {
      lineCounter: lines,
      prettyErrors: false,
      stringKeys: true,
      uniqueKeys: true,
      // Not `silent`: then all documents of a file but the first would be passed over.
      logLevel: 'error',
    }),
  );
  const mistakes = [...parsed.errors, ...parsed.warnings].map(({ code, pos, message }) => ({
    pointer: placeOf(pos[0]),
    detail: code === 'MULTIPLE_DOCS' ? 'there is more than one document in it' : message,
  }));
  if (mistakes.length > 0) throw bad(name, what, mistakes);
  const data: unknown = nested(name, what, () => expanded(parsed, name, what));
  const at = (pointer: string): string => placeOf(offsetOf(parsed, pathOf(pointer)));
  const numbers = [...wrongNumbers(data, '')];
  if (numbers.length > 0) {
    throw bad(
      name,
      what,
      numbers.map((pointer) => ({ pointer: at(pointer), detail: 'this number cannot be kept exactly' })),
    );
  }
  return { name, data, at };
}

function expanded(parsed: YamlDocument, name: string, what: string): unknown {
  try {
    return parsed.toJS({ maxAliasCount: MOST_ALIASES });
  } catch (cause) {
    if (!(cause instanceof ReferenceError)) throw cause;
    throw bad(name, what, [{ detail: cause.message }]);
  }
}

/** What is nested some thousand deep is nobody's file, and ends the parser's own recursion. */
function nested<T>(name: string, what: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw bad(name, what, [{ detail: 'it is nested too deeply' }]);
  }
}

/** Infinity and the like, and whole numbers that a double would round: JSON would make something else of them. */
function* wrongNumbers(value: unknown, pointer: string): Generator<string> {
  if (typeof value === 'number') {
    if (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value))) yield pointer;
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, part] of Object.entries(value)) yield* wrongNumbers(part, `${pointer}/${escaped(key)}`);
  }
}

const escaped = (key: string): string => key.replaceAll('~', '~0').replaceAll('/', '~1');

function pathOf(pointer: string): string[] {
  const [, ...parts] = pointer.split('/');
  return parts.map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** Where the part begins, or the nearest that holds the place where it is missing. */
function offsetOf(parsed: YamlDocument, path: readonly string[]): number {
  for (let length = path.length; length >= 0; length -= 1) {
    const node: unknown = length === 0 ? parsed.contents : parsed.getIn(path.slice(0, length), true);
    if (typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range)) {
      const range: readonly unknown[] = node.range;
      const start = range[0];
      if (typeof start === 'number') return start;
    }
  }
  return 0;
}

function unreadable(name: string, what: string, cause: unknown) {
  const why = cause instanceof Error ? cause.message : undefined;
  return usageError(`cannot read ${name}, ${what}`, { code: 'bad_input_file', why, cause });
}

function bad(name: string, what: string, details: readonly Detail[]) {
  const [first] = details;
  const where = first?.pointer ?? name;
  const more = details.length > 1 ? `, and ${details.length - 1} more` : '';
  return usageError(`${where}: ${what} cannot be read: ${first?.detail ?? ''}${more}`, {
    code: 'bad_input_file',
    ...(details.length > 1 && { details: details.slice(0, MOST_ERRORS) }),
  });
}

import { isUtf8 } from 'node:buffer';
import type * as Yaml from 'yaml';
import { spotAt, type Tree, treeOf } from './tree.ts';

type Lines = Yaml.LineCounter;
type Parsed = Yaml.Document.Parsed;
type Token = Yaml.CST.Token;

/** A file as it was read. */
export interface Source {
  /** As the person named it: what mistakes begin with. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** From 1, as an editor shows it. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

export interface FilePlace extends Place {
  readonly name: string;
}

/** What is wrong with a file, and where in it. */
export interface Mistake extends FilePlace {
  readonly message: string;
}

/** One document of a file: YAML has several with `---` between them. */
export interface Document {
  readonly name: string;
  /** Plain JSON: objects, arrays, text, numbers, booleans and null. */
  readonly data: unknown;
  /**
   * The place of what a JSON pointer (RFC 6901) names; of the nearest thing around it, if it is not there.
   * `key`: of its name instead of its value, for a field that should not be there.
   */
  at(pointer: string, part?: 'key' | 'value'): Place;
  /** The same content, each part of it with its place. */
  tree(): Tree;
}

export interface Read {
  readonly documents: readonly Document[];
  /** Not empty: some of it could not be read, and `documents` are the others. */
  readonly mistakes: readonly Mistake[];
}

/** The reader needs about a hundred times the memory, and nobody writes more by hand. */
export const MOST_BYTES = 8 * 1024 * 1024;
/** The reader calls itself for each level, and would end the process at some ten thousand. */
const MOST_LEVELS = 100;
/** Each alias repeats what it stands for: a few lines of them make gigabytes. */
const MOST_ALIASES = 100;

/** Reads YAML or JSON, which is YAML as well: the places, and the refusal of a key that is there twice, hold for both. */
export async function readDocuments({ name, bytes }: Source): Promise<Read> {
  const wrong = (message: string, place: Place = START): Read => ({
    documents: [],
    mistakes: [{ name, message, ...place }],
  });
  if (bytes.byteLength > MOST_BYTES) return wrong(`it is larger than ${MOST_BYTES / 1024 / 1024} MiB`);
  const decoded = decode(bytes);
  if (typeof decoded !== 'string') return wrong(decoded.message, decoded.place);
  const yaml = await import('yaml');
  const lines = new yaml.LineCounter();
  const tokens = [...new yaml.Parser(lines.addNewLine).parse(decoded)];
  const deep = tooDeep(tokens);
  if (deep !== null) return wrong(`it is nested deeper than ${MOST_LEVELS} levels`, placeAt(lines, deep));
  // Its own search for a key that is there twice takes the square of their number: minutes for ten thousand.
  const composed = [...new yaml.Composer({ logLevel: 'silent', uniqueKeys: false }).compose(tokens)];
  const read = composed.map((document) => plainOf({ yaml, name, document, lines }));
  return {
    documents: read.filter((one) => 'data' in one),
    mistakes: read.filter((one) => 'message' in one),
  };
}

const START: Place = { line: 1, column: 1 };

function placeAt(lines: Lines, offset: number): Place {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(1, line), column: Math.max(1, col) };
}

/** UTF-8, or UTF-16 by its byte order mark; bytes that are no text are refused, never replaced. */
function decode(bytes: Uint8Array): string | { message: string; place: Place } {
  const [a, b] = bytes;
  const encoding = a === 0xff && b === 0xfe ? 'utf-16le' : a === 0xfe && b === 0xff ? 'utf-16be' : 'utf-8';
  try {
    const text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
    const nul = text.indexOf('\0');
    return nul === -1
      ? text
      : { message: 'it contains a NUL character, so it is no text', place: placeIn(text, nul) };
  } catch {
    const place = encoding === 'utf-8' ? { line: badLine(bytes), column: 1 } : START;
    return { message: `it contains bytes that are not ${encoding.toUpperCase()} text`, place };
  }
}

function placeIn(text: string, offset: number): Place {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

function badLine(bytes: Uint8Array): number {
  let line = 1;
  for (let from = 0; ; line += 1) {
    const end = bytes.indexOf(10, from);
    if (end === -1 || !isUtf8(bytes.subarray(from, end))) return line;
    from = end + 1;
  }
}

/** The offset of the first thing that is nested too deeply. Walks without calling itself: that is the point. */
function tooDeep(tokens: readonly Token[]): number | null {
  let level = [...tokens];
  for (let depth = 0; level.length > 0; depth += 1) {
    const [first] = level;
    if (depth > MOST_LEVELS && first !== undefined) return first.offset;
    level = level.flatMap(inside);
  }
  return null;
}

function inside(token: Token): Token[] {
  if (token.type === 'document') return token.value === undefined ? [] : [token.value];
  if (!('items' in token)) return [];
  return token.items.flatMap(({ key, value }) => [key, value].filter((one) => one != null));
}

interface Parsing {
  readonly yaml: typeof Yaml;
  readonly name: string;
  readonly document: Parsed;
  readonly lines: Lines;
}

function plainOf(parsing: Parsing): Document | Mistake {
  const { name, document, lines } = parsing;
  const mistake = (message: string, offset: number) => ({ name, message, ...placeAt(lines, offset) });
  // Those after the first are mostly its consequences.
  const [broken] = [...document.errors, ...document.warnings];
  if (broken !== undefined) return mistake(sentence(broken.code, broken.message), broken.pos[0]);
  const odd = oddThing(parsing);
  if (odd !== null) return mistake(odd.message, odd.node.range?.[0] ?? 0);
  try {
    const data: unknown = document.toJS({ maxAliasCount: MOST_ALIASES });
    const origin = { name, placeOf: (offset: number) => placeAt(lines, offset) };
    let made: Tree | undefined;
    const tree = () => {
      made ??= treeOf(parsing.yaml, document, origin);
      return made;
    };
    const at = (pointer: string, part?: 'key' | 'value') => {
      const { offset } = spotAt(tree(), stepsOf(pointer), part);
      return placeAt(lines, offset);
    };
    return { name, data, at, tree };
  } catch (thrown) {
    if (!(thrown instanceof ReferenceError)) throw thrown;
    return mistake(tooManyAliases, document.contents?.range[0] ?? 0);
  }
}

const tooManyAliases = `its aliases (*) stand for more than ${MOST_ALIASES} things`;

/** The reader's words, where ours say more. */
function sentence(code: string, message: string): string {
  if (code === 'TAB_AS_INDENT') return 'tabs cannot indent YAML: use spaces';
  if (code === 'TAG_RESOLVE_FAILED') return 'tags (!) mean nothing here';
  // Variables are what it mostly is.
  if (/flow map/.test(message))
    return `it cannot be read: ${message} (between { } a text like \${NAME} needs quotes)`;
  return `it cannot be read: ${message}`;
}

interface Odd {
  readonly message: string;
  readonly node: Yaml.Node;
}

/** The first thing that YAML has and JSON has not, or that JSON has by mistake. */
function oddThing({ yaml, document }: Parsing): Odd | null {
  let found: Odd | null = null;
  let aliases = 0;
  const refuse = (message: string, node: Yaml.Node) => {
    found = { message, node };
    return yaml.visit.BREAK;
  };
  yaml.visit(document, {
    Map(_, { items }) {
      const seen = new Set<string>();
      for (const { key } of items) {
        if (!yaml.isScalar(key) || typeof key.value !== 'string') {
          if (yaml.isNode(key)) return refuse('a key must be text: put it in quotes', key);
        } else if (seen.has(key.value)) return refuse('this key is there twice', key);
        else seen.add(key.value);
      }
      return undefined;
    },
    Scalar(_, node) {
      const { value } = node;
      if (typeof value !== 'number') return undefined;
      if (!Number.isFinite(value)) return refuse('it is no finite number', node);
      // JSON would make something else of it.
      const rounded = Number.isInteger(value) && !Number.isSafeInteger(value);
      return rounded ? refuse('this number cannot be kept exactly', node) : undefined;
    },
    Alias(_, node, path) {
      aliases += 1;
      if (aliases > MOST_ALIASES) return refuse(tooManyAliases, node);
      const target = node.resolve(document);
      if (target === undefined) return refuse(`the alias *${node.source} has no anchor before it`, node);
      return path.includes(target)
        ? refuse(`the alias *${node.source} stands inside itself`, node)
        : undefined;
    },
  });
  return found;
}

/** RFC 6901 */
function stepsOf(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

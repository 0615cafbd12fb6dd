import type * as Yaml from 'yaml';
import type { FilePlace, Place } from './document.ts';

/** A file whose content stands in trees. */
export interface Origin {
  /** As the person named it: what mistakes begin with. */
  readonly name: string;
  readonly placeOf: (offset: number) => Place;
}

/** Where something stands; line and column are worked out only for what is shown. */
export interface Spot {
  readonly origin: Origin;
  readonly offset: number;
}

export type Scalar = string | number | boolean | null;

export interface Leaf extends Spot {
  readonly kind: 'leaf';
  readonly value: Scalar;
}

export interface Entry {
  readonly key: Spot;
  readonly value: Tree;
}

export interface Branch extends Spot {
  readonly kind: 'map';
  readonly entries: ReadonlyMap<string, Entry>;
}

interface List extends Spot {
  readonly kind: 'list';
  readonly items: readonly Tree[];
}

/** The content of a file, each part of it with its place; parts of several files make one tree when they are merged. */
export type Tree = Leaf | Branch | List;

export type Path = readonly (string | number)[];

/** What an alias stands for is shared, not copied; only the alias itself is at its own place. */
export function treeOf(yaml: typeof Yaml, document: Yaml.Document, origin: Origin): Tree {
  const made = new Map<unknown, Tree>();
  const offsetOf = (node: unknown) => (yaml.isNode(node) ? node.range?.[0] : undefined);
  const build = (node: unknown, around: number): Tree => {
    const spot = { origin, offset: offsetOf(node) ?? around };
    if (yaml.isAlias(node)) return { ...known(node.resolve(document), around), ...spot };
    if (yaml.isMap(node)) {
      const entries = new Map<string, Entry>();
      for (const { key, value } of node.items) {
        const offset = offsetOf(key) ?? spot.offset;
        entries.set(yaml.isScalar(key) ? String(key.value) : String(key), {
          key: { origin, offset },
          value: known(value, offset),
        });
      }
      return { kind: 'map', entries, ...spot };
    }
    if (yaml.isSeq(node))
      return { kind: 'list', items: node.items.map((one) => known(one, around)), ...spot };
    return { kind: 'leaf', value: scalarOf(yaml.isScalar(node) ? node.value : null), ...spot };
  };
  const known = (node: unknown, around: number): Tree => {
    // Only what has an anchor is met twice.
    if (!yaml.isCollection(node) || node.anchor === undefined) return build(node, around);
    const before = made.get(node) ?? build(node, around);
    made.set(node, before);
    return before;
  };
  return known(document.contents, document.range?.[0] ?? 0);
}

function scalarOf(value: unknown): Scalar {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null;
}

/** The place of what a path names; of the nearest thing around it, if it is not there. */
export function spotAt(tree: Tree, path: Path, part: 'key' | 'value' = 'value'): Spot {
  let found: Tree = tree;
  let spot: Spot = tree;
  for (const step of path) {
    const entry = found.kind === 'map' ? found.entries.get(String(step)) : undefined;
    const inside = found.kind === 'list' ? found.items[Number(step)] : entry?.value;
    if (inside === undefined) break;
    spot = part === 'key' ? (entry?.key ?? inside) : inside;
    found = inside;
  }
  return spot;
}

export function placeOf({ origin, offset }: Spot): FilePlace {
  return { name: origin.name, ...origin.placeOf(offset) };
}

/** What a path names. */
export function treeAt(tree: Tree | undefined, path: Path): Tree | undefined {
  let found = tree;
  for (const step of path) {
    if (found === undefined || found.kind === 'leaf') return undefined;
    found = found.kind === 'list' ? found.items[Number(step)] : found.entries.get(String(step))?.value;
  }
  return found;
}

export function entriesOf(tree: Tree | undefined): ReadonlyMap<string, Entry> {
  return tree?.kind === 'map' ? tree.entries : new Map();
}

/** As plain JSON. Whatever its name, a key becomes a property and nothing else. */
export function plainOf(tree: Tree): unknown {
  if (tree.kind === 'leaf') return tree.value;
  if (tree.kind === 'list') return tree.items.map(plainOf);
  const plain: Record<string, unknown> = {};
  for (const [key, { value }] of tree.entries) {
    if (key !== '__proto__') plain[key] = plainOf(value);
    else Object.defineProperty(plain, key, { value: plainOf(value), enumerable: true });
  }
  return plain;
}

export function isNull(tree: Tree): boolean {
  return tree.kind === 'leaf' && tree.value === null;
}

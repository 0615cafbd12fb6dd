import { holdsThings, mayBeEmpty } from './form-paths.ts';
import { pathText } from './issues.ts';
import { placeText } from './source.ts';
import {
  type Branch,
  type Entry,
  isNull,
  type Leaf,
  type Path,
  placeOf,
  plainOf,
  type Tree,
} from './tree.ts';
import type { Report } from './variables.ts';

/**
 * - beside: parts of one whole, in whatever order; two values of one field are a contradiction
 * - over: the later one wins, and its `null` takes out what was there
 */
export type Mode = 'beside' | 'over';

/** Maps are merged, whatever depth they are at; a list or a value replaces another. */
export function merged(mode: Mode, base: Tree, added: Tree, report: Report, path: Path = []): Tree {
  if (base.kind === 'map' && added.kind === 'map') return mergedMaps(mode, base, added, report, path);
  if (mode === 'over') return isNull(added) && !isNull(base) ? takingOut(added) : added;
  if (!isSame(base, added))
    report(
      added,
      `${pathText(path)}: is something else at ${placeText(placeOf(base))}; it is said twice and must be said once`,
    );
  return base;
}

function mergedMaps(mode: Mode, base: Branch, added: Branch, report: Report, path: Path): Tree {
  const entries = new Map<string, Entry>(base.entries);
  for (const [name, entry] of added.entries) {
    const before = entries.get(name);
    if (before === undefined) entries.set(name, entry);
    else {
      const value = merged(mode, before.value, entry.value, report, [...path, name]);
      // Shown where it was changed last.
      entries.set(name, { key: mode === 'over' ? entry.key : before.key, value });
    }
  }
  return { ...base, entries };
}

/** Nulls that took something out, as opposed to those that are a value left empty by mistake. */
const takes = new WeakSet<object>();

function takingOut(added: Tree): Tree {
  const leaf: Leaf = { kind: 'leaf', value: null, origin: added.origin, offset: added.offset };
  takes.add(leaf);
  return leaf;
}

function isSame(a: Tree, b: Tree): boolean {
  return JSON.stringify(plainOf(a)) === JSON.stringify(plainOf(b));
}

/** Without what was taken out. A field that is empty otherwise is told: YAML makes a null of it, and nobody meant one. */
export function withoutNulls(tree: Tree, report: Report, path: Path = []): Tree {
  if (tree.kind === 'list')
    return { ...tree, items: tree.items.map((item, at) => withoutNulls(item, report, [...path, at])) };
  if (tree.kind === 'leaf') return tree;
  const entries = new Map<string, Entry>();
  for (const [name, entry] of tree.entries) {
    if (!isNull(entry.value))
      entries.set(name, { ...entry, value: withoutNulls(entry.value, report, [...path, name]) });
    else if (!takes.has(entry.value) && !mayBeEmpty([...path, name]))
      report(entry.key, `${pathText([...path, name])}: ${emptyWords(holdsThings(path))}`);
  }
  return { ...tree, entries };
}

function emptyWords(isThing: boolean): string {
  const words = 'is empty, which takes out what an earlier file says, and none does';
  return isThing ? `${words}; write {} where there is nothing more to say` : words;
}

import type { AccountKind } from '../../contract/limits.ts';
import type { EstateAccountFile } from '../../contract/types.ts';
import type { Mistake } from './document.ts';
import { pathText } from './issues.ts';
import { type Path, placeOf, spotAt, type Tree } from './tree.ts';

/** An account as the merged files say it, checked by itself. */
export interface AccountPart {
  readonly slug: string;
  readonly kind: Exclude<AccountKind, 'personal'>;
  readonly said: EstateAccountFile;
  readonly tree: Tree;
  /** Was something of the thing at this path told already? What follows from it would only confuse. */
  readonly isBroken: (path: Path) => boolean;
  /** A mistake at what this path names. */
  readonly wrong: (path: Path, words: string, part?: 'key' | 'value') => void;
}

/** All of them, for what hangs together. */
export interface Whole {
  readonly parts: ReadonlyMap<string, AccountPart>;
  /** What the files put below an account: its managed accounts, and the sub-accounts that it links. */
  readonly below: ReadonlyMap<string, ReadonlySet<string>>;
  /** The first umbrella of each sub-account. */
  readonly umbrellas: ReadonlyMap<string, string>;
}

interface PartInput extends Pick<AccountPart, 'slug' | 'said' | 'tree'> {
  readonly mistakes: Mistake[];
  /** What is wrong by itself, and not in `said`. */
  readonly broken: readonly Path[];
}

export function accountPart({ slug, said: one, tree, mistakes, broken }: PartInput): AccountPart {
  const brokenThings = new Set(broken.map(thingOf));
  const isBroken = (path: Path) => brokenThings.has(thingOf(path));
  return {
    slug,
    kind: one.kind ?? 'standard',
    said: one,
    tree,
    isBroken,
    wrong(path, words, part = 'value') {
      if (isBroken(path)) return;
      const place = placeOf(spotAt(tree, path, part));
      mistakes.push({ ...place, message: `${pathText(['accounts', slug, ...path])}: ${words}` });
    },
  };
}

/** The named thing that a path leads into: a member, a workspace's parser. */
function thingOf(path: Path): string {
  const deeper = path[0] === 'workspaces' && path.length > 2;
  return path.slice(0, deeper ? 4 : 2).join('\n');
}

/** Names and what is said of them. The maps are the files' own: any name may be in them. */
export function each<T>(map: Readonly<Record<string, T>> | undefined): [string, T][] {
  return Object.entries(map ?? {});
}

export function said<T>(map: Readonly<Record<string, T>> | undefined, name: string): T | undefined {
  return map !== undefined && Object.hasOwn(map, name) ? map[name] : undefined;
}

export function wholeOf(parts: ReadonlyMap<string, AccountPart>): Whole {
  const below = new Map<string, Set<string>>();
  const umbrellas = new Map<string, string>();
  const put = (parent: string, child: string) =>
    below.set(parent, (below.get(parent) ?? new Set()).add(child));
  for (const { slug, said: one } of parts.values()) {
    if (one.master !== undefined) put(one.master, slug);
    for (const [child] of each(one.sub_accounts)) {
      put(slug, child);
      if (!umbrellas.has(child)) umbrellas.set(child, slug);
    }
  }
  return { parts, below, umbrellas };
}

import { type Estate, sortedEstate } from '../model.ts';
import { type AccountPart, accountPart, wholeOf } from './account-part.ts';
import { checkWhole } from './checks.ts';
import type { Mistake } from './document.ts';
import type { EstateFiles, FoundFile } from './files.ts';
import { fieldsOf } from './form-fields.ts';
import { type Issue, mistakesOf, pathText } from './issues.ts';
import { merged, withoutNulls } from './merge.ts';
import type { Written } from './normal.ts';
import {
  type Entry,
  entriesOf,
  isNull,
  type Origin,
  type Path,
  placeOf,
  plainOf,
  type Spot,
  spotAt,
  type Tree,
  treeAt,
} from './tree.ts';
import { reporter } from './variables.ts';
import { entriesOfAll } from './wanted-entries.ts';
import { wantedForms } from './wanted-forms.ts';
import { wantedParsers } from './wanted-parsers.ts';

export interface Merged {
  /** All files as one; what takes out, and what is under every account, is still in it. */
  readonly tree: Tree;
  readonly written: Written;
  /** The file that each place is in: what its `file:` is relative to. */
  readonly origins: ReadonlyMap<Origin, FoundFile>;
  readonly files: EstateFiles;
  readonly mistakes: Mistake[];
}

interface Wanted {
  readonly estate: Estate;
  readonly secretVariables: readonly string[];
  readonly tree: Tree;
}

/** The estate that the merged files ask for. Every account is checked by itself, then what hangs together. */
export async function wantedEstate({ tree, written, origins, files, mistakes }: Merged): Promise<Wanted> {
  const accounts = await checkedAccounts(tree, mistakes);
  const whole = wholeOf(accounts.parts);
  checkWhole(whole);
  const parsers = await wantedParsers({ whole, files, origins, mistakes });
  const forms = await wantedForms({ whole, files, origins, mistakes });
  const estate = sortedEstate({ ...entriesOfAll(whole, written), parsers, forms });
  const variables = parsers.flatMap(({ secrets = [] }) => secrets.map(({ variable }) => variable));
  const secretVariables = [...new Set(variables.filter((name) => name !== undefined))].sort();
  const all = accounts.entries;
  const root = {
    key: tree,
    value: { kind: 'map' as const, entries: all, origin: tree.origin, offset: tree.offset },
  };
  return {
    estate,
    secretVariables,
    tree: { kind: 'map', entries: new Map([['accounts', root]]), origin: tree.origin, offset: tree.offset },
  };
}

interface CheckedAccounts {
  /** Those that can be understood. */
  readonly parts: ReadonlyMap<string, AccountPart>;
  /** All of them, with what is under every account, and without what was taken out. */
  readonly entries: ReadonlyMap<string, Entry>;
}

async function checkedAccounts(tree: Tree, mistakes: Mistake[]): Promise<CheckedAccounts> {
  // The schemas cost more to load than the rest of the tool.
  const { estateAccount } = await import('../../contract/estate-file.ts');
  const { slug: slugForm } = await import('../../contract/common.ts');
  const report = reporter(mistakes);
  const under = await checkedDefaults(tree, mistakes);
  const parts = new Map<string, AccountPart>();
  const entries = new Map<string, Entry>();
  const accounts = treeAt(tree, ['accounts']);
  if (accounts !== undefined && accounts.kind !== 'map' && !isNull(accounts))
    report(accounts, 'accounts: must be a map of accounts by slug');
  for (const [slug, { key, value }] of entriesOf(accounts)) {
    const path = ['accounts', slug];
    // Taken out before anything is under it, or there would be nothing to take out.
    const account = isNull(value) || under === undefined ? value : merged('over', under, value, report, path);
    const [entry] = entriesOf(withoutNulls(accountAlone(slug, key, account), report)).values();
    const kept = treeAt(entry?.value, [slug]);
    if (kept === undefined) continue;
    entries.set(slug, { key, value: kept });
    const [wrongSlug] = slugForm.safeParse(slug).error?.issues ?? [];
    if (wrongSlug !== undefined) report(key, `${pathText(path)}: ${wrongSlug.message}`);
    const plain = plainOf(kept);
    const { data, error } = estateAccount.safeParse(plain);
    if (error) mistakes.push(...(await told(kept, path, error.issues)));
    const broken = (error?.issues ?? []).flatMap(pathsOf);
    // What is left is looked at as well, so that all mistakes are told at once.
    const said = data ?? estateAccount.safeParse(withoutPaths(plain, broken)).data;
    if (said !== undefined) parts.set(slug, accountPart({ slug, said, tree: kept, mistakes, broken }));
  }
  return { parts, entries };
}

/** As a tree of its own, so that an account left empty is told like anything else. */
function accountAlone(slug: string, key: Spot, value: Tree): Tree {
  const { origin, offset } = value;
  const accounts: Tree = { kind: 'map', entries: new Map([[slug, { key, value }]]), origin, offset };
  return { kind: 'map', entries: new Map([['accounts', { key, value: accounts }]]), origin, offset };
}

/** What is under every account; undefined where that is nothing, or wrong: then it is told once, and not for each account. */
async function checkedDefaults(tree: Tree, mistakes: Mistake[]): Promise<Tree | undefined> {
  const defaults = treeAt(tree, ['defaults']);
  if (defaults === undefined || isNull(defaults)) return undefined;
  const { estateDefaults } = await import('../../contract/estate-file.ts');
  const kept = withoutNulls(defaults, reporter(mistakes), ['defaults']);
  const { error } = estateDefaults.safeParse(plainOf(kept));
  if (error === undefined) return treeAt(kept, ['accounts']);
  mistakes.push(...(await told(kept, ['defaults'], error.issues)));
  return undefined;
}

async function told(part: Tree, within: Path, issues: readonly Issue[]): Promise<Mistake[]> {
  const { estateForm } = await import('../../contract/estate-schema.ts');
  const form = estateForm();
  const placeIn = (path: readonly PropertyKey[], at: 'key' | 'value') =>
    placeOf(spotAt(part, path.map(String), at));
  const fieldsAt = (path: readonly PropertyKey[]) => fieldsOf(form, [...within, ...path]);
  return mistakesOf({ data: plainOf(part), placeOf: placeIn, within, fieldsAt }, issues);
}

function pathsOf({ path, keys }: Issue): string[][] {
  const names = path.map(String);
  return keys === undefined ? [names] : keys.map((key) => [...names, key]);
}

/** Takes what is at these paths out of plain data; of a list that has one of them, all of it. */
function withoutPaths(data: unknown, paths: readonly (readonly string[])[]): unknown {
  for (const path of paths) {
    let holder: unknown = data;
    for (const [depth, step] of path.entries()) {
      const inside: unknown = isObject(holder) ? Reflect.get(holder, step) : undefined;
      if (isObject(holder) && (depth === path.length - 1 || Array.isArray(inside)))
        Reflect.deleteProperty(holder, step);
      holder = inside;
    }
  }
  return data;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

import { parseAddress } from '../../contract/address.ts';
import { holdsPeople, insideAccount } from './form-paths.ts';
import { nameText, pathText } from './issues.ts';
import { placeText } from './source.ts';
import { type Entry, type Path, placeOf, type Tree } from './tree.ts';
import type { Report } from './variables.ts';

/** The address as somebody wrote it, where it is another than the one it is compared by. */
export type Written = Map<string, string>;

/**
 * One spelling of everything that merging compares: addresses are folded, and the short form of a member is the long one.
 * What is no address stays as it is; the check of the whole tells.
 */
export function normalised(tree: Tree, written: Written, report: Report, path: Path = []): Tree {
  if (tree.kind === 'leaf') return tree;
  if (tree.kind === 'list')
    return { ...tree, items: tree.items.map((item, at) => normalised(item, written, report, [...path, at])) };
  const people = holdsPeople(path);
  const addressed = people || isSubAccounts(path);
  const entries = new Map<string, Entry>();
  for (const [name, { key, value }] of tree.entries) {
    const used = addressed ? folded(name, written) : name;
    const before = entries.get(used);
    if (name === '__proto__') report(key, `${pathText(path)}: __proto__ is no name that can be used`);
    else if (before !== undefined)
      report(
        key,
        `${pathText(path)}: ${nameText(name)} is the same address as ${placeText(placeOf(before.key))}`,
      );
    else
      entries.set(used, {
        key,
        value: normalised(people ? longForm(value) : value, written, report, [...path, used]),
      });
  }
  return { ...tree, entries };
}

function isSubAccounts(path: Path): boolean {
  const inside = insideAccount(path);
  return inside?.length === 1 && inside[0] === 'sub_accounts';
}

function folded(name: string, written: Written): string {
  if (!name.includes('@')) return name;
  const address = parseAddress(name);
  if (!address.ok) return name;
  if (address.written !== address.folded) written.set(address.folded, address.written);
  return address.folded;
}

/** `ann@acme.example: admin` is `{ role: admin }`. */
function longForm(value: Tree): Tree {
  if (value.kind !== 'leaf' || typeof value.value !== 'string') return value;
  const { origin, offset } = value;
  return { kind: 'map', origin, offset, entries: new Map([['role', { key: { origin, offset }, value }]]) };
}

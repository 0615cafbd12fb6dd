import type { ChangeKind, PruneKind } from '../../contract/change-kinds.ts';
import { type EstateReadKind, firstWorkspace } from '../../contract/limits.ts';
import type { Change, ChangeSet } from '../changes.ts';
import { byCode, type EntryOf, type Estate } from '../model.ts';
import { accountChanges } from './compare-accounts.ts';
import { formChanges } from './compare-forms.ts';
import { isOpenLink, linkChanges } from './compare-links.ts';
import { memberChanges } from './compare-members.ts';
import { parserChanges } from './compare-parsers.ts';
import { type Choices, type Comparison, changed, differing, type Known, type Note, Sides } from './sides.ts';

/**
 * What would make the live estate of the wanted one. Pure: the same two estates give the same changes, in the same order.
 * What the files do not name is left alone, but for the kinds that `prune` asks for, in the accounts that they name.
 */
export function compare(wanted: Estate, live: Known, choices: Choices): Comparison {
  const sides = new Sides(wanted, live, choices);
  const members = memberChanges(sides);
  const links = linkChanges(sides);
  const changes = [
    ...accountChanges(sides),
    ...plainChanges(sides),
    ...members.changes,
    ...parserChanges(sides),
    ...formChanges(sides),
    ...links.changes,
  ];
  return { changes: changes.toSorted(inOrder), notes: [...members.notes, ...links.notes].toSorted(byPlace) };
}

function inOrder(a: Change, b: Change): number {
  return byCode(a.account, b.account) || byCode(a.kind, b.kind) || byCode(a.key, b.key);
}

function byPlace(a: Note, b: Note): number {
  return byCode(a.account, b.account) || byCode(a.key, b.key);
}

/** Workspaces, permission sets and places of members: they are there as wanted, or are made so. */
function plainChanges(sides: Sides): Change[] {
  return [
    ...plain(sides, 'workspaces', { kind: 'workspace', prune: 'workspace', read: 'workspace' }, ['name']),
    ...plain(
      sides,
      'permission_sets',
      { kind: 'permission_set', prune: 'permission_set', read: 'permission_set' },
      ['role', 'modules', 'children', 'workspaces'],
    ),
  ];
}

function plain<K extends 'workspaces' | 'permission_sets'>(
  sides: Sides,
  list: K,
  { kind, prune, read }: { kind: ChangeKind; prune: PruneKind; read: EstateReadKind },
  names: readonly (keyof EntryOf<K> & string)[],
): Change[] {
  return sides.pairs(list).flatMap(({ account, key, wanted, live }): Change[] => {
    const about = { kind, account, key };
    const unread = sides.unread(account, read);
    if (wanted === undefined) {
      // An account keeps the workspace that it began with.
      const stays = kind === 'workspace' && key === firstWorkspace;
      return sides.prunes(prune) && !stays ? [changed({ ...about, op: 'delete' }, [], live)] : [];
    }
    const fields = differing(names, wanted, live);
    if (unread !== null) return [changed({ ...about, op: 'conflict' }, fields, undefined, { note: unread })];
    if (live === undefined) return [changed({ ...about, op: 'create' }, fields, undefined)];
    return fields.length === 0 ? [] : [changed({ ...about, op: 'update' }, fields, live)];
  });
}

/** How many live things of each kind of change there are in the named accounts: what a share of deletions is a share of. */
export function liveCounts({ named, live }: Pick<Sides, 'named' | 'live'>): ChangeSet['live'] {
  const count = (entries: readonly { readonly account: string }[]) =>
    entries.filter(({ account }) => named.has(account)).length;
  return {
    account: count(live.accounts),
    workspace: count(live.workspaces),
    permission_set: count(live.permission_sets),
    member: count(live.members.filter(({ state }) => state !== 'removed' && state !== 'declined')),
    workspace_member: count(live.workspace_members.filter(({ id }) => id !== undefined)),
    parser: count(live.parsers),
    form: count(live.forms),
    sub_account: count(live.sub_accounts.filter(isOpenLink)),
  };
}

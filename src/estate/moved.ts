import type { ChangeKind } from '../contract/change-kinds.ts';
import { conflictError } from '../errors.ts';
import { type Change, type ChangeSet, keyOf, nameOf } from './changes.ts';
import { sameValue } from './fields.ts';
import { type Estate, type EstateAccount, type EstateKind, entryKey } from './model.ts';

/** One live object, in the words of changes. */
interface Found {
  readonly id: string | null;
  readonly revision: number | null;
  readonly fields: Readonly<Record<string, unknown>>;
}

type Verdict = 'to_do' | 'settled' | 'moved';

/**
 * A reviewed change set against what is there now: what it would do is done already (an earlier run of it was cut), is
 * to be done, or has moved since, for which nobody agreed to anything. Throws if anything moved, naming all of it.
 * @returns keys of the changes that are settled
 */
export function settledIn(set: ChangeSet, name: string, live: Estate): ReadonlySet<string> {
  const found = foundIn(live);
  const settled = new Set<string>();
  const moved: Change[] = [];
  for (const change of set.changes) {
    const verdict = judge(change, found.get(keyOf(change)) ?? found.get(change.id ?? ''));
    if (verdict === 'settled') settled.add(keyOf(change));
    if (verdict === 'moved') moved.push(change);
  }
  for (const [account, id] of Object.entries(set.accounts)) {
    const now = found.get(keyOf({ kind: 'account', account, key: '' }))?.id ?? null;
    // What bears the name now is another account than the one that was reviewed.
    if (id !== null && now !== id) moved.push(stranger(account, id));
  }
  if (moved.length > 0) throw stale(moved, name);
  return settled;
}

function stranger(account: string, id: string): Change {
  return {
    op: 'update',
    kind: 'account',
    account,
    key: '',
    fields: [],
    id,
    revision: null,
    note: null,
    mail: null,
  };
}

const TOLD = 20;

function stale(moved: readonly Change[], name: string) {
  const details = moved
    .slice(0, TOLD)
    .map((change) => ({ pointer: change.account, detail: `${nameOf(change)} has changed since` }));
  const more = moved.length - details.length;
  return conflictError(`${moved.length} of what ${name} changes moved since it was reviewed`, {
    code: 'stale',
    why: 'Nothing was sent.',
    hint: 'tenantctl diff -f FILE --out CHANGES.json, and have it reviewed again',
    details: more > 0 ? [...details, { detail: `and ${more} more` }] : details,
  });
}

function judge(change: Change, found: Found | undefined): Verdict {
  switch (change.op) {
    case 'conflict':
      return 'to_do';
    case 'create':
      return judgeCreation(change, found);
    case 'delete':
      if (found === undefined || isGone(found)) return 'settled';
      return isAsReviewed(change, found) ? 'to_do' : 'moved';
    case 'update':
      if (found === undefined) return 'moved';
      if (hasAfter(change, found)) return 'settled';
      return isAsReviewed(change, found) || isBetween(change, found) ? 'to_do' : 'moved';
  }
}

function judgeCreation(change: Change, found: Found | undefined): Verdict {
  if (found === undefined) return 'to_do';
  // Who was removed, declined, left or let an invitation expire is not there, and is part of what was reviewed.
  if (
    (change.kind === 'member' || change.kind === 'sub_account') &&
    (isGone(found) || found.fields['state'] === 'expired')
  ) {
    return found.id === change.id ? 'to_do' : 'moved';
  }
  if (hasAfter(change, found)) return 'settled';
  // What a copy comes to only the server knows; to copy again what is the same changes nothing.
  return change.fields.some(({ name }) => name === 'copy_from') ? 'to_do' : 'moved';
}

function isGone({ fields }: Found): boolean {
  return ['removed', 'declined', 'ended'].some((state) => fields['state'] === state);
}

function hasAfter({ fields, kind, op }: Change, found: Found): boolean {
  const known = fields.filter(({ name }) => name !== 'copy_from');
  // What a copy comes to only the server knows.
  if (known.length === 0 && fields.length > 0) return false;
  return known.every(({ name, after }) => {
    // Who is invited is no member yet: what they will be is what the invitation says.
    if (kind === 'member' && name === 'state' && op === 'create') return true;
    if (kind === 'member' && (name === 'first_name' || name === 'workspaces')) return true;
    // Which account accepts, and whether it has, the other side decides.
    if (kind === 'sub_account' && (name === 'invitee' || name === 'state')) return true;
    return sameValue(found.fields[name], after);
  });
}

function isAsReviewed({ id, revision, fields }: Change, found: Found): boolean {
  if (id !== null && found.id !== id) return false;
  if (revision !== null && found.revision !== null) return found.revision === revision;
  return fields.every(({ name, before }) => sameValue(found.fields[name], before));
}

/** Half of it was done when a run was cut: each field is as it was, or as it shall be. */
function isBetween({ id, fields }: Change, found: Found): boolean {
  if (id !== null && found.id !== id) return false;
  const is = (name: string, value: unknown) => sameValue(found.fields[name], value);
  return (
    fields.every(({ name, before, after }) => is(name, before) || is(name, after)) &&
    fields.some(({ name, after }) => is(name, after))
  );
}

const kindOf: Readonly<Partial<Record<EstateKind, ChangeKind>>> = {
  workspaces: 'workspace',
  permission_sets: 'permission_set',
  members: 'member',
  workspace_members: 'workspace_member',
  parsers: 'parser',
  forms: 'form',
  sub_accounts: 'sub_account',
};

/** By the key of changes; a link also by its id, for it is called otherwise once somebody accepted. */
function foundIn(live: Estate): ReadonlyMap<string, Found> {
  const found = new Map<string, Found>();
  for (const entry of live.accounts) {
    for (const [kind, one] of accountParts(entry))
      found.set(keyOf({ kind, account: entry.account, key: '' }), one);
  }
  const enter = <E extends { account: string; id?: string | undefined; revision?: number | undefined }>(
    list: EstateKind,
    entries: readonly E[],
    key: (entry: E) => string,
    fields: (entry: E) => object,
  ) => {
    const kind = kindOf[list];
    if (kind === undefined) return;
    for (const entry of entries) {
      const one = { id: entry.id ?? null, revision: entry.revision ?? null, fields: { ...fields(entry) } };
      found.set(keyOf({ kind, account: entry.account, key: key(entry) }), one);
    }
  };
  const itself = (entry: object) => entry;
  enter('workspaces', live.workspaces, entryKey.workspaces, itself);
  enter('permission_sets', live.permission_sets, entryKey.permission_sets, itself);
  enter('members', live.members, entryKey.members, itself);
  enter('workspace_members', live.workspace_members, entryKey.workspace_members, itself);
  enter('parsers', live.parsers, entryKey.parsers, (entry) => ({ ...entry, ...entry.content }));
  enter('sub_accounts', live.sub_accounts, entryKey.sub_accounts, itself);
  for (const { id, revision = null, ...fields } of live.sub_accounts)
    if (id !== undefined) found.set(id, { id, revision, fields });
  enter('forms', live.forms, entryKey.forms, (entry) => ({ ...entry, ...entry.content }));
  return found;
}

/** What an account has once is changed apart from it. */
function accountParts(entry: EstateAccount): [ChangeKind, Found][] {
  const { id = null, revision = null, promotion_path, plan } = entry;
  return [
    ['account', { id, revision, fields: { ...entry } }],
    ['plan', { id: null, revision: null, fields: { plan } }],
    ['promotion_path', { id: null, revision: null, fields: { accounts: promotion_path ?? [] } }],
  ];
}

import type { ChangeKind } from '../../contract/change-kinds.ts';
import { conflictError } from '../../errors.ts';
import { type Change, type ChangeSet, keyOf, nameOf } from '../changes.ts';
import { copySource, sameValue, textDigestAfter } from '../fields.ts';
import type { LiveEstate } from '../live/live.ts';
import { type Estate, type EstateAccount, type EstateKind, entryKey } from '../model.ts';

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
  const moved = new Map<string, Change>();
  for (const change of set.changes) {
    const there = found.get(keyOf(change)) ?? found.get(change.id ?? '');
    const verdict = judge(change, there, sourceOf(change, found));
    if (verdict === 'settled') settled.add(keyOf(change));
    if (verdict === 'moved') moved.set(keyOf(change), change);
  }
  for (const [account, id] of Object.entries(set.accounts)) {
    const now = found.get(keyOf({ kind: 'account', account, key: '' }))?.id ?? null;
    // What bears the name now is another account than the one that was reviewed.
    if (id !== null && now !== id)
      moved.set(keyOf({ kind: 'account', account, key: '' }), stranger(account, id));
  }
  if (moved.size > 0) throw stale([...moved.values()], name);
  return settled;
}

/** Throws if some of its accounts cannot be read, which is not the same as that they moved. */
export function mustBeReadable(
  { accounts }: ChangeSet,
  name: string,
  { missing, withheld }: Pick<LiveEstate, 'missing' | 'withheld'>,
): void {
  const unread = Object.entries(accounts).flatMap(([account, id]) =>
    id !== null && (missing.has(account) || withheld.get(account)?.kinds.has('account') === true)
      ? account
      : [],
  );
  const [first] = unread;
  if (first === undefined) return;
  const others = unread.length === 1 ? '' : ` and ${unread.length - 1} more`;
  throw conflictError(`${first}${others} of ${name} cannot be read`, {
    code: 'stale',
    why: 'They are not there any more, or this credential may not read them. Nothing was sent.',
    hint: 'the profile that made the change set, or another administrator of these accounts',
  });
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

/** The live parser that a change copies from. */
function sourceOf(change: Change, found: ReadonlyMap<string, Found>): Found | undefined {
  const from = copySource(change);
  if (from === null) return undefined;
  const { account, workspace, name } = from;
  return found.get(keyOf({ kind: 'parser', account, key: `${workspace}/${name}` }));
}

function judge(change: Change, found: Found | undefined, source: Found | undefined): Verdict {
  switch (change.op) {
    case 'conflict':
      return 'to_do';
    case 'create':
      return judgeCreation(change, found, source);
    case 'delete':
      if (found === undefined || isGone(found)) return 'settled';
      return isAsReviewed(change, found) ? 'to_do' : 'moved';
    case 'update':
      if (found === undefined) return 'moved';
      if (hasAfter(change, found, source)) return 'settled';
      return isAsReviewed(change, found) || isBetween(change, found) ? 'to_do' : 'moved';
  }
}

function judgeCreation(change: Change, found: Found | undefined, source: Found | undefined): Verdict {
  if (found === undefined) return 'to_do';
  // Who was removed, declined, left or let an invitation expire is not there, and is part of what was reviewed.
  if (
    (change.kind === 'member' || change.kind === 'sub_account') &&
    (isGone(found) || found.fields['state'] === 'expired')
  ) {
    return found.id === change.id ? 'to_do' : 'moved';
  }
  return hasAfter(change, found, source) ? 'settled' : 'moved';
}

function isGone({ fields }: Found): boolean {
  return ['removed', 'declined', 'ended'].some((state) => fields['state'] === state);
}

function hasAfter(change: Change, found: Found, source: Found | undefined): boolean {
  const { fields, kind, op } = change;
  if (kind === 'parser') return hasText(change, found, source);
  return fields.every(({ name, after }) => {
    // Who is invited is no member yet: what they will be is what the invitation says.
    if (kind === 'member' && name === 'state' && op === 'create') return true;
    if (kind === 'member' && name === 'first_name') return true;
    if (kind === 'member' && name === 'workspaces') return hasPlaces(found.fields[name], after);
    // Which account accepts, and whether it has, the other side decides.
    if (kind === 'sub_account' && (name === 'invitee' || name === 'state')) return true;
    return sameValue(found.fields[name], after);
  });
}

/**
 * By digests where that is all that may be seen: of the text that it shall have, or of what it is a copy of, which only
 * the server knows.
 */
function hasText(change: Change, found: Found, source: Found | undefined): boolean {
  const digest = textDigestAfter(change) ?? (hasOnlySource(change) ? source?.fields['digest'] : undefined);
  if (digest !== undefined) return digest === found.fields['digest'];
  return change.fields.every(
    ({ name, after }) => name === 'copy_from' || sameValue(found.fields[name], after),
  );
}

function hasOnlySource({ fields }: Change): boolean {
  return fields.length === 1 && fields[0]?.name === 'copy_from';
}

/** An invitation that was sent has all of its places; whoever accepted it may have been given more since. */
function hasPlaces(live: unknown, after: unknown): boolean {
  if (!Array.isArray(live) || !Array.isArray(after)) return false;
  return after.every((place) => live.some((one) => sameValue(one, place)));
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
  const places = Map.groupBy(live.workspace_members, personKey);
  enter('members', live.members, entryKey.members, (entry) => ({
    ...entry,
    workspaces: (places.get(personKey(entry)) ?? []).map(({ workspace, role }) => ({ workspace, role })),
  }));
  enter('workspace_members', live.workspace_members, entryKey.workspace_members, itself);
  enter('parsers', live.parsers, entryKey.parsers, (entry) => ({ ...entry, ...entry.content }));
  enter('sub_accounts', live.sub_accounts, entryKey.sub_accounts, itself);
  for (const { id, revision = null, ...fields } of live.sub_accounts)
    if (id !== undefined) found.set(id, { id, revision, fields });
  enter('forms', live.forms, entryKey.forms, (entry) => ({ ...entry, ...entry.content }));
  return found;
}

function personKey({ account, email }: { readonly account: string; readonly email: string }): string {
  return `${account} ${email}`;
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

import type { Change, FieldChange } from '../changes.ts';
import { sameValue } from '../fields.ts';
import { type EstateCap, type EstateSubAccount, entryKey } from '../model.ts';
import { changed, json, type Note, type Sides } from './sides.ts';

interface Links {
  readonly changes: readonly Change[];
  readonly notes: readonly Note[];
}

/** Is it a link, or an invitation that nobody has answered? Those that ended or were declined are told for the past alone. */
export function isOpenLink({ state }: Pick<EstateSubAccount, 'state'>): boolean {
  return state === 'active' || state === 'invited' || state === 'expired';
}

const keyOf = entryKey.sub_accounts;

/** Sub-accounts of umbrellas. Nobody is mailed twice, and nobody comes back unasked. */
export function linkChanges(sides: Sides): Links {
  const notes: Note[] = [];
  const changes: Change[] = [];
  const live = Map.groupBy(sides.live.sub_accounts, ({ account }) => account);
  const wanted = Map.groupBy(sides.wanted.sub_accounts, ({ account }) => account);
  for (const account of sides.named) {
    const { pairs, rest } = paired(wanted.get(account) ?? [], live.get(account) ?? []);
    const unread = sides.unread(account, 'link');
    for (const [one, found] of pairs)
      changes.push(
        ...(unread === null ? linkChange(one, found, sides, notes) : [conflict(one, undefined, unread)]),
      );
    if (!sides.prunes('sub_account')) continue;
    for (const found of rest.filter(isOpenLink))
      changes.push(changed({ op: 'delete', kind: 'sub_account', account, key: keyOf(found) }, [], found));
  }
  return { changes, notes };
}

/**
 * What the files name by a slug is the link of that account, or the invitation that meant it; else one that was sent to
 * its address without saying which account. What they name by the address alone is whatever came of it.
 */
function paired(wanted: readonly EstateSubAccount[], live: readonly EstateSubAccount[]) {
  const byChild = Map.groupBy(live, ({ child }) => child);
  const byEmail = Map.groupBy(live, ({ email }) => email);
  const free = new Set(live);
  const found = new Map<EstateSubAccount, EstateSubAccount>();
  const match = (one: EstateSubAccount, others: readonly EstateSubAccount[] = []) => {
    if (found.has(one)) return;
    const fitting = others.filter((other) => free.has(other));
    const standing = fitting.find(({ state }) => state === 'active') ?? fitting.find(isOpenLink);
    const best = standing ?? fitting.at(-1);
    if (best === undefined) return;
    found.set(one, best);
    free.delete(best);
  };
  const bySlug = wanted.filter(({ child }) => child !== undefined);
  for (const one of bySlug) match(one, byChild.get(one.child));
  for (const one of bySlug) {
    const others = one.email === undefined ? [] : byEmail.get(one.email);
    match(
      one,
      others?.filter((other) => other.child === undefined && isOpenLink(other)),
    );
  }
  for (const one of wanted) if (one.child === undefined) match(one, byEmail.get(one.email));
  return { pairs: wanted.map((one) => [one, found.get(one)] as const), rest: [...free] };
}

/** A file may say one of the two caps alone; a change says both. */
function capField(wanted: EstateSubAccount, found: EstateSubAccount | undefined): FieldChange[] {
  const after: EstateCap = { ...found?.cap, ...wanted.cap };
  if (wanted.cap === undefined || sameValue(found?.cap, after)) return [];
  return [{ name: 'cap', before: json(found?.cap), after: json(after) }];
}

function linkChange(
  wanted: EstateSubAccount,
  found: EstateSubAccount | undefined,
  { choices }: Sides,
  notes: Note[],
): Change[] {
  const name = keyOf(wanted);
  if (found === undefined) return [invitation(wanted, undefined)];
  switch (found.state) {
    case 'active':
      return capped(wanted, found);
    case 'invited':
      if (wanted.email === undefined || wanted.email === found.email) return capped(wanted, found);
      return [
        conflict(
          wanted,
          found,
          `${name} was invited by the address ${found.email}; tenantctl sub-accounts unlink takes that back`,
        ),
      ];
    case 'expired':
      if (choices.renew_expired) return [invitation(wanted, found)];
      notes.push({
        account: wanted.account,
        key: name,
        text: `the invitation of ${name} has expired; --renew-expired sends it again`,
      });
      return [];
    default: {
      if (choices.reinvite) return [invitation(wanted, found)];
      const what =
        found.state === 'declined' ? 'declined an invitation' : 'was a sub-account, and is not any more';
      const note = `${name} ${what}; --reinvite invites them again, or take them out of the file`;
      return [conflict(wanted, found, note)];
    }
  }
}

function capped(wanted: EstateSubAccount, found: EstateSubAccount): Change[] {
  const fields = capField(wanted, found);
  const about = { op: 'update', kind: 'sub_account', account: wanted.account, key: keyOf(found) } as const;
  return fields.length === 0 ? [] : [changed(about, fields, found)];
}

/** All that it says; one who was invited before has the caps from then where the file says nothing else. */
function invitation(wanted: EstateSubAccount, before: EstateSubAccount | undefined): Change {
  const { account } = wanted;
  // An invitation that has expired is sent again as what it was; any other is a new one.
  const { child } = before?.state === 'expired' ? before : wanted;
  const email = wanted.email ?? before?.email;
  const cap: EstateCap = { ...before?.cap, ...wanted.cap };
  if (email === undefined)
    return conflict(wanted, before, `${keyOf(wanted)} is no sub-account; its email: says who is to bring it`);
  if (cap.uploads === undefined || cap.messages === undefined)
    return conflict(
      wanted,
      before,
      `${keyOf(wanted)} is no sub-account, and is invited with a cap: uploads and messages, each a number or none`,
    );
  const fields = [
    { name: 'email', before: null, after: email },
    ...(child === undefined ? [] : [{ name: 'invitee', before: null, after: child }]),
    { name: 'cap', before: null, after: json(cap) },
    ...(before === undefined ? [] : [{ name: 'state', before: json(before.state), after: 'invited' }]),
  ];
  const key = before?.state === 'expired' ? keyOf(before) : keyOf(wanted);
  return changed({ op: 'create', kind: 'sub_account', account, key }, fields, before, { mail: email });
}

function conflict(wanted: EstateSubAccount, found: EstateSubAccount | undefined, note: string): Change {
  const about = { op: 'conflict', kind: 'sub_account', account: wanted.account, key: keyOf(wanted) } as const;
  return changed(about, capField(wanted, found), found, { note });
}

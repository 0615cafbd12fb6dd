import type { AccountRole } from '../../contract/limits.ts';
import type { Change, FieldChange } from '../changes.ts';
import { sameValue } from '../fields.ts';
import type { EstateMember, EstateWorkspaceMember } from '../model.ts';
import { changed, differing, json, type Note, type Sides } from './sides.ts';

const GRANTS = ['role', 'modules', 'children'] as const;

interface Members {
  readonly changes: readonly Change[];
  readonly notes: readonly Note[];
}

/** A member as both sides have them, with the places in workspaces that go with an invitation. */
interface Person {
  readonly account: string;
  readonly email: string;
  readonly wanted: EstateMember;
  readonly live: EstateMember | undefined;
  readonly places: readonly EstateWorkspaceMember[];
  readonly livePlaces: readonly EstateWorkspaceMember[];
}

/** People of the accounts, and their places in workspaces. Nobody is mailed twice, and nobody comes back unasked. */
export function memberChanges(sides: Sides): Members {
  const places = grouped(sides.wanted.workspace_members);
  const livePlaces = grouped(sides.live.workspace_members);
  const changes: Change[] = [];
  const notes: Note[] = [];
  /** Those whose places an invitation takes along. */
  const invited = new Set<string>();
  for (const { account, key: email, wanted, live } of sides.pairs('members')) {
    const id = `${account} ${email}`;
    if (wanted === undefined) {
      changes.push(...pruned(sides, account, live));
      if (!isMember(live)) invited.add(id);
      continue;
    }
    const unread = sides.unread(account, 'member') ?? sides.unread(account, 'invite');
    if (unread !== null) {
      const about = { op: 'conflict', kind: 'member', account, key: email } as const;
      changes.push(changed(about, differing(GRANTS, wanted, undefined), undefined, { note: unread }));
      continue;
    }
    const person = { account, email, wanted, live, places: places(id), livePlaces: livePlaces(id) };
    if (isMember(live)) changes.push(...updated(person, live));
    else {
      invited.add(id);
      changes.push(...invitation(person, sides, notes));
    }
  }
  return { changes: [...keepingAdmins(sides, changes), ...placeChanges(sides, invited)], notes };
}

function grouped(entries: readonly EstateWorkspaceMember[]) {
  const groups = Map.groupBy(entries, ({ account, email }) => `${account} ${email}`);
  return (id: string): readonly EstateWorkspaceMember[] => groups.get(id) ?? [];
}

function isMember(live: EstateMember | undefined): live is EstateMember {
  return live?.state === 'active' || live?.state === 'deactivated';
}

function updated({ account, email, wanted, live }: Person, found: EstateMember): Change[] {
  const fields = differing([...GRANTS, 'state'], fitting(wanted, live), found);
  const about = { op: 'update', kind: 'member', account, key: email } as const;
  return fields.length === 0 ? [] : [changed(about, fields, found)];
}

/** With a role that has them all, modules and children go: that is no difference of its own. */
function fitting(wanted: EstateMember, live: EstateMember | undefined): EstateMember {
  const role = wanted.role ?? live?.role;
  if (role === undefined || role === 'user') return wanted;
  return { ...wanted, modules: undefined, children: undefined };
}

/** Whoever is no member: not invited yet, or somewhere between an invitation and its end. */
function invitation(person: Person, { choices }: Sides, notes: Note[]): Change[] {
  const { account, email, wanted, live } = person;
  const about = { kind: 'member', account, key: email } as const;
  const mail = wanted.written ?? email;
  switch (live?.state) {
    case 'pending':
      return reoffered(person, mail);
    case 'expired':
      if (choices.renew_expired)
        return [changed({ ...about, op: 'create' }, offered(person), live, { mail })];
      notes.push({
        account,
        key: email,
        text: `the invitation of ${email} has expired; --renew-expired sends it again`,
      });
      return [];
    case 'removed':
    case 'declined': {
      if (choices.reinvite) return [changed({ ...about, op: 'create' }, offered(person), live, { mail })];
      const what =
        live.state === 'removed' ? 'was removed from the account, or left it' : 'declined an invitation';
      const note = `${email} ${what}; --reinvite invites them again, or take them out of the file`;
      return [changed({ ...about, op: 'conflict' }, offered(person), live, { note })];
    }
    default:
      if (wanted.state !== 'deactivated')
        return [changed({ ...about, op: 'create' }, offered(person), undefined, { mail })];
      notes.push({ account, key: email, text: `${email} is no member, and so is not deactivated` });
      return [];
  }
}

/** All that the invitation says; it takes its places along. */
function offered({ wanted, places }: Person): FieldChange[] {
  const fields = differing([...GRANTS, 'first_name'], fitting(wanted, undefined), undefined);
  return places.length === 0
    ? fields
    : [...fields, { name: 'workspaces', before: null, after: placed(places) }];
}

function placed(places: readonly EstateWorkspaceMember[]) {
  return json(places.map(({ workspace, role }) => ({ workspace, role: role ?? null })));
}

/**
 * An invitation cannot be changed: another offer takes it back and is another invitation, with a mail of its own. So it
 * says all of it, also what stays.
 */
function reoffered(person: Person, mail: string): Change[] {
  const { account, email, wanted, live, places, livePlaces } = person;
  const whole = fitting(wanted, live);
  const others = livePlaces.filter(({ workspace }) => places.every((place) => place.workspace !== workspace));
  const all = [...places, ...others].toSorted((a, b) => (a.workspace < b.workspace ? -1 : 1));
  const moved = !sameValue(placed(all), placed(livePlaces));
  if (live === undefined || (differing(GRANTS, whole, live).length === 0 && !moved)) return [];
  const role = whole.role ?? live.role;
  const granted = GRANTS.filter((name) => name === 'role' || role === 'user').map(
    (name): FieldChange => ({ name, before: json(live[name]), after: json(whole[name] ?? live[name]) }),
  );
  const fields =
    all.length === 0
      ? granted
      : [...granted, { name: 'workspaces', before: placed(livePlaces), after: placed(all) }];
  const about = { op: 'update', kind: 'member', account, key: email } as const;
  const note = 'the invitation that waits is taken back, and another one is sent';
  return [changed(about, fields, live, { mail, note })];
}

function pruned(sides: Sides, account: string, live: EstateMember | undefined): Change[] {
  if (live === undefined) return [];
  const waits = live.state === 'pending' || live.state === 'expired';
  if (isMember(live) ? !sides.prunes('member') : !waits || !sides.prunes('invite')) return [];
  return [changed({ op: 'delete', kind: 'member', account, key: live.email }, [], live)];
}

const adminRoles: readonly (AccountRole | undefined)[] = ['owner', 'admin', 'super_admin'];

const administers = ({ role, state }: EstateMember): boolean =>
  adminRoles.includes(role) && state === 'active';

/**
 * D7: an account keeps an administrator. Where none would be left, none of those who would go does: which one stays is
 * not for a tool to say. A managed account may have none, for its master looks after it.
 */
function keepingAdmins(sides: Sides, changes: readonly Change[]): Change[] {
  const admins = Map.groupBy(sides.live.members.filter(administers), ({ account }) => account);
  const managed = new Set(
    sides.live.accounts.filter(({ master }) => master != null).map(({ account }) => account),
  );
  const members = new Map(sides.live.members.map((one) => [`${one.account} ${one.email}`, one]));
  const byAccount = Map.groupBy(changes, ({ account }) => account);
  return [...byAccount].flatMap(([account, own]) => {
    const before = new Set(admins.get(account)?.map(({ email }) => email));
    if (before.size === 0 || managed.has(account)) return own;
    const after = new Set(before);
    for (const change of own) {
      const stays = staysAdmin(change, members.get(`${account} ${change.key}`));
      if (stays === true) after.add(change.key);
      if (stays === false) after.delete(change.key);
    }
    if (after.size > 0) return own;
    const note = `${account} would be left without an administrator; make somebody else one first`;
    return own.map((change) =>
      before.has(change.key) ? { ...change, op: 'conflict' as const, note } : change,
    );
  });
}

/** Does a change make an active administrator, or end one? Null if neither: who is invited is not there yet. */
function staysAdmin(change: Change, live: EstateMember | undefined): boolean | null {
  if (!isMember(live)) return null;
  if (change.op !== 'update') return change.op === 'delete' ? false : null;
  const value = (name: string) => change.fields.find((field) => field.name === name)?.after;
  const role = value('role') ?? live.role;
  const state = value('state') ?? live.state;
  return adminRoles.some((one) => one === role) && state === 'active';
}

/** Places of those who are members; of the others the invitation has them. */
function placeChanges(sides: Sides, invited: ReadonlySet<string>): Change[] {
  const leaves = leaving(sides);
  return sides.pairs('workspace_members').flatMap(({ account, key, wanted, live }): Change[] => {
    const email = wanted?.email ?? live?.email ?? '';
    if (invited.has(`${account} ${email}`)) return [];
    const about = { kind: 'workspace_member', account, key } as const;
    if (wanted === undefined) {
      if (!sides.prunes('workspace_member') || leaves(live)) return [];
      return [changed({ ...about, op: 'delete' }, [], live)];
    }
    const fields = differing(['role'], wanted, live);
    const unread = sides.unread(account, 'workspace_member');
    if (unread !== null) return [changed({ ...about, op: 'conflict' }, fields, undefined, { note: unread })];
    if (live === undefined) return [changed({ ...about, op: 'create' }, fields, undefined)];
    return fields.length === 0 ? [] : [changed({ ...about, op: 'update' }, fields, live)];
  });
}

/** Whoever leaves the account, and a workspace that goes, take the places along (R30). */
function leaving({ wanted, choices }: Sides): (place: EstateWorkspaceMember | undefined) => boolean {
  const members = new Set(wanted.members.map(({ account, email }) => `${account} ${email}`));
  const workspaces = new Set(wanted.workspaces.map(({ account, workspace }) => `${account} ${workspace}`));
  return (place) => {
    if (place === undefined) return false;
    const { account, email, workspace } = place;
    if (choices.prune.includes('member') && !members.has(`${account} ${email}`)) return true;
    return choices.prune.includes('workspace') && !workspaces.has(`${account} ${workspace}`);
  };
}

import type { AccessReason } from '../../contract/common.ts';
import type { ErrorCode } from '../../contract/errors.ts';
import {
  type AccountKind,
  type AccountRole,
  type Module,
  modules,
  type PlanName,
  type WorkspaceRole,
  workspaceRoles,
} from '../../contract/limits.ts';
import { changes, type OperationId, operationOf } from '../../contract/operations.ts';
import type { Actor } from './actor.ts';

/** What of an account matters to a decision. */
export interface AccountFacts {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly kind: AccountKind;
  readonly state: 'provisioning' | 'active' | 'suspended';
  readonly plan: PlanName;
}

export interface Membership {
  readonly memberId: string;
  readonly role: AccountRole;
  readonly state: 'active' | 'deactivated';
  readonly modules: readonly Module[];
}

/** The workspace that an operation works in, and the person's own role there. */
export interface Place {
  readonly workspaceId: string;
  readonly slug: string;
  readonly role: WorkspaceRole | null;
}

/** Everything that ties an actor to an account, read in the transaction of the decision. */
export interface Standing {
  readonly account: AccountFacts;
  /** Of the person behind the actor; null for account tokens, whose rights are their own. */
  readonly membership: Membership | null;
  /** Has the person any workspace role in it? */
  readonly workspaceMember: boolean;
  /** Null for operations that work in no workspace, and where the one that was named is not there. */
  readonly place: Place | null;
  readonly parent: {
    readonly linkId: string;
    readonly kind: 'managed' | 'sub';
    readonly account: AccountFacts;
    readonly membership: Membership | null;
    /** Was the person granted this child by the parent (R14)? */
    readonly granted: boolean;
  } | null;
}

/** As what somebody may do something: a column of the table "Who may do what" of domain.md. */
export type Grant =
  | 'public'
  | 'credential'
  | 'session'
  | 'staff'
  | 'admin'
  | 'billing_admin'
  | 'member'
  | 'workspace'
  | 'settings'
  | 'parsers'
  /** A role in the workspace that the operation works in, at least this one. */
  | WorkspaceRole
  | 'anyone_in'
  /** A `user` of the master whom it granted this managed account. */
  | 'granted'
  | 'master';

interface Rule {
  readonly grants: readonly Grant[];
  /** Only a signed-in person, never a token: what makes or outlives credentials. Or `behind`: somebody, by a token too. */
  readonly person?: 'signed_in' | 'behind';
  /** Also by delegation. Left out: what would outlive it, and what belongs to the account's own people (D15). */
  readonly delegated?: true;
  /** Narrows the grants by the kind of account: which of them hold. */
  readonly only?: (standing: Standing) => readonly Grant[];
  /** A suspended account's admins may read; a write is refused unless it says so here. */
  readonly suspended?: 'allowed' | 'refused' | 'admins_read';
}

const administer: Rule = { grants: ['admin', 'master'], suspended: 'refused' };
const inspect: Rule = { grants: ['admin', 'master'], suspended: 'admins_read' };
const readMembers: Rule = {
  grants: ['admin', 'billing_admin', 'member', 'master'],
  suspended: 'admins_read',
};
/** Content of a workspace: to read it, and to write it (domain.md, Workspace roles). */
const readContent: Rule = {
  grants: ['admin', 'parsers', 'viewer'],
  delegated: true,
  suspended: 'admins_read',
};
const writeContent: Rule = {
  grants: ['admin', 'parsers', 'developer'],
  delegated: true,
  suspended: 'refused',
};
const byStaff: Rule = { grants: ['staff'], suspended: 'allowed' };
const own: Rule = { grants: ['session'] };
const open: Rule = { grants: ['public'], delegated: true };

/**
 * The far end of a copy is an action of its own: whoever copies needs the right to read at the source and to write at
 * every target (R7), and a master has both for this alone.
 */
type FarEnd = 'parsers.copy_into';

/** Whatever `decide` is asked about. */
export type Action = OperationId | FarEnd;

const writes = (action: Action): boolean => action === 'parsers.copy_into' || changes(operationOf(action));

/** THE table: every operation and who may do it (domain.md, "Who may do what"). Not listed: denied. */
export const accessTable = {
  'auth.signup': open,
  'auth.signup_finish': open,
  'auth.login': open,
  'auth.refresh': open,
  'auth.logout': own,
  'auth.password_forgot': open,
  'auth.password_reset': open,
  'auth.password_change': own,
  'auth.email_confirm': open,
  'me.show': { grants: ['credential'], delegated: true },
  'me.update': own,
  'me.delete': own,
  'tokens.list': own,
  'tokens.create': own,
  'tokens.revoke': own,
  'account_tokens.list': { grants: ['admin'], suspended: 'admins_read' },
  'account_tokens.create': { grants: ['admin'], person: 'signed_in', suspended: 'refused' },
  'account_tokens.revoke': { grants: ['admin'], suspended: 'refused' },
  'staff.list': byStaff,
  'staff.add': byStaff,
  'staff.remove': byStaff,
  'accounts.list': { grants: ['credential'], delegated: true },
  /** With a master named it is judged in the master, else it needs a person, or staff for organizations (R27). */
  'accounts.create': { grants: ['session', 'staff'], only: () => ['admin'], suspended: 'refused' },
  'accounts.show': {
    grants: ['anyone_in', 'master', 'granted', 'staff'],
    delegated: true,
    suspended: 'admins_read',
  },
  'accounts.update': { grants: ['admin', 'settings', 'master'], delegated: true, suspended: 'refused' },
  'accounts.delete': {
    grants: ['admin', 'master', 'staff'],
    suspended: 'allowed',
    only: ({ account, parent }) => {
      if (account.kind === 'organization') return ['staff'];
      if (account.kind === 'personal') return [];
      return parent?.kind === 'managed' ? ['master'] : ['admin'];
    },
  },
  'accounts.leave': { grants: ['anyone_in'], person: 'signed_in', suspended: 'allowed' },
  'accounts.suspend': { grants: ['staff', 'master'], suspended: 'allowed' },
  'accounts.activate': { grants: ['staff', 'master'], suspended: 'allowed' },
  'accounts.lock': byStaff,
  'accounts.unlock': byStaff,
  'accounts.release': { grants: ['master'], suspended: 'refused' },
  'accounts.tree': { ...inspect, delegated: true },
  'members.list': { ...readMembers, delegated: true },
  'members.show': { ...readMembers, delegated: true },
  'members.update': administer,
  'members.deactivate': administer,
  'members.activate': administer,
  'members.removal_preview': inspect,
  'members.remove': administer,
  'invites.list': inspect,
  'invites.send': { grants: ['admin', 'master', 'staff'], suspended: 'refused' },
  'invites.show': inspect,
  'invites.revoke': administer,
  'invites.resend': administer,
  'invites.resend_many': administer,
  'invites.preview': open,
  'invites.accept': { grants: ['public'] },
  'invites.decline': open,
  'batches.list': inspect,
  'batches.create': administer,
  'batches.check': inspect,
  'batches.show': inspect,
  'batches.rows': inspect,
  'batches.send': administer,
  'batches.finish': administer,
  'batches.cancel': administer,
  'batches.revoke': administer,
  'workspaces.list': { grants: ['admin', 'workspace'], delegated: true, suspended: 'admins_read' },
  'workspaces.show': { grants: ['admin', 'workspace'], delegated: true, suspended: 'admins_read' },
  'parsers.list': readContent,
  'parsers.create': writeContent,
  'parsers.show': readContent,
  'parsers.update': writeContent,
  'parsers.delete': writeContent,
  'parsers.revisions': readContent,
  'parsers.revision': readContent,
  'parsers.rollback': writeContent,
  'parsers.copy': { ...readContent, grants: [...readContent.grants, 'master'], suspended: 'refused' },
  'parsers.copy_into': { ...writeContent, grants: [...writeContent.grants, 'master'] },
  'parsers.diff': { ...readContent, grants: [...readContent.grants, 'master'] },
  'promotion_path.show': { grants: ['admin'], suspended: 'admins_read' },
  'promotion_path.update': { grants: ['admin'], suspended: 'refused' },
  'address_rules.show': { ...inspect, delegated: true },
  'address_rules.update': administer,
  'plans.list': open,
  'roles.list': open,
  'audit.list': { ...inspect, delegated: true },
  'audit.platform': byStaff,
  'dev.mail': byStaff,
  'dev.clock': byStaff,
  'dev.clock_set': byStaff,
} as const satisfies Record<Action, Rule>;

export type Decision =
  | { readonly allowed: true; readonly as: Grant; readonly reasons: readonly AccessReason[] }
  | {
      readonly allowed: false;
      /** May the caller know that the target exists? If not, the answer is 404. */
      readonly visible: boolean;
      readonly code: Extract<ErrorCode, 'forbidden' | 'unauthenticated' | 'account_suspended'>;
      readonly reasons: readonly AccessReason[];
    };

const adminRoles: readonly AccountRole[] = ['owner', 'admin', 'super_admin'];

export function isAdminRole(role: AccountRole): boolean {
  return adminRoles.includes(role);
}

/** The rights an actor has in an account by membership or token: a token never exceeds its maker (D24). */
export function rightsIn(
  actor: Actor,
  accountId: string,
  membership: Membership | null,
): { role: AccountRole; modules: readonly Module[] } | null {
  if (actor.kind === 'account_token' || actor.kind === 'delegation')
    return actor.accountId === accountId ? actor : null;
  if (actor.kind !== 'user' && actor.kind !== 'api') return null;
  if (membership?.state !== 'active') return null;
  if (actor.kind === 'user') return membership;
  if (actor.accountId !== accountId) return null;
  if (isAdminRole(membership.role)) return actor;
  // Neither of two roles includes the other: a token made for one gains nothing when its maker changes to the other.
  if (!isAdminRole(actor.role) && actor.role !== membership.role) return null;
  return {
    role: membership.role,
    modules: membership.modules.filter((module) => isAdminRole(actor.role) || actor.modules.includes(module)),
  };
}

const isModule = (grant: Grant): grant is Grant & Module => modules.some((module) => module === grant);
const isWorkspaceRole = (grant: Grant): grant is WorkspaceRole =>
  workspaceRoles.some((role) => role === grant);

/**
 * The actor's role in the workspace of the operation: only a `member` has one there. An administrator needs none, and a
 * billing administrator may be placed in a workspace and still never acts in it.
 */
function roleAt(actor: Actor, { account, membership, place }: Standing): WorkspaceRole | null {
  const rights = rightsIn(actor, account.id, membership);
  return rights?.role === 'member' ? (place?.role ?? null) : null;
}

/** Each workspace role includes those before it in the list. */
const atLeast = (role: WorkspaceRole | null, needed: WorkspaceRole): boolean =>
  role !== null && workspaceRoles.indexOf(role) >= workspaceRoles.indexOf(needed);

/** May the actor know of the workspace that the operation works in? Standard and personal accounts have just one. */
export function canSeePlace(actor: Actor, standing: Standing): boolean {
  const rights = rightsIn(actor, standing.account.id, standing.membership);
  if (isMaster(actor, standing)) return true;
  if (rights === null) return false;
  return (
    standing.account.kind !== 'organization' || isAdminRole(rights.role) || roleAt(actor, standing) !== null
  );
}

/** Has the actor this grant in this account? With the one sentence that says why, or why not. */
function holds(grant: Grant, actor: Actor, standing: Standing | null): AccessReason {
  const say = (check: string, ok: boolean, text: string): AccessReason => ({ check, ok, text });
  switch (grant) {
    case 'public':
      return say('public', true, 'anyone may do this');
    case 'credential':
      return say('credential', actor.kind !== 'anonymous', 'any valid credential may do this');
    case 'session':
      return say('session', actor.kind === 'user', 'a signed-in person may do this for themselves');
    case 'staff':
      return say('staff', actor.kind === 'staff', 'staff may do this, with a staff token');
    default:
      return standing ? holdsIn(grant, actor, standing) : say(grant, false, `needs ${grant} of an account`);
  }
}

function holdsIn(grant: Grant, actor: Actor, standing: Standing): AccessReason {
  const { account, parent } = standing;
  const rights = rightsIn(actor, account.id, standing.membership);
  const say = (ok: boolean, need: string): AccessReason => ({ check: grant, ok, text: `needs ${need}` });
  if (isModule(grant))
    return say(rights?.role === 'user' && rights.modules.includes(grant), `the module ${grant}`);
  if (isWorkspaceRole(grant)) {
    const where = standing.place === null ? 'a workspace' : `the workspace ${standing.place.slug}`;
    return say(atLeast(roleAt(actor, standing), grant), `the role ${grant} or more in ${where}`);
  }
  switch (grant) {
    case 'admin':
      return say(rights !== null && isAdminRole(rights.role), 'an administrator of the account');
    case 'billing_admin':
    case 'member':
      return say(rights?.role === grant, `the role ${grant}`);
    case 'workspace':
      return say(rights !== null && standing.workspaceMember, 'a role in a workspace of the account');
    case 'anyone_in':
      return say(rights !== null, 'membership of the account');
    default: {
      if (parent?.kind !== 'managed') return { check: grant, ok: false, text: 'the account has no master' };
      const above = rightsIn(actor, parent.account.id, parent.membership);
      const active = parent.account.state === 'active';
      const suspended = active ? '' : '; the master is suspended';
      if (grant === 'granted') {
        const ok = above?.role === 'user' && parent.granted && active;
        return say(ok, `a user whom the account's master granted it${suspended}`);
      }
      const ok = above !== null && isAdminRole(above.role) && active;
      return say(ok, `an administrator of the account's master${suspended}`);
    }
  }
}

/** What the actor is in the account: the first link of the chain that explains a refusal. */
function positionOf(actor: Actor, { account, membership }: Standing): AccessReason {
  const rights = rightsIn(actor, account.id, membership);
  const who = 'accountId' in actor ? 'this token is' : 'you are';
  const what = rights ? `${rights.role} of ${account.slug}` : `no active member of ${account.slug}`;
  return { check: 'membership', ok: rights !== null, text: `${who} ${what}` };
}

/** Could anybody have this grant in an account of this kind? One that nobody can have explains nothing. */
function exists(grant: Grant, { account, parent }: Standing): boolean {
  if (grant === 'billing_admin' || grant === 'member' || grant === 'workspace' || isWorkspaceRole(grant))
    return account.kind === 'organization';
  if (isModule(grant)) return account.kind === 'standard';
  return (grant !== 'master' && grant !== 'granted') || parent?.kind === 'managed';
}

/** Is the actor an administrator of the account's active master (M), whatever else they are? */
export function isMaster(actor: Actor, standing: Standing): boolean {
  return holdsIn('master', actor, standing).ok;
}

/** May the actor know that the account exists? The same question as whether they could list it. */
export function canSee(actor: Actor, standing: Standing): boolean {
  return accessTable['accounts.show'].grants.some((grant) => holds(grant, actor, standing).ok);
}

function suspension(rule: Rule, as: Grant, actor: Actor, standing: Standing | null): AccessReason | null {
  const { account } = standing ?? {};
  if (account === undefined || account.state !== 'suspended') return null;
  // Tokens of a suspended account are refused altogether (domain.md, States); its people may still look.
  const byToken = 'accountId' in actor && actor.accountId === account.id;
  if (rule.suspended === 'allowed' && !byToken) return null;
  const administers =
    as === 'admin' || as === 'master' || as === 'staff' || isAdminRole(standing?.membership?.role ?? 'user');
  const reads = rule.suspended === 'admins_read' && administers && !byToken;
  if (reads) return null;
  const what =
    rule.suspended === 'admins_read' ? 'only its administrators may read' : 'nothing in it can be changed';
  return { check: 'account_state', ok: false, text: `${account.slug} is suspended: ${what}` };
}

/** What a delegation may never do, whoever made it. */
function beyondDelegation(rule: Rule, actor: Actor, action: Action): AccessReason | null {
  if (actor.kind !== 'delegation') return null;
  if (rule.delegated !== true) {
    const text =
      'this is never done by delegation: it would outlive it, or is for the own people of the account';
    return { check: 'delegation', ok: false, text };
  }
  if (actor.mode === 'read_only' && writes(action))
    return { check: 'read_only', ok: false, text: 'this delegation is read-only' };
  return null;
}

/** Who must do it in person. */
function impersonal({ person }: Rule, actor: Actor): AccessReason | null {
  const lacking =
    person === 'signed_in' ? actor.kind !== 'user' : person === 'behind' && !('userId' in actor);
  if (!lacking) return null;
  const text =
    person === 'signed_in'
      ? 'only a signed-in person may do this, not a token'
      : 'only a person may do this, or a token of theirs: a token that an account owns has nobody behind it';
  return { check: 'person', ok: false, text };
}

/**
 * Decides whether an actor may do something, and says why: the one place where authorisation happens.
 * @param standing what ties the actor to the account that the operation is about; null when it is about none
 * @source domain.md, "Who may do what"
 */
export function decide(actor: Actor, action: Action, standing: Standing | null): Decision {
  const rule: Rule = accessTable[action];
  const grants = standing && rule.only ? rule.only(standing) : rule.grants;
  const reasons = grants.map((grant) => ({ grant, reason: holds(grant, actor, standing) }));
  const found = reasons.find(({ reason }) => reason.ok);
  const telling = reasons.filter(({ grant }) => standing === null || exists(grant, standing));
  const needs = telling.map(({ reason }) => reason);
  const said = standing === null ? needs : [positionOf(actor, standing), ...needs];
  const deny = (code: 'forbidden' | 'account_suspended', why: readonly AccessReason[]): Decision => ({
    allowed: false,
    visible: standing === null || canSee(actor, standing),
    code,
    reasons: why,
  });
  if (!found) {
    if (actor.kind === 'anonymous')
      return { allowed: false, visible: true, code: 'unauthenticated', reasons: said };
    const none = { check: 'account_kind', ok: false, text: 'nobody can do this to an account of this kind' };
    return deny('forbidden', needs.length > 0 ? said : [none]);
  }
  const missing = impersonal(rule, actor) ?? beyondDelegation(rule, actor, action);
  if (missing) return deny('forbidden', [missing]);
  const suspended = suspension(rule, found.grant, actor, standing);
  if (suspended) return deny('account_suspended', [found.reason, suspended]);
  return { allowed: true, as: found.grant, reasons: [found.reason] };
}

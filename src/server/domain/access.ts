import type { AccessReason } from '../../contract/common.ts';
import type { ErrorCode } from '../../contract/errors.ts';
import {
  type AccountKind,
  type AccountRole,
  type FormRole,
  formRoles,
  type Module,
  modules,
  type WorkspaceRole,
  workspaceRoles,
} from '../../contract/limits.ts';
import { operationOf } from '../../contract/operations.ts';
import {
  type Action,
  accessTable,
  type FormGrant,
  type Grant,
  isOperation,
  type Rule,
  writes,
} from './access-table.ts';
import type { Actor } from './actor.ts';
import type { Day } from './calendar.ts';
import type { Terms } from './entitlements.ts';

/** What of an account matters to a decision. */
export interface AccountFacts {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly kind: AccountKind;
  readonly state: 'provisioning' | 'active' | 'suspended';
  readonly plan: string;
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

/** An account of the actor's with which the form that the operation names is shared. */
export interface FormStanding {
  readonly account: AccountFacts;
  readonly membership: Membership | null;
  readonly role: Exclude<FormRole, 'none'>;
  /** Is the form's account its child, and then: was it granted to the person (R14)? */
  readonly child: 'no' | 'granted' | 'not_granted';
}

/** Everything that ties an actor to an account, read in the transaction of the decision. */
export interface Standing {
  readonly account: AccountFacts & {
    /** What its plan gives: ask `limitsOf`, which also knows of everything else that does. */
    readonly terms: Terms;
    /** What its umbrella gives at least (R36). */
    readonly linked: Terms | null;
    /** The day on which its subscription has something to carry out; null if it has none. */
    readonly dueOn: Day | null;
  };
  /** Of the person behind the actor; null for account tokens, whose rights are their own. */
  readonly membership: Membership | null;
  /** Has the person any workspace role in it? */
  readonly workspaceMember: boolean;
  /** Null for operations that work in no workspace, and where the one that was named is not there. */
  readonly place: Place | null;
  /** Only for operations on a form, and only what is shared. */
  readonly forms?: readonly FormStanding[];
  readonly parent: {
    readonly linkId: string;
    readonly kind: 'managed' | 'sub';
    readonly account: AccountFacts;
    readonly membership: Membership | null;
    /** Was the person granted this child by the parent (R14)? */
    readonly granted: boolean;
  } | null;
}

/** A link of the chain that a decision is made of, whether it held or not. */
export interface Link extends AccessReason {
  /**
   * `one_of`: one of these must hold. `must`: each of these must. `fact`: what the others rest on; nothing follows from
   * it alone.
   */
  readonly need: 'fact' | 'one_of' | 'must';
}

interface Decided {
  /** What led here, as a refusal says it. */
  readonly reasons: readonly AccessReason[];
  /** Everything that was looked at, in order: allowed is whose every `must` and one of whose `one_of` held. */
  readonly chain: readonly Link[];
}

export type Decision = Decided &
  (
    | { readonly allowed: true; readonly as: Grant }
    | {
        readonly allowed: false;
        /** What the caller may not even know of: the answer is 404. */
        readonly unseen: 'account' | 'place' | null;
        readonly code: Extract<ErrorCode, 'forbidden' | 'unauthenticated' | 'account_suspended'>;
      }
  );

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
 * The actor's role in the workspace of the operation: only a `member` has one there, and a key in its own. An
 * administrator needs none, and a billing administrator may be placed in a workspace and still never acts in it.
 */
function roleAt(actor: Actor, { account, membership, place }: Standing): WorkspaceRole | null {
  if (actor.kind === 'key') {
    const here = actor.accountId === account.id && actor.workspaceId === place?.workspaceId;
    return here ? actor.role : null;
  }
  const rights = rightsIn(actor, account.id, membership);
  return rights?.role === 'member' ? (place?.role ?? null) : null;
}

/** Each workspace role includes those before it in the list. */
const atLeast = (role: WorkspaceRole | null, needed: WorkspaceRole): boolean =>
  role !== null && workspaceRoles.indexOf(role) >= workspaceRoles.indexOf(needed);

/** Each form role includes those before it in the list. */
const opens = (role: FormRole, needed: FormRole): boolean =>
  formRoles.indexOf(role) >= formRoles.indexOf(needed);

/** Do they act for an account with which the form is shared? Its administrators do, and who has its forms and the child (R14). */
function usesForms(actor: Actor, { account, membership, child }: FormStanding): boolean {
  // A delegation reaches the account that it was made for, and no other (D15).
  if (account.state !== 'active' || actor.kind === 'delegation') return false;
  const rights = rightsIn(actor, account.id, membership);
  if (rights === null) return false;
  return (
    isAdminRole(rights.role) ||
    (rights.role === 'user' && rights.modules.includes('forms') && child !== 'not_granted')
  );
}

/** The most that an account of the actor's has of the form that the operation names; null for nothing. */
export function formRoleOf(actor: Actor, { forms = [] }: Standing): FormStanding['role'] | null {
  const roles = forms.filter((one) => usesForms(actor, one)).map(({ role }) => role);
  return roles.toSorted((a, b) => formRoles.indexOf(b) - formRoles.indexOf(a))[0] ?? null;
}

const neededRole: Readonly<Record<FormGrant, FormStanding['role']>> = {
  'form:viewer': 'viewer',
  'form:data_collector': 'data_collector',
  'form:data_manager': 'data_manager',
  'form:form_admin': 'form_admin',
};
const isFormGrant = (grant: Grant): grant is FormGrant => grant in neededRole;

/** May the actor know of the workspace that the operation works in? Standard and personal accounts have just one. */
export function canSeePlace(actor: Actor, standing: Standing): boolean {
  if (actor.kind === 'key') return roleAt(actor, standing) !== null;
  if (isMaster(actor, standing)) return true;
  const { account, membership, place } = standing;
  const rights = rightsIn(actor, account.id, membership);
  if (rights === null) return false;
  // A billing administrator who was placed in it sees that it is there, and is told why nothing can be done in it.
  const placed = place !== null && place.role !== null;
  return account.kind !== 'organization' || isAdminRole(rights.role) || placed;
}

/** Has the actor this grant in this account? With the one sentence that says why, or why not. */
function holds(grant: Grant, actor: Actor, standing: Standing | null): AccessReason {
  const say = (check: string, ok: boolean, text: string): AccessReason => ({ check, ok, text });
  switch (grant) {
    case 'public':
      return say('public', true, 'anyone may do this');
    case 'credential':
      return say(
        'credential',
        actor.kind !== 'anonymous' && actor.kind !== 'meter',
        'any valid credential but a metering token may do this',
      );
    case 'meter':
      return say('meter', actor.kind === 'meter', 'a metering token may do this');
    case 'session':
      return say('session', actor.kind === 'user', 'a signed-in person may do this for themselves');
    case 'delegation':
      return say('delegation', actor.kind === 'delegation', 'a delegation may do this for itself');
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
    const never =
      rights?.role === 'billing_admin' ? '; a billing_admin never acts in one, whatever the role there' : '';
    return say(atLeast(roleAt(actor, standing), grant), `the role ${grant} or more in ${where}${never}`);
  }
  if (isFormGrant(grant)) {
    const needed = neededRole[grant];
    const has = formRoleOf(actor, standing) ?? 'none';
    return say(opens(has, needed), `the form role ${needed} or more for an account of yours`);
  }
  switch (grant) {
    case 'admin':
      return say(rights !== null && isAdminRole(rights.role), 'an administrator of the account');
    case 'billing_admin':
    case 'member':
      return say(rights?.role === grant, `the role ${grant}`);
    case 'workspace': {
      const ok =
        actor.kind === 'key' ? actor.accountId === account.id : rights !== null && standing.workspaceMember;
      return say(ok, 'a role in a workspace of the account');
    }
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

/** What the actor is in the account: the first sentence of a refusal. */
function positionOf(actor: Actor, { account, membership, place }: Standing): AccessReason {
  if (actor.kind === 'key') {
    const here = place?.workspaceId === actor.workspaceId ? `the workspace ${place.slug}` : 'a workspace';
    const ok = actor.accountId === account.id;
    const what = ok ? `${actor.role} in ${here} of ${account.slug}` : `of no workspace of ${account.slug}`;
    return { check: 'membership', ok, text: `this key is ${what}` };
  }
  const rights = rightsIn(actor, account.id, membership);
  const who =
    actor.kind === 'delegation'
      ? 'by delegation you are'
      : 'accountId' in actor
        ? 'this token is'
        : 'you are';
  const what = rights ? `${rights.role} of ${account.slug}` : `no active member of ${account.slug}`;
  return { check: 'membership', ok: rights !== null, text: `${who} ${what}` };
}

const credentials: Record<Actor['kind'], string> = {
  user: 'a signed-in person',
  api: 'a token of a member',
  account_token: 'a token that the account owns',
  delegation: 'a delegation',
  key: 'a key of a workspace',
  staff: 'a staff token',
  meter: 'a metering token',
  anonymous: 'no credential',
};

const fact = (check: string, ok: boolean, text: string): Link => ({ check, ok, text, need: 'fact' });

function describe(role: AccountRole, granted: readonly Module[], slug: string): string {
  if (role !== 'user') return `${role} of ${slug}`;
  return `${role} of ${slug} with ${granted.length > 0 ? granted.join(', ') : 'no module'}`;
}

/** The same position in full, about anybody: what they are, or were, or why their token does not count. */
function membershipFact(actor: Actor, standing: Standing): Link {
  const { account } = standing;
  const { id, slug } = account;
  if (actor.kind === 'key') {
    const { ok, text } = positionOf(actor, standing);
    return fact('membership', ok, text);
  }
  const { membership } = standing;
  const rights = rightsIn(actor, id, membership);
  if (rights) return fact('membership', true, describe(rights.role, rights.modules, slug));
  if (actor.kind === 'staff') return fact('membership', false, 'a staff token is of no account');
  if ('accountId' in actor && actor.accountId !== id)
    return fact('membership', false, `bound to another account than ${slug}`);
  if (membership === null) return fact('membership', false, `no member of ${slug}`);
  const what = describe(membership.role, membership.modules, slug);
  const why = membership.state === 'deactivated' ? 'deactivated' : 'made for more than its maker is now';
  return fact('membership', false, `${why}: ${what}`);
}

/** The account above, where there is one; who may act from there, the grants say. */
function parentFact({ parent }: Standing): Link[] {
  if (parent === null) return [];
  const { slug, state } = parent.account;
  const relation = parent.kind === 'managed' ? `managed by ${slug}` : `a sub-account of ${slug}`;
  return [fact('link', state === 'active', state === 'active' ? relation : `${relation}, which is ${state}`)];
}

/** Could anybody have this grant in an account of this kind? One that nobody can have explains nothing. */
function exists(grant: Grant, actor: Actor, { account, parent, forms = [] }: Standing): boolean {
  if (isFormGrant(grant)) return forms.length > 0;
  // Every account's workspace may have keys, but only an organization's has people with roles in it.
  if (isWorkspaceRole(grant) && actor.kind === 'key') return true;
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

/** A suspended account is read by its administrators, and changed by nobody but where the rule says so. */
function stateLink(rule: Rule, as: Grant | null, actor: Actor, { account, membership }: Standing): Link {
  const say = (ok: boolean, text: string): Link => ({
    check: 'account_state',
    ok,
    text: `${account.slug} is ${text}`,
    need: 'must',
  });
  if (account.state !== 'suspended') return say(true, account.state);
  // Tokens of a suspended account are refused altogether (domain.md, States); its people may still look.
  const byToken = 'accountId' in actor && actor.accountId === account.id;
  if (rule.suspended === 'allowed' && !byToken) return say(true, 'suspended: this is possible all the same');
  const administers =
    as === 'admin' || as === 'master' || as === 'staff' || isAdminRole(membership?.role ?? 'user');
  if (rule.suspended !== 'admins_read') return say(false, 'suspended: nothing in it can be changed');
  return say(administers && !byToken, 'suspended: only its administrators may read');
}

/** What a delegation may never do, whoever made it. */
function delegationLinks(rule: Rule, actor: Actor, action: Action): Link[] {
  if (actor.kind !== 'delegation') return [];
  const delegated = rule.delegated !== undefined;
  const text = delegated
    ? 'this may be done by delegation'
    : 'this is never done by delegation: it would outlive it, or is for the own people of the account';
  const link: Link = { check: 'delegation', ok: delegated, text, need: 'must' };
  if (actor.mode !== 'read_only') return [link];
  const reads = rule.delegated === 'even_read_only' || !writes(action);
  return [link, { check: 'read_only', ok: reads, text: 'this delegation is read-only', need: 'must' }];
}

/** Who must do it in person. */
function personLinks({ person }: Rule, actor: Actor): Link[] {
  if (person === undefined) return [];
  const ok = person === 'signed_in' ? actor.kind === 'user' : 'userId' in actor;
  const text =
    person === 'signed_in'
      ? 'only a signed-in person may do this, not a token'
      : 'only a person may do this, or a token of theirs: a token that an account owns has nobody behind it';
  return [{ check: 'person', ok, text, need: 'must' }];
}

/** What lies in a workspace that one may not know of is not there, whatever else one may. */
function placeLink(actor: Actor, standing: Standing): Link {
  const ok =
    standing.place !== null && (canSeePlace(actor, standing) || formRoleOf(actor, standing) !== null);
  const where = standing.place === null ? 'the workspace' : `the workspace ${standing.place.slug}`;
  return {
    check: 'workspace',
    ok,
    text: ok ? `may know of ${where}` : `may not know of ${where}`,
    need: 'must',
  };
}

/** Further actions are all about something in a workspace of an account. */
const pathOf = (action: Action): string =>
  isOperation(action) ? operationOf(action).path : '/accounts/{account}/workspaces/{workspace}';

/** Is it judged in an account? Its path names one, or its body may; else it is about none. */
export function aboutAccount(action: Action): 'always' | 'if_named' | 'never' {
  const rule: Rule = accessTable[action];
  if (pathOf(action).includes('{account}')) return 'always';
  return rule.account === 'named' ? 'if_named' : 'never';
}

/** Does it work in one workspace of the account, the one that the request names or the default one? */
export function worksInWorkspace(action: Action): boolean {
  const rule: Rule = accessTable[action];
  return rule.grants.some(isWorkspaceRole) || pathOf(action).includes('{workspace}');
}

/** What else the table says of an action, for people to read. */
export function restrictionsOf(action: Action): {
  person: NonNullable<Rule['person']> | null;
  delegated: boolean;
} {
  const { person, delegated }: Rule = accessTable[action];
  return { person: person ?? null, delegated: delegated !== undefined };
}

const reasonOf = ({ check, ok, text }: AccessReason): AccessReason => ({ check, ok, text });

/** Every way in, tried. One that nobody can have in an account of this kind explains nothing, and is left out. */
function waysIn(rule: Rule, actor: Actor, standing: Standing | null) {
  const grants = standing && rule.only ? rule.only(standing) : rule.grants;
  return grants
    .map((grant) => ({ grant, link: { ...holds(grant, actor, standing), need: 'one_of' } satisfies Link }))
    .filter(({ grant, link }) => link.ok || standing === null || exists(grant, actor, standing));
}

const nobody: Link = {
  check: 'account_kind',
  ok: false,
  text: 'nobody can do this to an account of this kind',
  need: 'one_of',
};

/** What a refusal must not tell of: whoever may do it may know of the account, but not of each place in it. */
function unseenBy(
  actor: Actor,
  standing: Standing | null,
  entitled: boolean,
  place: readonly Link[],
): 'account' | 'place' | null {
  if (standing === null || actor.kind === 'anonymous') return null;
  if (!entitled && !canSee(actor, standing) && formRoleOf(actor, standing) === null) return 'account';
  return place.some(({ ok }) => !ok) ? 'place' : null;
}

/**
 * Decides whether an actor may do something, and says why: the one place where authorisation happens. What it says is the
 * chain that it decided by, or the part of it that counts.
 * @param standing what ties the actor to the account that the operation is about; null when it is about none
 * @param inPlace it works in one workspace, which is `standing.place`
 * @source domain.md, "Who may do what"
 */
export function decide(actor: Actor, action: Action, standing: Standing | null, inPlace = false): Decision {
  const rule: Rule = accessTable[action];
  const ways = waysIn(rule, actor, standing);
  const found = ways.find(({ link }) => link.ok);
  const tried: readonly Link[] = ways.length > 0 ? ways.map(({ link }) => link) : [nobody];
  const delegation = delegationLinks(rule, actor, action);
  const person = personLinks(rule, actor);
  const state = standing ? [stateLink(rule, found?.grant ?? null, actor, standing)] : [];
  const place = standing && inPlace ? [placeLink(actor, standing)] : [];
  const chain: Link[] = [
    fact('credential', actor.kind !== 'anonymous', credentials[actor.kind]),
    ...state,
    ...(standing ? [membershipFact(actor, standing), ...parentFact(standing)] : []),
    ...place,
    ...tried,
    ...delegation,
    ...person,
  ];
  const broken = (links: readonly Link[]) => links.filter(({ ok }) => !ok);
  const entitled = found !== undefined && broken([...delegation, ...person, ...state]).length === 0;
  if (entitled && broken(place).length === 0)
    return { allowed: true, as: found.grant, reasons: [reasonOf(found.link)], chain };
  const deny = (
    code: Extract<Decision, { allowed: false }>['code'],
    why: readonly AccessReason[],
  ): Decision => ({
    allowed: false,
    unseen: unseenBy(actor, standing, entitled, place),
    code,
    reasons: why.map(reasonOf),
    chain,
  });
  const needs = standing && ways.length > 0 ? [positionOf(actor, standing), ...tried] : tried;
  if (!found && actor.kind === 'anonymous') return deny('unauthenticated', needs);
  if (broken(delegation).length > 0) return deny('forbidden', broken(delegation));
  if (!found) return deny('forbidden', needs);
  if (broken(person).length > 0) return deny('forbidden', broken(person));
  if (broken(state).length > 0) return deny('account_suspended', [found.link, ...state]);
  return deny('forbidden', broken(place));
}

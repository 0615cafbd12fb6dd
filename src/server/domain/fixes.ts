import {
  type AccountRole,
  defaultRole,
  type Module,
  modules,
  type WorkspaceRole,
  workspaceRoles,
} from '../../contract/limits.ts';
import type { AccessLink } from '../../contract/types.ts';
import { decide, isMaster, restrictionsOf, type Standing } from './access.ts';
import { type Action } from './access-table.ts';
import { decisionOn } from './actions.ts';
import type { Actor } from './actor.ts';
import type { Subject } from './subjects.ts';

type Fix = NonNullable<AccessLink['fix']>;
type Unfixed = Omit<AccessLink, 'fix'>;

/** A question about an account, as far as a way to another answer hangs on it. */
export interface Question {
  readonly asker: Actor;
  /** How the asker stands to the account: whether they may do themselves what would help. */
  readonly asking: Standing;
  readonly subject: Subject & { readonly standing: Standing };
  readonly action: Action;
  /** Slugs of the children that the subject was granted in the master, where the asker may know of them. */
  readonly children: readonly string[];
}

/** One word of a command line, whatever somebody typed as an address. */
const word = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;

/** @param by what whoever runs the command must be allowed in the account; null where that is not the question */
function say({ asker, asking }: Question, text: string, command: string | null, by: Action | null): Fix {
  return { text, command, yours: by !== null && decide(asker, by, asking).allowed };
}

const inAccount = ({ subject }: Question): string => `--account ${subject.standing.account.slug}`;
const person = ({ subject }: Question): string => word(subject.who.name);
const them = ({ subject }: Question): string => (subject.self ? 'you' : 'them');
const signIn: Fix = { text: 'sign in and do it in person', command: 'tenantctl login', yours: true };
const askStaff: Fix = { text: 'ask staff: they do this, with a staff token', command: null, yours: false };

/** What somebody would have to be given. */
interface Gift {
  readonly text: string;
  readonly role: AccountRole;
  /** Replace those they have, so that these are named again. */
  readonly modules?: readonly Module[];
  readonly place?: { readonly slug: string; readonly role: WorkspaceRole };
}

/** By invitation to whoever is no member, by a change of the membership to whoever is, by another token to a machine. */
function give(question: Question, { text, role, modules: granted, place }: Gift): Fix | null {
  const { who, standing } = question.subject;
  const list = granted === undefined ? '' : ` --modules ${granted.join(',') || 'none'}`;
  const account = inAccount(question);
  if (who.kind === 'account_token' && place === undefined) {
    const command = `tenantctl tokens create NAME --account-token --role ${role}${granted?.length ? list : ''} ${account}`;
    return say(question, 'make another token, which may', command, 'account_tokens.create');
  }
  if (who.kind !== 'user') return null;
  if (standing.membership === null) {
    const where = place === undefined ? '' : ` --workspaces ${place.slug}=${place.role}`;
    const command = `tenantctl invites send ${person(question)} --role ${role}${list}${where} ${account}`;
    return say(question, `invite ${them(question)} and ${text}`, command, 'invites.send');
  }
  if (place !== undefined) {
    const verb = standing.place?.role ? 'update' : 'add';
    const command = `tenantctl workspaces members ${verb} ${person(question)} --role ${place.role} --workspace ${place.slug} ${account}`;
    return say(question, text, command, `workspace_members.${verb}`);
  }
  const change = standing.membership.role === role ? list : ` --role ${role}`;
  return say(
    question,
    text,
    `tenantctl members update ${person(question)}${change} ${account}`,
    'members.update',
  );
}

const giveRole = (question: Question, role: AccountRole): Fix | null =>
  give(question, {
    text: `give ${them(question)} the role ${role}`,
    role,
    ...(role === 'user' && { modules: [] }),
  });

/** Only a `user` has modules; for who has another role it is no question of modules. */
function giveModule(question: Question, module: Module): Fix | null {
  const { membership } = question.subject.standing;
  if (membership && membership.role !== 'user') return null;
  const all = [...(membership?.modules ?? []), module];
  return give(question, { text: `grant ${them(question)} the module ${module}`, role: 'user', modules: all });
}

/** Only a `member` acts by a role in a workspace. */
function givePlace(question: Question, role: WorkspaceRole): Fix | null {
  const { membership, place, account } = question.subject.standing;
  if (account.kind !== 'organization' || (membership && membership.role !== 'member')) return null;
  const slug = place?.slug ?? 'default';
  const text = `make ${them(question)} ${role} in the workspace ${slug}`;
  return give(question, { text, role: 'member', place: { slug, role } });
}

/** R14: the master grants it to one of its users, where the asker may know of them. */
function giveChild(question: Question): Fix | null {
  const { parent, account } = question.subject.standing;
  const above = parent?.membership;
  if (!parent || above?.state !== 'active' || above.role !== 'user') return null;
  const all = [...question.children, account.slug].join(',');
  const command = `tenantctl members update ${person(question)} --children ${all} --account ${parent.account.slug}`;
  return say(
    question,
    `grant ${them(question)} ${account.slug} in ${parent.account.slug}`,
    command,
    'members.update',
  );
}

function giveAdmin(question: Question): Fix | null {
  const { kind } = question.subject.standing.account;
  return kind === 'personal' ? null : giveRole(question, kind === 'standard' ? 'admin' : 'super_admin');
}

const oneOf = <T extends string>(all: readonly T[], text: string): T | undefined =>
  all.find((one) => one === text);

/** By the check of a way in that is closed. Who is of the master is the master's own affair. */
function opened(question: Question, check: string): Fix | null {
  const module = oneOf(modules, check);
  if (module) return giveModule(question, module);
  const role = oneOf(workspaceRoles, check);
  if (role) return givePlace(question, role);
  const { kind } = question.subject.standing.account;
  if (check === 'admin') return giveAdmin(question);
  if (check === 'billing_admin' || check === 'member') return giveRole(question, check);
  if (check === 'anyone_in') return kind === 'personal' ? null : giveRole(question, defaultRole[kind]);
  if (check === 'workspace') return givePlace(question, 'viewer');
  if (check === 'granted') return giveChild(question);
  if (check === 'session') return signIn;
  return check === 'staff' ? askStaff : null;
}

/** Who administers the master has the content of a managed account by a delegation (R2). */
function entersBy({ subject: { actor, self, standing }, action }: Question): boolean {
  // Who of the master may do what is told to nobody else.
  if (!self || actor.kind !== 'user' || standing.membership !== null) return false;
  return isMaster(actor, standing) && restrictionsOf(action).delegated;
}

/** By the check of anything else that stands in the way. */
const cleared: Readonly<Record<string, (question: Question) => Fix | null>> = {
  membership: (question) => {
    const { actor, standing } = question.subject;
    if (entersBy(question)) {
      const command = `tenantctl accounts login ${standing.account.slug} --reason TEXT`;
      return say(question, 'enter it by a delegation', command, 'delegations.create');
    }
    if (actor.kind !== 'user' || standing.membership?.state !== 'deactivated') return null;
    const command = `tenantctl members activate ${person(question)} ${inAccount(question)}`;
    return say(question, `activate ${them(question)}, which takes a seat`, command, 'members.activate');
  },
  account_state: (question) => {
    const { slug } = question.subject.standing.account;
    const command = `tenantctl accounts activate ${slug}`;
    return say(question, `end the suspension of ${slug}`, command, 'accounts.activate');
  },
  person: () => signIn,
  read_only: (question) => say(question, 'open a delegation that is not read-only', null, null),
  workspace: (question) => givePlace(question, 'viewer'),
  feature: (question) => {
    const command = `tenantctl accounts unlock ${question.subject.standing.account.slug}`;
    return say(question, 'ask staff to unlock it', command, 'accounts.unlock');
  },
  plan: (question) => {
    const command = `tenantctl plans change PLAN ${inAccount(question)}`;
    return say(question, 'change to a plan that has it', command, 'subscription.change');
  },
  seats: (question) => {
    const command = `tenantctl invites list --state pending ${inAccount(question)}`;
    return say(question, 'free a seat, or change to a larger plan', command, 'invites.list');
  },
  staff: () => askStaff,
};

/** Somebody deactivated, as they would be once active: is there still no way in? */
function closedStill({ subject, action }: Question): boolean {
  const { actor, standing } = subject;
  const { membership } = standing;
  const active = membership && { ...membership, state: 'active' as const };
  const { chain } = decisionOn(action, { actor, standing: { ...standing, membership: active } });
  return !chain.some(({ need, ok }) => need === 'one_of' && ok);
}

/** Every closed way in with what would open it; nobody is made administrator where something less does. */
function openings(question: Question, chain: readonly Unfixed[]): Map<Unfixed, Fix> {
  const found = new Map<Unfixed, Fix>();
  // What only a person does opens to no token, whatever it may.
  if (chain.some(({ check, ok }) => check === 'person' && !ok) || !closedStill(question)) return found;
  for (const link of chain) {
    const fix = link.need === 'one_of' ? opened(question, link.check) : null;
    if (fix) found.set(link, fix);
  }
  const less = [...found].filter(([{ check }]) => check !== 'admin' && check !== 'staff');
  return less.length > 0 ? new Map(less) : found;
}

/** The same of what is about no account, where only who one is counts. */
const anywhere: Readonly<Record<string, Fix>> = { session: signIn, person: signIn, staff: askStaff };

/** The chain with, at each link that stands in the way, what would have to change. */
export function withFixes(
  question: Question | null,
  chain: readonly Unfixed[],
  allowed: boolean,
): AccessLink[] {
  if (question === null)
    return chain.map((link) => ({
      ...link,
      fix: allowed || link.ok ? null : (anywhere[link.check] ?? null),
    }));
  const ways: ReadonlyMap<Unfixed, Fix> = allowed ? new Map<Unfixed, Fix>() : openings(question, chain);
  const fixOf = (link: Unfixed): Fix | null => {
    if (link.ok || (allowed && link.need !== 'now')) return null;
    if (link.need === 'one_of') return ways.get(link) ?? null;
    // A workspace that is not seen opens with the role in it that some way in asks for.
    return link.check === 'workspace' && ways.size > 0 ? null : (cleared[link.check]?.(question) ?? null);
  };
  return chain.map((link) => ({ ...link, fix: fixOf(link) }));
}

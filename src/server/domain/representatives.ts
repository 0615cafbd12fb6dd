import {
  type AccountKind,
  firstWorkspace,
  modules,
  rolesOfKind,
  workspaceRoles,
} from '../../contract/limits.ts';
import type { AccessMatrix } from '../../contract/types.ts';
import { aboutAccount, type Membership, type Standing } from './access.ts';
import { type Action } from './access-table.ts';
import { actions, decisionOn } from './actions.ts';
import { type Actor, personActor } from './actor.ts';
import type { Terms } from './entitlements.ts';

/** Somebody made up who stands for all of a kind: a column of the table "who may do what", tried by `decide` itself. */
export interface Representative {
  readonly name: string;
  readonly kind: AccessMatrix['columns'][number]['kind'];
  readonly actor: Actor;
  readonly standing: Standing;
  readonly text: string;
}

const someone = personActor({ userId: '', email: '' }, new Date(0));
const staff: Actor = { ...someone, kind: 'staff', name: '' };

const membership = (role: Membership['role'], granted: Membership['modules'] = []): Membership => ({
  memberId: '',
  role,
  state: 'active',
  modules: granted,
});

const DEFAULT_PLACE = { workspaceId: '', slug: firstWorkspace, role: null };

/** No decision asks what a plan gives: conditions do. */
const terms: Terms = {
  entitlements: { managed_accounts: false, umbrella: false, organization: false, team: false },
  limits: {
    seats: null,
    mails_per_day: null,
    parsers: null,
    workspaces: null,
    uploads_per_month: null,
    messages_per_month: null,
  },
};
const nowhere = {
  id: '',
  slug: '',
  name: '',
  state: 'active',
  plan: '',
  terms,
  linked: null,
  dueOn: null,
} as const;

/** An account with nobody in particular in it. */
export const emptied = (account: Standing['account'], parent: Standing['parent'] = null): Standing => ({
  account,
  membership: null,
  workspaceMember: false,
  place: DEFAULT_PLACE,
  parent: parent && { ...parent, membership: null, granted: false },
});

/** Whoever is in an account of the kind: each role, and what is granted to the least of them. */
export function insidersOf(empty: Standing): Representative[] {
  const { kind, slug } = empty.account;
  const as = (
    name: string,
    column: Representative['kind'],
    more: Pick<Standing, 'membership'> & Partial<Standing>,
  ): Representative => ({
    name,
    kind: column,
    actor: someone,
    standing: { ...empty, ...more },
    text: `${name} of ${slug}`,
  });
  const roles = rolesOfKind[kind].map((role) => as(role, 'account_role', { membership: membership(role) }));
  if (kind === 'standard')
    return [
      ...roles,
      ...modules.map((module) => as(module, 'module', { membership: membership('user', [module]) })),
    ];
  if (kind === 'personal') return roles;
  const placed = workspaceRoles.map((role) =>
    as(role, 'workspace_role', {
      membership: membership('member'),
      workspaceMember: true,
      place: { ...DEFAULT_PLACE, role },
    }),
  );
  return [...roles, ...placed];
}

/** Whoever acts in it from outside: of its master, as a whole (R5), and staff. */
export function outsidersOf(empty: Standing): Representative[] {
  const { parent } = empty;
  const ofStaff: Representative = {
    name: 'staff',
    kind: 'staff',
    actor: staff,
    standing: empty,
    text: 'staff, with a staff token',
  };
  if (parent?.kind !== 'managed') return [ofStaff];
  const { kind, slug } = parent.account;
  const admin = kind === 'organization' ? 'super_admin' : 'admin';
  const above = (more: { membership: Membership; granted: boolean }): Standing => ({
    ...empty,
    parent: { ...parent, ...more },
  });
  return [
    {
      name: 'master',
      kind: 'master',
      actor: someone,
      standing: above({ membership: membership(admin), granted: false }),
      text: `administrators of ${slug}`,
    },
    {
      name: 'granted',
      kind: 'granted',
      actor: someone,
      standing: above({ membership: membership('user'), granted: true }),
      text: `users of ${slug} whom it granted this account`,
    },
    ofStaff,
  ];
}

/** What somebody of this name may do in an active account of this kind; of what is granted beside a role, what it adds. */
export function operationsOf(name: string, kind: AccountKind): Action[] {
  const all = insidersOf(emptied({ ...nowhere, kind }));
  const one = all.find((column) => column.name === name);
  const least = all.filter((column) => column.kind === 'account_role').at(-1);
  const opened = (column: Representative | undefined) =>
    actions.filter(
      (action) => column && aboutAccount(action) !== 'never' && decisionOn(action, column).allowed,
    );
  const anyway = one?.kind === 'account_role' ? [] : opened(least);
  return opened(one).filter((action) => !anyway.includes(action));
}

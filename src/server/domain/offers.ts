import { parseAddress } from '../../contract/address.ts';
import {
  type AccountKind,
  defaultRole,
  modules as knownModules,
  type Module,
  type RowOutcome,
  rolesOfKind,
  workspaceRoles,
} from '../../contract/limits.ts';
import { isAdminRole } from './access.ts';
import { domainVerdict } from './disposable.ts';
import type { InviteRole, Known, Offer, OfferPlaces } from './ports/invites.ts';

/** What somebody asks an address to be offered, unchecked: from a body, a row or a batch's defaults. */
export interface Asked {
  readonly role?: string | undefined;
  readonly modules?: readonly string[] | undefined;
  readonly children?: readonly string[] | undefined;
  readonly workspaces?: readonly { readonly workspace: string; readonly role: string }[] | undefined;
}

/** Everything a row is judged against, read once for a chunk. */
export interface Bench {
  readonly kind: AccountKind;
  /** Staff may only invite to the admin role. */
  readonly adminsOnly: boolean;
  /** Link ids of children, and ids of workspaces, by whatever they may be named by. */
  readonly children: ReadonlyMap<string, string>;
  readonly workspaces: ReadonlyMap<string, string>;
  readonly domainRules: ReadonlyMap<string, 'allow' | 'deny'>;
  readonly defaults: Asked;
}

export interface Refusal {
  readonly outcome: RowOutcome;
  readonly detail: string;
}

export interface Draft {
  readonly email: string;
  readonly emailFolded: string;
  readonly offer: Offer;
}

const refuse = (outcome: RowOutcome, detail: string): Refusal => ({ outcome, detail });

export function isRefusal(value: object): value is Refusal {
  return 'outcome' in value;
}

function resolveRole(asked: string | undefined, bench: Bench): InviteRole | Refusal {
  if (bench.kind === 'personal')
    return refuse('not_permitted', 'a personal account has nobody but its owner');
  const role = asked ?? bench.defaults.role ?? defaultRole[bench.kind];
  const offered: readonly InviteRole[] = rolesOfKind[bench.kind];
  const known = offered.find((name) => name === role);
  if (known === undefined) {
    return refuse(
      'invalid_role',
      `${JSON.stringify(role)} is no role of this account: it has ${offered.join(', ')}`,
    );
  }
  if (bench.adminsOnly && !isAdminRole(known))
    return refuse('not_permitted', 'staff may only invite to the admin role');
  return known;
}

const neverGranted = ['pricing', 'payment', 'user_management'];

/** R12, R13: only for `user`, only what is granted explicitly, and none only when asked for as such. */
function resolveModules(role: InviteRole, asked: Asked, defaults: Asked): readonly Module[] | Refusal {
  if (role !== 'user') {
    return (asked.modules?.length ?? 0) > 0
      ? refuse('invalid_role', `modules go with the role user, not ${role}`)
      : [];
  }
  const names = asked.modules ?? defaults.modules;
  if (names === undefined) {
    return refuse('invalid_role', 'a user needs modules; to grant none, ask for none (an empty list)');
  }
  const granted = knownModules.filter((module) => names.includes(module));
  const wrong = names.find((name) => !granted.some((module) => module === name));
  if (wrong === undefined) return granted;
  if (neverGranted.includes(wrong)) return refuse('not_permitted', `${wrong} is never available to a user`);
  return refuse(
    'invalid_role',
    `${JSON.stringify(wrong)} is no module: there are ${knownModules.join(', ')}`,
  );
}

/** What rows may refer to, ready to be looked up: a chunk may name thousands. */
export function namesOf({ children, workspaces }: OfferPlaces): Pick<Bench, 'children' | 'workspaces'> {
  return {
    children: new Map(
      children.flatMap(({ slug, linkId, accountId }) =>
        [slug, linkId, accountId].map((name) => [name, linkId] as const),
      ),
    ),
    workspaces: new Map(workspaces.flatMap(({ id, slug }) => [slug, id].map((name) => [name, id] as const))),
  };
}

function resolveChildren(asked: readonly string[], { children }: Bench): readonly string[] | Refusal {
  const links = new Set<string>();
  for (const name of asked) {
    const link = children.get(name);
    if (link === undefined)
      return refuse('unknown_child', `${JSON.stringify(name)} is no child of this account`);
    links.add(link);
  }
  return [...links];
}

function resolveWorkspaces(
  asked: NonNullable<Asked['workspaces']>,
  bench: Bench,
): Offer['workspaces'] | Refusal {
  const result: { workspace: string; role: Offer['workspaces'][number]['role'] }[] = [];
  for (const place of asked) {
    const found = bench.workspaces.get(place.workspace);
    if (found === undefined || bench.kind !== 'organization') {
      return refuse(
        'unknown_workspace',
        `${JSON.stringify(place.workspace)} is no workspace that takes members`,
      );
    }
    const role = workspaceRoles.find((name) => name === place.role);
    if (!role) return refuse('invalid_role', `${JSON.stringify(place.role)} is no workspace role`);
    result.push({ workspace: found, role });
  }
  return result;
}

export function resolveOffer(asked: Asked, bench: Bench): Offer | Refusal {
  const role = resolveRole(asked.role, bench);
  if (typeof role === 'object') return role;
  const modules = resolveModules(role, asked, bench.defaults);
  if (isRefusal(modules)) return modules;
  const children = resolveChildren(asked.children ?? bench.defaults.children ?? [], bench);
  if (isRefusal(children)) return children;
  const workspaces = resolveWorkspaces(asked.workspaces ?? bench.defaults.workspaces ?? [], bench);
  return isRefusal(workspaces) ? workspaces : { role, modules, children, workspaces };
}

/** All that can be said of one address without looking at who is there already. */
export function draft(email: string, asked: Asked, bench: Bench): Draft | Refusal {
  const address = parseAddress(email);
  if (!address.ok) return refuse('invalid_email', address.reason);
  const offer = resolveOffer(asked, bench);
  if (isRefusal(offer)) return offer;
  const verdict = domainVerdict(address.domain, bench.domainRules);
  if (verdict !== null) return refuse('disposable', verdict);
  return { email: address.written, emailFolded: address.folded, offer };
}

export function isDraft(value: Draft | Refusal): value is Draft {
  return !isRefusal(value);
}

export interface KnownVerdict extends Refusal {
  readonly differs: boolean;
}

function differences(have: { role: string; modules: readonly string[] }, offer: Offer): string | null {
  if (have.role !== offer.role) return `has role ${have.role}, not ${offer.role}`;
  const same =
    have.modules.length === offer.modules.length &&
    offer.modules.every((name) => have.modules.includes(name));
  return same
    ? null
    : `has modules ${have.modules.join(', ') || 'none'}, not ${offer.modules.join(', ') || 'none'}`;
}

/**
 * What stands in the way of inviting an address that the account knows; null when nothing does. An expired
 * invitation stands in nobody's way: it is renewed (D1).
 */
export function judgeKnown(
  known: Known,
  offer: Offer,
  now: string,
  reinviteDeclined: boolean,
): KnownVerdict | null {
  const verdict = (
    outcome: RowOutcome,
    have: { role: string; modules: readonly string[] },
    text: string,
  ): KnownVerdict => {
    const difference = differences(have, offer);
    return { outcome, detail: difference ?? text, differs: difference !== null };
  };
  const { member, pending } = known;
  if (member?.state === 'active') return verdict('already_member', member, 'is a member already');
  if (member) {
    return {
      outcome: 'deactivated_member',
      detail: 'is a deactivated member: activate them instead',
      differs: false,
    };
  }
  if (pending && pending.expiresAt > now)
    return verdict('already_invited', pending, 'has a pending invitation already');
  if (known.declined && !reinviteDeclined) {
    return {
      outcome: 'declined',
      detail: 'declined an invitation before; invite again only on purpose',
      differs: false,
    };
  }
  return null;
}

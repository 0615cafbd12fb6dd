import { type EstateReadKind, estateReadKinds } from '../../contract/limits.ts';
import type { Answer } from '../../contract/shapes.ts';
import type { EstateEntry, EstateRefusal } from '../../contract/types.ts';
import { decide, type Standing } from './access.ts';
import type { Action } from './access-table.ts';
import { toAccount } from './account-view.ts';
import { personOf } from './actor.ts';
import { invalid } from './errors.ts';
import { listAnswer } from './list.ts';
import type { EstatePort } from './ports/estate.ts';
import type { Page, PageRequest } from './ports/page.ts';
import type { Input, Work } from './work.ts';

/** Each kind is read by whoever may list it in the account: in bulk nobody sees more than one by one. */
const listedBy: Readonly<Record<EstateReadKind, Action>> = {
  account: 'accounts.show',
  subscription: 'subscription.show',
  promotion_path: 'promotion_path.show',
  workspace: 'workspaces.list',
  permission_set: 'permission_sets.list',
  member: 'members.list',
  invite: 'invites.list',
  removal: 'receipts.list',
  workspace_member: 'workspace_members.list',
  // A master compares parsers and copies them, and does not read them (R2): without their definitions.
  parser: 'parsers.diff',
  form: 'forms.list',
  link: 'sub_accounts.list',
};

interface Reach {
  /** Ids of the accounts of which the caller may read a kind, in the order of pages. */
  readonly of: ReadonlyMap<EstateReadKind, readonly string[]>;
  /** Of those, the ones whose parsers they may read as well. */
  readonly open: ReadonlySet<string>;
  readonly refused: readonly EstateRefusal[];
}

/** Asks `decide` for every account and kind: one query for all of them, and nothing is read of what it does not allow. */
async function reachOf(
  { actor, platform }: Work,
  references: readonly string[],
  kinds: readonly EstateReadKind[],
): Promise<Reach> {
  const standings = await platform.access.standingsNamed(actor, references);
  const of = new Map<EstateReadKind, Set<string>>(kinds.map((kind) => [kind, new Set()]));
  const open = new Set<string>();
  const refused: EstateRefusal[] = [];
  for (const account of new Set(references)) {
    const standing = standings.get(account) ?? null;
    const denied = refusalOf(actor, standing);
    if (standing === null || denied !== null) {
      refused.push({ account, code: denied ?? 'not_found', kinds: [...kinds] });
      continue;
    }
    const { id } = standing.account;
    const withheld = kinds.filter((kind) => !decide(actor, listedBy[kind], standing).allowed);
    for (const kind of kinds) if (!withheld.includes(kind)) of.get(kind)?.add(id);
    if (decide(actor, 'parsers.list', standing).allowed) open.add(id);
    if (withheld.length > 0) refused.push({ account, code: 'forbidden', kinds: withheld });
  }
  return { of: new Map([...of].map(([kind, ids]) => [kind, [...ids].sort()])), open, refused };
}

/** Why the account as a whole is not read; what may not be seen is refused like what is not there. */
function refusalOf(actor: Work['actor'], standing: Standing | null): EstateRefusal['code'] | null {
  if (standing === null) return 'not_found';
  const decision = decide(actor, 'estate.read', standing);
  if (decision.allowed) return null;
  if (decision.unseen !== null) return 'not_found';
  return decision.code === 'account_suspended' ? 'account_suspended' : 'forbidden';
}

type Read = (estate: EstatePort, page: PageRequest) => Promise<Page<EstateEntry>>;

function tagged<K extends EstateReadKind, Item>(kind: K, { items, next }: Page<Item>) {
  return { items: items.map((item) => ({ kind, item })), next };
}

/** How a page of each kind is read. */
function readers(work: Work, open: ReadonlySet<string>): Readonly<Record<EstateReadKind, Read>> {
  const userId = personOf(work.actor);
  const now = work.now.toISOString();
  return {
    async account(estate, page) {
      const { items, next } = await estate.accounts(userId, page, now);
      return tagged('account', { items: items.map((view) => toAccount(work, view)), next });
    },
    subscription: async (estate, page) => tagged('subscription', await estate.subscriptions(page)),
    promotion_path: async (estate, page) => tagged('promotion_path', await estate.promotionPaths(page)),
    workspace: async (estate, page) => tagged('workspace', await estate.workspaces(userId, page)),
    permission_set: async (estate, page) => tagged('permission_set', await estate.permissionSets(page)),
    member: async (estate, page) => tagged('member', await estate.members(page)),
    invite: async (estate, page) => tagged('invite', await estate.invites(page, now)),
    removal: async (estate, page) => tagged('removal', await estate.removals(page)),
    workspace_member: async (estate, page) => tagged('workspace_member', await estate.workspaceMembers(page)),
    parser: async (estate, page) => tagged('parser', await estate.parsers(open, page)),
    form: async (estate, page) => tagged('form', await estate.forms(page)),
    link: async (estate, page) => tagged('link', await estate.links(page, now)),
  };
}

/** A page begins in the kind that its cursor names, and goes on through those that follow until it is full. */
async function pageFrom(
  work: Work,
  { of, open }: Reach,
  limit: number,
  after: readonly string[] | null,
): Promise<Page<EstateEntry>> {
  const [from, ...place] = after ?? [];
  const first = from === undefined ? 0 : estateReadKinds.findIndex((kind) => kind === from);
  if (first === -1) throw invalid('?cursor', 'is of no list that this server has.');
  const read = readers(work, open);
  const items: EstateEntry[] = [];
  for (const kind of estateReadKinds.slice(first)) {
    const ids = of.get(kind) ?? [];
    if (ids.length === 0) continue;
    const left = limit - items.length;
    // The cursor of a kind that was not begun names it alone.
    if (left === 0) return { items, next: [kind] };
    const behind = kind === from && place.length > 0 ? place : null;
    const page = await read[kind](work.tenantsOf(ids), { limit: left, after: behind });
    items.push(...page.items);
    if (page.next !== null) return { items, next: [kind, ...page.next] };
  }
  return { items, next: null };
}

/**
 * Many accounts in a few pages, each of a fixed number of queries. Every page decides anew. What is due of a
 * subscription is not carried out by it, as by no list: what is scheduled is told.
 */
export async function readEstate(work: Work, input: Input<'estate.read'>): Promise<Answer<'estate.read'>> {
  const reach = await reachOf(work, input.body.accounts, input.body.kinds);
  const page = await pageFrom(work, reach, input.query.limit, input.after);
  return { ...listAnswer(page), refused: [...reach.refused] };
}

import type { Member } from '../../contract/types.ts';
import { isAdminRole } from './access.ts';
import { personOf } from './actor.ts';
import { DomainError } from './errors.ts';
import type { MemberPlace } from './ports/members.ts';
import type { Receipt } from './ports/receipts.ts';
import { passSponsorship } from './sponsors.ts';
import type { AccountWork } from './work.ts';

/** Days in which a removal can be taken back (D8). */
const RECEIPT_DAYS = 90;

/** How the audit trail names a member. */
export function memberTarget(member: Member) {
  return { kind: 'member', id: member.id, name: member.user.email };
}

/** A personal account is its owner's alone: nobody joins it, nobody leaves it. */
export function mustHavePeople(work: AccountWork): void {
  const { account } = work.standing;
  if (account.kind !== 'personal') return;
  throw new DomainError(
    'personal_account',
    `${account.slug} is a personal account: it has its owner and nobody else.`,
  );
}

/** D7: an account keeps an active administrator; a managed one may do without, its master looks after it. */
export async function mustKeepAnAdmin(work: AccountWork, member: Member): Promise<void> {
  if (!isAdminRole(member.role) || member.state !== 'active') return;
  if (work.standing.parent?.kind === 'managed') return;
  if ((await work.tenant.members.activeAdmins()) > 1) return;
  const text = `${member.user.email} is the last active administrator of ${work.standing.account.slug}. Make somebody else one first.`;
  throw new DomainError('last_admin', text);
}

export interface Departure {
  readonly kind: 'removed' | 'left';
  /** What becomes of the pending invitations that they vouched for (D5). */
  readonly invites: 'adopt' | 'revoke';
  /** Gets what they made; else it stays as it is, in their name. */
  readonly heir?: Member | null;
  /** Also ends the workspace keys that they made. */
  readonly revokeKeys?: boolean;
  /** For the trail, unless it is the operation under way: a batch removes people too. */
  readonly action?: 'members.remove';
}

/** Hands over and ends what outlives members otherwise; what was done, for the trail. */
async function settle(work: AccountWork, userIds: readonly string[], { heir, revokeKeys }: Departure) {
  const at = work.now.toISOString();
  const { holdings } = work.tenant;
  const keys = revokeKeys === true ? await holdings.revokeKeys(userIds, at) : null;
  const things = heir ? await holdings.reassign(userIds, heir.user.id, at) : null;
  // How many of whose, only one's own trail can say.
  const alone = userIds.length === 1;
  return {
    ...(keys !== null && alone && { keys_revoked: keys }),
    ...(things !== null && alone && { reassigned: things }),
    ...(heir && { reassigned_to: heir.user.email }),
  };
}

/** Their pending invitations pass on or end; most people vouch for none. */
async function passOn(work: AccountWork, userIds: readonly string[], invites: Departure['invites']) {
  for (const userId of await work.tenant.invites.sponsorsAmong(userIds))
    await passSponsorship(work, userId, invites);
}

function receiptOf(
  work: AccountWork,
  { id: member_id, user, role, state, modules, children }: Member,
  places: readonly MemberPlace[],
  kind: Departure['kind'],
): Receipt {
  const workspaces = places.map(({ workspace, role: placed }) => ({ workspace, role: placed }));
  const links = children.map(({ link_id }) => link_id);
  return {
    id: work.deps.newId('receipt'),
    userId: user.id,
    kind,
    data: { member_id, role, state, modules, children: links, workspaces },
    createdBy: personOf(work.actor),
    expiresAt: new Date(work.now.getTime() + RECEIPT_DAYS * 86_400_000).toISOString(),
    at: work.now.toISOString(),
  };
}

/**
 * Takes members out of the account and all its workspaces: their tokens for it die at once, a receipt of each keeps
 * what they had (D8), their pending invitations pass on or end (D5). That an administrator is left, the caller has
 * made sure of. @returns the receipts, in the order of the members
 */
export async function departAll(
  work: AccountWork,
  members: readonly Member[],
  departure: Departure,
): Promise<readonly Receipt[]> {
  if (members.length === 0) return [];
  const { tenant } = work;
  const at = work.now.toISOString();
  const { kind, invites, action } = departure;
  const userIds = members.map(({ user }) => user.id);
  const ids = members.map(({ id }) => id);
  await passOn(work, userIds, invites);
  const places = await tenant.members.placesOf(ids);
  const receipts = members.map((member) => receiptOf(work, member, places.get(member.id) ?? [], kind));
  await tenant.receipts.insert(receipts);
  await tenant.tokens.revokeOfUsers(userIds, at);
  const settled = await settle(work, userIds, departure);
  await tenant.members.remove(ids, at);
  const memberOf = new Map(members.map((member) => [member.id, member]));
  for (const { data } of receipts) {
    const member = memberOf.get(data.member_id);
    if (member === undefined) continue;
    const { role, state, modules, children, workspaces } = data;
    work.record({
      ...(action !== undefined && { action }),
      target: memberTarget(member),
      before: { role, state, modules, children, workspaces: workspaces.map(({ workspace }) => workspace) },
      ...(Object.keys(settled).length > 0 && { after: settled }),
    });
  }
  return receipts;
}

/** The same for one. Throws `personal_account` and `last_admin`. @returns the receipt's id */
export async function depart(work: AccountWork, member: Member, departure: Departure): Promise<string> {
  mustHavePeople(work);
  await mustKeepAnAdmin(work, member);
  const [receipt] = await departAll(work, [member], departure);
  if (receipt === undefined) throw new Error('a departure left no receipt');
  return receipt.id;
}

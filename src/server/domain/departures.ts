import type { Member } from '../../contract/types.ts';
import { isAdminRole } from './access.ts';
import { personOf } from './actor.ts';
import { DomainError } from './errors.ts';
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
  /** What becomes of the pending invitations that they vouched for (D5); `none` if they are known to vouch for none. */
  readonly invites: 'adopt' | 'revoke' | 'none';
  /** Gets what they made; else it stays as it is, in their name. */
  readonly heir?: Member | null;
  /** Also ends the workspace keys that they made. */
  readonly revokeKeys?: boolean;
  /** For the trail, unless it is the operation under way: a batch removes people too. */
  readonly action?: 'members.remove';
}

/** Hands over and ends what outlives a member otherwise; what was done, for the trail. */
async function settle(work: AccountWork, userId: string, { heir, revokeKeys }: Departure) {
  const at = work.now.toISOString();
  const { holdings } = work.tenant;
  const keys = revokeKeys === true ? await holdings.revokeKeys(userId, at) : null;
  const things = heir ? await holdings.reassign(userId, heir.user.id, at) : null;
  return {
    ...(keys !== null && { keys_revoked: keys }),
    ...(heir && things !== null && { reassigned: things, reassigned_to: heir.user.email }),
  };
}

/**
 * Takes a member out of the account and all its workspaces: their tokens for it die at once, a receipt keeps what they
 * had (D8), their pending invitations pass on or end (D5). Throws `personal_account` and `last_admin`.
 * @returns the receipt's id
 */
export async function depart(work: AccountWork, member: Member, departure: Departure): Promise<string> {
  mustHavePeople(work);
  await mustKeepAnAdmin(work, member);
  const { tenant, now } = work;
  const at = now.toISOString();
  const { kind, invites, action } = departure;
  if (invites !== 'none') await passSponsorship(work, member.user.id, invites);
  const receiptId = work.deps.newId('receipt');
  const children = member.children.map(({ link_id }) => link_id);
  const places = await tenant.members.places(member.id);
  const { role, state, modules } = member;
  await tenant.receipts.insert({
    id: receiptId,
    userId: member.user.id,
    kind,
    data: {
      member_id: member.id,
      role,
      state,
      modules,
      children,
      workspaces: places.map(({ workspace, role: placed }) => ({ workspace, role: placed })),
    },
    createdBy: personOf(work.actor),
    expiresAt: new Date(now.getTime() + RECEIPT_DAYS * 86_400_000).toISOString(),
    at,
  });
  await tenant.tokens.revokeOfUser(member.user.id, at);
  const settled = await settle(work, member.user.id, departure);
  await tenant.members.remove(member.id);
  work.record({
    ...(action !== undefined && { action }),
    target: memberTarget(member),
    before: { role, state, modules, children, workspaces: places.map(({ workspace }) => workspace) },
    ...(Object.keys(settled).length > 0 && { after: settled }),
  });
  return receiptId;
}

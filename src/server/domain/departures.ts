import type { Member, RemovalPreview } from '../../contract/types.ts';
import { isAdminRole } from './access.ts';
import { personOf } from './actor.ts';
import { DomainError } from './errors.ts';
import { passSponsorship, sponsoredInvites } from './sponsors.ts';
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

/** What taking the member out would take along. */
export async function previewOf(work: AccountWork, member: Member): Promise<RemovalPreview> {
  const { tenant, now } = work;
  const { adopted, revoked } = await sponsoredInvites(work, member.user.id);
  return {
    member,
    workspaces: [...(await tenant.members.places(member.id))],
    tokens: await tenant.tokens.countOfUser(member.user.id, now.toISOString()),
    invites_adopted: adopted,
    invites_revoked: revoked,
  };
}

export interface Departure {
  readonly kind: 'removed' | 'left';
  /** What becomes of the pending invitations that they vouched for (D5). */
  readonly invites: 'adopt' | 'revoke';
}

/**
 * Takes a member out of the account and all its workspaces: their tokens for it die at once, a receipt keeps what they
 * had (D8), their pending invitations pass on or end (D5). Throws `personal_account` and `last_admin`.
 */
export async function depart(
  work: AccountWork,
  member: Member,
  { kind, invites }: Departure,
): Promise<{ receiptId: string; preview: RemovalPreview }> {
  mustHavePeople(work);
  await mustKeepAnAdmin(work, member);
  const { tenant, now } = work;
  const at = now.toISOString();
  const preview = await previewOf(work, member);
  const passed = await passSponsorship(work, member.user.id, invites);
  const receiptId = work.deps.newId('receipt');
  const children = member.children.map(({ link_id }) => link_id);
  const workspaces = preview.workspaces.map(({ workspace, role }) => ({ workspace, role }));
  const { role, state, modules } = member;
  await tenant.receipts.insert({
    id: receiptId,
    userId: member.user.id,
    kind,
    data: { member_id: member.id, role, state, modules, children, workspaces },
    createdBy: personOf(work.actor),
    expiresAt: new Date(now.getTime() + RECEIPT_DAYS * 86_400_000).toISOString(),
    at,
  });
  await tenant.tokens.revokeOfUser(member.user.id, at);
  await tenant.members.remove(member.id, work.now.toISOString());
  work.record({
    target: memberTarget(member),
    before: { role, state, modules, children, workspaces: workspaces.map(({ workspace }) => workspace) },
  });
  return {
    receiptId,
    preview: { ...preview, invites_adopted: passed.adopted, invites_revoked: passed.revoked },
  };
}

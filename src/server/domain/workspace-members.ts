import type { WorkspaceRole } from '../../contract/limits.ts';
import type { Answer } from '../../contract/shapes.ts';
import type { Member, WorkspaceMember } from '../../contract/types.ts';
import type { Place } from './access.ts';
import { mustBeCurrent } from './accounts.ts';
import { type Actor, personOf } from './actor.ts';
import { DomainError, notFound } from './errors.ts';
import { listAnswer, pageRequest } from './list.ts';
import type { Transaction } from './ports.ts';
import type { AccountWork, Input, PlaceWork } from './work.ts';

/** Only the account's own members can be in a workspace (R26): anybody else is unknown here, wherever they may be known. */
async function accountMember(work: PlaceWork, reference: string): Promise<Member> {
  const member = await work.tenant.members.find(reference);
  if (member === null) throw notFound('member', reference);
  return member;
}

async function placed(work: PlaceWork, memberId: string, reference: string): Promise<WorkspaceMember> {
  const found = await work.tenant.workspaceMembers.find(work.place.workspaceId, memberId);
  if (found === null) throw notFound('member of the workspace', reference);
  return found;
}

/** Elsewhere there is one workspace, and its owner or the modules of its users say who does what in it. */
export function mustTakeMembers({ standing }: AccountWork): void {
  const { kind, slug } = standing.account;
  if (kind === 'organization') return;
  if (kind === 'personal') {
    const text = `${slug} is a personal account: nobody joins or leaves its workspace.`;
    throw new DomainError('personal_account', text);
  }
  const text = `${slug} is a standard account: what its people may do in its workspace, their role and modules say.`;
  throw new DomainError('conflict', text);
}

/** How the audit trail names somebody in a workspace; which workspace it was, the facts say. */
function targetOf(member: Member) {
  return { kind: 'workspace_member', id: member.id, name: member.user.email };
}

export async function listWorkspaceMembers(
  work: PlaceWork,
  input: Input<'workspace_members.list'>,
): Promise<Answer<'workspace_members.list'>> {
  const { q, role } = input.query;
  const { workspaceId } = work.place;
  return listAnswer(await work.tenant.workspaceMembers.list(workspaceId, { q, role }, pageRequest(input)));
}

/**
 * D7: any workspace role to any member of the account, also a deactivated one. A role given to a super_admin or a
 * billing_admin counts once they are a `member`.
 */
export async function addWorkspaceMember(
  work: PlaceWork,
  { body }: Input<'workspace_members.add'>,
): Promise<WorkspaceMember> {
  mustTakeMembers(work);
  const { place, tenant } = work;
  const member = await accountMember(work, body.member);
  const found = await tenant.workspaceMembers.find(place.workspaceId, member.id);
  if (found?.role === body.role) {
    work.existing();
    return found;
  }
  if (found !== null) {
    const text = `${member.user.email} is in the workspace ${place.slug} already, as ${found.role}. Change the role instead.`;
    throw new DomainError('already_member', text);
  }
  await placeMember(work, place, member, body.role);
  return placed(work, member.id, body.member);
}

/** Puts a member into a workspace that they are not in. */
export async function placeMember(
  work: AccountWork,
  { workspaceId: workspace }: Place,
  member: Member,
  role: WorkspaceRole,
): Promise<void> {
  await work.tenant.workspaces.place(workspace, member.id, role, work.now.toISOString());
  work.record({ action: 'workspace_members.add', target: targetOf(member), after: { workspace, role } });
}

/** Gives somebody who is in a workspace another role there. */
export async function changePlaced(
  work: AccountWork,
  { workspaceId: workspace }: Place,
  member: Member,
  { from, to }: { readonly from: WorkspaceRole; readonly to: WorkspaceRole },
): Promise<void> {
  await work.tenant.workspaceMembers.update(workspace, member.id, to, work.now.toISOString());
  work.record({
    action: 'workspace_members.update',
    target: targetOf(member),
    before: { workspace, role: from },
    after: { workspace, role: to },
  });
}

/** A workspace may be without a workspace_admin: every super_admin acts in it as one. */
export async function updateWorkspaceMember(
  work: PlaceWork,
  { params, body, expected }: Input<'workspace_members.update'>,
): Promise<WorkspaceMember> {
  mustTakeMembers(work);
  const member = await accountMember(work, params.member);
  const found = await placed(work, member.id, params.member);
  mustBeCurrent('member', found.revision, expected);
  if (found.role === body.role) return found;
  await changePlaced(work, work.place, member, { from: found.role, to: body.role });
  return placed(work, member.id, params.member);
}

/** Themselves anybody takes out (D25); others, only who may. Who is not in it is out already (D9). */
export async function removeWorkspaceMember(
  work: PlaceWork,
  { params, expected }: Input<'workspace_members.remove'>,
): Promise<Answer<'workspace_members.remove'>> {
  const { account, membership } = work.standing;
  const { workspaceId: workspace } = work.place;
  const known = await work.tenant.members.find(params.member);
  // Before anybody is looked up: who may not remove others learns nothing of them.
  if (known === null || known.id !== membership?.memberId) {
    const within = { noun: 'workspace', reference: workspace } as const;
    await work.authorise(account.id, 'workspace_members.remove_other', within);
  }
  mustTakeMembers(work);
  const member = known ?? (await accountMember(work, params.member));
  const found = await work.tenant.workspaceMembers.find(workspace, member.id);
  if (found === null) return { changed: false };
  mustBeCurrent('member', found.revision, expected);
  await work.tenant.workspaceMembers.remove(workspace, member.id);
  work.record({ target: targetOf(member), before: { workspace, role: found.role } });
  return { changed: true };
}

const LOOKED_BACK = 100;

/** Who left does not see the workspace any more; that they did it themselves, the trail says (D9). */
export async function alreadyLeftWorkspace(
  { platform, tenant }: Transaction,
  actor: Actor,
  { params }: Input<'workspace_members.remove'>,
): Promise<Answer<'workspace_members.remove'> | null> {
  const person = personOf(actor);
  const standing = await platform.access.standing(actor, params.account, {
    noun: 'workspace',
    reference: params.workspace,
  });
  const { membership, place } = standing ?? {};
  if (person === null || standing === null || membership?.state !== 'active' || !place) return null;
  const { members, audit } = tenant(standing.account.id);
  const member = await members.find(params.member);
  if (member === null || member.id !== membership.memberId) return null;
  const filter = { action: 'workspace_members.remove', target: member.id, actor: person };
  const { items } = await audit.list(filter, { limit: LOOKED_BACK, after: null });
  return items.some(({ before }) => before?.['workspace'] === place.workspaceId) ? { changed: false } : null;
}

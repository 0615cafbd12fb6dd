import type { Answer } from '../../contract/shapes.ts';
import type { Workspace } from '../../contract/types.ts';
import { mustBeCurrent } from './accounts.ts';
import { makerOf } from './actor.ts';
import { limitsOf } from './entitlements.ts';
import { DomainError, notFound } from './errors.ts';
import { listAnswer, pageRequest } from './list.ts';
import type { WorkspaceChange, WorkspaceViewer } from './ports/workspaces.ts';
import { freeSlug, retiredUntil } from './slugs.ts';
import type { AccountWork, Input, PlaceWork } from './work.ts';

/** R26: an administrator sees every workspace, a key its own, everybody else those they were added to. */
function viewerOf({ actor, standing, decision }: AccountWork): WorkspaceViewer {
  if (actor.kind === 'key') return { memberId: null, scope: { only: actor.workspaceId } };
  const memberId = standing.membership?.memberId ?? null;
  return { memberId, scope: decision.as === 'admin' ? 'account' : 'own' };
}

/** A key's role is its own: nobody made it a member. */
const shownTo = ({ actor }: AccountWork, workspace: Workspace): Workspace =>
  actor.kind === 'key' ? { ...workspace, role: actor.role } : workspace;

export async function listWorkspaces(
  work: AccountWork,
  input: Input<'workspaces.list'>,
): Promise<Answer<'workspaces.list'>> {
  const { q } = input.query;
  const { items, next } = await work.tenant.workspaces.list(viewerOf(work), { q }, pageRequest(input));
  return listAnswer({ next, items: items.map((workspace) => shownTo(work, workspace)) });
}

export async function workspaceNamed(work: AccountWork, reference: string): Promise<Workspace> {
  const workspace = await work.tenant.workspaces.find(viewerOf(work), reference);
  if (workspace === null) throw notFound('workspace', reference);
  return shownTo(work, workspace);
}

export async function showWorkspace(work: PlaceWork, _input: Input<'workspaces.show'>): Promise<Workspace> {
  return workspaceNamed(work, work.place.workspaceId);
}

/** How the audit trail names a workspace. */
export function workspaceTarget({ id, slug }: Pick<Workspace, 'id' | 'slug'>) {
  return { kind: 'workspace', id, name: slug };
}

/** Only an organization has more than the one that every account comes with, and may change that one. */
export function mustHaveWorkspaces({ standing }: AccountWork): void {
  const { kind, slug } = standing.account;
  if (kind === 'organization') return;
  if (kind === 'personal') {
    const text = `${slug} is a personal account: it has its one workspace, which nobody joins, renames or deletes.`;
    throw new DomainError('personal_account', text);
  }
  const text = `${slug} is a standard account: it has the one workspace default, for good. Only organizations have more.`;
  throw new DomainError('conflict', text);
}

/** The plan says how many workspaces there may be. */
async function mustHaveRoom(work: AccountWork): Promise<void> {
  const { account } = work.standing;
  const { slug, plan } = account;
  const limit = limitsOf(account).workspaces;
  if (limit === null || (await work.tenant.workspaces.count()) < limit) return;
  const text = `The plan ${plan} of ${slug} has ${limit} ${limit === 1 ? 'workspace' : 'workspaces'}, and all are there. Delete one, or change the plan.`;
  throw new DomainError('workspace_limit', text);
}

const slugTaken = (slug: string): DomainError =>
  new DomainError(
    'slug_taken',
    `The slug ${slug} is taken in this account, or was until lately. Choose another.`,
  );

export async function createWorkspace(
  work: AccountWork,
  { body }: Input<'workspaces.create'>,
): Promise<Workspace> {
  mustHaveWorkspaces(work);
  await mustHaveRoom(work);
  const { workspaces } = work.tenant;
  const at = work.now.toISOString();
  const taken = (wanted: string) => workspaces.slugTaken(wanted, at);
  if (body.slug !== undefined && (await taken(body.slug))) throw slugTaken(body.slug);
  const slug = body.slug ?? (await freeSlug(body.name, 'workspace', taken));
  const id = work.deps.newId('workspace');
  await workspaces.insert({ id, slug, name: body.name, createdBy: makerOf(work.actor), at });
  work.record({ target: workspaceTarget({ id, slug }), after: { slug, name: body.name } });
  return workspaceNamed(work, id);
}

function changeOf(workspace: Workspace, { name, slug }: Input<'workspaces.update'>['body']): WorkspaceChange {
  return {
    ...(name !== undefined && name !== workspace.name && { name }),
    ...(slug !== undefined && slug !== workspace.slug && { slug }),
  };
}

/** The old slug rests; only this workspace gets it back before its time (D17). */
async function changeSlug(work: AccountWork, workspace: Workspace, slug: string): Promise<void> {
  const { workspaces } = work.tenant;
  const at = work.now.toISOString();
  if (await workspaces.slugTaken(slug, at, workspace.id)) throw slugTaken(slug);
  await workspaces.reclaimSlug(slug, workspace.id);
  await workspaces.retireSlug(workspace.slug, workspace.id, at, retiredUntil(work.now));
}

export async function updateWorkspace(
  work: PlaceWork,
  { body, expected }: Input<'workspaces.update'>,
): Promise<Workspace> {
  mustHaveWorkspaces(work);
  const workspace = await workspaceNamed(work, work.place.workspaceId);
  mustBeCurrent('workspace', workspace.revision, expected);
  const change = changeOf(workspace, body);
  if (Object.keys(change).length === 0) return workspace;
  if (change.slug !== undefined) await changeSlug(work, workspace, change.slug);
  await work.tenant.workspaces.update(workspace.id, change, work.now.toISOString());
  const { id, name, slug } = workspace;
  work.record({
    target: workspaceTarget({ id, slug: change.slug ?? slug }),
    before: { ...(change.name !== undefined && { name }), ...(change.slug !== undefined && { slug }) },
    after: { ...change },
  });
  return workspaceNamed(work, id);
}

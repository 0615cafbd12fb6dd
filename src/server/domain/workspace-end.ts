import type { Answer } from '../../contract/shapes.ts';
import { decide } from './access.ts';
import { mustBeCurrent } from './accounts.ts';
import type { Actor } from './actor.ts';
import { DomainError, invalid } from './errors.ts';
import type { Transaction } from './ports.ts';
import { retiredUntil } from './slugs.ts';
import type { Input, PlaceWork } from './work.ts';
import { mustHaveWorkspaces, workspaceNamed, workspaceTarget } from './workspaces.ts';

/** Any workspace may go, also the one that was there at first; but there is always one to work in. */
async function mustKeepOne(work: PlaceWork): Promise<void> {
  if ((await work.tenant.workspaces.count()) > 1) return;
  const text = `${work.place.slug} is the last workspace of ${work.standing.account.slug}. Create another one first.`;
  throw new DomainError('last_workspace', text);
}

/** For good, with all it holds; what was in it is counted, and its slug rests (D17). */
export async function deleteWorkspace(
  work: PlaceWork,
  { query, expected }: Input<'workspaces.delete'>,
): Promise<Answer<'workspaces.delete'>> {
  mustHaveWorkspaces(work);
  const { workspaces } = work.tenant;
  const workspace = await workspaceNamed(work, work.place.workspaceId);
  const { id, slug, name } = workspace;
  if (query.confirm !== slug) {
    throw invalid('?confirm', `must be the slug of the workspace, ${slug}: a deletion is for good.`);
  }
  mustBeCurrent('workspace', workspace.revision, expected);
  await mustKeepOne(work);
  const at = work.now.toISOString();
  const holdings = await workspaces.holdings(id, at);
  await workspaces.remove(id, at);
  await workspaces.retireSlug(slug, id, at, retiredUntil(work.now));
  work.record({ target: workspaceTarget(workspace), before: { slug, name, ...holdings } });
  return { changed: true, holdings };
}

/** Whoever may delete workspaces there hears that this one is gone already (D9); the trail knows it. */
export async function workspaceAlreadyDeleted(
  { platform, tenant }: Transaction,
  actor: Actor,
  { params }: Input<'workspaces.delete'>,
): Promise<Answer<'workspaces.delete'> | null> {
  const standing = await platform.access.standing(actor, params.account);
  if (standing === null || !decide(actor, 'workspaces.delete', standing).allowed) return null;
  const filter = { action: 'workspaces.delete', target: params.workspace };
  const { items } = await tenant(standing.account.id).audit.list(filter, { limit: 1, after: null });
  return items.length > 0 ? { changed: false, holdings: null } : null;
}

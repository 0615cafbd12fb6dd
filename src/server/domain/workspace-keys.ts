import { limits } from '../../contract/limits.ts';
import type { Answer } from '../../contract/shapes.ts';
import { hashToken, mintToken } from '../../contract/token.ts';
import type { WorkspaceKey } from '../../contract/types.ts';
import { notFound } from './errors.ts';
import { listAnswer, pageRequest } from './list.ts';
import { signedIn } from './tokens.ts';
import type { Input, PlaceWork } from './work.ts';

const DAY_MS = 86_400_000;

async function keyNamed(work: PlaceWork, id: string): Promise<WorkspaceKey> {
  const key = await work.tenant.workspaceKeys.find(work.place.workspaceId, id, work.now.toISOString());
  if (key === null) throw notFound('key', id);
  return key;
}

export async function listWorkspaceKeys(
  work: PlaceWork,
  input: Input<'workspace_keys.list'>,
): Promise<Answer<'workspace_keys.list'>> {
  const { workspaceId } = work.place;
  const page = await work.tenant.workspaceKeys.list(workspaceId, work.now.toISOString(), pageRequest(input));
  return listAnswer(page);
}

/**
 * A key works in this workspace alone, with its own role. The roles there are for keys end with `developer`, and nobody
 * below that makes one: so it is never above its maker (T74). It belongs to the workspace and outlives who made it (D8).
 */
export async function createWorkspaceKey(
  work: PlaceWork,
  { body }: Input<'workspace_keys.create'>,
): Promise<Answer<'workspace_keys.create'>> {
  const { deps, now, place } = work;
  const { name, role, expires_in_days: days = limits.keyDays } = body;
  const id = deps.newId('token');
  const secret = mintToken('key');
  const expiresAt = new Date(now.getTime() + days * DAY_MS).toISOString();
  await work.tenant.workspaceKeys.insert(place.workspaceId, {
    id,
    hash: hashToken(secret),
    name,
    role,
    createdBy: signedIn(work).userId,
    expiresAt,
    at: now.toISOString(),
  });
  work.record({
    target: { kind: 'key', id, name },
    after: { workspace: place.workspaceId, role, expires_at: expiresAt },
  });
  return { key: await keyNamed(work, id), secret };
}

export async function deleteWorkspaceKey(
  work: PlaceWork,
  { params }: Input<'workspace_keys.delete'>,
): Promise<Answer<'workspace_keys.delete'>> {
  const { workspaceId: workspace } = work.place;
  const { id, name, role } = await keyNamed(work, params.key);
  const changed = await work.tenant.workspaceKeys.revoke(workspace, id, work.now.toISOString());
  if (changed) work.record({ target: { kind: 'key', id, name }, before: { workspace, role } });
  return { changed };
}

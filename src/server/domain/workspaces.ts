import type { Answer } from '../../contract/shapes.ts';
import type { Workspace } from '../../contract/types.ts';
import { notFound } from './errors.ts';
import { listAnswer, pageRequest } from './list.ts';
import type { WorkspaceViewer } from './ports/workspaces.ts';
import type { AccountWork, Input } from './work.ts';

/** R26: an administrator sees every workspace, everybody else those they were added to. */
function viewerOf({ standing, decision }: AccountWork): WorkspaceViewer {
  const memberId = standing.membership?.memberId ?? null;
  return { memberId, scope: decision.as === 'admin' ? 'account' : 'own' };
}

export async function listWorkspaces(
  work: AccountWork,
  input: Input<'workspaces.list'>,
): Promise<Answer<'workspaces.list'>> {
  const { q } = input.query;
  return listAnswer(await work.tenant.workspaces.list(viewerOf(work), { q }, pageRequest(input)));
}

export async function showWorkspace(work: AccountWork, input: Input<'workspaces.show'>): Promise<Workspace> {
  const { workspace: reference } = input.params;
  const workspace = await work.tenant.workspaces.find(viewerOf(work), reference);
  if (workspace === null) throw notFound('workspace', reference);
  return workspace;
}

import type { WorkspaceRole } from '../../../contract/limits.ts';
import type { Workspace } from '../../../contract/types.ts';
import type { Page, PageRequest } from './page.ts';

export interface NewWorkspace {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly createdBy: string | null;
  readonly at: string;
}

/** Which workspaces somebody sees: all of the account, or those a member was added to (R26). */
export interface WorkspaceViewer {
  readonly memberId: string | null;
  readonly scope: 'account' | 'own';
}

export interface WorkspacesPort {
  insert(workspace: NewWorkspace): Promise<void>;
  /** Puts a member into a workspace; false if the workspace is gone. */
  place(workspaceId: string, memberId: string, role: WorkspaceRole, at: string): Promise<boolean>;
  /** Key of a workspace: its id. */
  list(
    viewer: WorkspaceViewer,
    filter: { readonly q?: string | undefined },
    page: PageRequest,
  ): Promise<Page<Workspace>>;
  /** By id or slug. */
  find(viewer: WorkspaceViewer, reference: string): Promise<Workspace | null>;
}

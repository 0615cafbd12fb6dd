import type { WorkspaceRole } from '../../../contract/limits.ts';

export interface NewWorkspace {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly createdBy: string | null;
  readonly at: string;
}

export interface WorkspacesPort {
  insert(workspace: NewWorkspace): Promise<void>;
  /** Puts a member into a workspace; false if the workspace is gone. */
  place(workspaceId: string, memberId: string, role: WorkspaceRole, at: string): Promise<boolean>;
}

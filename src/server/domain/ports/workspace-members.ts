import type { WorkspaceRole } from '../../../contract/limits.ts';
import type { WorkspaceMember } from '../../../contract/types.ts';
import type { Page, PageRequest } from './page.ts';

export interface WorkspaceMemberFilter {
  /** Part of an address or name. */
  readonly q?: string | undefined;
  readonly role?: WorkspaceRole | undefined;
}

/** Who is in which workspace of the account, as what. Only members of the account can be; they are put in by `WorkspacesPort.place`. */
export interface WorkspaceMembersPort {
  /** Key of a member: its id. */
  list(workspaceId: string, filter: WorkspaceMemberFilter, page: PageRequest): Promise<Page<WorkspaceMember>>;
  find(workspaceId: string, memberId: string): Promise<WorkspaceMember | null>;
  /** Writes the role and the next revision. */
  update(workspaceId: string, memberId: string, role: WorkspaceRole, at: string): Promise<void>;
  remove(workspaceId: string, memberId: string): Promise<void>;
}

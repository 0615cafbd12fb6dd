import type { WorkspaceRole } from '../../../contract/limits.ts';
import type { Workspace, WorkspaceHoldings } from '../../../contract/types.ts';
import type { Page, PageRequest } from './page.ts';

export interface NewWorkspace {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly createdBy: string | null;
  readonly at: string;
}

/** What may change of a workspace; what is left out stays. */
export interface WorkspaceChange {
  readonly name?: string;
  readonly slug?: string;
}

/** Which workspaces somebody sees: all of the account, those a member was added to (R26), or only one, by id: a key's. */
export interface WorkspaceViewer {
  readonly memberId: string | null;
  readonly scope: 'account' | 'own' | { readonly only: string };
}

export interface WorkspacesPort {
  /** A taken slug is DomainError `slug_taken`, by the constraint. */
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
  count(): Promise<number>;
  /**
   * Is the slug in use in the account, or retired there less than 90 days ago (D17)?
   * @param exceptId a workspace that may have it back: the one it was retired from
   */
  slugTaken(slug: string, now: string, exceptId?: string): Promise<boolean>;
  /** Writes a change and the next revision. */
  update(id: string, change: WorkspaceChange, at: string): Promise<void>;
  /** Keeps a slug of that workspace from being given again in the account until `freeAt` (D17). */
  retireSlug(slug: string, id: string, at: string, freeAt: string): Promise<void>;
  /** The workspace gets back a slug of its own. */
  reclaimSlug(slug: string, id: string): Promise<void>;
  /** Everything in it that a deletion takes along. */
  holdings(id: string, now: string): Promise<WorkspaceHoldings>;
  /** Deletes it with all it holds; its keys are dead at once, and pending invitations name it no more. */
  remove(id: string, at: string): Promise<void>;
}

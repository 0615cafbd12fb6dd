import type { Module, WorkspaceRole } from '../../../contract/limits.ts';
import type { PermissionSet } from '../../../contract/types.ts';
import type { InviteRole } from './invites.ts';
import type { Page, PageRequest } from './page.ts';

export interface SavedSet {
  readonly name: string;
  readonly role: InviteRole;
  readonly modules: readonly Module[];
  /** Link ids. */
  readonly children: readonly string[];
  readonly workspaces: readonly { readonly workspace: string; readonly role: WorkspaceRole }[];
}

/** Children and workspaces that are gone meanwhile are not among what is read. */
export interface PermissionSetsPort {
  /** Key of a set: its name. */
  list(filter: { readonly q?: string | undefined }, page: PageRequest): Promise<Page<PermissionSet>>;
  find(name: string): Promise<PermissionSet | null>;
  insert(set: SavedSet, createdBy: string | null, at: string): Promise<void>;
  /** Replaces it and writes the next revision. */
  update(set: SavedSet, at: string): Promise<void>;
  remove(name: string): Promise<void>;
}

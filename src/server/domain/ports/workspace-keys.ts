import type { KeyRole } from '../../../contract/limits.ts';
import type { WorkspaceKey } from '../../../contract/types.ts';
import type { Page, PageRequest } from './page.ts';

export interface NewWorkspaceKey {
  readonly id: string;
  /** SHA-256 of the key, hex. */
  readonly hash: string;
  readonly name: string;
  readonly role: KeyRole;
  /** Whoever made it; it does not end with them (D8). */
  readonly createdBy: string;
  readonly expiresAt: string;
  readonly at: string;
}

/** The keys of the account's workspaces: tokens of kind `key`. They end with their workspace or account. */
export interface WorkspaceKeysPort {
  insert(workspaceId: string, key: NewWorkspaceKey): Promise<void>;
  /** Key of a key: its id. @param now decides which are `expired` */
  list(workspaceId: string, now: string, page: PageRequest): Promise<Page<WorkspaceKey>>;
  find(workspaceId: string, id: string, now: string): Promise<WorkspaceKey | null>;
  /** @returns false when it was deleted already, or is none of the workspace's */
  revoke(workspaceId: string, id: string, at: string): Promise<boolean>;
}

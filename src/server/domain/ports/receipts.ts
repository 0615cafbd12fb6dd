import type { AccountRole, Module, WorkspaceRole } from '../../../contract/limits.ts';

/** What a removal took away, enough to give it back (D8). */
export interface ReceiptData {
  readonly member_id: string;
  readonly role: AccountRole;
  readonly state: 'active' | 'deactivated';
  readonly modules: readonly Module[];
  /** Link ids. */
  readonly children: readonly string[];
  readonly workspaces: readonly { readonly workspace: string; readonly role: WorkspaceRole }[];
}

export interface Receipt {
  readonly id: string;
  readonly userId: string;
  /** `left` is never given back: they went by themselves. */
  readonly kind: 'removed' | 'left';
  readonly data: ReceiptData;
  readonly createdBy: string | null;
  readonly expiresAt: string;
  readonly at: string;
}

export interface ReceiptsPort {
  insert(receipt: Receipt): Promise<void>;
  /** The newest one of somebody who was a member, by the member id of then, user id or address. */
  latest(reference: string): Promise<{ readonly id: string; readonly kind: Receipt['kind'] } | null>;
}

import type { AccountRole, Module, WorkspaceRole } from '../../../contract/limits.ts';
import type { Receipt as Shown } from '../../../contract/types.ts';
import type { Page, PageRequest } from './page.ts';

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

/** A receipt as it may be given back. */
export interface KeptReceipt extends Receipt {
  readonly restoredAt: string | null;
  /** Of the person today; null when they are gone. */
  readonly email: string | null;
  readonly emailFolded: string | null;
}

export interface ReceiptFilter {
  /** Member id of then, user id or address. */
  readonly member?: string | undefined;
  readonly kind?: Receipt['kind'] | undefined;
  readonly state?: Shown['state'] | undefined;
}

export interface ReceiptsPort {
  insert(receipts: readonly Receipt[]): Promise<void>;
  /** Newest first; key of a receipt: its id. @param now decides which are `expired` */
  list(filter: ReceiptFilter, page: PageRequest, now: string): Promise<Page<Shown>>;
  find(id: string): Promise<KeptReceipt | null>;
  /** The newest one of somebody who was a member, by the member id of then, user id or address. */
  latest(reference: string): Promise<{ readonly id: string; readonly kind: Receipt['kind'] } | null>;
  /** The newest one of each of these addresses. */
  latestOf(emailsFolded: readonly string[]): Promise<ReadonlyMap<string, KeptReceipt>>;
  /** They are used up. */
  markRestored(ids: readonly string[], at: string): Promise<void>;
}

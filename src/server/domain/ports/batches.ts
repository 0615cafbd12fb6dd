import type { BatchKind, RowOutcome } from '../../../contract/limits.ts';
import type { Batch, BatchDefaults, RowResult } from '../../../contract/types.ts';
import type { Page, PageRequest } from './page.ts';

export interface BatchRowOf<K extends BatchKind> {
  readonly id: string;
  readonly kind: K;
  readonly state: Batch['state'];
  readonly defaults: BatchDefaults<K>;
  readonly allowPartial: boolean;
  readonly rowsTotal: number;
}

export type BatchRow = { [K in BatchKind]: BatchRowOf<K> }[BatchKind];

export interface NewBatch {
  readonly id: string;
  readonly kind: BatchKind;
  /** SHA-256 over kind, the rows' digest and the defaults: what finds an open batch again. */
  readonly digest: string;
  readonly defaults: Batch['defaults'];
  readonly allowPartial: boolean;
  readonly rowsTotal: number;
  readonly createdBy: { readonly userId: string } | { readonly tokenId: string };
  readonly at: string;
}

export interface RowRecord extends RowResult {
  readonly email: string;
}

/** A batch as the contract shows it, but for the seats, which are the account's. */
export type BatchView = Batch extends infer B ? (B extends Batch ? Omit<B, 'seats'> : never) : never;

export interface BatchFilter {
  readonly kinds?: readonly BatchKind[] | undefined;
  readonly state?: Batch['state'] | undefined;
}

export interface BatchInvites {
  readonly pending: readonly string[];
  readonly accepted: number;
  readonly other: number;
}

export interface BatchesPort {
  insert(batch: NewBatch): Promise<void>;
  row(id: string): Promise<BatchRow | null>;
  findOpen(kind: BatchKind, digest: string): Promise<string | null>;
  show(id: string, now: string): Promise<BatchView | null>;
  list(filter: BatchFilter, page: PageRequest, now: string): Promise<Page<BatchView>>;
  /** The stored results among these row numbers. */
  results(id: string, rows: readonly number[]): Promise<readonly RowResult[]>;
  addRows(id: string, rows: readonly RowRecord[]): Promise<void>;
  rows(id: string, outcome: RowOutcome | undefined, page: PageRequest): Promise<Page<RowRecord>>;
  /** First row of the batch for each of these invitations. */
  firstRows(id: string, inviteIds: readonly string[]): Promise<ReadonlyMap<string, number>>;
  close(id: string, state: 'finished' | 'cancelled', at: string): Promise<void>;
  /** Invitations of the batch by state, and the pending ones' ids. */
  invites(id: string): Promise<BatchInvites>;
  /** The same of those to become a sub-account. */
  subInvites(id: string): Promise<BatchInvites>;
}

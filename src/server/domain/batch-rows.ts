import type { BatchKind, RowOutcome } from '../../contract/limits.ts';
import type { BatchDefaults, BatchRow, RowResult } from '../../contract/types.ts';
import type { AccountWork } from './work.ts';

/** What the rows of a chunk come to, judged by today and written nowhere yet. */
export interface Plan {
  /** Of every row: what it is to come to. */
  foreseen(): ReadonlyMap<number, RowResult>;
  /** Does it. @returns of every row what it came to */
  carryOut(): Promise<ReadonlyMap<number, RowResult>>;
}

/** What a kind of batch is: how its rows are judged, and what is done for them. The engine (batches.ts) knows the rest. */
export interface Judge<K extends BatchKind> {
  /** Throws what refuses the batch as a whole: when it is begun, and again with every chunk. */
  admit(work: AccountWork, defaults: BatchDefaults<K>): Promise<void>;
  /**
   * Judges rows: bad ones, repeats within the chunk, and what stands against them in the account.
   * @param batchId null for a mere check
   */
  plan(
    work: AccountWork,
    rows: readonly BatchRow<K>[],
    defaults: BatchDefaults<K>,
    batchId: string | null,
  ): Promise<Plan>;
}

export function rowResult(
  row: number,
  outcome: RowOutcome,
  detail: string | null,
  extra: Partial<RowResult> = {},
): RowResult {
  return {
    row,
    outcome,
    detail,
    differs: false,
    invite_id: null,
    receipt_id: null,
    link_id: null,
    contact_id: null,
    ...extra,
  };
}

/** The second and later rows of a file that say the same. */
export function sameAs(row: number, firstRow: number): RowResult {
  return rowResult(row, 'duplicate_row', `the same as row ${firstRow}`);
}

import type { Client } from '../client/client.ts';
import type { Batch, RowResult } from '../contract/types.ts';
import type { InputRecord } from './rows.ts';

/**
 * Outcomes that the batch had before this run, for the report: read page by page as the file is read, in
 * its order. Asked with the records of each chunk in turn and those of them that are missing.
 */
export function storedRows(job: { readonly client: Client; readonly account: string }, batch: Batch) {
  const pages =
    batch.rows_received === 0
      ? undefined
      : job.client.pages('batches.rows', { params: { account: job.account, batch: batch.id } });
  let held: RowResult | undefined;
  return async (records: readonly InputRecord[], missing: ReadonlySet<number>): Promise<RowResult[]> => {
    const found: RowResult[] = [];
    for (const { row } of records) {
      if (missing.has(row) || pages === undefined) continue;
      while (held === undefined || held.row < row) {
        const next = await pages.next();
        if (next.done) return found;
        held = next.value;
      }
      if (held.row === row) found.push(held);
    }
    return found;
  };
}

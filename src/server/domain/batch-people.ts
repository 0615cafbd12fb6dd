import { parseAddress } from '../../contract/address.ts';
import type { BatchKind } from '../../contract/limits.ts';
import type { BatchRow, RowResult } from '../../contract/types.ts';
import { rowResult, sameAs } from './batch-rows.ts';

type PersonRow = Pick<
  BatchRow<Extract<BatchKind, 'removals' | 'restores'>>,
  'row' | 'email' | 'duplicate_of'
>;

export interface Named {
  readonly row: number;
  readonly email: string;
  readonly emailFolded: string;
}

/** Rows that name a person and nothing else: bad addresses and repeats get their result, the others their address. */
export function namedBy(rows: readonly PersonRow[]): { results: Map<number, RowResult>; named: Named[] } {
  const results = new Map<number, RowResult>();
  const first = new Map<string, number>();
  const named: Named[] = [];
  for (const { row, email, duplicate_of: duplicateOf } of rows) {
    const address = parseAddress(email);
    const earlier = duplicateOf ?? (address.ok ? first.get(address.folded) : undefined);
    if (earlier !== undefined) results.set(row, sameAs(row, earlier));
    else if (!address.ok) results.set(row, rowResult(row, 'invalid_email', address.reason));
    else {
      first.set(address.folded, row);
      named.push({ row, email: address.written, emailFolded: address.folded });
    }
  }
  return { results, named };
}

import { CHUNK_ROWS, type RowSource } from './input.ts';
import type { InputRecord } from './rows.ts';

/** Addresses typed on the command line as rows, so that they take the same way as a file of a million. */
export function addressSource(addresses: readonly string[]): RowSource {
  return {
    name: 'arguments',
    path: '',
    format: 'csv',
    delimiter: ',',
    byteOrderMark: false,
    columns: ['email'],
    ignored: [],
    async *rows() {
      for (let from = 0; from < addresses.length; from += CHUNK_ROWS) {
        yield addresses.slice(from, from + CHUNK_ROWS).map((email, at) => recordOf(email, from + at + 1));
      }
    },
    close: async () => {},
  };
}

function recordOf(email: string, row: number): InputRecord {
  return { row, line: row, cells: [email], input: { row, email: email.trim() }, problem: null };
}

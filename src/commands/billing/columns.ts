import type { Bill } from '../../contract/types.ts';
import type { Column } from '../../output/columns.ts';
import { money } from '../money.ts';

type Line = Bill['lines'][number];

/** A line of a bill, or one of its totals. */
export interface BillRow {
  readonly from: string | null;
  readonly days: number | null;
  readonly what: string;
  readonly amount_cents: number;
}

export const billColumns: readonly Column<BillRow>[] = [
  { header: 'FROM', value: (row) => row.from },
  { header: 'DAYS', value: (row) => row.days, align: 'right' },
  { header: 'WHAT', value: (row) => row.what },
  { header: 'AMOUNT', value: (row) => money(row.amount_cents), align: 'right' },
];

function whatText({ kind, plan, price_cents }: Line): string {
  const at = `${plan} at ${money(price_cents ?? 0)} a month`;
  switch (kind) {
    case 'period':
    case 'prorated':
      return at;
    case 'unused':
      return `given back: ${at}`;
    case 'credit_kept':
      return 'kept as credit';
    case 'credit_used':
      return 'paid from credit';
    default:
      return kind;
  }
}

export function billRows({ lines, due_cents }: Bill): BillRow[] {
  return [
    ...lines.map((line) => ({
      from: line.from,
      days: line.days,
      what: whatText(line),
      amount_cents: line.amount_cents,
    })),
    { from: null, days: null, what: 'due', amount_cents: due_cents },
  ];
}

import type { Account } from '../../contract/types.ts';
import type { Column } from '../../output/columns.ts';

/** An account as a row: the one place that maps it. */
export const accountColumns: readonly Column<Account>[] = [
  { header: 'SLUG', value: (account) => account.slug, keep: true },
  { header: 'NAME', value: (account) => account.name },
  { header: 'KIND', value: (account) => account.kind },
  {
    header: 'STATE',
    value: (account) => account.state,
    tone: (account) => (account.state === 'suspended' ? 'bad' : undefined),
  },
  { header: 'PLAN', value: (account) => account.plan },
  { header: 'ROLE', value: (account) => account.role ?? account.via },
  { header: 'SEATS', value: (account) => seatsText(account), align: 'right' },
  { header: 'ID', value: (account) => account.id, keep: true },
];

function seatsText({ seats }: Account): string {
  return seats.limit === null ? String(seats.used) : `${seats.used}/${seats.limit}`;
}

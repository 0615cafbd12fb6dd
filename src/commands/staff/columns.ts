import type { StaffMember } from '../../contract/types.ts';
import type { Column } from '../../output/columns.ts';

/** A staff member as a row: the one place that maps it. */
export const staffColumns: readonly Column<StaffMember>[] = [
  { header: 'EMAIL', value: (person) => person.email, keep: true },
  { header: 'NAME', value: (person) => person.name },
  { header: 'REASON', value: (person) => person.reason },
  { header: 'SINCE', value: (person) => person.created_at },
  { header: 'USER ID', value: (person) => person.user_id, keep: true },
];

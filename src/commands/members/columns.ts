import type { Member } from '../../contract/types.ts';
import type { Column } from '../../output/columns.ts';

/** A member as a row: the one place that maps it. */
export const memberColumns: readonly Column<Member>[] = [
  { header: 'EMAIL', value: (member) => member.user.email, keep: true },
  { header: 'NAME', value: (member) => member.user.name },
  { header: 'ROLE', value: (member) => member.role },
  {
    header: 'STATE',
    value: (member) => member.state,
    tone: (member) => (member.state === 'deactivated' ? 'dim' : undefined),
  },
  { header: 'MODULES', value: (member) => member.modules },
  { header: 'CHILDREN', value: childrenOf },
  { header: 'ID', value: (member) => member.id, keep: true },
];

/** A member as facts, a line each. */
export const memberFacts: readonly Column<Member>[] = [
  ...memberColumns,
  { header: 'USER ID', value: (member) => member.user.id },
  { header: 'REVISION', value: (member) => member.revision },
  { header: 'SINCE', value: (member) => member.created_at },
  { header: 'UPDATED', value: (member) => member.updated_at },
];

/** The headings are those that `invites send --csv` reads, so that an export can invite the same people elsewhere. */
export const exportColumns: readonly Column<Member>[] = [
  { header: 'EMAIL', value: (member) => member.user.email },
  { header: 'NAME', value: (member) => member.user.name },
  { header: 'ROLE', value: (member) => member.role },
  { header: 'STATE', value: (member) => member.state },
  { header: 'MODULES', value: (member) => member.modules },
  { header: 'CHILDREN', value: childrenOf },
  { header: 'SINCE', value: (member) => member.created_at },
  { header: 'ID', value: (member) => member.id },
];

function childrenOf(member: Member): string[] {
  return member.children.map(({ slug }) => slug);
}

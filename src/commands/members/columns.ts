import type { Member, PermissionSet, Receipt } from '../../contract/types.ts';
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

/** What a removal took away, as a row. */
export const receiptColumns: readonly Column<Receipt>[] = [
  { header: 'EMAIL', value: (receipt) => receipt.user.email, keep: true },
  { header: 'KIND', value: (receipt) => receipt.kind },
  {
    header: 'STATE',
    value: (receipt) => receipt.state,
    tone: (receipt) => (receipt.state === 'open' ? undefined : 'dim'),
  },
  { header: 'ROLE', value: (receipt) => receipt.role },
  { header: 'MODULES', value: (receipt) => receipt.modules },
  {
    header: 'WORKSPACES',
    value: (receipt) => receipt.workspaces.map(({ slug, role }) => `${slug ?? '(gone)'}=${role}`),
  },
  { header: 'BY', value: (receipt) => receipt.removed_by },
  { header: 'AT', value: (receipt) => receipt.created_at },
  { header: 'UNTIL', value: (receipt) => receipt.expires_at },
  { header: 'ID', value: (receipt) => receipt.id, keep: true },
];

export const setColumns: readonly Column<PermissionSet>[] = [
  { header: 'NAME', value: (set) => set.name, keep: true },
  { header: 'ROLE', value: (set) => set.role },
  { header: 'MODULES', value: (set) => set.modules },
  { header: 'CHILDREN', value: (set) => set.children.map(({ slug }) => slug) },
  { header: 'WORKSPACES', value: (set) => set.workspaces.map(({ slug, role }) => `${slug}=${role}`) },
];

export const setFacts: readonly Column<PermissionSet>[] = [
  ...setColumns,
  { header: 'REVISION', value: (set) => set.revision },
  { header: 'CREATED', value: (set) => set.created_at },
  { header: 'UPDATED', value: (set) => set.updated_at },
];

import type { Role } from '../../contract/types.ts';
import type { Column } from '../../output/columns.ts';

/** A role or module as a row: the one place that maps it. */
export const roleColumns: readonly Column<Role>[] = [
  { header: 'NAME', value: (role) => role.name, keep: true },
  { header: 'KIND', value: (role) => role.kind.replace('_', ' ') },
  { header: 'ACCOUNTS', value: (role) => role.account_kinds },
  { header: 'GRANTABLE', value: (role) => role.grantable },
  { header: 'DESCRIPTION', value: (role) => role.description },
];

/** A role as facts, with what it opens: a line a noun. */
export function roleFacts(role: Role): Column<Role>[] {
  const nouns = Map.groupBy(role.operations, (id) => id.slice(0, id.indexOf('.')));
  const opened = [...nouns].map(([noun, ids]) => ({
    header: `OPENS ${noun.toUpperCase()}`,
    value: () => ids.map((id) => id.slice(noun.length + 1)),
  }));
  return [...roleColumns, ...opened];
}

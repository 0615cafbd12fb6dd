import type { Token } from '../../contract/types.ts';
import type { Column } from '../../output/columns.ts';

/** A token as a row, never its secret: the one place that maps it. */
export const tokenColumns: readonly Column<Token>[] = [
  { header: 'NAME', value: (token) => token.name },
  { header: 'KIND', value: (token) => token.kind },
  { header: 'OWNER', value: (token) => token.owner },
  { header: 'ROLE', value: (token) => token.role },
  { header: 'MODULES', value: (token) => token.modules },
  {
    header: 'STATE',
    value: (token) => token.state,
    tone: (token) => (token.state === 'active' ? undefined : 'dim'),
  },
  { header: 'EXPIRES', value: (token) => token.expires_at },
  { header: 'LAST USED', value: (token) => token.last_used_at ?? 'never' },
  { header: 'ID', value: (token) => token.id, keep: true },
];

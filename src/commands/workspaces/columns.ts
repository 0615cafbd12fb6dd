import type { Workspace } from '../../contract/types.ts';
import type { Column } from '../../output/columns.ts';

/** A workspace as a row: the one place that maps it. */
export const workspaceColumns: readonly Column<Workspace>[] = [
  { header: 'SLUG', value: (workspace) => workspace.slug, keep: true },
  { header: 'NAME', value: (workspace) => workspace.name },
  { header: 'YOUR ROLE', value: (workspace) => workspace.role },
  { header: 'ID', value: (workspace) => workspace.id, keep: true },
];

/** A workspace as facts, a line each. */
export const workspaceFacts: readonly Column<Workspace>[] = [
  ...workspaceColumns,
  { header: 'ACCOUNT ID', value: (workspace) => workspace.account_id },
  { header: 'REVISION', value: (workspace) => workspace.revision },
  { header: 'CREATED', value: (workspace) => workspace.created_at },
  { header: 'UPDATED', value: (workspace) => workspace.updated_at },
];

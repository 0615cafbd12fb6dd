import type {
  Resource,
  ResourceItem,
  Workspace,
  WorkspaceKey,
  WorkspaceMember,
} from '../../contract/types.ts';
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

export const workspaceMemberColumns: readonly Column<WorkspaceMember>[] = [
  { header: 'EMAIL', value: (member) => member.user.email, keep: true },
  { header: 'NAME', value: (member) => member.user.name },
  { header: 'ROLE', value: (member) => member.role },
  { header: 'ACCOUNT ROLE', value: (member) => member.account_role },
  {
    header: 'STATE',
    value: (member) => member.state,
    tone: (member) => (member.state === 'deactivated' ? 'dim' : undefined),
  },
  { header: 'SINCE', value: (member) => member.created_at },
  { header: 'ID', value: (member) => member.id, keep: true },
];

/** Without what not every list has: `workspaces resources list` has no configs. */
export const resourceColumns: readonly Column<ResourceItem>[] = [
  { header: 'NAME', value: (resource) => resource.name, keep: true },
  { header: 'KIND', value: (resource) => resource.kind },
  {
    header: 'STATE',
    value: (resource) => resource.state,
    tone: (resource) => (resource.state === 'failed' ? 'bad' : undefined),
  },
  { header: 'CREATED', value: (resource) => resource.created_at },
  { header: 'ID', value: (resource) => resource.id, keep: true },
];

export const resourceFacts: readonly Column<Resource>[] = [
  { header: 'NAME', value: (resource) => resource.name },
  { header: 'KIND', value: (resource) => resource.kind },
  { header: 'STATE', value: (resource) => resource.state },
  { header: 'WORKFLOW ID', value: (resource) => resource.workflow_id },
  { header: 'CONFIG', value: (resource) => JSON.stringify(resource.config) },
  { header: 'MADE BY', value: (resource) => resource.created_by },
  { header: 'ID', value: (resource) => resource.id },
  { header: 'REVISION', value: (resource) => resource.revision },
  { header: 'CREATED', value: (resource) => resource.created_at },
  { header: 'UPDATED', value: (resource) => resource.updated_at },
  { header: 'FINISHED', value: (resource) => resource.finished_at },
];

/** A key as a row, never its secret. */
export const keyColumns: readonly Column<WorkspaceKey>[] = [
  { header: 'NAME', value: (key) => key.name },
  { header: 'ROLE', value: (key) => key.role },
  {
    header: 'STATE',
    value: (key) => key.state,
    tone: (key) => (key.state === 'active' ? undefined : 'dim'),
  },
  { header: 'EXPIRES', value: (key) => key.expires_at },
  { header: 'LAST USED', value: (key) => key.last_used_at ?? 'never' },
  { header: 'ID', value: (key) => key.id, keep: true },
];

import { showAddressRules, updateAddressRules } from '../domain/address-rules.ts';
import { listAudit, listPlatformAudit } from '../domain/audit.ts';
import { inWorkspace, onAccount, onPlatform } from '../domain/change.ts';
import {
  createResource,
  deleteResource,
  listResources,
  runWorkflow,
  showResource,
  updateResource,
} from '../domain/resources.ts';
import { deleteWorkspace, workspaceAlreadyDeleted } from '../domain/workspace-end.ts';
import { createWorkspaceKey, deleteWorkspaceKey, listWorkspaceKeys } from '../domain/workspace-keys.ts';
import {
  addWorkspaceMember,
  alreadyLeftWorkspace,
  listWorkspaceMembers,
  removeWorkspaceMember,
  updateWorkspaceMember,
} from '../domain/workspace-members.ts';
import { createWorkspace, listWorkspaces, showWorkspace, updateWorkspace } from '../domain/workspaces.ts';
import type { Handlers } from '../http/bind.ts';

/** What else belongs to an account: its workspaces, its address rules, its audit trail. */
export const workspaces = {
  'workspaces.list': onAccount('workspaces.list', listWorkspaces),
  'workspaces.show': inWorkspace('workspaces.show', showWorkspace),
  'workspaces.create': onAccount('workspaces.create', createWorkspace),
  'workspaces.update': inWorkspace('workspaces.update', updateWorkspace),
  'workspaces.delete': inWorkspace('workspaces.delete', deleteWorkspace, workspaceAlreadyDeleted),
  'workspace_members.list': inWorkspace('workspace_members.list', listWorkspaceMembers),
  'workspace_members.add': inWorkspace('workspace_members.add', addWorkspaceMember),
  'workspace_members.update': inWorkspace('workspace_members.update', updateWorkspaceMember),
  'workspace_members.remove': inWorkspace(
    'workspace_members.remove',
    removeWorkspaceMember,
    alreadyLeftWorkspace,
  ),
  'resources.list': inWorkspace('resources.list', listResources),
  'resources.show': inWorkspace('resources.show', showResource),
  'resources.create': inWorkspace('resources.create', createResource),
  'resources.update': inWorkspace('resources.update', updateResource),
  'resources.delete': inWorkspace('resources.delete', deleteResource),
  'resources.run': inWorkspace('resources.run', runWorkflow),
  'workspace_keys.list': inWorkspace('workspace_keys.list', listWorkspaceKeys),
  'workspace_keys.create': inWorkspace('workspace_keys.create', createWorkspaceKey),
  'workspace_keys.delete': inWorkspace('workspace_keys.delete', deleteWorkspaceKey),
  'address_rules.show': onAccount('address_rules.show', showAddressRules),
  'address_rules.update': onAccount('address_rules.update', updateAddressRules),
  'audit.list': onAccount('audit.list', listAudit),
  'audit.platform': onPlatform('audit.platform', listPlatformAudit),
} satisfies Partial<Handlers>;

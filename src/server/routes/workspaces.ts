import { showAddressRules, updateAddressRules } from '../domain/address-rules.ts';
import { listAudit, listPlatformAudit } from '../domain/audit.ts';
import { onAccount, onPlatform } from '../domain/change.ts';
import { listWorkspaces, showWorkspace } from '../domain/workspaces.ts';
import type { Handlers } from '../http/bind.ts';

/** What else belongs to an account: its workspaces, its address rules, its audit trail. */
export const workspaces = {
  'workspaces.list': onAccount('workspaces.list', listWorkspaces),
  'workspaces.show': onAccount('workspaces.show', showWorkspace),
  'address_rules.show': onAccount('address_rules.show', showAddressRules),
  'address_rules.update': onAccount('address_rules.update', updateAddressRules),
  'audit.list': onAccount('audit.list', listAudit),
  'audit.platform': onPlatform('audit.platform', listPlatformAudit),
} satisfies Partial<Handlers>;

import { onAccount } from '../domain/change.ts';
import {
  activateMember,
  deactivateMember,
  listMembers,
  showMember,
  updateMember,
} from '../domain/members.ts';
import { deleteSet, listSets, saveSet, showSet } from '../domain/permission-sets.ts';
import { listReceipts, restoreReceipt } from '../domain/receipts.ts';
import { previewRemoval, removeMember } from '../domain/removals.ts';
import type { Handlers } from '../http/bind.ts';

export const members = {
  'members.list': onAccount('members.list', listMembers),
  'members.show': onAccount('members.show', showMember),
  'members.update': onAccount('members.update', updateMember),
  'members.deactivate': onAccount('members.deactivate', deactivateMember),
  'members.activate': onAccount('members.activate', activateMember),
  'members.removal_preview': onAccount('members.removal_preview', previewRemoval),
  'members.remove': onAccount('members.remove', removeMember),
  'receipts.list': onAccount('receipts.list', listReceipts),
  'receipts.restore': onAccount('receipts.restore', restoreReceipt),
  'permission_sets.list': onAccount('permission_sets.list', listSets),
  'permission_sets.show': onAccount('permission_sets.show', showSet),
  'permission_sets.save': onAccount('permission_sets.save', saveSet),
  'permission_sets.delete': onAccount('permission_sets.delete', deleteSet),
} satisfies Partial<Handlers>;

import { onAccount } from '../domain/change.ts';
import {
  activateMember,
  deactivateMember,
  listMembers,
  previewRemoval,
  removeMember,
  showMember,
  updateMember,
} from '../domain/members.ts';
import type { Handlers } from '../http/bind.ts';

export const members = {
  'members.list': onAccount('members.list', listMembers),
  'members.show': onAccount('members.show', showMember),
  'members.update': onAccount('members.update', updateMember),
  'members.deactivate': onAccount('members.deactivate', deactivateMember),
  'members.activate': onAccount('members.activate', activateMember),
  'members.removal_preview': onAccount('members.removal_preview', previewRemoval),
  'members.remove': onAccount('members.remove', removeMember),
} satisfies Partial<Handlers>;

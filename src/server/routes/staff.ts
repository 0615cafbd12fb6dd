import { onPlatform } from '../domain/change.ts';
import { addStaff, listStaff, removeStaff } from '../domain/staff.ts';
import type { Handlers } from '../http/bind.ts';

export const staff = {
  'staff.list': onPlatform('staff.list', listStaff),
  'staff.add': onPlatform('staff.add', addStaff),
  'staff.remove': onPlatform('staff.remove', removeStaff),
} satisfies Partial<Handlers>;

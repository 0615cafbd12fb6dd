import type { Handlers } from '../http/bind.ts';
import { listPlans, listRoles } from '../domain/catalogue.ts';
import { onPlatform } from '../domain/change.ts';

export const catalogue = {
  'plans.list': onPlatform('plans.list', listPlans),
  'roles.list': onPlatform('roles.list', listRoles),
} satisfies Partial<Handlers>;

import { listPlans, listRoles } from '../domain/catalogue.ts';
import { onPlatform } from '../domain/change.ts';
import type { Handlers } from '../http/bind.ts';

export const catalogue = {
  'plans.list': onPlatform('plans.list', listPlans),
  'roles.list': onPlatform('roles.list', listRoles),
} satisfies Partial<Handlers>;

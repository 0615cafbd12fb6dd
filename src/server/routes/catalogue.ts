import { listPlans, replaceCatalogue, showPlan } from '../domain/catalogue.ts';
import { onPlatform } from '../domain/change.ts';
import { listRoles } from '../domain/roles.ts';
import type { Handlers } from '../http/bind.ts';

export const catalogue = {
  'plans.list': onPlatform('plans.list', listPlans),
  'plans.show': onPlatform('plans.show', showPlan),
  'plans.replace': onPlatform('plans.replace', replaceCatalogue),
  'roles.list': onPlatform('roles.list', listRoles),
} satisfies Partial<Handlers>;

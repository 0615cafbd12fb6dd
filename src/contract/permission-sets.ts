import { z } from 'zod';
import * as c from './common.ts';

export const permissionSet = z
  .strictObject({
    account_id: c.id('account'),
    name: c.setName,
    role: c.accountRole,
    modules: c.moduleList,
    /** Children whose link has ended are left out. */
    children: z.array(z.strictObject({ link_id: c.id('link'), slug: c.slug })),
    workspaces: z.array(
      z.strictObject({ workspace: c.id('workspace'), slug: c.slug, role: c.workspaceRole }),
    ),
    revision: z.int(),
    created_at: c.timestamp,
    updated_at: c.timestamp,
  })
  .meta({ id: 'PermissionSet' });

const inAccount = z.strictObject({ account: c.reference });
const oneSet = inAccount.extend({ name: c.setName });

export const permissionSets = {
  'permission_sets.list': {
    params: inAccount,
    query: c.pageQuery.extend({ q: c.searchText.optional() }),
    answer: c.pageOf(permissionSet),
  },
  'permission_sets.show': { params: oneSet, answer: permissionSet },
  /** Makes it, or replaces it as a whole. */
  'permission_sets.save': {
    params: oneSet,
    body: z.strictObject({
      role: c.accountRole.optional(),
      modules: c.moduleList.optional(),
      children: c.childList.optional(),
      workspaces: c.workspaceList.optional(),
    }),
    answer: permissionSet,
  },
  'permission_sets.delete': { params: oneSet, answer: c.changed },
} as const;

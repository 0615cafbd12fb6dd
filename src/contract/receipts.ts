import { z } from 'zod';
import * as c from './common.ts';
import { member, memberState } from './people.ts';

export const receipt = z
  .strictObject({
    id: c.id('receipt'),
    account_id: c.id('account'),
    user: z.strictObject({ id: c.id('user'), email: z.string(), name: z.string().nullable() }),
    /** Who left by themselves is never given back (D8). */
    kind: z.enum(['removed', 'left']),
    state: z.enum(['open', 'restored', 'expired']),
    role: c.accountRole,
    member_state: memberState,
    modules: c.moduleList,
    /** As it was then; the slug is null where the link or the workspace is gone. */
    children: z.array(z.strictObject({ link_id: c.id('link'), slug: c.slug.nullable() })),
    workspaces: z.array(
      z.strictObject({ workspace: c.id('workspace'), slug: c.slug.nullable(), role: c.workspaceRole }),
    ),
    removed_by: z.string().nullable(),
    created_at: c.timestamp,
    expires_at: c.timestamp,
    restored_at: c.timestamp.nullable(),
  })
  .meta({ id: 'Receipt' });

const inAccount = z.strictObject({ account: c.reference });

export const receipts = {
  /** Newest first. */
  'receipts.list': {
    params: inAccount,
    query: c.pageQuery.extend({
      /** An address, or the id of a user or of the member of then. */
      member: c.reference.optional(),
      kind: z.enum(['removed', 'left']).optional(),
      state: z.enum(['open', 'restored', 'expired']).optional(),
    }),
    answer: c.pageOf(receipt),
  },
  'receipts.restore': {
    params: inAccount.extend({ receipt: c.id('receipt') }),
    body: z.strictObject({
      /** Gives back what fits, where a workspace or a child is gone. */
      partial: z.boolean().default(false),
    }),
    answer: z.strictObject({
      changed: z.boolean(),
      member,
      /** What was not given back, because it is gone. */
      missing: z.array(z.strictObject({ kind: z.string(), detail: z.string() })),
    }),
  },
} as const;

import { z } from 'zod';
import * as c from './common.ts';
import { delegationModes, delegationStates, limits } from './limits.ts';

const account = z.strictObject({ id: c.id('account'), slug: c.slug, name: z.string() });

/** A person of the master inside one of its managed accounts, for a short time (D15). */
export const delegation = z
  .strictObject({
    /** Also the id of its token. */
    id: c.id('delegation'),
    /** The managed account that it acts in. */
    account,
    master: account,
    /** Who acts by it. */
    user: z.strictObject({ id: c.id('user'), email: z.string(), name: z.string().nullable() }),
    role: z.enum(['admin', 'user']),
    /** What it was made with; of these it has those that the person still has. */
    modules: c.moduleList,
    mode: z.enum(delegationModes),
    reason: z.string(),
    /** `revoked` by somebody, `ended` with what it hung on: the link, the person's right, an account's active state. */
    state: z.enum(delegationStates),
    created_at: c.timestamp,
    expires_at: c.timestamp,
    last_used_at: c.timestamp.nullable(),
  })
  .meta({ id: 'Delegation' });

const inAccount = z.strictObject({ account: c.reference });

export const delegations = {
  /** Newest first. An administrator of either side sees all of them, anybody else their own. */
  'delegations.list': {
    params: inAccount,
    query: c.pageQuery.extend({ state: z.enum(delegationStates).optional() }),
    answer: c.pageOf(delegation),
  },
  /** The secret is a token like any other, and cannot be renewed. */
  'delegations.create': {
    params: inAccount,
    body: z.strictObject({
      reason: c.reason,
      minutes: z.int().min(1).max(limits.delegationMinutesMax).default(limits.delegationMinutes),
      mode: z.enum(delegationModes).default('full'),
    }),
    answer: z.strictObject({ delegation, secret: z.string() }),
  },
  'delegations.revoke': {
    params: inAccount.extend({ delegation: c.id('delegation') }),
    answer: c.changed,
  },
} as const;

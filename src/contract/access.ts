import { z } from 'zod';
import * as c from './common.ts';

/** An operation's id, or what an operation does beyond its own line; which there are, the server says. */
const action = z.string().min(1).max(100);

const who = z
  .strictObject({
    kind: z.enum(['user', 'api', 'account_token', 'key', 'delegation', 'staff', 'meter']),
    /** Of the person or the token; null for an address that is not known here. */
    id: z.string().nullable(),
    /** Address of a person, name of a token. */
    name: z.string(),
    member_id: c.id('member').nullable(),
  })
  .meta({ id: 'AccessSubject' });

const fix = z
  .strictObject({
    text: z.string(),
    /** To be typed as it is, where there is a command. */
    command: z.string().nullable(),
    /** May whoever asked run it themselves? */
    yours: z.boolean(),
  })
  .meta({ id: 'AccessFix', description: 'What would have to change for a link to hold' });

/** A link of the whole chain, whether it held or not. */
export const accessLink = z
  .strictObject({
    check: z.string(),
    ok: z.boolean(),
    text: z.string(),
    /**
     * `one_of`: one of these must hold; `must`: each of these; `now`: each of these for it to work at this moment,
     * though it is allowed; `fact`: what the others rest on.
     */
    need: z.enum(['fact', 'one_of', 'must', 'now']),
    fix: fix.nullable(),
  })
  .meta({ id: 'AccessLink' });

const where = z.strictObject({ id: z.string(), slug: z.string() });

export const explanation = z
  .strictObject({
    allowed: z.boolean(),
    /** As what, if it is allowed. */
    as: z.string().nullable(),
    /** The error that the operation answers, if it is not allowed. */
    code: z.string().nullable(),
    who,
    action: z.string(),
    account: where.nullable(),
    /** The workspace it was judged in; null if the action works in none. */
    workspace: where.nullable(),
    chain: z.array(accessLink),
  })
  .meta({ id: 'Explanation' });

export const entitled = z
  .strictObject({
    /** A member; or, named as a whole, the people of the master, those of them it granted this account, or staff. */
    via: z.enum(['member', 'master', 'granted', 'staff']),
    as: z.string(),
    member: z
      .strictObject({
        id: c.id('member'),
        user: z.strictObject({ id: c.id('user'), email: z.string(), name: z.string().nullable() }),
        role: c.accountRole,
      })
      .nullable(),
    text: z.string(),
  })
  .meta({ id: 'Entitled' });

const column = z.strictObject({
  name: z.string(),
  kind: z.enum(['account_role', 'module', 'workspace_role', 'master', 'granted', 'staff', 'who']),
});

export const accessMatrix = z
  .strictObject({
    account: where,
    account_kind: c.accountKind,
    state: z.enum(['provisioning', 'active', 'suspended']),
    columns: z.array(column),
    rows: z.array(
      z.strictObject({
        action: z.string(),
        /** What it does; null for what is no operation of its own. */
        summary: z.string().nullable(),
        /** Only by somebody in person, never by a token that an account owns, or by any token. */
        person: z.enum(['signed_in', 'behind']).nullable(),
        /** Also by a delegation. */
        delegated: z.boolean(),
        /** By the name of the column: as what, or null for never. */
        cells: z.record(z.string(), z.string().nullable()),
      }),
    ),
  })
  .meta({ id: 'AccessMatrix' });

export const access = {
  'access.explain': {
    body: z.strictObject({
      action,
      /** Left out only for an action that is about no account. */
      account: c.reference.optional(),
      /** An address, or the id of a user, member or token; left out, the caller. */
      who: z.string().min(1).max(320).optional(),
      /** Where an action that works in one workspace is asked about: `default` unless given. */
      workspace: c.reference.optional(),
    }),
    answer: explanation,
  },
  'access.who_can': {
    query: c.pageQuery,
    body: z.strictObject({ action, account: c.reference, workspace: c.reference.optional() }),
    answer: c.pageOf(entitled),
  },
  'access.matrix': {
    params: z.strictObject({ account: c.reference }),
    query: z.strictObject({
      who: z.string().min(1).max(320).optional(),
      /** Goes with `who`. */
      workspace: c.reference.optional(),
    }),
    answer: accessMatrix,
  },
} as const;

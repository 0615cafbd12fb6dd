import { z } from 'zod';
import * as c from './common.ts';
import { delegationModes } from './limits.ts';

export const user = z
  .strictObject({
    id: c.id('user'),
    email: z.string(),
    name: z.string().nullable(),
    staff: z.boolean(),
    personal_account: c.id('account').nullable(),
    revision: z.int(),
    created_at: c.timestamp,
    updated_at: c.timestamp,
  })
  .meta({ id: 'User' });

/** A signed-in session: a short access token, and a refresh token that rotates at every use. */
export const session = z
  .strictObject({
    user,
    access_token: z.string(),
    access_expires_at: c.timestamp,
    refresh_token: z.string(),
    refresh_expires_at: c.timestamp,
  })
  .meta({ id: 'Session' });

export const tokenKind = z.enum(['user', 'api', 'staff', 'meter', 'key', 'dlg']);

/** What the credential of a request is, and the one account it is bound to, if it is. */
export const identity = z
  .strictObject({
    user: user.nullable(),
    credential: z.strictObject({
      kind: tokenKind,
      id: z.string(),
      name: z.string().nullable(),
      owner: z.enum(['user', 'member', 'account']),
      account: z
        .strictObject({
          id: c.id('account'),
          slug: c.slug,
          name: z.string(),
          parent_id: c.id('account').nullable(),
        })
        .nullable(),
      role: c.accountRole.nullable(),
      modules: c.moduleList,
      /** Of a workspace's key: the one place where it works, and as what. */
      workspace: z.strictObject({ id: c.id('workspace'), slug: c.slug, role: c.workspaceRole }).nullable(),
      expires_at: c.timestamp.nullable(),
      /** Of kind `dlg`: whose person acts in the account, how and why. */
      delegation: z
        .strictObject({
          master: z.strictObject({ id: c.id('account'), slug: c.slug, name: z.string() }),
          mode: z.enum(delegationModes),
          reason: z.string(),
        })
        .nullable(),
    }),
  })
  .meta({ id: 'Identity' });

export const token = z
  .strictObject({
    id: c.id('token'),
    kind: tokenKind,
    owner: z.enum(['user', 'member', 'account']),
    name: z.string(),
    account_id: c.id('account').nullable(),
    user_id: c.id('user').nullable(),
    role: c.accountRole.nullable(),
    modules: c.moduleList,
    reason: z.string().nullable(),
    state: z.enum(['active', 'revoked', 'expired']),
    created_by: z.string().nullable(),
    created_at: c.timestamp,
    expires_at: c.timestamp,
    last_used_at: c.timestamp.nullable(),
  })
  .meta({ id: 'Token' });

export const tokenWithSecret = z.strictObject({ token, secret: z.string() }).meta({ id: 'TokenWithSecret' });

export const staffMember = z
  .strictObject({
    user_id: c.id('user'),
    email: z.string(),
    name: z.string().nullable(),
    reason: z.string(),
    added_by: z.string().nullable(),
    created_at: c.timestamp,
  })
  .meta({ id: 'StaffMember' });

const expires_in_days = z.int().min(1).max(365);

export const auth = {
  'auth.signup': {
    body: z.strictObject({ email: c.address }),
    answer: z.strictObject({ sent: z.literal(true) }),
  },
  'auth.signup_finish': {
    body: z.strictObject({ secret: c.secret, password: c.password, name: c.displayName.optional() }),
    answer: session,
  },
  'auth.login': { body: z.strictObject({ email: c.address, password: c.password }), answer: session },
  'auth.refresh': { body: z.strictObject({ refresh_token: c.secret }), answer: session },
  'auth.logout': { answer: c.changed },
  'auth.password_forgot': {
    body: z.strictObject({ email: c.address }),
    answer: z.strictObject({ sent: z.literal(true) }),
  },
  'auth.password_reset': {
    body: z.strictObject({ secret: c.secret, password: c.password }),
    answer: c.changed,
  },
  'auth.password_change': {
    body: z.strictObject({ current_password: c.password, password: c.password }),
    answer: c.changed,
  },
  'auth.email_confirm': { body: z.strictObject({ secret: c.secret }), answer: c.changed },

  'me.show': { answer: identity },
  /** A new address takes effect when the link mailed to it is confirmed; it needs the password. */
  'me.update': {
    body: z.strictObject({
      name: c.displayName.nullable().optional(),
      email: c.address.optional(),
      current_password: c.password.optional(),
    }),
    answer: user,
  },
  'me.delete': {
    body: z.strictObject({ current_password: c.password }),
    answer: z.strictObject({ changed: z.boolean(), left_accounts: z.array(z.string()) }),
  },

  'tokens.list': { query: c.pageQuery, answer: c.pageOf(token) },
  'tokens.create': {
    body: z.discriminatedUnion('kind', [
      z.strictObject({
        kind: z.literal('api'),
        name: c.displayName,
        account: c.reference,
        role: c.accountRole.optional(),
        modules: c.moduleList.optional(),
        expires_in_days: expires_in_days.optional(),
      }),
      /** Staff only; asks for the password again. */
      z.strictObject({
        kind: z.literal('staff'),
        name: c.displayName,
        reason: c.reason,
        current_password: c.password,
        expires_in_days: z.int().min(1).max(30).optional(),
      }),
      /** A metering token: staff only, with the password again. It reports usage and does nothing else. */
      z.strictObject({
        kind: z.literal('meter'),
        name: c.displayName,
        reason: c.reason,
        current_password: c.password,
        expires_in_days: expires_in_days.optional(),
      }),
    ]),
    answer: tokenWithSecret,
  },
  'tokens.revoke': { params: z.strictObject({ token: c.id('token') }), answer: c.changed },
  'account_tokens.list': {
    params: z.strictObject({ account: c.reference }),
    query: c.pageQuery,
    answer: c.pageOf(token),
  },
  'account_tokens.create': {
    params: z.strictObject({ account: c.reference }),
    body: z.strictObject({
      name: c.displayName,
      role: c.accountRole,
      modules: c.moduleList.optional(),
      expires_in_days: expires_in_days.optional(),
    }),
    answer: tokenWithSecret,
  },
  'account_tokens.revoke': {
    params: z.strictObject({ account: c.reference, token: c.id('token') }),
    answer: c.changed,
  },

  'staff.list': { query: c.pageQuery, answer: c.pageOf(staffMember) },
  'staff.add': { body: z.strictObject({ email: c.address, reason: c.reason }), answer: staffMember },
  'staff.remove': { params: z.strictObject({ user: c.reference }), answer: c.changed },
} as const;

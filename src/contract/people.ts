import { z } from 'zod';
import * as c from './common.ts';

export const memberState = z.enum(['active', 'deactivated']);

export const member = z
  .strictObject({
    id: c.id('member'),
    account_id: c.id('account'),
    user: z.strictObject({ id: c.id('user'), email: z.string(), name: z.string().nullable() }),
    role: c.accountRole,
    state: memberState,
    modules: c.moduleList,
    /** Links of the children they were granted (R14). */
    children: z.array(z.strictObject({ link_id: c.id('link'), slug: c.slug })),
    revision: z.int(),
    created_at: c.timestamp,
    updated_at: c.timestamp,
  })
  .meta({ id: 'Member' });

export const inviteState = z.enum(['pending', 'accepted', 'declined', 'revoked', 'expired']);
export const mailState = z.enum(['queued', 'sent', 'failed', 'cancelled']);

export const invite = z
  .strictObject({
    id: c.id('invite'),
    account_id: c.id('account'),
    email: z.string(),
    role: c.accountRole,
    modules: c.moduleList,
    children: z.array(c.id('link')),
    workspaces: z.array(z.strictObject({ workspace: c.id('workspace'), role: c.workspaceRole })),
    first_name: z.string().nullable(),
    state: inviteState,
    mail: mailState,
    /** Why its mail has not left, in the mail server's words; null while nothing is wrong. */
    mail_error: z.string().nullable(),
    sponsor: z.string().nullable(),
    batch_id: c.id('batch').nullable(),
    revision: z.int(),
    created_at: c.timestamp,
    sent_at: c.timestamp,
    expires_at: c.timestamp,
    updated_at: c.timestamp,
  })
  .meta({ id: 'Invite' });

/** What an invitation offers; R11: one set for a whole batch, which a row may override. */
export const offer = {
  role: c.accountRole.optional(),
  modules: c.moduleList.optional(),
  children: c.childList.optional(),
  workspaces: c.workspaceList.optional(),
};

const inAccount = z.strictObject({ account: c.reference });
const oneMember = inAccount.extend({ member: c.reference });
const oneInvite = inAccount.extend({ invite: c.reference });

/** What else hangs on a person, and what becomes of it when they go: the first 100 of a kind by name. */
export const holding = z
  .strictObject({
    kind: z.enum([
      'token',
      'delegation',
      'invite',
      'key',
      'connector',
      'workflow',
      'job',
      'parser',
      'form',
      'managed_membership',
    ]),
    fate: z.enum(['stays', 'ends', 'passes_on']),
    count: z.int(),
    items: z.array(
      z.strictObject({
        id: z.string(),
        name: z.string().nullable(),
        /** Slug of the workspace, or of the account if it is another one. */
        place: z.string().nullable(),
      }),
    ),
  })
  .meta({ id: 'Holding' });

export const removalPreview = z
  .strictObject({
    /** With their grants of children, which end. */
    member,
    workspaces: z.array(
      z.strictObject({ workspace: c.id('workspace'), slug: c.slug, role: c.workspaceRole }),
    ),
    tokens: z.int(),
    /** D5: their pending invitations to `user` and `member` pass to the one who removes; those to admin roles end. */
    invites_adopted: z.int(),
    invites_revoked: z.int(),
    holdings: z.array(holding),
  })
  .meta({ id: 'RemovalPreview' });

/** What a removal does with what hangs on somebody, unless it stays or ends anyway. */
const taking = {
  revoke_invites: c.queryFlag.optional(),
  /** Ends the workspace keys that they made. */
  revoke_keys: c.queryFlag.optional(),
  /** An active member who gets what they made, in the same transaction. */
  reassign_to: c.reference.optional(),
  /** Also removes them from the managed accounts of this one. */
  managed: c.queryFlag.optional(),
};

export const people = {
  'members.list': {
    params: inAccount,
    query: c.pageQuery.extend({
      q: c.searchText.optional(),
      role: c.accountRole.optional(),
      state: memberState.optional(),
    }),
    answer: c.pageOf(member),
  },
  /** `{member}` takes a member id, a user id or an address. */
  'members.show': { params: oneMember, answer: member },
  'members.update': {
    params: oneMember,
    body: z.strictObject({
      role: c.accountRole.optional(),
      modules: c.moduleList.optional(),
      children: c.childList.optional(),
    }),
    answer: member,
  },
  'members.deactivate': { params: oneMember, answer: member },
  'members.activate': { params: oneMember, answer: member },
  'members.removal_preview': { params: oneMember, query: z.strictObject(taking), answer: removalPreview },
  'members.remove': {
    params: oneMember,
    query: z.strictObject(taking),
    answer: z.strictObject({
      changed: z.boolean(),
      receipt_id: c.id('receipt').nullable(),
      preview: removalPreview.nullable(),
    }),
  },

  'invites.list': {
    params: inAccount,
    query: c.pageQuery.extend({
      q: c.searchText.optional(),
      state: inviteState.optional(),
      role: c.accountRole.optional(),
      batch: c.id('batch').optional(),
    }),
    answer: c.pageOf(invite),
  },
  'invites.send': {
    params: inAccount,
    body: z.strictObject({
      email: c.address,
      ...offer,
      first_name: c.displayName.optional(),
      reinvite_declined: z.boolean().optional(),
      /** Staff must say why. */
      reason: c.reason.optional(),
    }),
    answer: invite,
  },
  /** `{invite}` takes an id, or the address of the pending invitation. */
  'invites.show': { params: oneInvite, answer: invite },
  'invites.revoke': { params: oneInvite, answer: c.changed },
  'invites.resend': { params: oneInvite, answer: invite },
  'invites.resend_many': {
    params: inAccount,
    body: z.strictObject({
      state: z.enum(['pending', 'expired']),
      older_than_seconds: z
        .int()
        .min(0)
        .max(10 * 365 * 86_400)
        .optional(),
      limit: z.int().min(1).max(1000).default(1000),
    }),
    /** `remaining` says how many more match: call again until it is 0. */
    answer: z.strictObject({
      resent: z.int(),
      remaining: z.int(),
      refused: z.array(z.strictObject({ invite_id: c.id('invite'), code: z.string() })),
    }),
  },
  'invites.preview': {
    body: z.strictObject({ secret: c.secret }),
    answer: z.strictObject({
      account: z.strictObject({ name: z.string(), kind: c.accountKind }),
      email: z.string(),
      role: c.accountRole,
      modules: c.moduleList,
      invited_by: z.string().nullable(),
      expires_at: c.timestamp,
      /** How it is accepted: with a new password, or by signing in. */
      needs: z.enum(['new_password', 'sign_in']),
    }),
  },
  'invites.accept': {
    body: z.strictObject({
      secret: c.secret,
      /** A new one for somebody new; the own one for somebody who has an account and sends no session. */
      password: c.password.optional(),
      name: c.displayName.optional(),
    }),
    answer: z.strictObject({
      account: z.strictObject({ id: c.id('account'), slug: c.slug, name: z.string() }),
      role: c.accountRole,
      /** What the invite named and is gone meanwhile. */
      dropped: z.array(z.string()),
    }),
  },
  'invites.decline': { body: z.strictObject({ secret: c.secret }), answer: c.changed },
} as const;

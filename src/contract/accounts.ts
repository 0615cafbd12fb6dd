import { z } from 'zod';
import * as c from './common.ts';
import { delegationModes } from './limits.ts';

export const accountState = z.enum(['provisioning', 'active', 'suspended']);
export const feature = z.enum(['locked', 'unlocked', 'trial']);

/** Which mails the account's admins get beside their own. */
export const mailPreferences = z.strictObject({ security: z.boolean(), members: z.boolean() });

export const seats = z.strictObject({ used: z.int(), limit: z.int().nullable() }).meta({
  id: 'Seats',
  description: 'Active members and unexpired pending invitations (D6); null is no limit',
});

const other = z.strictObject({ id: c.id('account'), slug: c.slug, name: z.string() });

export const account = z
  .strictObject({
    id: c.id('account'),
    kind: c.accountKind,
    slug: c.slug,
    name: z.string(),
    state: accountState,
    suspended_by: z.enum(['staff', 'master']).nullable(),
    plan: c.planName,
    managed_accounts: feature,
    trial_ends_at: c.timestamp.nullable(),
    labels: c.labels,
    mail: mailPreferences,
    /** Who may copy its parsers out: its family (a master and its managed accounts), or any account (R7). */
    copy_out: c.copyOut,
    parent: z
      .strictObject({ link_id: c.id('link'), kind: z.enum(['managed', 'sub']), account: other })
      .nullable(),
    /** How the caller comes to see it, and as what. */
    via: z.enum(['member', 'managed', 'granted', 'delegation', 'staff', 'key']),
    role: c.accountRole.nullable(),
    seats,
    revision: z.int(),
    created_at: c.timestamp,
    updated_at: c.timestamp,
  })
  .meta({ id: 'Account' });

export const treeAccount = z
  .strictObject({
    id: c.id('account'),
    slug: c.slug,
    name: z.string(),
    kind: c.accountKind,
    state: accountState,
    plan: c.planName,
    labels: c.labels,
    link_id: c.id('link').nullable(),
    members: z.int(),
    pending_invites: z.int(),
    workspaces: z.array(z.strictObject({ id: c.id('workspace'), slug: c.slug, name: z.string() })),
  })
  .meta({ id: 'TreeAccount' });

export const tree = z
  .strictObject({
    /** Upwards only the name (Who may do what: tree). */
    parent: z.strictObject({ name: z.string() }).nullable(),
    account: treeAccount,
    children: z.array(treeAccount),
    /** Accounts under its umbrella: of the other end of a link one sees the name and the link only. */
    sub_accounts: z.array(z.strictObject({ link_id: c.id('link'), slug: c.slug, name: z.string() })),
  })
  .meta({ id: 'Tree' });

export const addressRules = z
  .strictObject({
    allow: z.array(z.string().min(1).max(253)).max(1000),
    deny: z.array(z.string().min(1).max(253)).max(1000),
  })
  .meta({ id: 'AddressRules' });

export const roleEntry = z
  .strictObject({
    name: z.string(),
    kind: z.enum(['account_role', 'workspace_role', 'module']),
    account_kinds: z.array(c.accountKind),
    grantable: z.boolean(),
    description: z.string(),
    /** What it opens in an account: all of it for a role of the account, what it adds for what is granted beside one. */
    operations: z.array(z.string()),
  })
  .meta({ id: 'Role' });

const actor = z.strictObject({
  kind: z.enum(['user', 'api', 'account_token', 'key', 'staff', 'meter', 'system', 'anonymous']),
  id: z.string().nullable(),
  /** Address of a person, name of an account token. */
  name: z.string().nullable(),
});

export const auditEvent = z
  .strictObject({
    id: c.id('event'),
    at: c.timestamp,
    account_id: c.id('account').nullable(),
    /** Who did it: the real person also where they acted by delegation. */
    actor,
    /** By what right somebody from outside acted in the account; null for its own people and tokens. */
    subject: z
      .strictObject({
        kind: z.literal('delegation'),
        id: c.id('delegation'),
        /** The master whose person it was, named as then. */
        account: other,
        mode: z.enum(delegationModes),
        reason: z.string(),
      })
      .nullable(),
    action: z.string(),
    target: z.strictObject({ kind: z.string(), id: z.string(), name: z.string().nullable() }),
    reason: z.string().nullable(),
    before: z.record(z.string(), z.json()).nullable(),
    after: z.record(z.string(), z.json()).nullable(),
    request_id: z.string().nullable(),
  })
  .meta({ id: 'AuditEvent' });

const one = z.strictObject({ account: c.reference });
const auditQuery = c.pageQuery.extend({
  actor: c.searchText.optional(),
  action: c.searchText.optional(),
  target: c.searchText.optional(),
  since: c.timestamp.optional(),
  until: c.timestamp.optional(),
});

export const accounts = {
  'accounts.list': {
    query: c.pageQuery.extend({
      q: c.searchText.optional(),
      kind: c.accountKind.optional(),
      state: accountState.optional(),
      /** Only the managed accounts of this master. */
      master: c.reference.optional(),
      /** `env=staging`; may be given several times, all must match. */
      label: z.union([z.string().max(200), z.array(z.string().max(200)).max(32)]).optional(),
    }),
    answer: c.pageOf(account),
  },
  'accounts.create': {
    body: z.strictObject({
      name: c.displayName,
      slug: c.slug.optional(),
      kind: z.enum(['standard', 'organization']).default('standard'),
      plan: c.planName.optional(),
      /** Makes it a managed account of this one. */
      master: c.reference.optional(),
      labels: c.labels.optional(),
      /** Invited as first super admin (organization, required) or first admin (managed, optional). */
      admin_email: c.address.optional(),
    }),
    answer: account,
  },
  'accounts.show': { params: one, answer: account },
  'accounts.update': {
    params: one,
    body: z.strictObject({
      name: c.displayName.optional(),
      slug: c.slug.optional(),
      /** Replaces all labels. */
      labels: c.labels.optional(),
      mail: mailPreferences.partial().optional(),
      copy_out: c.copyOut.optional(),
    }),
    answer: account,
  },
  'accounts.delete': {
    params: one,
    query: z.strictObject({ confirm: z.string().max(100) }),
    answer: z.strictObject({
      changed: z.boolean(),
      members: z.int(),
      pending_invites: z.int(),
      workspaces: z.int(),
      parsers: z.int(),
      forms: z.int(),
      records: z.int(),
      resources: z.int(),
      tokens: z.int(),
      keys: z.int(),
    }),
  },
  'accounts.leave': { params: one, answer: c.changed },
  'accounts.suspend': { params: one, body: z.strictObject({ reason: c.reason.optional() }), answer: account },
  'accounts.activate': {
    params: one,
    body: z.strictObject({ reason: c.reason.optional() }),
    answer: account,
  },
  'accounts.lock': { params: one, body: z.strictObject({ reason: c.reason.optional() }), answer: account },
  'accounts.unlock': {
    params: one,
    body: z.strictObject({ reason: c.reason.optional(), trial_days: z.int().min(1).max(365).optional() }),
    answer: account,
  },
  'accounts.release': { params: one, answer: c.changed },
  'accounts.tree': { params: one, answer: tree },

  'address_rules.show': { params: one, answer: addressRules },
  'address_rules.update': { params: one, body: addressRules, answer: addressRules },

  'roles.list': { query: c.pageQuery, answer: c.pageOf(roleEntry) },

  'audit.list': { params: one, query: auditQuery, answer: c.pageOf(auditEvent) },
  'audit.platform': { query: auditQuery, answer: c.pageOf(auditEvent) },

  'dev.mail': {
    query: c.pageQuery.extend({ to: c.address.optional() }),
    answer: c.pageOf(
      z
        .strictObject({
          id: c.id('mail'),
          to: z.string(),
          subject: z.string(),
          text: z.string(),
          links: z.array(z.string()),
          at: c.timestamp,
        })
        .meta({ id: 'CapturedMail' }),
    ),
  },
  'dev.clock': { answer: z.strictObject({ now: c.timestamp }) },
  'dev.clock_set': {
    body: z.union([
      z.strictObject({
        advance_seconds: z
          .int()
          .min(0)
          .max(10 * 365 * 86_400),
      }),
      z.strictObject({ now: c.timestamp }),
    ]),
    answer: z.strictObject({ now: c.timestamp }),
  },
} as const;

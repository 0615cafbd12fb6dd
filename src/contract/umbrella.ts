import { z } from 'zod';
import * as c from './common.ts';
import { formRoles } from './limits.ts';
import { mailState } from './people.ts';

export const linkState = z.enum(['invited', 'active', 'ended', 'declined', 'revoked', 'expired']);

/** At most so many units of each kind a month (UTC); `none` must be said: it is no cap at all (D11). */
const cap = z.union([z.int().min(0).max(1_000_000_000), z.literal('none')]);
export const caps = z.strictObject({ upload: cap, message: cap }).meta({ id: 'Caps' });

/** Of a consent sheet: SHA-256 in hex. */
const digest = z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in hex');

const named = z.strictObject({ id: c.id('account'), slug: c.slug, name: z.string() });

/** A link to a sub-account from the umbrella's side, from the invitation on: it keeps its id. */
export const link = z
  .strictObject({
    id: c.id('link'),
    state: linkState,
    /** Name and slug of the other end, once it has accepted: all that the umbrella sees of the account. */
    account: named.nullable(),
    email: z.string(),
    /** The slug that was meant, as the inviter gave it. */
    invitee: z.string().nullable(),
    first_name: z.string().nullable(),
    mobile: z.string().nullable(),
    caps,
    mail: mailState,
    mail_error: z.string().nullable(),
    sponsor: z.string().nullable(),
    batch_id: c.id('batch').nullable(),
    revision: z.int(),
    created_at: c.timestamp,
    sent_at: c.timestamp,
    expires_at: c.timestamp,
    accepted_at: c.timestamp.nullable(),
    ended_at: c.timestamp.nullable(),
    updated_at: c.timestamp,
  })
  .meta({ id: 'Link' });

/** An invitation as the invited person sees it. */
export const umbrellaInvite = z
  .strictObject({
    id: c.id('link'),
    umbrella: z.strictObject({ slug: c.slug, name: z.string() }),
    email: z.string(),
    invitee: z.string().nullable(),
    caps,
    expires_at: c.timestamp,
  })
  .meta({ id: 'UmbrellaInvite' });

/** A limit of the plan, with what gives it before and after. */
const moved = <T extends z.ZodType>(value: T) =>
  z.strictObject({ name: z.string(), before: value, after: value });

/** How the link changes what an account may have (R36, D10): everything that is not named stays. */
const entitlementChange = z.strictObject({
  entitlements: z.array(moved(z.boolean())),
  /** null is no limit. */
  limits: z.array(moved(z.int().nullable())),
});

/** A form and the role at which the umbrella sees it: `none` for one that it does not. */
const sharedForm = z.strictObject({
  id: c.id('form'),
  name: z.string(),
  workspace: c.slug,
  role: z.enum(formRoles),
});

/** What an account agrees to: equal digests mean equal sheets (D12). */
export const consentSheet = z
  .strictObject({
    link_id: c.id('link'),
    digest,
    umbrella: z.strictObject({ slug: c.slug, name: z.string() }),
    account: named,
    /** What stands in the way of accepting, all at once; empty if nothing does. */
    blockers: z.array(z.strictObject({ kind: z.string(), detail: z.string() })),
    forms: z.strictObject({
      /** Every form that the account owns now, and the role at which the umbrella gets to see it (R37). */
      now: z.array(sharedForm),
      /** The role of each form that it will own later. */
      later: z.enum(formRoles),
    }),
    /** Who pays for uploads and messages while it lasts (R39), and up to how much a month. */
    payer: z.strictObject({ slug: c.slug, name: z.string() }),
    caps,
    changes: entitlementChange,
    /** What stays as it is, and what ends it, in sentences. */
    terms: z.array(z.string()),
    expires_at: c.timestamp,
  })
  .meta({ id: 'ConsentSheet' });

/** What exceeds the plan of its own once the link has ended: it stays, and nothing new is allowed until it fits (D10). */
const excess = z.strictObject({ limit: z.string(), used: z.int(), own: z.int() });

/** What ending a link comes to for the account. */
export const linkEnd = z
  .strictObject({
    changes: entitlementChange,
    excess: z.array(excess),
    /** Forms that the umbrella does not see any more, and those it goes on seeing. */
    forms_ended: z.array(sharedForm),
    forms_kept: z.array(sharedForm),
    /** Members of the umbrella who were granted the sub-account, and lose it. */
    grants: z.int(),
  })
  .meta({ id: 'LinkEnd' });

/** The account's own side of its link. */
export const umbrellaLink = z
  .strictObject({
    link_id: c.id('link'),
    umbrella: z.strictObject({ slug: c.slug, name: z.string(), suspended: z.boolean() }),
    caps,
    since: c.timestamp,
    changes: entitlementChange,
    forms: z.array(sharedForm),
  })
  .meta({ id: 'UmbrellaLink' });

const inAccount = z.strictObject({ account: c.reference });
/** The id of a link, the slug of a sub-account, or the address that was invited. */
const oneLink = inAccount.extend({ link: z.string().min(1).max(320) });

export const umbrella = {
  'sub_accounts.list': {
    params: inAccount,
    query: c.pageQuery.extend({
      q: c.searchText.optional(),
      state: linkState.optional(),
      batch: c.id('batch').optional(),
    }),
    answer: c.pageOf(link),
  },
  'sub_accounts.invite': {
    params: inAccount,
    body: z.strictObject({
      email: c.address,
      invitee: c.slug.optional(),
      caps,
      first_name: c.displayName.optional(),
      mobile: c.oneLine(40).optional(),
      reinvite_declined: z.boolean().optional(),
    }),
    answer: link,
  },
  'sub_accounts.show': { params: oneLink, answer: link },
  'sub_accounts.update': { params: oneLink, body: z.strictObject({ caps: caps.partial() }), answer: link },
  'sub_accounts.resend': { params: oneLink, answer: link },
  'sub_accounts.unlink': {
    params: oneLink,
    answer: z.strictObject({
      changed: z.boolean(),
      link,
      /** How many forms the umbrella loses sight of, and people of its own their grant; null for an invitation. */
      ends: z.strictObject({ forms: z.int(), grants: z.int() }).nullable(),
    }),
  },

  'umbrella_invites.list': { query: c.pageQuery, answer: c.pageOf(umbrellaInvite) },
  'umbrella_invites.preview': {
    body: z.strictObject({ secret: c.secret }),
    answer: umbrellaInvite.extend({ invited_by: z.string().nullable() }),
  },
  'umbrella_invites.consent': {
    params: z.strictObject({ link: c.id('link') }),
    query: z.strictObject({ account: c.reference }),
    answer: consentSheet,
  },
  'umbrella_invites.accept': {
    params: z.strictObject({ link: c.id('link') }),
    body: z.strictObject({ account: c.reference, digest }),
    answer: z.strictObject({ changed: z.boolean(), sheet: consentSheet }),
  },
  'umbrella_invites.decline': {
    /** One of the two. */
    body: z.union([z.strictObject({ secret: c.secret }), z.strictObject({ link: c.id('link') })]),
    answer: c.changed,
  },
  'umbrella.show': { params: inAccount, answer: umbrellaLink },
  'umbrella.unlink': {
    params: inAccount,
    query: z.strictObject({
      /** Forms whose role the account chose itself stay shared at that role (D10). */
      keep_shares: c.queryFlag.optional(),
    }),
    answer: z.strictObject({ changed: z.boolean(), ends: linkEnd.nullable() }),
  },
} as const;

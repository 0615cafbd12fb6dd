import { z } from 'zod';
import * as c from './common.ts';
import type { Entitlement, PlanLimit } from './limits.ts';

const blocker = z.strictObject({ kind: z.string(), detail: z.string() });

/** One of a kind for each entitlement, and for each limit: a name that is missing does not compile. */
const perEntitlement = <T extends z.ZodType>(each: T) =>
  z.strictObject({
    managed_accounts: each,
    umbrella: each,
    organization: each,
    team: each,
  } satisfies Record<Entitlement, T>);
const perLimit = <T extends z.ZodType>(each: T) =>
  z.strictObject({
    seats: each,
    mails_per_day: each,
    parsers: each,
    workspaces: each,
    uploads_per_month: each,
    messages_per_month: each,
  } satisfies Record<PlanLimit, T>);

/** Amounts are whole cents. The price stays where a day of it can be reckoned without a rounding error. */
const price = z.int().min(0).max(100_000_000);
const cents = z.int();

export const plan = z
  .strictObject({
    name: c.planName,
    title: c.oneLine(80),
    monthly_price_cents: price,
    /** May an account's administrators choose it? Else only staff set it (D13). */
    self_serve: z.boolean(),
    entitlements: perEntitlement(z.boolean()),
    /** null is no limit. */
    limits: perLimit(z.int().min(0).max(1_000_000_000).nullable()),
  })
  .meta({ id: 'Plan' });

/** Whether an account may use something, and by what. */
const grant = z
  .strictObject({
    granted: z.boolean(),
    by: z.enum(['plan', 'trial', 'umbrella']).nullable(),
    /** When a trial ends. */
    until: c.timestamp.nullable(),
    /** What is missing: the plan has it not, or staff have not unlocked it (R4). */
    lacks: z.enum(['plan', 'unlock']).nullable(),
  })
  .meta({ id: 'EntitlementGrant' });

export const subscription = z
  .strictObject({
    account_id: c.id('account'),
    plan: c.planName,
    /** Of the running period: fixed when it began or the plan changed. */
    price_cents: cents,
    period_start: c.day,
    /** The day that the next period begins on. */
    period_end: c.day,
    scheduled: z.strictObject({ plan: c.planName, at: c.day }).nullable(),
    /** Credit that the next charges use up. It is never paid out. */
    balance_cents: cents,
    entitlements: perEntitlement(grant),
    /** What is used of what; `used` is null where nothing is counted yet. */
    limits: perLimit(
      z.strictObject({
        used: z.int().nullable(),
        limit: z.int().nullable(),
        /** Where it comes from: an umbrella gives at least Professional's while the account is linked (R36). */
        by: z.enum(['plan', 'umbrella']),
      }),
    ),
    revision: z.int(),
  })
  .meta({ id: 'Subscription' });

/**
 * - period: a whole period of a plan
 * - unused: days given back when the plan changed in the middle of a period
 * - prorated: the same days on the new plan
 * - credit_kept: what was given back and not used up at once goes to the balance
 * - credit_used: paid from the balance
 */
export const lineKind = z.enum(['period', 'unused', 'prorated', 'credit_kept', 'credit_used']);

const line = {
  kind: lineKind,
  plan: c.planName.nullable(),
  /** The monthly price that the days are reckoned from. */
  price_cents: cents.nullable(),
  /** The first day, and how many from it on. */
  from: c.day.nullable(),
  days: z.int().nullable(),
  /** Credits are negative. */
  amount_cents: cents,
};

export const changeLine = z.strictObject(line).meta({ id: 'PlanChangeLine' });
export const billLine = z.strictObject({ ...line, at: c.timestamp }).meta({ id: 'BillLine' });

export const planChange = z
  .strictObject({
    account_id: c.id('account'),
    from: plan,
    to: plan,
    direction: z.enum(['upgrade', 'downgrade', 'none']),
    takes_effect: z.enum(['now', 'period_end']),
    /** The day that it takes effect on. */
    on: c.day,
    /** A scheduled change that it takes the place of, or cancels. */
    replaces: z.strictObject({ plan: c.planName, at: c.day }).nullable(),
    /** All that stands in the way. */
    blockers: z.array(blocker),
    /** What is charged and given back now. */
    lines: z.array(changeLine),
    due_cents: cents,
    balance_cents: cents,
    /** The next period as it stands with the change. */
    next: z.strictObject({
      on: c.day,
      plan: c.planName,
      price_cents: cents,
      credit_used_cents: cents,
      due_cents: cents,
    }),
    /** Of all of this: sent with the change, it is refused if anything is otherwise by then. */
    digest: z.string(),
  })
  .meta({ id: 'PlanChange' });

export const bill = z
  .strictObject({
    account_id: c.id('account'),
    period_start: c.day,
    period_end: c.day,
    lines: z.array(billLine),
    charges_cents: cents,
    /** Days given back. */
    credits_cents: cents,
    credit_kept_cents: cents,
    credit_used_cents: cents,
    /** The sum of the lines: charges less credits, plus what was kept for later, less what was used of it. */
    due_cents: cents,
    /** First days of the periods beside it. */
    previous: c.day.nullable(),
    next: c.day.nullable(),
  })
  .meta({ id: 'Bill' });

const one = z.strictObject({ account: c.reference });
const wanted = z.strictObject({
  plan: c.planName,
  /** A downgrade at once instead of at the end of the period. */
  now: z.boolean().optional(),
});

export const billing = {
  /** `revision` is the whole catalogue's, for `plans.replace`. */
  'plans.list': {
    query: c.pageQuery,
    answer: c.pageOf(plan).extend({ revision: z.int() }).meta({ id: 'Catalogue' }),
  },
  'plans.show': { params: z.strictObject({ plan: c.reference }), answer: plan },
  'plans.replace': {
    body: z.strictObject({ plans: z.array(plan).min(1).max(100) }),
    answer: z
      .strictObject({
        changed: z.boolean(),
        added: z.array(c.planName),
        updated: z.array(c.planName),
        removed: z.array(c.planName),
        revision: z.int(),
      })
      .meta({ id: 'CatalogueChange' }),
  },
  'subscription.show': { params: one, answer: subscription },
  'subscription.preview': { params: one, body: wanted, answer: planChange },
  'subscription.change': {
    params: one,
    body: wanted.extend({
      /** Needed of staff. */
      reason: c.reason.optional(),
      /** Of the preview that was agreed to. */
      digest: z.string().max(100).optional(),
    }),
    answer: z.strictObject({ changed: z.boolean(), change: planChange, subscription }),
  },
  'subscription.cancel_change': { params: one, answer: c.changed },
  'billing.show': {
    params: one,
    /** Any day of the period; the running one if none is named. */
    query: z.strictObject({ period: c.day.optional() }),
    answer: bill,
  },
} as const;

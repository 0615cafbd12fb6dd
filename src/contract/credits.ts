import { z } from 'zod';
import * as c from './common.ts';
import { creditUnits, limits, usageOutcomes } from './limits.ts';

/** Whole credits; no single amount comes near what a number can hold. */
const amount = z.int().min(1).max(1_000_000_000);
const count = z.int();
export const unit = z.enum(creditUnits);
const month = z.string().regex(/^\d{4}-\d{2}$/);
const place = z.strictObject({ id: c.id('account'), slug: c.slug }).meta({ id: 'CreditAccount' });
const perUnit = <T extends z.ZodType>(each: T) => z.strictObject({ upload: each, message: each });

/** What used credits, or moved them otherwise: a word such as `forms.submit`. Those of the ledger begin with `credits.`. */
const cause = z.string().regex(/^[a-z][a-z0-9_.:-]{0,99}$/, 'must be a word such as parsers.run');
/** Of the meter's own choice; what is charged under it for an account, is charged once for ever. */
const key = z.string().regex(/^[\x21-\x7e]{1,200}$/, 'must be 1 to 200 visible ASCII characters');

const unitCredits = z
  .strictObject({
    /** Of the account's own: what it may use while it pays for itself. */
    balance: count,
    /** The part of it that is of the month's grant, and expires. */
    monthly_left: count,
    /** What the account's plan grants a month; null is without limit: nothing is taken from the balance. */
    monthly_grant: count.nullable(),
    /** By the account itself this month, whoever pays. */
    used: count,
    /** From the account's credits this month, whoever used them. */
    paid: count,
    /** What the umbrella lets it use in a month, and what of that is used; null for none. */
    cap: z.strictObject({ limit: count.nullable(), used: count }).nullable(),
  })
  .meta({ id: 'UnitCredits' });

export const credits = z
  .strictObject({
    account_id: c.id('account'),
    /** Whose credits it uses: the account itself, or its umbrella. */
    payer: place,
    month,
    /** When what is left of the month's grant expires and the next one comes. */
    expires_at: c.timestamp,
    units: perUnit(unitCredits),
  })
  .meta({ id: 'Credits' });

const book = ['granted', 'balance', 'used', 'expired'] as const;

export const creditEntry = z
  .strictObject({
    id: c.id('entry'),
    kind: z.enum(['grant', 'use', 'expiry']),
    unit,
    /** From one book of the payer to another: each entry is balanced by itself. */
    debit: z.enum(book),
    credit: z.enum(book),
    amount,
    payer: place,
    consumer: place,
    cause: z.string(),
    key: z.string().nullable(),
    reason: z.string().nullable(),
    /** Null where somebody of another account used it. */
    actor: z
      .strictObject({ kind: z.string(), id: z.string().nullable(), name: z.string().nullable() })
      .nullable(),
    used_at: c.timestamp,
    at: c.timestamp,
  })
  .meta({ id: 'CreditEntry' });

const usageRow = z
  .strictObject({
    /** A month or a day. */
    period: z.string().nullable(),
    account: place.nullable(),
    /** By the account itself, whoever paid. */
    used: perUnit(count),
    /** From the account's credits, whoever used them. */
    paid: perUnit(count),
  })
  .meta({ id: 'CreditUsageRow' });

export const creditUsage = z
  .strictObject({
    account_id: c.id('account'),
    by: z.enum(['month', 'day', 'consumer']),
    /** Days; until is the first that is not counted. */
    since: c.day,
    until: c.day,
    data: z.array(usageRow),
    total: z.strictObject({ used: perUnit(count), paid: perUnit(count) }),
  })
  .meta({ id: 'CreditUsage' });

export const usageRecord = z
  .strictObject({
    account: c.reference,
    unit,
    amount,
    key,
    cause: cause.refine((text) => !text.startsWith('credits.'), 'must not begin with credits.'),
    /** When it was used, if that was before; the credits are those of the moment of the report. */
    at: c.timestamp.optional(),
  })
  .meta({ id: 'UsageRecord' });

const usageResult = z
  .strictObject({
    account: z.string(),
    key: z.string(),
    outcome: z.enum(usageOutcomes),
    /** What stands in the way. */
    detail: z.string().nullable(),
  })
  .meta({ id: 'UsageResult' });

export const creditDrift = z
  .strictObject({
    payer: z.string(),
    unit,
    field: z.string(),
    /** What the totals say, and what the entries come to. */
    stored: count,
    entries: count,
  })
  .meta({ id: 'CreditDrift' });

const one = z.strictObject({ account: c.reference });
const range = { since: c.day.optional(), until: c.day.optional() };

export const creditShapes = {
  'credits.show': { params: one, answer: credits },
  'credits.ledger': {
    params: one,
    query: c.pageQuery.extend({
      unit: unit.optional(),
      consumer: c.reference.optional(),
      cause: cause.optional(),
      since: c.timestamp.optional(),
      until: c.timestamp.optional(),
    }),
    answer: c.pageOf(creditEntry),
  },
  'credits.usage': {
    params: one,
    query: z.strictObject({ by: z.enum(['month', 'day', 'consumer']).default('month'), ...range }),
    answer: creditUsage,
  },
  'credits.grant': {
    params: one,
    body: z.strictObject({ unit, amount, reason: c.reason }),
    answer: z.strictObject({ changed: z.boolean(), granted: count, unit, balance: count }),
  },
  'credits.verify': {
    query: c.pageQuery,
    answer: c.pageOf(creditDrift).extend({ payers: count, entries: count }).meta({ id: 'LedgerCheck' }),
  },
  'usage.record': {
    body: z.strictObject({ records: z.array(usageRecord).min(1).max(limits.usageRecords) }),
    answer: z
      .strictObject({
        results: z.array(usageResult),
        /** How many were charged by this request. */
        recorded: count,
      })
      .meta({ id: 'UsageReport' }),
  },
} as const;

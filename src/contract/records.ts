import { z } from 'zod';
import * as c from './common.ts';
import { limits, smsModes, smsOutcomes } from './limits.ts';

const answer = z.union([
  z.string().max(limits.formLongTextChars),
  z.number(),
  z.boolean(),
  z.array(z.string().max(200)).max(500),
]);

/** By the names of questions. What they must be, the form's questions say (docs/records.md). */
const given = z.record(z.string().max(63), answer.nullable());

/** Of the caller's choice and unique in the form: what comes again under it is not recorded again. */
const recordKey = c.oneLine(200);

/** What somebody answered. */
export const formRecord = z
  .strictObject({
    id: c.id('record'),
    form_id: c.id('form'),
    key: z.string().nullable(),
    /** The revision of the form that the answers were last checked against. */
    form_revision: z.int(),
    /** In the order of the questions; what was not answered is not there. */
    answers: z.record(z.string(), answer),
    revision: z.int(),
    /** Null for callers of another account. */
    created_by: z.string().nullable(),
    created_at: c.timestamp,
    updated_at: c.timestamp,
  })
  .meta({ id: 'FormRecord' });

const inAccount = z.strictObject({ account: c.reference });
const ofForm = inAccount.extend({ form: z.string().min(1).max(100) });
const one = ofForm.extend({ record: z.string().min(1).max(100) });
/** Where a form is named by its name; left out: the workspace that the account began with. */
const where = z.strictObject({ workspace: c.reference.optional() });

const submitted = z
  .strictObject({
    recorded: z.int(),
    repeated: z.int(),
    /** Upload credits that it cost. */
    credits: z.int(),
    /** One for each that was submitted, in the same order. */
    records: z.array(
      z.strictObject({
        id: c.id('record'),
        key: z.string().nullable(),
        /** `repeated`: there was one of this key with these answers already, and nothing was charged. */
        outcome: z.enum(['recorded', 'repeated']),
      }),
    ),
  })
  .meta({ id: 'RecordsSubmitted' });

const sent = z
  .strictObject({
    /** Telephones that the form goes out to. */
    queued: z.int(),
    /** Messages that one of them takes. */
    messages_each: z.int(),
    /** Message credits that it cost. */
    credits: z.int(),
    /** One for each number that was given, in the same order. */
    outcomes: z.array(
      z.strictObject({
        /** As it was given. */
        to: z.string(),
        /** E.164; null where it is no telephone number. */
        number: z.string().nullable(),
        outcome: z.enum(smsOutcomes),
        detail: z.string().nullable(),
        message_id: c.id('message').nullable(),
      }),
    ),
  })
  .meta({ id: 'FormSent' });

/** A message that a `--dev` server kept instead of sending it. */
const capturedMessage = z
  .strictObject({
    id: c.id('message'),
    account_id: c.id('account'),
    to: z.string(),
    mode: z.enum(smsModes),
    text: z.string(),
    questions: z.array(z.strictObject({ name: z.string(), text: z.string() })),
    state: z.enum(['queued', 'sending', 'sent', 'failed']),
    at: c.timestamp,
  })
  .meta({ id: 'CapturedMessage' });

export const records = {
  'records.submit': {
    params: ofForm,
    query: where,
    body: z.strictObject({
      records: z
        .array(z.strictObject({ key: recordKey.optional(), answers: given }))
        .min(1)
        .max(limits.formRecords),
    }),
    answer: submitted,
  },
  'records.list': {
    params: ofForm,
    query: c.pageQuery.extend({
      workspace: c.reference.optional(),
      key: recordKey.optional(),
      /** Submitted at that time or later; before that time. */
      since: c.timestamp.optional(),
      until: c.timestamp.optional(),
    }),
    answer: c.pageOf(formRecord),
  },
  'records.show': { params: one, query: where, answer: formRecord },
  'records.update': {
    params: one,
    query: where,
    /** Those that are named change, null takes an answer away, the others stay. */
    body: z.strictObject({ answers: given }),
    answer: formRecord,
  },
  'records.delete': { params: one, query: where, answer: c.changed },
  'forms.sms': {
    params: ofForm,
    query: where,
    body: z.strictObject({
      /** With the country code: +41 79 123 45 67. */
      to: z.array(z.string().min(1).max(100)).min(1).max(limits.smsRecipients),
      /** All questions in one message that is answered by one, or one after the other. */
      mode: z.enum(smsModes),
      /** Goes before the questions; the title of the form where it is left out. */
      text: c.oneLine(300).optional(),
    }),
    answer: sent,
  },
  'dev.messages': {
    query: c.pageQuery.extend({ to: z.string().min(1).max(100).optional() }),
    answer: c.pageOf(capturedMessage),
  },
} as const;

import { z } from 'zod';
import * as c from './common.ts';
import { formDescription, formName, formQuestions, formTitle } from './form-questions.ts';
import { formRoles, limits } from './limits.ts';

const account = z.strictObject({ id: c.id('account'), slug: c.slug, name: z.string() });
const formRole = z.enum(formRoles);
/** A role that opens something. */
const openRole = formRole.exclude(['none']);

const summary = {
  id: c.id('form'),
  /** The account whose form it is, whoever looks at it. */
  owner: account,
  workspace: z.strictObject({ id: c.id('workspace'), slug: c.slug }),
  name: z.string(),
  title: z.string(),
  description: z.string().nullable(),
  /** How many it asks, those of groups counted. */
  question_count: z.int(),
  /** R41: every sub-account of its owner sees it. */
  example: z.boolean(),
  /** What the caller has of another account's form; null in the account that owns it. */
  role: openRole.nullable(),
  /** What a saved copy was made of; null for all others, and for callers of another account. */
  source: z
    .strictObject({
      account_id: c.id('account'),
      form_id: c.id('form'),
      name: z.string(),
      revision: z.int(),
    })
    .nullable(),
  revision: z.int(),
  /** Null for callers of another account too. */
  created_by: z.string().nullable(),
  created_at: c.timestamp,
  updated_at: c.timestamp,
};

export const formItem = z.strictObject(summary).meta({ id: 'FormItem' });
export const form = z.strictObject({ ...summary, questions: formQuestions }).meta({ id: 'Form' });

/** What another account has of a form, and why. */
export const formShare = z
  .strictObject({
    account,
    role: formRole,
    /**
     * `chosen`: by the owner; `umbrella`: its umbrella has it by itself (R37); `example`: so do its sub-accounts, of an
     * example (R41).
     */
    by: z.enum(['chosen', 'umbrella', 'example']),
    /** What it would have by itself, were nothing chosen. */
    automatic: formRole,
    /** Does what was chosen end with the link to the umbrella (D10)? */
    ends_with_link: z.boolean(),
  })
  .meta({ id: 'FormShare' });

const inAccount = z.strictObject({ account: c.reference });
const one = inAccount.extend({ form: z.string().min(1).max(100) });
/** Where a form is named by its name; left out: the workspace that the account began with. */
const where = z.strictObject({ workspace: c.reference.optional() });

/** What a deletion takes along. */
const deletion = z.strictObject({
  changed: z.boolean(),
  /** Accounts that lose their role on it, its umbrella and those that saw an example too. */
  shares: z.int(),
  /** What was answered. */
  records: z.int(),
});

export const forms = {
  'forms.list': {
    params: inAccount,
    query: c.pageQuery.extend({
      workspace: c.reference.optional(),
      q: c.searchText.optional(),
      /** Instead of its own: those of other accounts that it has a role on. */
      shared: z.literal('in').optional(),
    }),
    answer: c.pageOf(formItem),
  },
  'forms.create': {
    params: inAccount,
    body: z.strictObject({
      workspace: c.reference.optional(),
      name: formName,
      title: formTitle,
      description: formDescription.nullable().optional(),
      questions: formQuestions,
    }),
    answer: form,
  },
  'forms.save_copy': {
    params: inAccount,
    body: z.strictObject({
      /** A form that the caller can see: an example, or any other. */
      from: z.strictObject({
        account: c.reference,
        workspace: c.reference.optional(),
        form: z.string().min(1).max(100),
      }),
      workspace: c.reference.optional(),
      /** The name that it has where it comes from, unless another is given. */
      name: formName.optional(),
    }),
    answer: form,
  },
  'forms.show': { params: one, query: where, answer: form },
  'forms.update': {
    params: one,
    query: where,
    body: z.strictObject({
      name: formName.optional(),
      title: formTitle.optional(),
      description: formDescription.nullable().optional(),
      questions: formQuestions.optional(),
    }),
    answer: form,
  },
  'forms.delete': { params: one, query: where, answer: deletion },
  'forms.shares': {
    params: one,
    query: c.pageQuery.extend({ workspace: c.reference.optional() }),
    answer: c.pageOf(formShare),
  },
  'forms.share': {
    params: one,
    query: where,
    body: z.strictObject({
      /** Each account once; those that are not named keep what they have. */
      shares: z
        .array(
          z.strictObject({
            /** An account that the caller can see or that is linked to this one; any other by its id. */
            account: c.reference,
            /** `none`: nothing, also of what it would have by itself. Null: what it has by itself, if anything. */
            role: formRole.nullable(),
          }),
        )
        .min(1)
        .max(limits.formSharesAtOnce),
    }),
    answer: z
      .strictObject({ changed: z.boolean(), shares: z.array(formShare) })
      .meta({ id: 'FormShareResult' }),
  },
  'forms.mark_example': { params: one, query: where, answer: c.changed },
  'forms.unmark_example': { params: one, query: where, answer: c.changed },
} as const;

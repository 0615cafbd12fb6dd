import { z } from 'zod';
import * as c from './common.ts';
import { limits, parserConflicts } from './limits.ts';
import {
  documentType,
  parserDefinition,
  parserDescription,
  parserKey,
  parserName,
} from './parser-definition.ts';

/** By the names that the definition declares. Values go in and never come out. */
const secretValues = z.record(parserKey, z.string().min(1).max(4096).nullable());

const place = z.strictObject({ id: c.id('workspace'), slug: c.slug });

/** D14: where a copy came from, for who may see that account. */
const source = z
  .strictObject({
    account: z.strictObject({ id: c.id('account'), slug: c.slug, name: z.string() }),
    parser: z.strictObject({ id: c.id('parser'), name: z.string() }),
    revision: z.int(),
  })
  .meta({ id: 'ParserSource' });

const secretState = z
  .strictObject({
    name: z.string(),
    /** `missing`: declared, and waits for its value. */
    state: z.enum(['set', 'missing']),
    set_at: c.timestamp.nullable(),
  })
  .meta({ id: 'ParserSecret' });

const summary = {
  id: c.id('parser'),
  account_id: c.id('account'),
  workspace: place,
  name: z.string(),
  document_type: z.string(),
  description: z.string().nullable(),
  /** Declared secrets, never their values. */
  secrets: z.array(secretState),
  /** SHA-256 over document type, description and definition: equal where they are. */
  digest: z.string(),
  /** Null for what was made here, and for who may not see where it came from. */
  source: source.nullable(),
  /** The revision that the last copy onto it made; null for what was made here. */
  copied_revision: z.int().nullable(),
  /** Does its content differ from what the last copy brought? Secrets that were set here do not count. */
  edited: z.boolean(),
  revision: z.int(),
  created_by: z.string().nullable(),
  created_at: c.timestamp,
  updated_at: c.timestamp,
};

export const parser = z.strictObject({ ...summary, definition: parserDefinition }).meta({ id: 'Parser' });

/** An item of a list: with its definition only where the list was asked for it. */
export const parserItem = z
  .strictObject({ ...summary, definition: parserDefinition.nullable() })
  .meta({ id: 'ParserItem' });

export const parserRevision = z
  .strictObject({
    parser_id: c.id('parser'),
    revision: z.int(),
    change: z.enum(['created', 'updated', 'copied', 'rolled_back', 'secrets']),
    /** The revision that was gone back to. */
    rolled_back_to: z.int().nullable(),
    name: z.string(),
    document_type: z.string(),
    description: z.string().nullable(),
    digest: z.string(),
    by: z.string().nullable(),
    at: c.timestamp,
  })
  .meta({ id: 'ParserRevision' });

const outcome = z
  .strictObject({
    /** At the source. */
    name: z.string(),
    /** At the target. */
    as: z.string(),
    /** `unchanged`: it is the same there already, and nothing was written. */
    outcome: z.enum(['created', 'overwritten', 'renamed', 'skipped', 'unchanged']),
    /** At the target; null for what a dry run would make. */
    parser_id: c.id('parser').nullable(),
    /** At the target, after the copy. */
    revision: z.int(),
    /** Secrets that wait for their value there. */
    secrets_missing: z.array(z.string()),
  })
  .meta({ id: 'ParserCopyOutcome' });

const side = z.strictObject({
  account: z.strictObject({ id: c.id('account'), slug: c.slug }),
  workspace: place,
});

export const copyResult = z
  .strictObject({
    changed: z.boolean(),
    from: side,
    targets: z.array(side.extend({ parsers: z.array(outcome) })),
  })
  .meta({ id: 'ParserCopyResult' });

/** One parser of two places: what copying it would change at the target. */
export const parserDifference = z
  .strictObject({
    name: z.string(),
    /** Its name at the target; another one only where the question named both. */
    to_name: z.string(),
    /** `added`: only at the source; `extra`: only at the target, which a copy leaves alone. */
    state: z.enum(['same', 'added', 'changed', 'extra']),
    /** Overwriting it needs `force`: the target was edited since the last copy onto it, or was made there. */
    edited_at_target: z.boolean(),
    /** Where it is on both sides and differs: what would make the source's of the target's. */
    changes: z.array(
      z.strictObject({
        /** Things with a name are found by it: `fields.total.type`. */
        path: z.string(),
        kind: z.enum(['added', 'removed', 'changed']),
        before: z.json(),
        after: z.json(),
      }),
    ),
  })
  .meta({ id: 'ParserDifference' });

export const promotionPath = z
  .strictObject({
    /**
     * In order: what is promoted goes from one to the next. Empty where none is declared; an account that is no longer
     * managed has dropped out.
     */
    accounts: z.array(z.strictObject({ id: c.id('account'), slug: c.slug, name: z.string() })),
    /** 0 until one is declared. */
    revision: z.int(),
  })
  .meta({ id: 'PromotionPath' });

const inAccount = z.strictObject({ account: c.reference });
const one = inAccount.extend({ parser: z.string().min(1).max(100) });
/** Where a parser is named by its name; left out: the workspace that the account began with. */
const where = z.strictObject({ workspace: c.reference.optional() });

const content = {
  document_type: documentType,
  description: parserDescription.nullable(),
  definition: parserDefinition,
};

export const parsers = {
  'parsers.list': {
    params: inAccount,
    query: c.pageQuery.extend({
      workspace: c.reference.optional(),
      q: c.searchText.optional(),
      document_type: c.searchText.optional(),
      /** With their definitions; then 100 a page at most. */
      definitions: c.queryFlag.optional(),
    }),
    answer: c.pageOf(parserItem),
  },
  'parsers.create': {
    params: inAccount,
    body: z.strictObject({
      workspace: c.reference.optional(),
      name: parserName,
      ...content,
      description: content.description.optional(),
      secrets: secretValues.optional(),
    }),
    answer: parser,
  },
  'parsers.show': { params: one, query: where, answer: parser },
  'parsers.update': {
    params: one,
    query: where,
    body: z.strictObject({
      name: parserName.optional(),
      document_type: content.document_type.optional(),
      description: content.description.optional(),
      definition: content.definition.optional(),
      /** Sets each of these, or with null takes it away; the others stay. */
      secrets: secretValues.optional(),
    }),
    answer: parser,
  },
  'parsers.delete': { params: one, query: where, answer: c.changed },
  'parsers.revisions': {
    params: one,
    query: c.pageQuery.extend({ workspace: c.reference.optional() }),
    answer: c.pageOf(parserRevision),
  },
  'parsers.revision': {
    params: one.extend({ revision: z.coerce.number().int().min(1).max(1_000_000_000) }),
    query: where,
    answer: parserRevision.extend({ definition: parserDefinition }).meta({ id: 'ParserRevisionContent' }),
  },
  'parsers.rollback': {
    params: one,
    query: where,
    body: z.strictObject({ revision: z.int().min(1).max(1_000_000_000) }),
    answer: parser,
  },
  'parsers.copy': {
    params: inAccount,
    body: z.strictObject({
      /** Of the source. */
      workspace: c.reference.optional(),
      /** Names or ids; all of the workspace where it is left out. */
      parsers: z.array(z.string().min(1).max(100)).min(1).max(limits.parserCopies).optional(),
      to: z
        .array(z.strictObject({ account: c.reference, workspace: c.reference.optional() }))
        .min(1)
        .max(limits.parserTargets),
      on_conflict: z.enum(parserConflicts).default('fail'),
      /** Overwrites also what was edited at the target since the last copy onto it. */
      force: z.boolean().default(false),
    }),
    answer: copyResult,
  },
  'parsers.diff': {
    params: inAccount,
    query: c.pageQuery.extend({
      workspace: c.reference.optional(),
      to: c.reference,
      to_workspace: c.reference.optional(),
      /** Only this one; `to_name` where it is called otherwise at the target. */
      name: z.string().min(1).max(100).optional(),
      to_name: z.string().min(1).max(100).optional(),
      /** Also what is the same. */
      same: c.queryFlag.optional(),
    }),
    answer: c.pageOf(parserDifference),
  },
  'promotion_path.show': { params: inAccount, answer: promotionPath },
  'promotion_path.update': {
    params: inAccount,
    /** None, or two and more: the account itself and its managed accounts, each once. */
    body: z.strictObject({ accounts: z.array(c.reference).max(limits.promotionSteps) }),
    answer: promotionPath,
  },
} as const;

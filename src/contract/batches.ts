import { z } from 'zod';
import * as c from './common.ts';
import { type BatchKind, batchKinds, chunkRows, rowOutcomeNames } from './limits.ts';
import { offer } from './people.ts';
import { caps } from './umbrella.ts';

export const rowOutcome = z.enum(rowOutcomeNames);

/** Rows as they were in the file: judged by the rules, not by the schema, so that one bad row never spoils a chunk. */
const personRow = z.strictObject({
  row: z.int().min(1).max(10_000_000),
  email: z.string().max(1000),
  /**
   * An earlier row of the file that says the same: the sender has seen the whole file, a chunk has not. Such a row
   * comes to `duplicate_row` and nothing else.
   */
  duplicate_of: z.int().min(1).optional(),
});

/** Other rows of the file ask for something else for this address: it comes to `conflicting_rows`. */
const conflicting = z.literal(true).optional();

const inviteRow = personRow.extend({
  conflicting,
  role: z.string().max(100).optional(),
  modules: z.array(z.string().max(100)).max(100).optional(),
  children: z.array(z.string().max(100)).max(1000).optional(),
  workspaces: z
    .array(z.strictObject({ workspace: z.string().max(100), role: z.string().max(100) }))
    .max(100)
    .optional(),
  first_name: z.string().max(200).optional(),
});

const placeRow = personRow.extend({
  conflicting,
  workspace: z.string().max(100).optional(),
  role: z.string().max(100).optional(),
});

/** At most so many units a month, or `none` for no cap: in the words of the file. */
const capWord = z.string().max(100).optional();

const subAccountRow = personRow.extend({
  conflicting,
  /** A column says which rows are to be sub-accounts, and this one is not. */
  marked: z.literal(false).optional(),
  first_name: z.string().max(200).optional(),
  mobile: z.string().max(200).optional(),
  cap_uploads: capWord,
  cap_messages: capWord,
});

/** A cell that was empty is absent, and leaves alone what is there. */
const contactRow = personRow.extend({
  conflicting,
  first_name: z.string().max(1000).optional(),
  last_name: z.string().max(1000).optional(),
  mobile: z.string().max(200).optional(),
  organization: z.string().max(1000).optional(),
  groups: z.array(z.string().max(1000)).max(1000).optional(),
  sub_account: z.boolean().optional(),
  cap_uploads: capWord,
  cap_messages: capWord,
});

const rowOf = {
  invites: inviteRow,
  removals: personRow,
  restores: personRow,
  workspace_members: placeRow,
  contacts: contactRow,
  sub_accounts: subAccountRow,
} as const satisfies Record<BatchKind, z.ZodObject>;

const umbrellaDefaults = z.strictObject({
  /** Of rows that name none (D11). */
  caps: caps.partial().optional(),
  /** Also invite addresses that declined before (D1). */
  reinvite_declined: z.boolean().optional(),
});

/** What holds for all rows of a batch, and is part of its identity. */
const defaultsOf = {
  invites: z.strictObject({
    ...offer,
    /** Also invite addresses that declined before (D1). */
    reinvite_declined: z.boolean().optional(),
  }),
  removals: z.strictObject({
    /** An active member who gets what the removed ones made. */
    reassign_to: c.reference.optional(),
    revoke_keys: z.boolean().optional(),
    revoke_invites: z.boolean().optional(),
    /** Also takes their memberships in the managed accounts of this one. */
    managed: z.boolean().optional(),
  }),
  restores: z.strictObject({
    /** Gives back what fits where something no longer does. */
    partial: z.boolean().optional(),
  }),
  /** Where a row names none. */
  workspace_members: z.strictObject({
    workspace: c.reference.optional(),
    role: c.workspaceRole.optional(),
  }),
  contacts: umbrellaDefaults,
  sub_accounts: umbrellaDefaults,
} as const satisfies Record<BatchKind, z.ZodObject>;

export const rowResult = z
  .strictObject({
    row: z.int(),
    outcome: rowOutcome,
    /** For people: what differs, which domain, which row came first. */
    detail: z.string().nullable(),
    /** What is there differs from what the row asks for: an invitation or member with another role or modules. */
    differs: z.boolean(),
    invite_id: c.id('invite').nullable(),
    /** Of a removal that was done, or given back. */
    receipt_id: c.id('receipt').nullable(),
    /** The invitation of a sub-account that the row sent, or found. */
    link_id: c.id('link').nullable(),
    /** The contact that the row made or changed, or found as it is to be. */
    contact_id: c.id('contact').nullable(),
  })
  .meta({ id: 'RowResult' });

const seats = z.strictObject({ used: z.int(), limit: z.int().nullable() });

const batchOf = <K extends BatchKind>(kind: K) =>
  z.strictObject({
    id: c.id('batch'),
    account_id: c.id('account'),
    kind: z.literal(kind),
    state: z.enum(['open', 'finished', 'cancelled']),
    digest: z.string(),
    defaults: defaultsOf[kind],
    allow_partial: z.boolean(),
    rows_total: z.int(),
    rows_received: z.int(),
    /** Inclusive ranges of row numbers not yet sent, the first 1,000 ranges. */
    missing: z.array(z.tuple([z.int(), z.int()])),
    outcomes: z.record(z.string(), z.int()),
    mail: z.strictObject({
      queued: z.int(),
      sent: z.int(),
      failed: z.int(),
      /** When mail held back by the plan's daily limit goes on (D23). */
      waiting_until: c.timestamp.nullable(),
    }),
    seats,
    created_by: z.string().nullable(),
    created_at: c.timestamp,
    updated_at: c.timestamp,
  });

export const batch = z
  .discriminatedUnion('kind', [
    batchOf('invites'),
    batchOf('removals'),
    batchOf('restores'),
    batchOf('workspace_members'),
    batchOf('contacts'),
    batchOf('sub_accounts'),
  ])
  .meta({ id: 'Batch' });

const creationOf = <K extends BatchKind>(kind: K) =>
  z.strictObject({
    kind: z.literal(kind),
    digest: z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in hex'),
    rows_total: z.int().min(1).max(10_000_000),
    /** How many rows the caller expects to take a seat: at most rows_total. Too few seats refuse the batch. */
    seats_needed: z.int().min(0).default(0),
    defaults: defaultsOf[kind],
    allow_partial: z.boolean().default(false),
  });

const rowsOf = <K extends BatchKind>(kind: K) => z.array(rowOf[kind]).min(1).max(chunkRows[kind]);

const checkOf = <K extends BatchKind>(kind: K) =>
  z.strictObject({ kind: z.literal(kind), defaults: defaultsOf[kind], rows: rowsOf(kind) });

const chunkOf = <K extends BatchKind>(kind: K) =>
  z.strictObject({ kind: z.literal(kind), rows: rowsOf(kind) });

/** Who says no kind sends invitations: the first kind there was. */
const inviteChunk = z.strictObject({
  kind: z.literal('invites').optional().default('invites'),
  rows: rowsOf('invites'),
});

const inAccount = z.strictObject({ account: c.reference });
const oneBatch = inAccount.extend({ batch: c.id('batch') });

export const batches = {
  'batches.list': {
    params: inAccount,
    query: c.pageQuery.extend({
      kind: z.enum(batchKinds).optional(),
      state: z.enum(['open', 'finished', 'cancelled']).optional(),
    }),
    answer: c.pageOf(batch),
  },
  'batches.create': {
    params: inAccount,
    body: z.discriminatedUnion('kind', [
      creationOf('invites').extend({ seats_needed: z.int().min(0) }),
      creationOf('removals'),
      creationOf('restores'),
      creationOf('workspace_members'),
      creationOf('contacts'),
      creationOf('sub_accounts'),
    ]),
    answer: batch,
  },
  'batches.check': {
    params: inAccount,
    body: z.discriminatedUnion('kind', [
      checkOf('invites'),
      checkOf('removals'),
      checkOf('restores'),
      checkOf('workspace_members'),
      checkOf('contacts'),
      checkOf('sub_accounts'),
    ]),
    answer: z.strictObject({ outcomes: z.array(rowResult), seats }),
  },
  'batches.show': { params: oneBatch, answer: batch },
  'batches.rows': {
    params: oneBatch,
    query: c.pageQuery.extend({ outcome: rowOutcome.optional() }),
    answer: c.pageOf(rowResult.extend({ email: z.string() })),
  },
  /** The rows of a chunk are of the batch's own kind. */
  'batches.send': {
    params: oneBatch,
    body: z.discriminatedUnion('kind', [
      inviteChunk,
      chunkOf('removals'),
      chunkOf('restores'),
      chunkOf('workspace_members'),
      chunkOf('contacts'),
      chunkOf('sub_accounts'),
    ]),
    answer: z.strictObject({ outcomes: z.array(rowResult) }),
  },
  'batches.finish': { params: oneBatch, answer: batch },
  'batches.cancel': { params: oneBatch, answer: batch },
  'batches.revoke': {
    params: oneBatch,
    answer: z.strictObject({ revoked: z.int(), already_accepted: z.int(), no_longer_pending: z.int() }),
  },
} as const;

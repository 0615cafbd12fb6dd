import { z } from 'zod';
import { changeKinds, pruneKinds } from './change-kinds.ts';

/**
 * A reviewed difference between the files and the live estate, as `diff --out` saves it and `apply` carries it out.
 * Everything in it is there, `null` where there is nothing: one spelling, so that a digest over it holds.
 */

const count = z.int().min(0);

const fieldChange = z.strictObject({
  name: z.string().min(1).max(200),
  before: z.json(),
  after: z.json(),
});

export const change = z.strictObject({
  /** `conflict`: what the file asks for and apply will not do; `note` says the way out. */
  op: z.enum(['create', 'update', 'delete', 'conflict']),
  kind: z.enum(changeKinds),
  /** Slug of the account that it is in; of the account itself. */
  account: z.string().min(1).max(100),
  /**
   * Natural key in that account: `''` of the account itself and of what it has once (plan, promotion path); slug of a
   * workspace or child; address, folded; name of a permission set; `WORKSPACE/ADDRESS`, `WORKSPACE/NAME`.
   */
  key: z.string().max(500),
  /** What is different, by name; of what is made: all that the file says; of what goes: nothing. */
  fields: z.array(fieldChange).max(500),
  /** Of the live object as it was reviewed. A member whose id is an invitation's is invited and has not answered. */
  id: z.string().max(100).nullable(),
  revision: z.int().nullable(),
  /** For people: why it is a conflict, what comes along. */
  note: z.string().max(2000).nullable(),
  /** Who gets mail by it. */
  mail: z.string().max(1000).nullable(),
});

const perKind = z.partialRecord(z.enum(changeKinds), count);

export const changeSet = z.strictObject({
  schema: z.literal('tenantctl/changes/v1'),
  /** Where it was read and may be applied. */
  api: z.string().min(1).max(2000),
  /** As which account, slug or id as the profile has it. */
  account: z.string().max(100).nullable(),
  made_at: z.iso.datetime(),
  /** As they were named. */
  files: z.array(z.string().max(4096)).max(10_000),
  /** What was agreed to when it was made. */
  choices: z.strictObject({
    prune: z.array(z.enum(pruneKinds)).max(pruneKinds.length),
    renew_expired: z.boolean(),
    reinvite: z.boolean(),
  }),
  /** The accounts that the files name, by slug, with the id of those that are there. */
  accounts: z.record(z.string(), z.string().nullable()),
  /** How many live objects of a kind there are in those accounts: what a share of deletions is a share of. */
  live: perKind,
  changes: z.array(change).max(1_000_000),
  totals: z.strictObject({ create: count, update: count, delete: count, conflict: count, mails: count }),
  /** SHA-256 over the canonical form of all the rest. */
  digest: z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in hex'),
});

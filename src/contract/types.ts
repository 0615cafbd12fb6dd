import type { z } from 'zod';
import type * as accounts from './accounts.ts';
import type * as auth from './auth.ts';
import type * as batches from './batches.ts';
import type { BatchKind } from './limits.ts';
import type * as people from './people.ts';

/** The contract's objects as types, under the names that openapi.json gives them. */
export type Account = z.output<typeof accounts.account>;
export type Tree = z.output<typeof accounts.tree>;
export type TreeAccount = z.output<typeof accounts.treeAccount>;
export type Workspace = z.output<typeof accounts.workspace>;
export type AddressRules = z.output<typeof accounts.addressRules>;
export type Plan = z.output<typeof accounts.plan>;
export type Role = z.output<typeof accounts.roleEntry>;
export type AuditEvent = z.output<typeof accounts.auditEvent>;
export type Seats = z.output<typeof accounts.seats>;
export type User = z.output<typeof auth.user>;
export type Session = z.output<typeof auth.session>;
export type Identity = z.output<typeof auth.identity>;
export type Token = z.output<typeof auth.token>;
export type TokenWithSecret = z.output<typeof auth.tokenWithSecret>;
export type StaffMember = z.output<typeof auth.staffMember>;
export type Member = z.output<typeof people.member>;
export type Invite = z.output<typeof people.invite>;
export type Batch = z.output<typeof batches.batch>;
export type BatchOf<K extends BatchKind> = Extract<Batch, { kind: K }>;
export type BatchDefaults<K extends BatchKind> = BatchOf<K>['defaults'];
/** A row of a batch of this kind, as it is sent. */
export type BatchRow<K extends BatchKind> = Extract<BatchChunk, { kind: K }>['rows'][number];
export type BatchChunk = z.output<(typeof batches.batches)['batches.send']['body']>;
export type RowResult = z.output<typeof batches.rowResult>;
export type RemovalPreview = z.output<typeof people.removalPreview>;

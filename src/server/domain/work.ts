import type { IdKind } from '../../contract/ids.ts';
import type { OperationId } from '../../contract/operations.ts';
import type { Body, Params, Query } from '../../contract/shapes.ts';
import type { Decision, Place, Standing } from './access.ts';
import type { Action } from './access-table.ts';
import type { Actor } from './actor.ts';
import type { Attempts } from './attempts.ts';
import type { Within } from './ports/access.ts';
import type { AuditEntry, Facts } from './ports/audit.ts';
import type { EstatePort } from './ports/estate.ts';
import type { Passwords } from './ports/passwords.ts';
import type { Seal } from './ports/seal.ts';
import type { Platform, Tenant, Transactions } from './ports.ts';

/** How this server is set up, as far as rules care. */
export interface Setup {
  readonly dev: boolean;
  /** Links in mail are built from it alone (D20). No trailing slash. */
  readonly publicUrl: string;
  readonly signup: boolean;
  readonly mail: 'smtp' | 'captured' | 'none';
  readonly sms: 'webhook' | 'captured' | 'none';
}

/** The time that every expiry is measured by; `--dev` can move it. */
export interface Clock {
  now(): Date;
  /** Moves it there; only a `--dev` server's has this. */
  readonly moveTo?: (time: Date) => void;
}

export interface Deps {
  readonly transactions: Transactions;
  readonly clock: Clock;
  readonly setup: Setup;
  readonly passwords: Passwords;
  /** Seals what must not lie in the database in clear; null where no key is configured. */
  readonly seal: Seal | null;
  /** Counts wrong passwords. */
  readonly attempts: Attempts;
  /** UUIDv7 with its prefix: later ids sort later. */
  readonly newId: (kind: IdKind) => string;
  /** Called after a commit that queued mail. */
  readonly mailQueued: () => void;
  /** The same for messages. */
  readonly messagesQueued: () => void;
  /** Called when the clock was moved: what was not due may be now. */
  readonly clockMoved: () => void;
  /** Called for every request with a lasting token; must cost nothing (token-use.ts). */
  readonly tokenSeen: (tokenId: string) => void;
}

/** A request as the rules see it: parsed, nothing of HTTP. */
export interface Input<Id extends OperationId> {
  readonly params: Params<Id>;
  readonly query: Query<Id>;
  readonly body: Body<Id>;
  /** Revision that the caller has seen (If-Match), or null. */
  readonly expected: number | null;
  readonly after: readonly string[] | null;
  readonly ip: string;
}

/** What happened, for the audit trail; who, when and which request are added by `change`. */
export interface Happening {
  readonly target: AuditEntry['target'];
  readonly before?: Facts | null;
  readonly after?: Facts | null;
  readonly reason?: string | null;
  /** Unless given: the account that the work is bound to. */
  readonly accountId?: string | null;
  /** Unless given: the actor of the work; a secret that was mailed to somebody acts for them. */
  readonly actor?: AuditEntry['actor'];
  /** Unless given: the operation under way. */
  readonly action?: AuditEntry['action'];
}

/** An authorised piece of work inside one transaction. */
export interface Work {
  readonly actor: Actor;
  readonly operation: OperationId;
  /** Of the one clock, fixed for the transaction. */
  readonly now: Date;
  readonly dryRun: boolean;
  readonly deps: Deps;
  readonly decision: Extract<Decision, { allowed: true }>;
  /** Unbound stores: users, sessions, staff and what else belongs to no tenant. */
  readonly platform: Platform;
  /** Binds the stores to another account that the rule has authorised itself (a new one, or by `decideFor`). */
  tenantOf(accountId: string): Tenant;
  /** Binds the reads of an estate to accounts for each of which the rule has asked `decide`. */
  tenantsOf(accountIds: readonly string[]): EstatePort;
  /** Authorises an action on a further account, by the same function; throws like the wrapper does. */
  authorise(accountReference: string, action?: Action, within?: Within): Promise<Standing>;
  /** Writes one audit event in this transaction (D18). */
  record(happening: Happening): void;
  /** The answer names something that was there before: 200 instead of 201. */
  existing(): void;
  afterCommit(task: () => void): void;
}

/** Work on one account: its stores are already bound to it. */
export interface AccountWork extends Work {
  readonly standing: Standing;
  readonly tenant: Tenant;
}

/** Work in one workspace of the account. */
export interface PlaceWork extends AccountWork {
  readonly place: Place;
}

import { createHash } from 'node:crypto';
import { errorCodes } from '../../contract/errors.ts';
import { looksLikeId } from '../../contract/ids.ts';
import { firstWorkspace, limits } from '../../contract/limits.ts';
import { changes, type OperationId, operationOf, takesIdempotencyKey } from '../../contract/operations.ts';
import type { Answer } from '../../contract/shapes.ts';
import { hashToken, parseToken } from '../../contract/token.ts';
import { type Decision, decide, type Standing } from './access.ts';
import { type Action } from './access-table.ts';
import type { Actor, DelegationActor } from './actor.ts';
import { SubscriptionDue } from './due.ts';
import { DomainError, notFound, RefusedAndKept } from './errors.ts';
import type { NoActor, Within } from './ports/access.ts';
import type { AuditEntry } from './ports/audit.ts';
import type { IdempotencyRecord } from './ports/idempotency.ts';
import type { Transaction } from './ports.ts';
import { mustBeSettled, settleAccount } from './settlement.ts';
import type { AccountWork, Deps, Happening, Input, PlaceWork, Work } from './work.ts';

/** A request beside its parsed input: who asks, and how it may be repeated. */
export interface Call {
  /** The bearer token as sent, or null. */
  readonly credential: string | null;
  readonly idempotencyKey: string | null;
  /** HMAC over parameters, query and body, by the credential: the same key with another one is refused. */
  readonly requestHash: string;
  readonly requestId: string;
  readonly dryRun: boolean;
}

export interface Outcome<Id extends OperationId> {
  readonly answer: Answer<Id>;
  readonly status: number;
  readonly replayed: boolean;
}

export type Handler<Id extends OperationId> = (
  deps: Deps,
  input: Input<Id>,
  call: Call,
) => Promise<Outcome<Id>>;

/** What a rule works out before its transaction: anything slow, above all password hashes. */
export type Prepare<Id extends OperationId, P> = (
  input: Input<Id>,
  deps: Deps,
  lookup: <T>(read: (transaction: Transaction, actor: Actor) => Promise<T>) => Promise<T>,
) => Promise<P>;

/**
 * Answers somebody who repeats what they did, when by that very deed they see the target no more (D9): null when they
 * could not have done it. It writes nothing.
 */
export type Repeated<Id extends OperationId> = (
  transaction: Transaction,
  actor: Actor,
  input: Input<Id>,
) => Promise<Answer<Id> | null>;

/** With which changes one lines up, by name. */
type Line<Id extends OperationId> = (
  transaction: Transaction,
  input: Input<Id>,
) => Promise<string | undefined>;

interface Binding<Id extends OperationId, W> {
  readonly id: Id;
  readonly repeated?: Repeated<Id>;
  /** The account that the operation is about; null for none. */
  readonly target: (input: Input<Id>) => string | null;
  /** The workspace of that account that it works in; left out for none. */
  readonly within?: (input: Input<Id>) => Within;
  /** Those of the account that it names, unless it says otherwise. */
  readonly line?: Line<Id>;
  readonly widen: (work: Work, standing: Standing | null, transaction: Transaction) => W;
}

/** A mistyped token is refused by its checksum, before the database is asked anything (T69). */
function mustBeToken(credential: string | null): void {
  if (credential === null || parseToken(credential)) return;
  throw new DomainError('invalid_token', 'The token is mistyped or not one of this API.');
}

const noActor: Record<NoActor, () => DomainError> = {
  unknown: () => new DomainError('invalid_token', 'The token is unknown or was revoked.'),
  expired: () => new DomainError('token_expired', 'The token has expired.'),
  revoked: () => new DomainError('delegation_ended', 'The delegation was revoked.'),
  ended: () =>
    new DomainError(
      'delegation_ended',
      'The delegation has ended: the sign-in that opened it, your right to the account, its link or the active state of one of the two accounts is gone.',
    ),
};

async function actorOf(deps: Deps, transaction: Transaction, credential: string | null): Promise<Actor> {
  if (credential === null) return { kind: 'anonymous' };
  const actor = await transaction.platform.access.authenticate(
    hashToken(credential),
    deps.clock.now().toISOString(),
  );
  if (typeof actor === 'string') throw noActor[actor]();
  if ('tokenId' in actor && actor.kind !== 'user') deps.tokenSeen(actor.tokenId);
  return actor;
}

class Authorised {
  readonly decision: Extract<Decision, { allowed: true }>;
  readonly standing: Standing | null;
  constructor(decision: Extract<Decision, { allowed: true }>, standing: Standing | null) {
    this.decision = decision;
    this.standing = standing;
  }
}

/** What is named by an id is said not to be there; what is named by its name lies in a workspace that is not. */
function unseenPlace({ noun, reference, workspace }: Within): DomainError {
  const byName = noun === 'form' && !looksLikeId(reference ?? '');
  return byName
    ? notFound('workspace', workspace ?? firstWorkspace)
    : notFound(noun, reference ?? firstWorkspace);
}

/** Authorises and says no in the one way: 401, 404 for what may not be seen, else 403 with the reasons. */
async function authorise(
  transaction: Transaction,
  actor: Actor,
  action: Action,
  reference: string | null,
  within: Within | null,
  now: Date,
): Promise<Authorised> {
  if (actor.kind === 'anonymous' && reference !== null) {
    throw new DomainError('unauthenticated', 'This needs a credential: Authorization: Bearer <token>.');
  }
  const standing =
    reference === null ? null : await transaction.platform.access.standing(actor, reference, within);
  if (reference !== null && standing === null) throw notFound('account', reference);
  const decision = decide(actor, action, standing, within !== null);
  if (decision.allowed) {
    if (standing !== null) mustBeSettled(standing, now);
    return new Authorised(decision, standing);
  }
  if (decision.unseen === 'place' && within !== null) throw unseenPlace(within);
  if (decision.unseen !== null && reference !== null) throw notFound('account', reference);
  if (decision.code === 'unauthenticated') {
    throw new DomainError('unauthenticated', 'This needs a credential: Authorization: Bearer <token>.');
  }
  // The sentence names what weighs most; the whole chain goes along as reasons.
  const position = decision.reasons.find(({ check }) => check === 'membership');
  const lacking = decision.reasons.find(({ ok, check }) => !ok && check !== 'membership');
  const why = [position, lacking].flatMap((reason) => reason?.text ?? []).join('; ');
  throw new DomainError(decision.code, `${action} is not allowed: ${why}.`, { reasons: decision.reasons });
}

/** Thrown to roll a dry run back with its answer. */
class DryRun<Id extends OperationId> extends Error {
  readonly outcome: Outcome<Id>;
  constructor(outcome: Outcome<Id>) {
    super('dry run');
    this.outcome = outcome;
  }
}

function replay<Id extends OperationId>(record: IdempotencyRecord, requestHash: string): Outcome<Id> {
  if (record.requestHash !== requestHash) {
    throw new DomainError(
      'idempotency_mismatch',
      'This Idempotency-Key was used with another request. Use a new one.',
    );
  }
  if (record.answer === null) {
    throw new DomainError(
      'idempotency_secret',
      `This request was done before and made ${record.made ?? 'something'}; its secret is shown once only. Revoke it and make another.`,
    );
  }
  // oxlint-disable-next-line typescript/no-unsafe-assignment -- this operation's own answer, written by `change` itself
  return { answer: JSON.parse(record.answer), status: record.status, replayed: true };
}

/** What an answer with a secret made, by id, for the one whose request is repeated. */
function madeBy(answer: unknown): string | null {
  const ids = JSON.stringify(answer).match(/"id":"([a-z]{3}_[0-9a-z]{26})"/);
  return ids?.[1] ?? null;
}

/** What somebody tried in the account by delegation, and was refused, its own people read in their trail too (T144). */
function triedByDelegation(
  deps: Deps,
  actor: DelegationActor,
  operation: OperationId,
  at: Date,
  requestId: string,
): AuditEntry {
  return {
    id: deps.newId('event'),
    at: at.toISOString(),
    accountId: actor.accountId,
    actor,
    action: 'system.refused',
    target: { kind: 'operation', id: operation, name: null },
    reason: null,
    before: null,
    after: null,
    requestId,
  };
}

function kept(error: unknown): RefusedAndKept {
  if (error instanceof RefusedAndKept) return error;
  throw error;
}

class WorkState {
  readonly events: AuditEntry[] = [];
  readonly tasks: (() => void)[] = [];
  found = false;
}

function workOn(
  deps: Deps,
  transaction: Transaction,
  state: WorkState,
  facts: Pick<Work, 'actor' | 'operation' | 'now' | 'dryRun' | 'decision'>,
  accountId: string | null,
  requestId: string,
): Work {
  return {
    ...facts,
    deps,
    platform: transaction.platform,
    tenantOf: (id) => transaction.tenant(id),
    tenantsOf: (ids) => transaction.tenants(ids),
    authorise: async (reference, action = facts.operation, within) => {
      const { standing } = await authorise(
        transaction,
        facts.actor,
        action,
        reference,
        within ?? null,
        facts.now,
      );
      if (standing === null) throw notFound('account', reference);
      return standing;
    },
    record: (happening: Happening) => {
      state.events.push({
        id: deps.newId('event'),
        at: facts.now.toISOString(),
        accountId: happening.accountId === undefined ? accountId : happening.accountId,
        actor: happening.actor ?? facts.actor,
        action: happening.action ?? facts.operation,
        target: happening.target,
        reason: happening.reason ?? null,
        before: happening.before ?? null,
        after: happening.after ?? null,
        requestId,
      });
    },
    existing: () => {
      state.found = true;
    },
    afterCommit: (task) => {
      state.tasks.push(task);
    },
  };
}

/** What is kept of an answer, committed with its effect; never a secret. */
function recordOf<Id extends OperationId>(
  id: Id,
  { scope, key, now }: { scope: string; key: string; now: Date },
  requestHash: string,
  { answer, status }: Outcome<Id>,
): IdempotencyRecord {
  const secret = operationOf(id).secret === true;
  return {
    scope,
    operation: id,
    key,
    requestHash,
    status,
    answer: secret ? null : JSON.stringify(answer),
    made: secret ? madeBy(answer) : null,
    createdAt: now.toISOString(),
    expiresAt: new Date(now.getTime() + limits.idempotencyHours * 3_600_000).toISOString(),
  };
}

/** A change that touched something leaves a trace; one that found all as asked says `changed: false` (D9). */
function mustBeTraced(operation: OperationId, state: WorkState, answer: unknown): void {
  const says =
    typeof answer === 'object' && answer !== null && 'changed' in answer ? answer.changed : undefined;
  if (state.events.length === 0 && says === true) {
    throw new DomainError('internal', 'Something went wrong here.', {
      cause: new Error(`${operation} left no trace`),
    });
  }
}

/** Of one account: the clock may pass another period's end meanwhile; more often means that settling does not settle. */
const MOST_SETTLINGS = 3;

/**
 * What is due of an account's subscription is carried out before anything else is done with the account, so that nobody
 * acts on a plan that is over. That is a change of its own: a read cannot make it, and a refusal would take it back.
 */
async function afterSettling<T>(deps: Deps, work: () => Promise<T>): Promise<T> {
  const settlings = new Map<string, number>();
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof SubscriptionDue)) throw error;
      const before = settlings.get(error.accountId) ?? 0;
      if (before === MOST_SETTLINGS) throw error;
      settlings.set(error.accountId, before + 1);
      await settleAccount(deps, error.accountId);
    }
  }
}

function wrap<Id extends OperationId, W, P>(
  binding: Binding<Id, W>,
  prepare: Prepare<Id, P>,
  rule: (work: W, input: Input<Id>, prepared: P) => Promise<Answer<Id>>,
): Handler<Id> {
  const { id } = binding;
  const operation = operationOf(id);
  const writes = changes(operation);
  const once: Handler<Id> = async (deps, input, call) => {
    const reference = binding.target(input);
    const within = binding.within?.(input) ?? null;
    const lookup = <T>(read: (transaction: Transaction, actor: Actor) => Promise<T>): Promise<T> =>
      deps.transactions.read(async (transaction) => {
        const actor = await actorOf(deps, transaction, call.credential);
        // Nothing slow is worked out for somebody who will be refused; the rule's transaction decides again.
        await authorise(transaction, actor, id, reference, within, deps.clock.now());
        return read(transaction, actor);
      });
    mustBeToken(call.credential);
    const prepared = await prepare(input, deps, lookup);
    const { line } = binding;
    const queue = line
      ? await lookup((transaction) => line(transaction, input)).catch(unlined)
      : (reference ?? undefined);
    let committed: (() => void)[] = [];
    const body = async (transaction: Transaction): Promise<Outcome<Id> | RefusedAndKept> => {
      const state = new WorkState();
      const actor = await actorOf(deps, transaction, call.credential);
      const now = deps.clock.now();
      const key =
        call.dryRun || !takesIdempotencyKey(operation) || actor.kind === 'anonymous'
          ? null
          : call.idempotencyKey;
      const scope = createHash('sha256')
        .update(call.credential ?? '')
        .digest('hex');
      const earlier = async () =>
        key === null ? null : transaction.platform.idempotency.find(scope, id, key, now.toISOString());
      const allowed = await authorise(transaction, actor, id, reference, within, now).catch(
        async (refusal: unknown) => {
          const known = refusal instanceof DomainError && ['not_found', 'forbidden'].includes(refusal.code);
          if (known && writes && actor.kind === 'delegation' && reference !== null) {
            const seen = refusal.code === 'forbidden' && !call.dryRun;
            if (seen)
              await transaction.platform.audit.append([
                triedByDelegation(deps, actor, id, now, call.requestId),
              ]);
            return new RefusedAndKept(refusal);
          }
          if (!known || !binding.repeated) throw refusal;
          const record = await earlier();
          if (record) return replay<Id>(record, call.requestHash);
          const answer = await binding.repeated(transaction, actor, input);
          if (answer === null) throw refusal;
          return { answer, status: 200, replayed: false };
        },
      );
      if (!(allowed instanceof Authorised)) return allowed;
      const { decision, standing } = allowed;
      const record = await earlier();
      if (record) return replay<Id>(record, call.requestHash);
      const facts = { actor, operation: id, now, dryRun: call.dryRun, decision };
      const work = workOn(deps, transaction, state, facts, standing?.account.id ?? null, call.requestId);
      const answer = await rule(binding.widen(work, standing, transaction), input, prepared).catch(kept);
      if (answer instanceof RefusedAndKept) {
        await transaction.platform.audit.append(state.events);
        return answer;
      }
      const status = state.found ? 200 : (operation.status ?? 200);
      const outcome: Outcome<Id> = { answer, status, replayed: false };
      if (!writes) return outcome;
      mustBeTraced(id, state, answer);
      if (call.dryRun) throw new DryRun(outcome);
      if (state.events.length > 0) await transaction.platform.audit.append(state.events);
      if (key !== null) {
        await transaction.platform.idempotency.save(
          recordOf(id, { scope, key, now }, call.requestHash, outcome),
        );
      }
      committed = state.tasks;
      return outcome;
    };
    try {
      const { transactions } = deps;
      const outcome = await (writes ? transactions.write(body, queue) : transactions.read(body));
      if (outcome instanceof RefusedAndKept) throw outcome.refusal;
      for (const task of committed) task();
      return outcome;
    } catch (error) {
      if (error instanceof DryRun) return error.outcome;
      throw error;
    }
  };
  return (deps, input, call) => afterSettling(deps, () => once(deps, input, call));
}

/** Whoever is refused stands in no line: the transaction refuses them, and tells the trail what is to be told. */
function unlined(error: unknown): undefined {
  if (!(error instanceof DomainError)) throw error;
}

const unprepared = async (): Promise<undefined> => undefined;

/** The account-bound operations: the path names the account, and the stores come bound to it. */
type AccountBound = {
  [Id in OperationId]: Input<Id>['params'] extends { account: string } ? Id : never;
}[OperationId];

function accountIn(params: unknown): string | null {
  const named = typeof params === 'object' && params !== null && 'account' in params ? params.account : null;
  return typeof named === 'string' ? named : null;
}

function accountBinding<Id extends AccountBound>(id: Id): Binding<Id, AccountWork> {
  return {
    id,
    target: (input) => accountIn(input.params),
    widen: (work, standing, transaction) => {
      if (standing === null) throw new DomainError('internal', errorCodes.internal.title);
      return { ...work, standing, tenant: transaction.tenant(standing.account.id) };
    },
  };
}

/**
 * Binds a rule to an operation on an account: one transaction holds authorisation, rule, audit events and
 * idempotency record; there is no other way to write. Whether it may write, the operation says.
 */
export function onAccount<Id extends AccountBound>(
  id: Id,
  rule: (work: AccountWork, input: Input<Id>) => Promise<Answer<Id>>,
  repeated?: Repeated<Id>,
): Handler<Id> {
  return wrap({ ...accountBinding(id), ...(repeated && { repeated }) }, unprepared, rule);
}

/** What a request names in its path, its query or its body; the path comes first. */
function named(input: Input<OperationId>, name: 'workspace' | 'parser' | 'form'): string | null {
  for (const part of [input.params, input.query, input.body]) {
    const value: unknown = typeof part === 'object' && part !== null ? Reflect.get(part, name) : undefined;
    if (typeof value === 'string') return value;
  }
  return null;
}

/**
 * A parser's id says itself where it lies; by name it is looked for in the workspace that the request names. So it is with
 * forms, which are named even so: what other accounts have of them depends on the form.
 */
function withinOf(input: Input<OperationId>): Within {
  const parser = named(input, 'parser');
  if (parser !== null && looksLikeId(parser)) return { noun: 'parser', reference: parser };
  const form = named(input, 'form');
  if (form !== null) return { noun: 'form', reference: form, workspace: named(input, 'workspace') };
  return { noun: 'workspace', reference: named(input, 'workspace') };
}

function workspaceBinding<Id extends AccountBound>(id: Id): Binding<Id, PlaceWork> {
  const binding = accountBinding(id);
  return {
    ...binding,
    within: withinOf,
    widen: (work, standing, transaction) => {
      const { place } = standing ?? {};
      if (!place) throw new DomainError('internal', errorCodes.internal.title);
      return { ...binding.widen(work, standing, transaction), place };
    },
  };
}

/** The same for an operation in one workspace of the account: the actor's role there counts (domain.md, Workspace roles). */
export function inWorkspace<Id extends AccountBound>(
  id: Id,
  rule: (work: PlaceWork, input: Input<Id>) => Promise<Answer<Id>>,
  repeated?: Repeated<Id>,
): Handler<Id> {
  return wrap({ ...workspaceBinding(id), ...(repeated && { repeated }) }, unprepared, rule);
}

/** The same for a rule that changes what belongs to somebody else than it names: see `onPlatformLined`. */
export function inWorkspaceLined<Id extends AccountBound>(
  id: Id,
  line: Line<Id>,
  rule: (work: PlaceWork, input: Input<Id>) => Promise<Answer<Id>>,
): Handler<Id> {
  return wrap({ ...workspaceBinding(id), line }, unprepared, rule);
}

/** The same for an operation on no account, or on one that its body names (`target`). */
export function onPlatform<Id extends OperationId>(
  id: Id,
  rule: (work: Work, input: Input<Id>) => Promise<Answer<Id>>,
  target: (input: Input<Id>) => string | null = () => null,
): Handler<Id> {
  return wrap({ id, target, widen: (work) => work }, unprepared, rule);
}

/** The same for a rule with something slow to work out first, outside the transaction. */
export function onPlatformPrepared<Id extends OperationId, P>(
  id: Id,
  prepare: Prepare<Id, P>,
  rule: (work: Work, input: Input<Id>, prepared: P) => Promise<Answer<Id>>,
): Handler<Id> {
  return wrap({ id, target: () => null, widen: (work) => work }, prepare, rule);
}

/**
 * The same for a rule that changes what belongs to somebody else than it names: whoever pays for an account. Changes of
 * one line follow one another inside this process, and do not run into each other in the database.
 */
export function onPlatformLined<Id extends OperationId>(
  id: Id,
  line: Line<Id>,
  rule: (work: Work, input: Input<Id>) => Promise<Answer<Id>>,
): Handler<Id> {
  return wrap({ id, target: () => null, line, widen: (work) => work }, unprepared, rule);
}

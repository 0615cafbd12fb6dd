import { batchIdentity } from '../../contract/batch.ts';
import { type BatchKind, limits } from '../../contract/limits.ts';
import type { Answer, Body } from '../../contract/shapes.ts';
import type { Batch, BatchDefaults, RowResult, BatchRow as SentRow } from '../../contract/types.ts';
import { contactRows } from './batch-contacts.ts';
import { inviteRows } from './batch-invites.ts';
import { placeRows } from './batch-places.ts';
import { removalRows } from './batch-removals.ts';
import { restoreRows } from './batch-restores.ts';
import { kindsFor } from './batch-rights.ts';
import type { Judge, Plan } from './batch-rows.ts';
import { subAccountRows } from './batch-sub-accounts.ts';
import { DomainError, invalid, notFound, refused } from './errors.ts';
import { freeSeats, seatsOf } from './invites.ts';
import { listAnswer, pageRequest } from './list.ts';
import type { BatchRow, BatchView, RowRecord } from './ports/batches.ts';
import { sponsorOf } from './sponsors.ts';
import { revokeOffer } from './sub-offers.ts';
import type { AccountWork, Input } from './work.ts';

/** Every kind of batch: a durable list of rows (this file), judged and carried out by its own rules. */
const judges: { readonly [K in BatchKind]: Judge<K> } = {
  invites: inviteRows,
  removals: removalRows,
  restores: restoreRows,
  workspace_members: placeRows,
  contacts: contactRows,
  sub_accounts: subAccountRows,
};

/** Rows of one kind with the defaults that belong to them. */
type Job<K extends BatchKind> = {
  [P in K]: {
    readonly kind: P;
    readonly defaults: BatchDefaults<P>;
    readonly rows: readonly SentRow<P>[];
    readonly batchId: string | null;
  };
}[K];

function judgeOf<K extends BatchKind>(kind: K): Judge<K> {
  return judges[kind];
}

function planOf<K extends BatchKind>(work: AccountWork, job: Job<K>): Promise<Plan> {
  mustHandle(work, job.kind);
  return judgeOf<K>(job.kind).plan(work, job.rows, job.defaults, job.batchId);
}

/** What a batch is begun with: its kind and the defaults of that kind. */
type Head<K extends BatchKind> = {
  [P in K]: { readonly kind: P; readonly defaults: BatchDefaults<P> };
}[K];

/** Who has to do with some kinds of batches only is refused the others, as who has to do with none. */
function mustHandle(work: AccountWork, kind: BatchKind): void {
  if (kindsFor(work).includes(kind)) return;
  const text = `${work.operation} of ${kind} is not allowed: it needs an administrator of the account.`;
  throw refused('forbidden', 'batch_kind', text);
}

function admit<K extends BatchKind>(work: AccountWork, head: Head<K>): Promise<void> {
  mustHandle(work, head.kind);
  return judgeOf<K>(head.kind).admit(work, head.defaults);
}

async function withSeats(work: AccountWork, view: BatchView): Promise<Batch> {
  return { ...view, seats: await seatsOf(work) };
}

async function shown(work: AccountWork, id: string): Promise<Batch> {
  const view = await work.tenant.batches.show(id, work.now.toISOString());
  if (!view || !kindsFor(work).includes(view.kind)) throw notFound('batch', id);
  return await withSeats(work, view);
}

export async function createBatch(
  work: AccountWork,
  input: Input<'batches.create'>,
): Promise<Answer<'batches.create'>> {
  const { kind, digest, rows_total, seats_needed, defaults, allow_partial } = input.body;
  await admit(work, input.body);
  if (kind !== 'contacts' && work.standing.account.kind === 'personal') {
    throw new DomainError('personal_account', 'A personal account has nobody but its owner.');
  }
  if (seats_needed > rows_total) throw invalid('/seats_needed', 'cannot be more than rows_total');
  const identity = batchIdentity(kind, digest, defaults);
  const open = await work.tenant.batches.findOpen(kind, identity);
  if (open !== null) {
    work.existing();
    return await shown(work, open);
  }
  const free = await freeSeats(work);
  if (seats_needed > free && !allow_partial) {
    const detail = `${seats_needed} seats are needed and ${free} are free`;
    throw new DomainError(
      'batch_too_large',
      `Nothing was sent: ${detail}. Choose a larger plan, or allow a part.`,
      {
        blockers: [{ kind: 'seats', detail }],
      },
    );
  }
  const id = work.deps.newId('batch');
  await work.tenant.batches.insert({
    id,
    kind,
    digest: identity,
    defaults,
    allowPartial: allow_partial,
    rowsTotal: rows_total,
    createdBy: sponsorOf(work.actor),
    at: work.now.toISOString(),
  });
  work.record({ target: { kind: 'batch', id, name: null }, after: { kind, rows_total, allow_partial } });
  return await shown(work, id);
}

export async function checkRows(
  work: AccountWork,
  input: Input<'batches.check'>,
): Promise<Answer<'batches.check'>> {
  const planned = await planOf(work, { ...input.body, batchId: null });
  return { outcomes: inOrder(input.body.rows, planned.foreseen()), seats: await seatsOf(work) };
}

type AnyRow = SentRow<BatchKind>;

function inOrder(rows: readonly AnyRow[], results: ReadonlyMap<number, RowResult>): RowResult[] {
  return rows.flatMap((row) => results.get(row.row) ?? []);
}

async function openBatch(work: AccountWork, id: string): Promise<BatchRow> {
  const batch = await work.tenant.batches.row(id);
  if (!batch || !kindsFor(work).includes(batch.kind)) throw notFound('batch', id);
  return batch;
}

function mustBeOpen(batch: Pick<Batch, 'state'>): void {
  if (batch.state === 'open') return;
  throw new DomainError('batch_closed', `The batch is ${batch.state}. Send the same rows as a new batch.`);
}

function mustBeSound({ kind, rows }: Body<'batches.send'>, batch: BatchRow): void {
  if (kind !== batch.kind) throw invalid('/kind', `must be ${batch.kind}: the batch is one of those`);
  const seen = new Set<number>();
  for (const [index, { row, duplicate_of: first }] of rows.entries()) {
    if (first !== undefined && first >= row)
      throw invalid(`/rows/${index}/duplicate_of`, 'must be an earlier row');
    if (row > batch.rowsTotal) throw invalid(`/rows/${index}/row`, `is past rows_total, ${batch.rowsTotal}`);
    if (seen.has(row)) throw invalid(`/rows/${index}/row`, 'stands twice in this chunk');
    seen.add(row);
  }
}

/** The rows of a chunk that are still to be done, as the job that their kind makes of them. */
function jobOf(batch: BatchRow, rows: readonly AnyRow[]): Job<BatchKind> {
  const { kind, defaults, id: batchId } = batch;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the rows are of the batch's kind: `mustBeSound` compared them
  return { kind, defaults, rows, batchId } as Job<BatchKind>;
}

/** A chunk: what came before is answered as it was stored, the rest is judged, carried out and written down. */
export async function sendRows(
  work: AccountWork,
  input: Input<'batches.send'>,
): Promise<Answer<'batches.send'>> {
  const rows: readonly AnyRow[] = input.body.rows;
  const batch = await openBatch(work, input.params.batch);
  mustBeSound(input.body, batch);
  const stored = await work.tenant.batches.results(
    batch.id,
    rows.map(({ row }) => row),
  );
  const results = new Map(stored.map((entry) => [entry.row, entry]));
  const fresh = rows.filter(({ row }) => !results.has(row));
  if (fresh.length === 0) return { outcomes: inOrder(rows, results) };
  mustBeOpen(batch);
  await admit(work, batch);
  const made = await (await planOf(work, jobOf(batch, fresh))).carryOut();
  const records = fresh.map((row): RowRecord => {
    const entry = made.get(row.row);
    if (!entry) throw new Error(`row ${row.row} came to nothing`);
    results.set(row.row, entry);
    return { ...entry, email: row.email };
  });
  await work.tenant.batches.addRows(batch.id, records);
  return { outcomes: inOrder(rows, results) };
}

export async function listBatches(
  work: AccountWork,
  input: Input<'batches.list'>,
): Promise<Answer<'batches.list'>> {
  const { kind, state } = input.query;
  const at = work.now.toISOString();
  const kinds = kindsFor(work).filter((known) => kind === undefined || known === kind);
  const page = await work.tenant.batches.list({ kinds, state }, pageRequest(input), at);
  const seats = await seatsOf(work);
  return listAnswer({ items: page.items.map((view) => ({ ...view, seats })), next: page.next });
}

export function showBatch(work: AccountWork, input: Input<'batches.show'>): Promise<Answer<'batches.show'>> {
  return shown(work, input.params.batch);
}

export async function listRows(
  work: AccountWork,
  input: Input<'batches.rows'>,
): Promise<Answer<'batches.rows'>> {
  await openBatch(work, input.params.batch);
  // Rows are numbered: a cursor made by hand could hold any text.
  if (input.after?.some((row) => !/^\d{1,8}$/.test(row))) {
    throw new DomainError('invalid_cursor', 'The cursor is not one that this list gave. Start without it.');
  }
  return listAnswer(
    await work.tenant.batches.rows(input.params.batch, input.query.outcome, pageRequest(input)),
  );
}

/** What is shown is read once: counting a large batch costs more than closing it. */
async function close(work: AccountWork, batch: Batch, state: 'finished' | 'cancelled'): Promise<Batch> {
  if (batch.state === state) return batch;
  mustBeOpen(batch);
  const at = work.now.toISOString();
  await work.tenant.batches.close(batch.id, state, at);
  work.record({
    target: { kind: 'batch', id: batch.id, name: null },
    before: { state: 'open' },
    after: { state },
  });
  return { ...batch, state, updated_at: at };
}

export async function finishBatch(
  work: AccountWork,
  input: Input<'batches.finish'>,
): Promise<Answer<'batches.finish'>> {
  const batch = await shown(work, input.params.batch);
  if (batch.state === 'open' && batch.rows_received < batch.rows_total) {
    const detail = `${batch.rows_total - batch.rows_received} of ${batch.rows_total} rows are missing`;
    throw new DomainError('batch_incomplete', `${detail}: send them, or cancel the batch.`, {
      blockers: [{ kind: 'rows', detail }],
    });
  }
  return await close(work, batch, 'finished');
}

export async function cancelBatch(
  work: AccountWork,
  input: Input<'batches.cancel'>,
): Promise<Answer<'batches.cancel'>> {
  return await close(work, await shown(work, input.params.batch), 'cancelled');
}

/** The same of sub-accounts: who has accepted stays linked, and contacts stay as they are. */
async function revokeSubOffers(work: AccountWork, batch: BatchRow): Promise<Answer<'batches.revoke'>> {
  await work.authorise(work.tenant.accountId, 'sub_accounts.invite');
  const { pending, accepted, other } = await work.tenant.batches.subInvites(batch.id);
  if (batch.state === 'open') await close(work, await shown(work, batch.id), 'cancelled');
  let revoked = 0;
  for (const id of pending) {
    const row = await work.tenant.subInvites.row(id);
    if (row !== null && (await revokeOffer(work, row))) revoked += 1;
  }
  if (revoked > 0) {
    work.record({ target: { kind: 'batch', id: batch.id, name: null }, after: { revoked } });
  }
  return { revoked, already_accepted: accepted, no_longer_pending: other };
}

/** Takes back every invitation of the batch that is still pending; an open batch is closed by it. */
export async function revokeBatch(
  work: AccountWork,
  input: Input<'batches.revoke'>,
): Promise<Answer<'batches.revoke'>> {
  const batch = await openBatch(work, input.params.batch);
  if (batch.kind === 'contacts' || batch.kind === 'sub_accounts') return revokeSubOffers(work, batch);
  if (batch.kind !== 'invites') {
    const text = `Batch ${batch.id} is one of ${batch.kind}: there are no invitations to take back. Removed people are given back by a batch of restores.`;
    throw new DomainError('conflict', text);
  }
  const at = work.now.toISOString();
  const { pending, accepted, other } = await work.tenant.batches.invites(batch.id);
  if (batch.state === 'open') await close(work, await shown(work, batch.id), 'cancelled');
  let revoked = 0;
  for (let from = 0; from < pending.length; from += limits.batchChunk) {
    const ids = pending.slice(from, from + limits.batchChunk);
    await work.platform.outbox.cancelForInvites(work.tenant.accountId, ids, at);
    for (const id of await work.tenant.invites.close(ids, 'revoked', at)) {
      revoked += 1;
      work.record({
        action: 'invites.revoke',
        target: { kind: 'invite', id, name: null },
        reason: `batch ${batch.id} was revoked`,
      });
    }
  }
  if (revoked > 0) {
    work.record({ target: { kind: 'batch', id: batch.id, name: null }, after: { revoked } });
  }
  return { revoked, already_accepted: accepted, no_longer_pending: other };
}

import { batchIdentity } from '../../contract/batch.ts';
import { limits, type RowOutcome } from '../../contract/limits.ts';
import type { Answer } from '../../contract/shapes.ts';
import type { Batch, RowResult, BatchRow as SentRow } from '../../contract/types.ts';
import { DomainError, invalid, notFound } from './errors.ts';
import { benchOf, freeSeats, type Issue, issueInvites, renewInvite, seatsOf } from './invites.ts';
import { listAnswer, pageRequest } from './list.ts';
import { mustMail } from './mailed-secrets.ts';
import { type Bench, type Draft, draft, isDraft, judgeKnown } from './offers.ts';
import type { BatchRow, BatchView, RowRecord } from './ports/batches.ts';
import type { Known } from './ports/invites.ts';
import { sponsorOf } from './sponsors.ts';
import type { AccountWork, Input } from './work.ts';

type Defaults = Batch['defaults'];

async function withSeats(work: AccountWork, view: BatchView): Promise<Batch> {
  return { ...view, seats: await seatsOf(work) };
}

async function shown(work: AccountWork, id: string): Promise<Batch> {
  const view = await work.tenant.batches.show(id, work.now.toISOString());
  if (!view) throw notFound('batch', id);
  return await withSeats(work, view);
}

export async function createBatch(
  work: AccountWork,
  input: Input<'batches.create'>,
): Promise<Answer<'batches.create'>> {
  const { kind, digest, rows_total, seats_needed, defaults, allow_partial } = input.body;
  mustMail(work);
  if (work.standing.account.kind === 'personal') {
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

interface Judged {
  readonly row: SentRow;
  readonly result: RowResult | null;
  readonly draft: Draft | null;
}

const result = (
  row: number,
  outcome: RowOutcome,
  detail: string | null,
  extra: Partial<RowResult> = {},
): RowResult => ({
  row,
  outcome,
  detail,
  differs: false,
  invite_id: null,
  ...extra,
});

const sameOffer = (a: Draft, b: Draft): boolean => JSON.stringify(a.offer) === JSON.stringify(b.offer);

const contradiction = 'another row asks for another role or modules for this address';

/** What the rows say by themselves: bad ones, and the second and later ones of an address within the chunk. */
function judgeAlone(rows: readonly SentRow[], bench: Bench): Judged[] {
  const first = new Map<string, { row: number; draft: Draft }>();
  return rows.map((row) => {
    if (row.conflicting === true)
      return { row, result: result(row.row, 'conflicting_rows', contradiction), draft: null };
    if (row.duplicate_of !== undefined) {
      return { row, result: repeated(row.row, row.duplicate_of, true), draft: null };
    }
    const drafted = draft(row.email, row, bench);
    if (!isDraft(drafted))
      return { row, result: result(row.row, drafted.outcome, drafted.detail), draft: null };
    const earlier = first.get(drafted.emailFolded);
    if (earlier === undefined) {
      first.set(drafted.emailFolded, { row: row.row, draft: drafted });
      return { row, result: null, draft: drafted };
    }
    return { row, result: repeated(row.row, earlier.row, sameOffer(earlier.draft, drafted)), draft: null };
  });
}

function repeated(row: number, firstRow: number, same: boolean): RowResult {
  if (same) return result(row, 'duplicate_row', `the same as row ${firstRow}`);
  return result(row, 'conflicting_rows', `row ${firstRow} asks for another role or modules for this address`);
}

interface Plan {
  readonly results: Map<number, RowResult>;
  readonly fresh: { row: number; issue: Issue }[];
  readonly renewals: { row: number; id: string; issue: Issue }[];
}

/** Judges rows against the account and its free seats. The one place for real rows and for a mere check. */
async function plan(
  work: AccountWork,
  rows: readonly SentRow[],
  defaults: Defaults,
  batchId: string | null,
): Promise<Plan> {
  const judged = judgeAlone(rows, await benchOf(work, defaults));
  const drafts = judged.flatMap(({ draft: drafted }) => (drafted ? [drafted.emailFolded] : []));
  const known = new Map((await work.tenant.invites.known(drafts)).map((entry) => [entry.emailFolded, entry]));
  const own = [...known.values()].filter(({ pending }) => batchId !== null && pending?.batchId === batchId);
  const firstRows =
    batchId === null || own.length === 0
      ? new Map<string, number>()
      : await work.tenant.batches.firstRows(
          batchId,
          own.flatMap(({ pending }) => (pending ? [pending.id] : [])),
        );
  const done: Plan = { results: new Map(), fresh: [], renewals: [] };
  let free = await freeSeats(work);
  for (const { row, result: alone, draft: drafted } of judged) {
    if (alone || !drafted) {
      if (alone) done.results.set(row.row, alone);
      continue;
    }
    const entry = known.get(drafted.emailFolded);
    const refusal = entry ? refusalOf(row.row, entry, drafted, work, defaults, firstRows) : null;
    if (refusal) {
      done.results.set(row.row, refusal);
      continue;
    }
    if (free < 1) {
      done.results.set(row.row, result(row.row, 'no_seat', 'no seat is free'));
      continue;
    }
    free -= 1;
    const issue = { ...drafted, firstName: row.first_name ?? null };
    if (entry?.pending) done.renewals.push({ row: row.row, id: entry.pending.id, issue });
    else done.fresh.push({ row: row.row, issue });
  }
  return done;
}

function refusalOf(
  row: number,
  entry: Known,
  drafted: Draft,
  work: AccountWork,
  defaults: Defaults,
  firstRows: ReadonlyMap<string, number>,
): RowResult | null {
  const verdict = judgeKnown(
    entry,
    drafted.offer,
    work.now.toISOString(),
    defaults.reinvite_declined ?? false,
  );
  if (!verdict) return null;
  const firstRow =
    verdict.outcome === 'already_invited' && entry.pending ? firstRows.get(entry.pending.id) : undefined;
  if (firstRow !== undefined) return repeated(row, firstRow, !verdict.differs);
  const inviteId = verdict.outcome === 'already_invited' ? (entry.pending?.id ?? null) : null;
  return result(row, verdict.outcome, verdict.detail, { differs: verdict.differs, invite_id: inviteId });
}

export async function checkRows(
  work: AccountWork,
  input: Input<'batches.check'>,
): Promise<Answer<'batches.check'>> {
  const { rows, defaults } = input.body;
  const { results, fresh, renewals } = await plan(work, rows, defaults, null);
  for (const { row } of [...fresh, ...renewals]) results.set(row, result(row, 'invited', null));
  return { outcomes: inOrder(rows, results), seats: await seatsOf(work) };
}

function inOrder(rows: readonly SentRow[], results: ReadonlyMap<number, RowResult>): RowResult[] {
  return rows.flatMap((row) => results.get(row.row) ?? []);
}

async function openBatch(work: AccountWork, id: string): Promise<BatchRow> {
  const batch = await work.tenant.batches.row(id);
  if (!batch) throw notFound('batch', id);
  return batch;
}

function mustBeOpen(batch: Pick<Batch, 'state'>): void {
  if (batch.state === 'open') return;
  throw new DomainError('batch_closed', `The batch is ${batch.state}. Send the same rows as a new batch.`);
}

function mustBeSound(rows: readonly SentRow[], batch: BatchRow): void {
  const seen = new Set<number>();
  for (const [index, { row, duplicate_of: first }] of rows.entries()) {
    if (first !== undefined && first >= row)
      throw invalid(`/rows/${index}/duplicate_of`, 'must be an earlier row');
    if (row > batch.rowsTotal) throw invalid(`/rows/${index}/row`, `is past rows_total, ${batch.rowsTotal}`);
    if (seen.has(row)) throw invalid(`/rows/${index}/row`, 'stands twice in this chunk');
    seen.add(row);
  }
}

/** A chunk: what came before is answered as it was stored, the rest is judged, invited and written down. */
export async function sendRows(
  work: AccountWork,
  input: Input<'batches.send'>,
): Promise<Answer<'batches.send'>> {
  mustMail(work);
  const { rows } = input.body;
  const batch = await openBatch(work, input.params.batch);
  mustBeSound(rows, batch);
  const stored = await work.tenant.batches.results(
    batch.id,
    rows.map(({ row }) => row),
  );
  const results = new Map(stored.map((entry) => [entry.row, entry]));
  const fresh = rows.filter(({ row }) => !results.has(row));
  if (fresh.length === 0) return { outcomes: inOrder(rows, results) };
  mustBeOpen(batch);
  const made = await carryOut(work, batch, await plan(work, fresh, batch.defaults, batch.id));
  const records = fresh.map((row): RowRecord => {
    const entry = made.get(row.row);
    if (!entry) throw new Error(`row ${row.row} came to nothing`);
    results.set(row.row, entry);
    return { ...entry, email: row.email };
  });
  await work.tenant.batches.addRows(batch.id, records);
  return { outcomes: inOrder(rows, results) };
}

async function carryOut(work: AccountWork, batch: BatchRow, planned: Plan): Promise<Map<number, RowResult>> {
  const { results } = planned;
  const issued = await issueInvites(
    work,
    planned.fresh.map(({ issue }) => issue),
    batch.id,
  );
  for (const { row, issue } of planned.fresh) {
    const id = issued.get(issue.emailFolded);
    const outcome = id === undefined ? 'already_invited' : 'invited';
    results.set(row, result(row, outcome, null, { invite_id: id ?? null }));
  }
  for (const { row, id, issue } of planned.renewals) {
    await renewInvite(work, { ...issue, id, role: issue.offer.role }, issue.offer);
    work.record({
      action: 'invites.send',
      target: { kind: 'invite', id, name: issue.email },
      after: { role: issue.offer.role, modules: issue.offer.modules, renewed: true },
    });
    results.set(
      row,
      result(row, 'invited', 'renewed: the earlier invitation had expired', { invite_id: id }),
    );
  }
  return results;
}

export async function listBatches(
  work: AccountWork,
  input: Input<'batches.list'>,
): Promise<Answer<'batches.list'>> {
  const page = await work.tenant.batches.list(input.query.state, pageRequest(input), work.now.toISOString());
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

/** Takes back every invitation of the batch that is still pending; an open batch is closed by it. */
export async function revokeBatch(
  work: AccountWork,
  input: Input<'batches.revoke'>,
): Promise<Answer<'batches.revoke'>> {
  const batch = await openBatch(work, input.params.batch);
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

import type { BatchDefaults, BatchRow, RowResult } from '../../contract/types.ts';
import { type Judge, type Plan, rowResult as result, sameAs } from './batch-rows.ts';
import { benchOf, freeSeats, type Issue, issueInvites, renewInvite } from './invites.ts';
import { mustMail } from './mailed-secrets.ts';
import { type Bench, type Draft, draft, isDraft, judgeKnown } from './offers.ts';
import type { Known } from './ports/invites.ts';
import type { AccountWork } from './work.ts';

type SentRow = BatchRow<'invites'>;
type Defaults = BatchDefaults<'invites'>;

interface Judged {
  readonly row: SentRow;
  readonly result: RowResult | null;
  readonly draft: Draft | null;
}

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
  if (same) return sameAs(row, firstRow);
  return result(row, 'conflicting_rows', `row ${firstRow} asks for another role or modules for this address`);
}

interface Sorted {
  readonly results: Map<number, RowResult>;
  readonly fresh: { row: number; issue: Issue }[];
  readonly renewals: { row: number; id: string; issue: Issue }[];
}

/** Judges rows against the account and its free seats. The one place for real rows and for a mere check. */
async function sort(
  work: AccountWork,
  rows: readonly SentRow[],
  defaults: Defaults,
  batchId: string | null,
): Promise<Sorted> {
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
  const done: Sorted = { results: new Map(), fresh: [], renewals: [] };
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

async function carryOut(
  work: AccountWork,
  { results, fresh, renewals }: Sorted,
  batchId: string | null,
): Promise<Map<number, RowResult>> {
  const issued = await issueInvites(
    work,
    fresh.map(({ issue }) => issue),
    batchId,
  );
  for (const { row, issue } of fresh) {
    const id = issued.get(issue.emailFolded);
    const outcome = id === undefined ? 'already_invited' : 'invited';
    results.set(row, result(row, outcome, null, { invite_id: id ?? null }));
  }
  for (const { row, id, issue } of renewals) {
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

/** Only foreseen: each would be invited. */
function foreseen({ results, fresh, renewals }: Sorted): Map<number, RowResult> {
  for (const { row } of [...fresh, ...renewals]) results.set(row, result(row, 'invited', null));
  return results;
}

/** R10: inviting many at once. */
export const inviteRows: Judge<'invites'> = {
  async admit(work) {
    mustMail(work);
  },
  async plan(work, rows, defaults, batchId): Promise<Plan> {
    const sorted = await sort(work, rows, defaults, batchId);
    return { foreseen: () => foreseen(sorted), carryOut: () => carryOut(work, sorted, batchId) };
  },
};

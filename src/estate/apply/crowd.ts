import { createHash } from 'node:crypto';
import { runBatch } from '../../bulk/engine.ts';
import { CHUNK_ROWS, type RowSource } from '../../bulk/input.ts';
import type { InputRecord, InputRow } from '../../bulk/rows.ts';
import type { Client } from '../../client/client.ts';
import type { Clock } from '../../client/transport.ts';
import { rowOutcomes } from '../../contract/limits.ts';
import type { BodyInput } from '../../contract/shapes.ts';
import type { RowResult } from '../../contract/types.ts';
import { type Change, keyOf } from '../changes.ts';
import { bodyOf, isInvitation } from '../fields.ts';
import type { Carried, Hands } from './requests.ts';

/** What batches are carried out with, beside what single changes are. */
export interface Crowding extends Hands {
  readonly client: Client;
  readonly clock: Clock;
  readonly patienceMs: number;
  readonly interrupt: AbortSignal;
  readonly note: (text: string) => void;
  /** Asked for by `--reinvite`: whoever declined is invited again. */
  readonly reinvite: boolean;
  /** These are so already and take no seat. They are rows all the same: the same rows are the same batch. */
  readonly settled: ReadonlySet<string>;
}

export interface CrowdResult {
  /** By key of the change; what is missing has no outcome. */
  readonly outcomes: ReadonlyMap<string, Carried | Refusal>;
  /** Why not all of it has one. */
  readonly failure: unknown;
}

export interface Refusal {
  readonly code: string;
  readonly message: string;
}

/**
 * All people of an account that are invited, or placed in workspaces, as one batch: twenty thousand are some dozens of
 * requests, and the batch is the server's own memory of who was mailed. Its identity is the rows, so that a run that
 * was cut finds it again and sends what is missing; an address is invited at most once whatever is sent twice (D2).
 */
export async function carryCrowd(
  kind: 'invites' | 'workspace_members',
  account: string,
  changes: readonly Change[],
  crowding: Crowding,
): Promise<CrowdResult> {
  const { client, keep, reinvite, settled } = crowding;
  const rows = kind === 'invites' ? inviteRows(changes) : placeRows(changes);
  const outcomes = new Map<string, Carried | Refusal>();
  try {
    await withdraw(account, changes, crowding);
    const params = { account };
    const head = { digest: digestOf(rows), rows_total: rows.length };
    const seats_needed = rows.filter((row) => !row.changes.every((one) => settled.has(keyOf(one)))).length;
    const body: BodyInput<'batches.create'> =
      kind === 'invites'
        ? { kind, ...head, seats_needed, defaults: reinvite ? { reinvite_declined: true } : {} }
        : { kind, ...head, defaults: {} };
    const batch = await keep((signal) => client.call('batches.create', { params, body, signal }));
    const told = (row: number, result: RowResult) => {
      for (const change of rows[row - 1]?.changes ?? []) outcomes.set(keyOf(change), outcomeOf(result));
    };
    // What the batch has from an earlier run has its outcome there.
    if (batch.rows_received > 0) await stored(account, batch.id, crowding, told);
    const run = await runBatch({
      ...crowding,
      account,
      batch,
      source: sourceOf(rows),
      check: { ...noCheck, rows: rows.length, valid: rows.length, digest: head.digest },
      report: null,
      progress: { update: () => undefined, end: () => undefined },
      onRow: (record, result) => told(record.row, result),
    });
    return { outcomes, failure: run.failure };
  } catch (thrown) {
    return { outcomes, failure: thrown };
  }
}

/** A row and the changes that it carries out. */
interface Row {
  readonly input: Omit<InputRow, 'row'>;
  readonly changes: readonly Change[];
}

/** An invitation takes along the places in workspaces: who has not accepted has no other way to them. */
function inviteRows(changes: readonly Change[]): Row[] {
  const byAddress = Map.groupBy(changes, ({ kind, key }) =>
    kind === 'member' ? key : key.slice(key.indexOf('/') + 1),
  );
  return [...byAddress].sort(inOrder).flatMap(([address, own]): Row[] => {
    const member = own.find(({ kind }) => kind === 'member');
    if (member === undefined) return [];
    const { role, modules, children, workspaces, first_name } = bodyOf(member);
    const places = own.flatMap(({ kind, key, fields }) =>
      kind === 'member'
        ? []
        : [{ workspace: key.slice(0, key.indexOf('/')), role: text(bodyOf({ fields }).role) }],
    );
    const all = [...placesIn(workspaces), ...places];
    const input = {
      email: member.mail ?? address,
      ...(typeof role === 'string' && { role }),
      ...(Array.isArray(modules) && { modules: modules.map(text) }),
      ...(Array.isArray(children) && { children: children.map(text) }),
      ...(all.length > 0 && { workspaces: all }),
      ...(typeof first_name === 'string' && { first_name }),
    };
    return [{ input, changes: own }];
  });
}

function inOrder([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function placesIn(list: unknown): { workspace: string; role: string }[] {
  if (!Array.isArray(list)) return [];
  return list.map((place: unknown) => {
    const part = (name: string) =>
      typeof place === 'object' && place !== null ? text(Reflect.get(place, name)) : '';
    return { workspace: part('workspace'), role: part('role') };
  });
}

function placeRows(changes: readonly Change[]): Row[] {
  return changes
    .toSorted((a, b) => inOrder([a.key, a], [b.key, b]))
    .map((change) => {
      const at = change.key.indexOf('/');
      const [workspace, email] = [change.key.slice(0, at), change.key.slice(at + 1)];
      return { input: { email, workspace, role: text(bodyOf(change).role) }, changes: [change] };
    });
}

/** An invitation that offers something else is taken back first: it cannot be changed, and there is one at most (D2). */
async function withdraw(
  account: string,
  changes: readonly Change[],
  { client, keep }: Crowding,
): Promise<void> {
  for (const change of changes) {
    const invite = change.id;
    if (change.op !== 'update' || !isInvitation(change) || invite === null) continue;
    await keep((signal) => client.call('invites.revoke', { params: { account, invite }, signal }));
  }
}

async function stored(
  account: string,
  batch: string,
  { client }: Crowding,
  told: (row: number, result: RowResult) => void,
): Promise<void> {
  for await (const result of client.pages('batches.rows', { params: { account, batch } }))
    told(result.row, result);
}

function outcomeOf({ outcome, detail, differs }: RowResult): Carried | Refusal {
  if (rowOutcomes[outcome] === 'done') return 'done';
  const same = outcome === 'already_member' || outcome === 'already_invited' || outcome === 'already_placed';
  if (same && !differs) return 'already';
  return { code: outcome, message: detail ?? outcome.replaceAll('_', ' ') };
}

function digestOf(rows: readonly Row[]): string {
  return createHash('sha256')
    .update(JSON.stringify(rows.map(({ input }) => input)))
    .digest('hex');
}

/** The rows as the batch engine reads a file. */
function sourceOf(rows: readonly Row[]): RowSource {
  return {
    name: 'the estate',
    path: '',
    format: 'ndjson',
    delimiter: ',',
    byteOrderMark: false,
    columns: [],
    ignored: [],
    async *rows() {
      for (let from = 0; from < rows.length; from += CHUNK_ROWS) {
        yield rows.slice(from, from + CHUNK_ROWS).map(({ input }, at): InputRecord => {
          const row = from + at + 1;
          return { row, line: row, cells: [], input: { row, ...input }, problem: null };
        });
      }
    },
    close: async () => {},
  };
}

/** Rows of an estate were checked when it was read. */
const noCheck = {
  duplicates: 0,
  errors: [],
  errorCount: 0,
  errorCounts: {},
  verdictOf: () => ({ kind: 'send' }) as const,
};

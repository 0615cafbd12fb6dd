import type { BatchKind } from '../contract/limits.ts';
import type { BodyInput } from '../contract/shapes.ts';
import type { BatchRow } from '../contract/types.ts';
import type { CheckResult, Verdict } from './check.ts';
import type { Head } from './kinds.ts';
import type { InputRecord } from './rows.ts';

const EMAIL_MAX = 1000;
const WORD_MAX = 100;
const TEXT_MAX = 1000;
const MOBILE_MAX = 200;

type VerdictOf = CheckResult['verdictOf'];

/** Rows as `batches.send` takes those of a batch's kind. */
export function chunkOf(
  kind: BatchKind,
  records: readonly InputRecord[],
  verdictOf: VerdictOf,
): BodyInput<'batches.send'> {
  switch (kind) {
    case 'invites':
      return { kind, rows: records.map((record) => inviteRow(record, verdictOf(record))) };
    case 'workspace_members':
      return { kind, rows: records.map((record) => placeRow(record, verdictOf(record))) };
    case 'contacts':
      return { kind, rows: records.map((record) => contactRow(record, verdictOf(record))) };
    case 'sub_accounts':
      return { kind, rows: records.map((record) => subAccountRow(record, verdictOf(record))) };
    default:
      return { kind, rows: records.map((record) => personRow(record, verdictOf(record))) };
  }
}

/** The same with the defaults that a mere check needs. */
export function checkOf(
  head: Head,
  records: readonly InputRecord[],
  verdictOf: VerdictOf,
): BodyInput<'batches.check'> {
  switch (head.kind) {
    case 'invites':
      return { ...head, rows: records.map((record) => inviteRow(record, verdictOf(record))) };
    case 'workspace_members':
      return { ...head, rows: records.map((record) => placeRow(record, verdictOf(record))) };
    case 'contacts':
      return { ...head, rows: records.map((record) => contactRow(record, verdictOf(record))) };
    case 'sub_accounts':
      return { ...head, rows: records.map((record) => subAccountRow(record, verdictOf(record))) };
    default:
      return { ...head, rows: records.map((record) => personRow(record, verdictOf(record))) };
  }
}

function personRow({ row, input, problem }: InputRecord, verdict: Verdict): BatchRow<'removals'> {
  const email = clean(problem === null ? input.email : `malformed row: ${input.email}`, EMAIL_MAX);
  if (problem === null && verdict.kind === 'duplicate') return { row, email, duplicate_of: verdict.of };
  return { row, email };
}

function placeRow(record: InputRecord, verdict: Verdict): BatchRow<'workspace_members'> {
  const { input, problem } = record;
  const plain = personRow(record, verdict);
  if (problem !== null || plain.duplicate_of !== undefined) return plain;
  if (verdict.kind === 'error' && verdict.code === 'conflicting_rows') return { ...plain, conflicting: true };
  return {
    ...plain,
    ...(input.workspace !== undefined && { workspace: clean(input.workspace, WORD_MAX) }),
    ...(input.role !== undefined && { role: clean(input.role, WORD_MAX) }),
  };
}

type Caps = Pick<BatchRow<'contacts'>, 'cap_uploads' | 'cap_messages'>;

function capsOf({ cap_uploads: uploads, cap_messages: messages }: InputRecord['input']): Caps {
  return {
    ...(uploads !== undefined && { cap_uploads: clean(uploads, WORD_MAX) }),
    ...(messages !== undefined && { cap_messages: clean(messages, WORD_MAX) }),
  };
}

/** Who it is, if nothing but that shall be said: it cannot be read, or other rows of the file settle it. */
function settled(record: InputRecord, verdict: Verdict): BatchRow<'contacts' | 'sub_accounts'> | null {
  const plain = personRow(record, verdict);
  if (record.problem !== null || plain.duplicate_of !== undefined) return plain;
  const conflicts = verdict.kind === 'error' && verdict.code === 'conflicting_rows';
  return conflicts ? { ...plain, conflicting: true } : null;
}

function contactRow(record: InputRecord, verdict: Verdict): BatchRow<'contacts'> {
  const { row, input } = record;
  const done = settled(record, verdict);
  if (done !== null) return done;
  const { email, first_name, last_name, mobile, organization, groups, sub_account } = input;
  return {
    row,
    email: clean(email, EMAIL_MAX),
    ...(first_name !== undefined && { first_name: clean(first_name, TEXT_MAX) }),
    ...(last_name !== undefined && { last_name: clean(last_name, TEXT_MAX) }),
    ...(mobile !== undefined && { mobile: clean(mobile, MOBILE_MAX) }),
    ...(organization !== undefined && { organization: clean(organization, TEXT_MAX) }),
    ...(groups !== undefined && { groups: groups.map((name) => clean(name, TEXT_MAX)) }),
    ...(typeof sub_account === 'boolean' && { sub_account }),
    ...capsOf(input),
  };
}

/** Where a column says who is to be one, an empty cell says no. */
function subAccountRow(record: InputRecord, verdict: Verdict): BatchRow<'sub_accounts'> {
  const { row, input } = record;
  const done = settled(record, verdict);
  if (done !== null) return done;
  const email = clean(input.email, EMAIL_MAX);
  const { first_name, mobile, sub_account } = input;
  if (sub_account === false || sub_account === null) return { row, email, marked: false };
  return {
    row,
    email,
    ...(first_name !== undefined && { first_name: clean(first_name, 200) }),
    ...(mobile !== undefined && { mobile: clean(mobile, MOBILE_MAX) }),
    ...capsOf(input),
  };
}

/**
 * A row as `batches.send` takes it: the schema's bounds hold whatever the file has, for one row out of
 * bounds would have its whole chunk refused. What is cut was no address, role or name before either.
 */
export function inviteRow({ row, input, problem }: InputRecord, verdict: Verdict): BatchRow<'invites'> {
  // A row that cannot be read must not invite anybody, though its address may be sound.
  if (problem !== null) return { row, email: clean(`malformed row: ${input.email}`, EMAIL_MAX) };
  // Which row it repeats is known here alone: the server sees one chunk at a time.
  if (verdict.kind === 'error' && verdict.code === 'conflicting_rows') {
    return { row, email: clean(input.email, EMAIL_MAX), conflicting: true };
  }
  if (verdict.kind === 'duplicate')
    return { row, email: clean(input.email, EMAIL_MAX), duplicate_of: verdict.of };
  const { email, role, modules, children, workspaces, first_name } = input;
  return {
    row,
    email: clean(email, EMAIL_MAX),
    ...(role !== undefined && { role: clean(role, WORD_MAX) }),
    ...(modules !== undefined && { modules: modules.map((word) => clean(word, WORD_MAX)) }),
    ...(children !== undefined && { children: children.map((word) => clean(word, WORD_MAX)) }),
    ...(workspaces !== undefined && {
      workspaces: workspaces.map((place) => ({
        workspace: clean(place.workspace, WORD_MAX),
        role: clean(place.role, WORD_MAX),
      })),
    }),
    ...(first_name !== undefined && { first_name: clean(first_name, 200) }),
  };
}

/** NUL and halves of characters, which JSON can spell, are no text to a database. */
function clean(text: string, max: number): string {
  const short = text.length > max ? text.slice(0, max) : text;
  return (short.includes('\0') ? short.replaceAll('\0', '\ufffd') : short).toWellFormed();
}

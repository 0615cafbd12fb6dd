import { allOutcomes, countOf } from '../../bulk/tally.ts';
import { rowOutcomes } from '../../contract/limits.ts';
import type { Batch, Invite, RowResult } from '../../contract/types.ts';
import type { Column } from '../../output/columns.ts';

const ended = new Set(['expired', 'revoked', 'declined']);

/** An invitation as a row. */
export const inviteColumns: readonly Column<Invite>[] = [
  { header: 'EMAIL', value: (invite) => invite.email, keep: true },
  { header: 'ROLE', value: (invite) => invite.role },
  { header: 'MODULES', value: (invite) => invite.modules },
  {
    header: 'STATE',
    value: (invite) => invite.state,
    tone: (invite) => (ended.has(invite.state) ? 'dim' : undefined),
  },
  {
    header: 'MAIL',
    value: (invite) => invite.mail,
    tone: (invite) => (invite.mail === 'failed' ? 'bad' : undefined),
  },
  { header: 'SENT', value: (invite) => invite.sent_at },
  { header: 'EXPIRES', value: (invite) => invite.expires_at },
  { header: 'ID', value: (invite) => invite.id, keep: true },
];

/** All there is to know of one. */
export const inviteFacts: readonly Column<Invite>[] = [
  ...inviteColumns,
  { header: 'CHILDREN', value: (invite) => invite.children },
  {
    header: 'WORKSPACES',
    value: (invite) => invite.workspaces.map((place) => `${place.workspace}=${place.role}`),
  },
  { header: 'MAIL ERROR', value: (invite) => invite.mail_error },
  { header: 'FIRST NAME', value: (invite) => invite.first_name },
  { header: 'SPONSOR', value: (invite) => invite.sponsor },
  { header: 'BATCH', value: (invite) => invite.batch_id },
];

const counted = (batch: Batch, kind: 'done' | 'skipped' | 'failed') =>
  countOf(allOutcomes(batch.outcomes), kind);

export const batchColumns: readonly Column<Batch>[] = [
  { header: 'ID', value: (batch) => batch.id, keep: true },
  {
    header: 'STATE',
    value: (batch) => batch.state,
    tone: (batch) => (batch.state === 'open' ? 'warn' : undefined),
  },
  { header: 'ROWS', value: (batch) => `${batch.rows_received}/${batch.rows_total}`, align: 'right' },
  { header: 'INVITED', value: (batch) => counted(batch, 'done'), align: 'right' },
  { header: 'SKIPPED', value: (batch) => counted(batch, 'skipped'), align: 'right' },
  { header: 'FAILED', value: (batch) => counted(batch, 'failed'), align: 'right' },
  { header: 'BY', value: (batch) => batch.created_by },
  { header: 'CREATED', value: (batch) => batch.created_at },
];

export const batchFacts: readonly Column<Batch>[] = [
  ...batchColumns,
  {
    header: 'MISSING',
    value: (batch) => batch.missing.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)),
  },
  {
    header: 'OUTCOMES',
    value: (batch) => Object.entries(batch.outcomes).map(([outcome, count]) => `${outcome} ${count}`),
  },
  { header: 'MAIL QUEUED', value: (batch) => batch.mail.queued },
  { header: 'MAIL SENT', value: (batch) => batch.mail.sent },
  { header: 'MAIL FAILED', value: (batch) => batch.mail.failed },
  { header: 'MAIL WAITS UNTIL', value: (batch) => batch.mail.waiting_until },
];

export type StoredRow = RowResult & { readonly email: string };

/** The same columns that `--report` writes beside the file's own. */
export const rowColumns: readonly Column<StoredRow>[] = [
  { header: '_ROW', value: (row) => row.row, align: 'right' },
  { header: 'EMAIL', value: (row) => row.email },
  {
    header: '_STATUS',
    value: (row) => row.outcome,
    tone: (row) => (rowOutcomes[row.outcome] === 'failed' ? 'bad' : undefined),
  },
  { header: '_INVITE_ID', value: (row) => row.invite_id, keep: true },
  { header: '_ERROR', value: (row) => row.detail },
];

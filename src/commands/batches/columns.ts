import { allOutcomes, countOf } from '../../bulk/tally.ts';
import { rowOutcomes } from '../../contract/limits.ts';
import type { Batch, RowResult } from '../../contract/types.ts';
import type { Column } from '../../output/columns.ts';

const counted = (batch: Batch, verdict: 'done' | 'skipped' | 'failed') =>
  countOf(allOutcomes(batch.kind, batch.outcomes), verdict);

export const batchColumns: readonly Column<Batch>[] = [
  { header: 'ID', value: (batch) => batch.id, keep: true },
  { header: 'KIND', value: (batch) => batch.kind },
  {
    header: 'STATE',
    value: (batch) => batch.state,
    tone: (batch) => (batch.state === 'open' ? 'warn' : undefined),
  },
  { header: 'ROWS', value: (batch) => `${batch.rows_received}/${batch.rows_total}`, align: 'right' },
  { header: 'DONE', value: (batch) => counted(batch, 'done'), align: 'right' },
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

/** What `--report` writes beside the file's own columns, of any kind of batch. */
export const rowColumns: readonly Column<StoredRow>[] = [
  { header: '_ROW', value: (row) => row.row, align: 'right' },
  { header: 'EMAIL', value: (row) => row.email },
  {
    header: '_STATUS',
    value: (row) => row.outcome,
    tone: (row) => (rowOutcomes[row.outcome] === 'failed' ? 'bad' : undefined),
  },
  { header: '_INVITE_ID', value: (row) => row.invite_id, keep: true },
  { header: '_RECEIPT_ID', value: (row) => row.receipt_id, keep: true },
  { header: '_LINK_ID', value: (row) => row.link_id, keep: true },
  { header: '_CONTACT_ID', value: (row) => row.contact_id, keep: true },
  { header: '_ERROR', value: (row) => row.detail },
];

import type { AuditEvent } from '../../contract/types.ts';
import type { Column } from '../../output/columns.ts';

/** An audit event as a row: the one place that maps it. */
export const auditColumns: readonly Column<AuditEvent>[] = [
  { header: 'TIME', value: (event) => event.at, keep: true },
  {
    header: 'ACTOR',
    value: ({ actor, subject }) =>
      `${actor.kind}:${actor.name ?? actor.id ?? ''}`.replace(/:$/, '') +
      (subject === null ? '' : ` via ${subject.account.slug}`),
  },
  { header: 'ACTION', value: (event) => event.action, keep: true },
  { header: 'TARGET', value: ({ target }) => `${target.kind}:${target.name ?? target.id}` },
  { header: 'CHANGES', value: changesOf },
  { header: 'REASON', value: (event) => event.reason },
];

/** For a spreadsheet: a fact a column, what changed as JSON. */
export const exportColumns: readonly Column<AuditEvent>[] = [
  { header: 'TIME', value: (event) => event.at },
  { header: 'ID', value: (event) => event.id },
  { header: 'ACTOR_KIND', value: ({ actor }) => actor.kind },
  { header: 'ACTOR_ID', value: ({ actor }) => actor.id },
  { header: 'ACTOR', value: ({ actor }) => actor.name },
  { header: 'VIA', value: ({ subject }) => subject?.account.slug ?? null },
  { header: 'ACTION', value: (event) => event.action },
  { header: 'TARGET_KIND', value: ({ target }) => target.kind },
  { header: 'TARGET_ID', value: ({ target }) => target.id },
  { header: 'TARGET', value: ({ target }) => target.name },
  { header: 'BEFORE', value: ({ before }) => (before === null ? null : JSON.stringify(before)) },
  { header: 'AFTER', value: ({ after }) => (after === null ? null : JSON.stringify(after)) },
  { header: 'REASON', value: (event) => event.reason },
  { header: 'REQUEST_ID', value: (event) => event.request_id },
];

/** Which fields, not their values: those are in the JSON. */
function changesOf({ before, after }: AuditEvent): string[] {
  return [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])];
}

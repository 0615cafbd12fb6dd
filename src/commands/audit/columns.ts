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

/** Which fields, not their values: those are in the JSON. */
function changesOf({ before, after }: AuditEvent): string[] {
  return [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])];
}

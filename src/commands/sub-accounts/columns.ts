import type { Link } from '../../contract/types.ts';
import type { Column } from '../../output/columns.ts';

const over = new Set<Link['state']>(['ended', 'declined', 'revoked', 'expired']);

/** A link as a row: from the invitation on, one thing. */
export const linkColumns: readonly Column<Link>[] = [
  { header: 'EMAIL', value: (link) => link.email, keep: true },
  { header: 'ACCOUNT', value: (link) => link.account?.slug ?? link.invitee },
  {
    header: 'STATE',
    value: (link) => link.state,
    tone: (link) => (over.has(link.state) ? 'dim' : link.state === 'active' ? 'good' : undefined),
  },
  { header: 'UPLOADS', value: (link) => link.caps.upload, align: 'right' },
  { header: 'MESSAGES', value: (link) => link.caps.message, align: 'right' },
  { header: 'SENT', value: (link) => link.sent_at },
  { header: 'SINCE', value: (link) => link.accepted_at },
  { header: 'ID', value: (link) => link.id, keep: true },
];

/** All there is to know of one. */
export const linkFacts: readonly Column<Link>[] = [
  { header: 'STATE', value: (link) => link.state },
  { header: 'EMAIL', value: (link) => link.email },
  { header: 'ACCOUNT', value: (link) => link.account?.slug ?? null },
  { header: 'NAME', value: (link) => link.account?.name ?? null },
  { header: 'MEANT FOR', value: (link) => link.invitee },
  { header: 'UPLOADS A MONTH', value: (link) => link.caps.upload },
  { header: 'MESSAGES A MONTH', value: (link) => link.caps.message },
  { header: 'FIRST NAME', value: (link) => link.first_name },
  { header: 'MOBILE', value: (link) => link.mobile },
  {
    header: 'MAIL',
    value: (link) => link.mail,
    tone: (link) => (link.mail === 'failed' ? 'bad' : undefined),
  },
  { header: 'MAIL ERROR', value: (link) => link.mail_error },
  { header: 'SENT', value: (link) => link.sent_at },
  { header: 'EXPIRES', value: (link) => (link.state === 'invited' ? link.expires_at : null) },
  { header: 'ACCEPTED', value: (link) => link.accepted_at },
  { header: 'ENDED', value: (link) => link.ended_at },
  { header: 'SPONSOR', value: (link) => link.sponsor },
  { header: 'BATCH', value: (link) => link.batch_id },
  { header: 'REVISION', value: (link) => link.revision },
  { header: 'ID', value: (link) => link.id },
];

import type { Invite } from '../../contract/types.ts';
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

import type { ConsentSheet, UmbrellaInvite, UmbrellaLink } from '../../contract/types.ts';
import type { Column } from '../../output/columns.ts';
import { capsText } from '../caps.ts';
import { changesText, formLines, words } from './sheet.ts';

export const inviteColumns: readonly Column<UmbrellaInvite>[] = [
  { header: 'ID', value: (invite) => invite.id, keep: true },
  { header: 'UMBRELLA', value: (invite) => invite.umbrella.name },
  { header: 'FOR', value: (invite) => invite.invitee ?? 'an account of yours' },
  { header: 'CAP', value: (invite) => capsText(invite.caps) },
  { header: 'UNTIL', value: (invite) => invite.expires_at },
];

/** The sheet: a line for each thing that somebody agrees to. */
export function sheetFacts({ terms }: ConsentSheet): Column<ConsentSheet>[] {
  const lines = terms.map((term, at) => ({ header: `TERM ${at + 1}`, value: () => term }));
  return [...facts, ...lines, ...seal];
}

const facts: readonly Column<ConsentSheet>[] = [
  { header: 'UMBRELLA', value: ({ umbrella }) => `${umbrella.name} (${umbrella.slug})` },
  { header: 'ACCOUNT', value: ({ account }) => `${account.name} (${account.slug})` },
  {
    header: 'IN THE WAY',
    value: ({ blockers }) =>
      blockers.length === 0 ? 'nothing' : blockers.map(({ detail }) => detail).join('; '),
    tone: ({ blockers }) => (blockers.length === 0 ? undefined : 'bad'),
  },
  {
    header: 'FORMS IT SEES',
    value: ({ forms }) => (forms.now.length === 0 ? 'none yet' : formLines(forms.now).join('; ')),
  },
  { header: 'FORMS TO COME', value: ({ forms }) => words(forms.later) },
  { header: 'WHO PAYS', value: ({ payer }) => payer.name },
  { header: 'CAP', value: ({ caps }) => capsText(caps) },
  {
    header: 'YOU GET',
    value: ({ changes }) => changesText(changes).join(', ') || 'your plan gives as much already',
  },
];

const seal: readonly Column<ConsentSheet>[] = [
  { header: 'UNTIL', value: ({ expires_at }) => expires_at },
  { header: 'DIGEST', value: ({ digest }) => digest },
];

export const linkFacts: readonly Column<UmbrellaLink>[] = [
  {
    header: 'UMBRELLA',
    value: ({ umbrella }) => `${umbrella.name} (${umbrella.slug})${umbrella.suspended ? ', suspended' : ''}`,
    tone: ({ umbrella }) => (umbrella.suspended ? 'bad' : undefined),
  },
  { header: 'SINCE', value: ({ since }) => since },
  { header: 'CAP', value: ({ caps }) => capsText(caps) },
  { header: 'IT GIVES', value: ({ changes }) => changesText(changes).join(', ') || 'no more than your plan' },
  {
    header: 'FORMS IT SEES',
    value: ({ forms }) => (forms.length === 0 ? 'none yet' : formLines(forms).join('; ')),
  },
  { header: 'LINK', value: ({ link_id }) => link_id },
];

import type { Noun } from '../tree.ts';

export const invites: Noun = {
  summary: 'Invitations, one or a million, and what became of them',
  verbs: [
    {
      name: 'send',
      summary: 'Invite people: addresses, or a file of them',
      load: async () => (await import('./send.ts')).sendCommand,
    },
    {
      name: 'list',
      aliases: ['ls'],
      summary: 'List invitations',
      load: async () => (await import('./list.ts')).listCommand,
    },
    {
      name: 'show',
      summary: 'Show an invitation',
      load: async () => (await import('./show.ts')).showCommand,
    },
    {
      name: 'resend',
      summary: 'Send invitations again, with a new link and seven new days',
      load: async () => (await import('./resend.ts')).resendCommand,
    },
    {
      name: 'revoke',
      summary: 'Take back pending invitations',
      load: async () => (await import('./revoke.ts')).revokeCommand,
    },
    {
      name: 'accept',
      summary: 'Accept an invitation that you were sent',
      load: async () => (await import('./accept.ts')).acceptCommand,
    },
    {
      name: 'decline',
      summary: 'Decline an invitation that you were sent',
      load: async () => (await import('./decline.ts')).declineCommand,
    },
    {
      name: 'batches',
      aliases: ['batch'],
      summary: 'Files of invitations: how far they are, and what became of each row',
      noun: async () => batches,
    },
  ],
};

const batches: Noun = {
  summary: 'Files of invitations: how far they are, and what became of each row',
  verbs: [
    {
      name: 'list',
      aliases: ['ls'],
      summary: 'List batches, the newest first',
      load: async () => (await import('./batches-list.ts')).batchesListCommand,
    },
    {
      name: 'show',
      summary: 'Show a batch: counts, missing rows, mail',
      load: async () => (await import('./batches-show.ts')).batchesShowCommand,
    },
    {
      name: 'resume',
      summary: 'Send the rows that a batch still misses',
      load: async () => (await import('./batches-resume.ts')).batchesResumeCommand,
    },
    {
      name: 'report',
      summary: 'List what became of each row',
      load: async () => (await import('./batches-report.ts')).batchesReportCommand,
    },
    {
      name: 'cancel',
      summary: 'Close a batch as it is; what it sent stays',
      load: async () => (await import('./batches-cancel.ts')).batchesCancelCommand,
    },
    {
      name: 'revoke',
      summary: 'Take back every invitation of a batch that is still pending',
      load: async () => (await import('./batches-revoke.ts')).batchesRevokeCommand,
    },
  ],
};

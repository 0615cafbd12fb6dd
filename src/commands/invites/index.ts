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
  ],
};

import type { Noun } from '../tree.ts';

export const subAccounts: Noun = {
  summary: 'Accounts under your umbrella: invite, cap, end',
  verbs: [
    {
      name: 'list',
      aliases: ['ls'],
      summary: 'List sub-accounts and invitations',
      load: async () => (await import('./list.ts')).listCommand,
    },
    {
      name: 'show',
      summary: 'Show a sub-account or an invitation',
      load: async () => (await import('./show.ts')).showCommand,
    },
    {
      name: 'invite',
      summary: 'Invite an account under the umbrella, or a file of them',
      load: async () => (await import('./invite.ts')).inviteCommand,
    },
    {
      name: 'resend',
      summary: 'Send invitations again, with a new link and seven new days',
      load: async () => (await import('./resend.ts')).resendCommand,
    },
    {
      name: 'cap',
      summary: 'Set how much a sub-account may use a month',
      load: async () => (await import('./cap.ts')).capCommand,
    },
    {
      name: 'usage',
      summary: 'Show what sub-accounts used of your credits',
      load: async () => (await import('./usage.ts')).usageCommand,
    },
    {
      name: 'unlink',
      summary: 'End the link to a sub-account, or revoke its invitation',
      load: async () => (await import('./unlink.ts')).unlinkCommand,
    },
  ],
};

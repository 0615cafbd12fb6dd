import type { Noun } from '../tree.ts';

export const umbrella: Noun = {
  summary: 'The umbrella above your account: read, accept, leave',
  verbs: [
    {
      name: 'invites',
      summary: 'List the umbrellas that you are invited under',
      load: async () => (await import('./invites.ts')).invitesCommand,
    },
    {
      name: 'consent',
      summary: 'Show exactly what accepting comes to for an account',
      load: async () => (await import('./consent.ts')).consentCommand,
    },
    {
      name: 'accept',
      summary: 'Place an account under an umbrella',
      load: async () => (await import('./accept.ts')).acceptCommand,
    },
    {
      name: 'decline',
      summary: 'Decline an invitation under an umbrella',
      load: async () => (await import('./decline.ts')).declineCommand,
    },
    {
      name: 'show',
      summary: 'Show the umbrella of an account, and what it sees',
      load: async () => (await import('./show.ts')).showCommand,
    },
    {
      name: 'unlink',
      summary: 'Leave the umbrella',
      load: async () => (await import('./unlink.ts')).unlinkCommand,
    },
  ],
};

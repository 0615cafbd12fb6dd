import type { Noun } from '../tree.ts';

export const tokens: Noun = {
  summary: 'Tokens for scripts and CI, of a member, an account or staff',
  verbs: [
    {
      name: 'list',
      aliases: ['ls'],
      summary: 'List your tokens, or those bound to an account',
      load: async () => (await import('./list.ts')).listCommand,
    },
    {
      name: 'create',
      summary: 'Make a token, and show its secret once',
      load: async () => (await import('./create.ts')).createCommand,
    },
    {
      name: 'revoke',
      aliases: ['rm'],
      summary: 'Revoke a token: it stops working at once',
      load: async () => (await import('./revoke.ts')).revokeCommand,
    },
  ],
};

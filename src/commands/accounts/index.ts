import type { Noun } from '../tree.ts';

export const accounts: Noun = {
  summary: 'Accounts, their managed accounts and their state',
  verbs: [
    {
      name: 'list',
      aliases: ['ls'],
      summary: 'List the accounts you can see',
      load: async () => (await import('./list.ts')).listCommand,
    },
  ],
};

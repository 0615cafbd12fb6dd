import type { Noun } from '../tree.ts';

export const audit: Noun = {
  summary: 'The audit trail: who did what, and when',
  verbs: [
    {
      name: 'list',
      aliases: ['ls'],
      summary: 'List who did what in an account, and when',
      load: async () => (await import('./list.ts')).listCommand,
    },
  ],
};

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
    {
      name: 'tail',
      summary: 'Show what is done in an account as it happens',
      load: async () => (await import('./tail.ts')).tailCommand,
    },
    {
      name: 'export',
      summary: 'Write the audit trail of an account as CSV',
      load: async () => (await import('./export.ts')).exportCommand,
    },
  ],
};

import type { Noun } from '../tree.ts';

export const roles: Noun = {
  summary: 'Account roles, workspace roles and modules',
  verbs: [
    {
      name: 'list',
      aliases: ['ls'],
      summary: 'List account roles, workspace roles and modules',
      load: async () => (await import('./list.ts')).listCommand,
    },
    {
      name: 'show',
      summary: 'Show what a role or a module is, and what it opens',
      load: async () => (await import('./show.ts')).showCommand,
    },
  ],
};

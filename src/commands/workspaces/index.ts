import type { Noun } from '../tree.ts';

export const workspaces: Noun = {
  summary: 'The workspaces of an account',
  verbs: [
    {
      name: 'list',
      aliases: ['ls'],
      summary: 'List the workspaces of an account',
      load: async () => (await import('./list.ts')).listCommand,
    },
    {
      name: 'show',
      summary: 'Show a workspace',
      load: async () => (await import('./show.ts')).showCommand,
    },
  ],
};

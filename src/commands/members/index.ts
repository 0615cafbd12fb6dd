import type { Noun } from '../tree.ts';

export const members: Noun = {
  summary: 'The people of an account: roles, modules, state',
  verbs: [
    {
      name: 'list',
      aliases: ['ls'],
      summary: 'List the members of an account',
      load: async () => (await import('./list.ts')).listCommand,
    },
    {
      name: 'show',
      summary: 'Show a member: role, modules, children, state',
      load: async () => (await import('./show.ts')).showCommand,
    },
    {
      name: 'update',
      summary: 'Change role, modules or children of a member',
      load: async () => (await import('./update.ts')).updateCommand,
    },
    {
      name: 'deactivate',
      summary: 'Deactivate a member: keeps role and grants, frees the seat',
      load: async () => (await import('./deactivate.ts')).deactivateCommand,
    },
    {
      name: 'activate',
      summary: 'Activate a deactivated member again; needs a seat',
      load: async () => (await import('./activate.ts')).activateCommand,
    },
    {
      name: 'remove',
      aliases: ['rm'],
      summary: 'Remove a member from an account and all its workspaces',
      load: async () => (await import('./remove.ts')).removeCommand,
    },
    {
      name: 'export',
      summary: 'Write all members of an account as CSV',
      load: async () => (await import('./export.ts')).exportCommand,
    },
  ],
};

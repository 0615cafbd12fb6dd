import type { Noun } from '../tree.ts';

export const contacts: Noun = {
  summary: 'The people whom an account keeps in touch with; those to become sub-accounts',
  verbs: [
    {
      name: 'list',
      aliases: ['ls'],
      summary: 'List contacts',
      load: async () => (await import('./list.ts')).listCommand,
    },
    {
      name: 'show',
      summary: 'Show a contact, and what became of its invitation',
      load: async () => (await import('./show.ts')).showCommand,
    },
    {
      name: 'add',
      summary: 'Add a contact; one marked as sub-account is invited',
      load: async () => (await import('./add.ts')).addCommand,
    },
    {
      name: 'import',
      summary: 'Add or change the contacts of a file',
      load: async () => (await import('./import.ts')).importCommand,
    },
    {
      name: 'update',
      summary: 'Change a contact; marking it invites, clearing the mark takes that back',
      load: async () => (await import('./update.ts')).updateCommand,
    },
    {
      name: 'remove',
      aliases: ['rm'],
      summary: 'Remove contacts; a pending invitation is taken back, a link stays',
      load: async () => (await import('./remove.ts')).removeCommand,
    },
  ],
};

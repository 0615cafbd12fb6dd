import type { Noun } from '../tree.ts';

export const staff: Noun = {
  summary: 'The people who run the platform (staff only)',
  verbs: [
    {
      name: 'list',
      aliases: ['ls'],
      summary: 'List the people who run the platform',
      load: async () => (await import('./list.ts')).listCommand,
    },
    { name: 'add', summary: 'Make a user staff', load: async () => (await import('./add.ts')).addCommand },
    {
      name: 'remove',
      aliases: ['rm'],
      summary: 'Take staff rights away; their staff tokens die',
      load: async () => (await import('./remove.ts')).removeCommand,
    },
  ],
};

import type { Noun } from '../tree.ts';

export const profiles: Noun = {
  summary: 'Saved connections: an API, who is signed in, and guards',
  verbs: [
    {
      name: 'list',
      aliases: ['ls'],
      summary: 'List the profiles',
      load: async () => (await import('./list.ts')).listCommand,
    },
    { name: 'show', summary: 'Show a profile', load: async () => (await import('./show.ts')).showCommand },
    { name: 'add', summary: 'Add a profile', load: async () => (await import('./add.ts')).addCommand },
    {
      name: 'update',
      summary: 'Change the guards, the pin or the address of a profile',
      load: async () => (await import('./update.ts')).updateCommand,
    },
    {
      name: 'use',
      summary: 'Make a profile the default',
      load: async () => (await import('./use.ts')).useCommand,
    },
    {
      name: 'remove',
      aliases: ['rm'],
      summary: 'Remove a profile and its credential',
      load: async () => (await import('./remove.ts')).removeCommand,
    },
  ],
};

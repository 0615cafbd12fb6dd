import type { Noun } from '../tree.ts';

export const plans: Noun = {
  summary: 'The plan catalogue',
  verbs: [
    {
      name: 'list',
      aliases: ['ls'],
      summary: 'List the plans: price, seats, entitlements',
      load: async () => (await import('./list.ts')).listCommand,
    },
    { name: 'show', summary: 'Show a plan', load: async () => (await import('./show.ts')).showCommand },
  ],
};

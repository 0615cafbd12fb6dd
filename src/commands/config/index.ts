import type { Noun } from '../tree.ts';

export const config: Noun = {
  summary: 'The settings of this run and where they come from',
  verbs: [
    {
      name: 'list',
      aliases: ['ls'],
      summary: 'List every setting; --show-origin says what decided it',
      load: async () => (await import('./list.ts')).listCommand,
    },
  ],
};

import type { Noun } from '../tree.ts';

export const billing: Noun = {
  summary: 'What an account is charged',
  verbs: [
    {
      name: 'show',
      summary: 'Show the bill of a period',
      load: async () => (await import('./show.ts')).showCommand,
    },
  ],
};

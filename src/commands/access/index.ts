import type { Noun } from '../tree.ts';

export const access: Noun = {
  summary: 'Who may do what, and why',
  verbs: [
    {
      name: 'explain',
      summary: 'Explain why somebody may do something or not, and what would have to change',
      load: async () => (await import('./explain.ts')).explainCommand,
    },
    {
      name: 'who-can',
      summary: 'List the people who may do something',
      load: async () => (await import('./who-can.ts')).whoCanCommand,
    },
    {
      name: 'matrix',
      summary: 'Draw every action and role of an account: who may do what',
      load: async () => (await import('./matrix.ts')).matrixCommand,
    },
  ],
};

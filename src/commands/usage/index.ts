import type { Noun } from '../tree.ts';

export const usage: Noun = {
  summary: 'Report usage, with a metering token',
  verbs: [
    {
      name: 'record',
      summary: 'Report what accounts used, one record or a file of them',
      load: async () => (await import('./record.ts')).recordCommand,
    },
  ],
};

import type { Noun } from '../tree.ts';

export const batches: Noun = {
  summary: 'Many people at once: how far a file is, and what became of each row',
  verbs: [
    {
      name: 'list',
      aliases: ['ls'],
      summary: 'List batches, the newest first',
      load: async () => (await import('./list.ts')).listCommand,
    },
    {
      name: 'show',
      summary: 'Show a batch: counts, missing rows, mail',
      load: async () => (await import('./show.ts')).showCommand,
    },
    {
      name: 'resume',
      summary: 'Send the rows that a batch still misses',
      load: async () => (await import('./resume.ts')).resumeCommand,
    },
    {
      name: 'report',
      summary: 'List what became of each row',
      load: async () => (await import('./report.ts')).reportCommand,
    },
    {
      name: 'cancel',
      summary: 'Close a batch as it is; what it did stays',
      load: async () => (await import('./cancel.ts')).cancelCommand,
    },
    {
      name: 'revoke',
      summary: 'Take back every invitation of a batch that is still pending',
      load: async () => (await import('./revoke.ts')).revokeCommand,
    },
  ],
};

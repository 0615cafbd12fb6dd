import type { Noun } from '../tree.ts';

export const plans: Noun = {
  summary: 'Plans, and the one that an account is on',
  verbs: [
    {
      name: 'list',
      aliases: ['ls'],
      summary: 'List the plans: price, limits, entitlements',
      load: async () => (await import('./list.ts')).listCommand,
    },
    { name: 'show', summary: 'Show a plan', load: async () => (await import('./show.ts')).showCommand },
    {
      name: 'compare',
      summary: 'Compare plans field by field',
      load: async () => (await import('./compare.ts')).compareCommand,
    },
    {
      name: 'current',
      summary: 'Show the plan of an account, and what is used of it',
      load: async () => (await import('./current.ts')).currentCommand,
    },
    {
      name: 'preview',
      summary: 'Show what a change of plan would change, cost and run into',
      load: async () => (await import('./preview.ts')).previewCommand,
    },
    {
      name: 'change',
      summary: 'Change the plan of an account',
      load: async () => (await import('./change.ts')).changeCommand,
    },
    {
      name: 'cancel-change',
      summary: 'Cancel the scheduled change of plan',
      load: async () => (await import('./cancel-change.ts')).cancelChangeCommand,
    },
    {
      name: 'replace',
      summary: 'Replace the whole plan catalogue (staff only)',
      load: async () => (await import('./replace.ts')).replaceCommand,
    },
  ],
};

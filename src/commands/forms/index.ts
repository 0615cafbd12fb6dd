import type { Noun } from '../tree.ts';

export const forms: Noun = {
  summary: 'Forms: questions, and what other accounts have of them',
  verbs: [
    {
      name: 'list',
      aliases: ['ls'],
      summary: 'List the forms of a workspace, or those that other accounts share',
      load: async () => (await import('./list.ts')).listCommand,
    },
    {
      name: 'show',
      summary: 'Show a form and what it asks',
      load: async () => (await import('./show.ts')).showCommand,
    },
    {
      name: 'create',
      summary: 'Create a form from a file',
      load: async () => (await import('./create.ts')).createCommand,
    },
    {
      name: 'update',
      summary: 'Change a form: its questions from a file, its name, title or description',
      load: async () => (await import('./update.ts')).updateCommand,
    },
    {
      name: 'delete',
      aliases: ['rm'],
      summary: 'Delete a form with all it holds, for good',
      load: async () => (await import('./delete.ts')).deleteCommand,
    },
    {
      name: 'shares',
      summary: 'List the accounts that have a role on a form, and why',
      load: async () => (await import('./shares.ts')).sharesCommand,
    },
    {
      name: 'share',
      summary: 'Choose the role that other accounts have on a form',
      load: async () => (await import('./share.ts')).shareCommand,
    },
    {
      name: 'unshare',
      summary: 'Take a form away from other accounts',
      load: async () => (await import('./unshare.ts')).unshareCommand,
    },
    {
      name: 'example',
      summary: 'Show a form to every sub-account as an example, or no more',
      load: async () => (await import('./example.ts')).exampleCommand,
    },
    {
      name: 'save-copy',
      summary: 'Save a copy of an example, or of another form that you can see',
      load: async () => (await import('./save-copy.ts')).saveCopyCommand,
    },
    {
      name: 'submit',
      summary: 'Submit records of a form: one, or a whole file',
      load: async () => (await import('./submit.ts')).submitCommand,
    },
    {
      name: 'sms',
      summary: 'Send a form by SMS',
      load: async () => (await import('./sms.ts')).smsCommand,
    },
    {
      name: 'records',
      aliases: ['record'],
      summary: 'The records of a form: what was submitted',
      noun: async () => records,
    },
  ],
};

const records: Noun = {
  summary: 'The records of a form: what was submitted',
  verbs: [
    {
      name: 'list',
      aliases: ['ls'],
      summary: 'List the records of a form, oldest first',
      load: async () => (await import('./records-list.ts')).recordsListCommand,
    },
    {
      name: 'show',
      summary: 'Show a record of a form',
      load: async () => (await import('./records-show.ts')).recordsShowCommand,
    },
    {
      name: 'export',
      summary: 'Write all records of a form as CSV',
      load: async () => (await import('./records-export.ts')).recordsExportCommand,
    },
    {
      name: 'update',
      summary: 'Change answers of a record',
      load: async () => (await import('./records-update.ts')).recordsUpdateCommand,
    },
    {
      name: 'delete',
      aliases: ['rm'],
      summary: 'Delete a record, for good',
      load: async () => (await import('./records-delete.ts')).recordsDeleteCommand,
    },
  ],
};

import type { Noun } from '../tree.ts';

export const forms: Noun = {
  summary: 'Forms: questions, and what other accounts have of them',
  verbs: [
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

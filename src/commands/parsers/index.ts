import type { Noun } from '../tree.ts';

export const parsers: Noun = {
  summary: 'Document parsers: definitions, revisions, copies, promotion',
  verbs: [
    {
      name: 'list',
      aliases: ['ls'],
      summary: 'List the parsers of a workspace',
      load: async () => (await import('./list.ts')).listCommand,
    },
    {
      name: 'show',
      summary: 'Show a parser: what it reads, its secrets, where it came from',
      load: async () => (await import('./show.ts')).showCommand,
    },
    {
      name: 'create',
      summary: 'Create a parser from a file',
      load: async () => (await import('./create.ts')).createCommand,
    },
    {
      name: 'update',
      summary: 'Change a parser: its definition from a file, its name, type or description',
      load: async () => (await import('./update.ts')).updateCommand,
    },
    {
      name: 'delete',
      aliases: ['rm'],
      summary: 'Delete parsers with their revisions and the values of their secrets',
      load: async () => (await import('./delete.ts')).deleteCommand,
    },
    {
      name: 'revisions',
      summary: 'List the revisions of a parser, newest first',
      load: async () => (await import('./revisions.ts')).revisionsCommand,
    },
    {
      name: 'rollback',
      summary: 'Make an earlier revision of a parser the next one',
      load: async () => (await import('./rollback.ts')).rollbackCommand,
    },
    {
      name: 'export',
      summary: 'Write parsers as files that parsers import reads',
      load: async () => (await import('./export.ts')).exportCommand,
    },
    {
      name: 'import',
      summary: 'Create or change parsers from files',
      load: async () => (await import('./import.ts')).importCommand,
    },
    {
      name: 'secrets',
      aliases: ['secret'],
      summary: 'The secrets that parsers declare: which have a value, and giving them one',
      noun: async () => secrets,
    },
    {
      name: 'copy',
      aliases: ['cp'],
      summary: 'Copy parsers to other accounts of the family',
      load: async () => (await import('./copy.ts')).copyCommand,
    },
    {
      name: 'diff',
      summary: 'Show field by field what copying parsers to another place would change',
      load: async () => (await import('./diff.ts')).diffCommand,
    },
    {
      name: 'promote',
      summary: 'Copy parsers one step along the promotion path',
      load: async () => (await import('./promote.ts')).promoteCommand,
    },
    {
      name: 'promotion-path',
      summary: 'The order in which parsers are promoted',
      noun: async () => promotionPath,
    },
  ],
};

const secrets: Noun = {
  summary: 'The secrets that parsers declare: which have a value, and giving them one',
  verbs: [
    {
      name: 'list',
      aliases: ['ls'],
      summary: 'List the secrets that parsers declare, and which wait for their value',
      load: async () => (await import('./secrets-list.ts')).secretsListCommand,
    },
    {
      name: 'set',
      summary: 'Give a secret of a parser its value',
      load: async () => (await import('./secrets-set.ts')).secretsSetCommand,
    },
    {
      name: 'unset',
      summary: 'Take the value of a secret away; its name stays declared',
      load: async () => (await import('./secrets-unset.ts')).secretsUnsetCommand,
    },
  ],
};

const promotionPath: Noun = {
  summary: 'The order in which parsers are promoted',
  verbs: [
    {
      name: 'show',
      summary: 'Show the order in which parsers are promoted',
      load: async () => (await import('./promotion-path-show.ts')).pathShowCommand,
    },
    {
      name: 'set',
      summary: 'Declare the order in which parsers are promoted',
      load: async () => (await import('./promotion-path-set.ts')).pathSetCommand,
    },
    {
      name: 'clear',
      summary: 'Declare no order: parsers are promoted no more, and copied as before',
      load: async () => (await import('./promotion-path-clear.ts')).pathClearCommand,
    },
  ],
};

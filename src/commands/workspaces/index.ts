import type { Noun } from '../tree.ts';

export const workspaces: Noun = {
  summary: 'Workspaces, who is in them, and what they hold',
  verbs: [
    {
      name: 'list',
      aliases: ['ls'],
      summary: 'List the workspaces of an account',
      load: async () => (await import('./list.ts')).listCommand,
    },
    {
      name: 'show',
      summary: 'Show a workspace',
      load: async () => (await import('./show.ts')).showCommand,
    },
    {
      name: 'create',
      summary: 'Create a workspace in an organization',
      load: async () => (await import('./create.ts')).createCommand,
    },
    {
      name: 'update',
      summary: 'Change name or slug of a workspace',
      load: async () => (await import('./update.ts')).updateCommand,
    },
    {
      name: 'delete',
      aliases: ['rm'],
      summary: 'Delete a workspace with all it holds, for good',
      load: async () => (await import('./delete.ts')).deleteCommand,
    },
    {
      name: 'members',
      aliases: ['member'],
      summary: 'Who is in a workspace, as what',
      noun: async () => members,
    },
    {
      name: 'resources',
      aliases: ['resource', 'res'],
      summary: 'Connectors, workflows and jobs of a workspace',
      noun: async () => resources,
    },
    {
      name: 'keys',
      aliases: ['key'],
      summary: 'Keys that work in one workspace only',
      noun: async () => keys,
    },
  ],
};

const members: Noun = {
  summary: 'Who is in a workspace, as what',
  verbs: [
    {
      name: 'list',
      aliases: ['ls'],
      summary: 'List the members of a workspace',
      load: async () => (await import('./members-list.ts')).listCommand,
    },
    {
      name: 'add',
      summary: 'Add members of the account to a workspace',
      load: async () => (await import('./members-add.ts')).addCommand,
    },
    {
      name: 'update',
      summary: 'Change the role of members of a workspace',
      load: async () => (await import('./members-update.ts')).updateCommand,
    },
    {
      name: 'remove',
      aliases: ['rm'],
      summary: 'Remove members from a workspace, or leave it yourself',
      load: async () => (await import('./members-remove.ts')).removeCommand,
    },
  ],
};

const resources: Noun = {
  summary: 'Connectors, workflows and jobs of a workspace',
  verbs: [
    {
      name: 'list',
      aliases: ['ls'],
      summary: 'List connectors, workflows and jobs of a workspace',
      load: async () => (await import('./resources-list.ts')).listCommand,
    },
    {
      name: 'show',
      summary: 'Show a connector, workflow or job with its config',
      load: async () => (await import('./resources-show.ts')).showCommand,
    },
    {
      name: 'create',
      summary: 'Create a connector or a workflow',
      load: async () => (await import('./resources-create.ts')).createCommand,
    },
    {
      name: 'update',
      summary: 'Change name or config of a resource, or the state of a job',
      load: async () => (await import('./resources-update.ts')).updateCommand,
    },
    {
      name: 'delete',
      aliases: ['rm'],
      summary: 'Delete a connector, a job, or a workflow with its jobs',
      load: async () => (await import('./resources-delete.ts')).deleteCommand,
    },
    {
      name: 'run',
      summary: 'Run a workflow: makes a job',
      load: async () => (await import('./resources-run.ts')).runCommand,
    },
  ],
};

const keys: Noun = {
  summary: 'Keys that work in one workspace only',
  verbs: [
    {
      name: 'create',
      summary: 'Make a key that works in one workspace only, and show its secret once',
      load: async () => (await import('./keys-create.ts')).createCommand,
    },
    {
      name: 'list',
      aliases: ['ls'],
      summary: 'List the keys of a workspace',
      load: async () => (await import('./keys-list.ts')).listCommand,
    },
    {
      name: 'delete',
      aliases: ['rm'],
      summary: 'Delete a key: it stops working at once',
      load: async () => (await import('./keys-delete.ts')).deleteCommand,
    },
  ],
};

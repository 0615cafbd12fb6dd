import type { Noun } from '../tree.ts';

export const members: Noun = {
  summary: 'The people of an account: roles, modules, state',
  verbs: [
    {
      name: 'list',
      aliases: ['ls'],
      summary: 'List the members of an account',
      load: async () => (await import('./list.ts')).listCommand,
    },
    {
      name: 'show',
      summary: 'Show a member: role, modules, children, state',
      load: async () => (await import('./show.ts')).showCommand,
    },
    {
      name: 'update',
      summary: 'Change role, modules or children of a member',
      load: async () => (await import('./update.ts')).updateCommand,
    },
    {
      name: 'deactivate',
      summary: 'Deactivate a member: keeps role and grants, frees the seat',
      load: async () => (await import('./deactivate.ts')).deactivateCommand,
    },
    {
      name: 'activate',
      summary: 'Activate a deactivated member again; needs a seat',
      load: async () => (await import('./activate.ts')).activateCommand,
    },
    {
      name: 'remove',
      aliases: ['rm'],
      summary: 'Remove members from an account and all its workspaces',
      load: async () => (await import('./remove.ts')).removeCommand,
    },
    {
      name: 'restore',
      summary: 'Give back what a removal took: role, modules, grants, workspaces',
      load: async () => (await import('./restore.ts')).restoreCommand,
    },
    {
      name: 'receipts',
      summary: 'List what removals took away, the newest first',
      load: async () => (await import('./receipts.ts')).receiptsCommand,
    },
    {
      name: 'export',
      summary: 'Write all members of an account as CSV',
      load: async () => (await import('./export.ts')).exportCommand,
    },
    {
      name: 'permission-sets',
      aliases: ['sets'],
      summary: 'Role, modules and grants under a name, for inviting and changing people',
      noun: async () => permissionSets,
    },
  ],
};

const permissionSets: Noun = {
  summary: 'Role, modules and grants under a name, for inviting and changing people',
  verbs: [
    {
      name: 'list',
      aliases: ['ls'],
      summary: 'List the permission sets of an account',
      load: async () => (await import('./permission-sets-list.ts')).permissionSetsListCommand,
    },
    {
      name: 'show',
      summary: 'Show a permission set',
      load: async () => (await import('./permission-sets-show.ts')).permissionSetsShowCommand,
    },
    {
      name: 'save',
      summary: 'Save role, modules, children and workspaces under a name',
      load: async () => (await import('./permission-sets-save.ts')).permissionSetsSaveCommand,
    },
    {
      name: 'delete',
      aliases: ['rm'],
      summary: 'Delete a permission set',
      load: async () => (await import('./permission-sets-delete.ts')).permissionSetsDeleteCommand,
    },
  ],
};

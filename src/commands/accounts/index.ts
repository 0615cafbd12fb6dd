import type { Noun } from '../tree.ts';

export const accounts: Noun = {
  summary: 'Accounts, their managed accounts and their state',
  verbs: [
    {
      name: 'list',
      aliases: ['ls'],
      summary: 'List the accounts you can see',
      load: async () => (await import('./list.ts')).listCommand,
    },
    {
      name: 'show',
      summary: 'Show an account: plan, seats, parent, labels, state',
      load: async () => (await import('./show.ts')).showCommand,
    },
    {
      name: 'tree',
      summary: 'Draw an account with its managed accounts and workspaces',
      load: async () => (await import('./tree.ts')).treeCommand,
    },
    {
      name: 'create',
      summary: 'Create an account',
      load: async () => (await import('./create.ts')).createCommand,
    },
    {
      name: 'update',
      summary: 'Change name, slug, labels, mail preferences or copy-out of an account',
      load: async () => (await import('./update.ts')).updateCommand,
    },
    {
      name: 'delete',
      aliases: ['rm'],
      summary: 'Delete an account for good',
      load: async () => (await import('./delete.ts')).deleteCommand,
    },
    {
      name: 'login',
      summary: 'Log in to a managed account for a while, as a profile of its own',
      load: async () => (await import('./login.ts')).loginCommand,
    },
    {
      name: 'logout',
      summary: 'Leave a managed account that you logged in to, and forget its profile',
      load: async () => (await import('./logout.ts')).logoutCommand,
    },
    {
      name: 'exec',
      summary: 'Run one program that is logged in to a managed account, and nothing else',
      load: async () => (await import('./exec.ts')).execCommand,
    },
    {
      name: 'delegations',
      summary: 'Who is or was logged in to a managed account from its master',
      noun: async () => delegations,
    },
    {
      name: 'use',
      summary: 'Choose the account that commands act in without --account',
      load: async () => (await import('./use.ts')).useCommand,
    },
    {
      name: 'leave',
      summary: 'Leave an account',
      load: async () => (await import('./leave.ts')).leaveCommand,
    },
    {
      name: 'release',
      summary: 'End the link of a managed account to its master',
      load: async () => (await import('./release.ts')).releaseCommand,
    },
    {
      name: 'suspend',
      summary: 'Suspend an account: its administrators may read, all else is refused',
      load: async () => (await import('./suspend.ts')).suspendCommand,
    },
    {
      name: 'activate',
      summary: 'End the suspension of an account',
      load: async () => (await import('./activate.ts')).activateCommand,
    },
    {
      name: 'unlock',
      summary: 'Unlock the managed accounts feature of an account',
      load: async () => (await import('./unlock.ts')).unlockCommand,
    },
    {
      name: 'lock',
      summary: 'Lock the managed accounts feature of an account',
      load: async () => (await import('./lock.ts')).lockCommand,
    },
    {
      name: 'address-rules',
      summary: 'Which mail domains may or may not be invited',
      noun: async () => addressRules,
    },
  ],
};

const delegations: Noun = {
  summary: 'Who is or was logged in to a managed account from its master',
  verbs: [
    {
      name: 'list',
      aliases: ['ls'],
      summary: 'List who is or was logged in to a managed account, and why',
      load: async () => (await import('./delegations-list.ts')).listCommand,
    },
    {
      name: 'revoke',
      summary: 'End a log-in to a managed account at once',
      load: async () => (await import('./delegations-revoke.ts')).revokeCommand,
    },
  ],
};

const addressRules: Noun = {
  summary: 'Which mail domains may or may not be invited',
  verbs: [
    {
      name: 'show',
      summary: 'Show which mail domains may or may not be invited',
      load: async () => (await import('./address-rules-show.ts')).showCommand,
    },
    {
      name: 'update',
      summary: 'Allow or deny mail domains, or take them off both lists',
      load: async () => (await import('./address-rules-update.ts')).updateCommand,
    },
  ],
};

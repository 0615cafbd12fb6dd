import type { Noun } from '../tree.ts';

export const auth: Noun = {
  summary: 'The credential of this run, the password, the own user',
  verbs: [
    {
      name: 'status',
      summary: 'Show where the credential comes from, where it lies and whether it works',
      load: async () => (await import('./status.ts')).statusCommand,
    },
    {
      name: 'token',
      summary: 'Print the bearer token, for another program',
      load: async () => (await import('./token.ts')).tokenCommand,
    },
    {
      name: 'refresh',
      summary: 'Renew the session now',
      load: async () => (await import('./refresh.ts')).refreshCommand,
    },
    {
      name: 'password',
      summary: 'Change or reset the password',
      noun: async () => password,
    },
    {
      name: 'delete-user',
      summary: 'Delete yourself and your personal account',
      load: async () => (await import('./delete-user.ts')).deleteUserCommand,
    },
  ],
};

const password: Noun = {
  summary: 'Change or reset the password',
  verbs: [
    {
      name: 'change',
      summary: 'Change the password; ends your other sessions',
      load: async () => (await import('./password-change.ts')).passwordChangeCommand,
    },
    {
      name: 'reset',
      summary: 'Reset a forgotten password by a mailed link',
      load: async () => (await import('./password-reset.ts')).passwordResetCommand,
    },
  ],
};

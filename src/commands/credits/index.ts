import type { Noun } from '../tree.ts';

export const credits: Noun = {
  summary: 'Uploads and messages: what there is, who pays, and what was used',
  verbs: [
    {
      name: 'balance',
      aliases: ['show'],
      summary: 'Show the credits of an account, and who pays',
      load: async () => (await import('./balance.ts')).balanceCommand,
    },
    {
      name: 'ledger',
      summary: 'List the entries of the ledger, the newest first',
      load: async () => (await import('./ledger.ts')).ledgerCommand,
    },
    {
      name: 'usage',
      summary: 'Show what was used, by month, day or account',
      load: async () => (await import('./usage.ts')).usageCommand,
    },
    {
      name: 'grant',
      summary: 'Grant credits that do not expire (staff only)',
      load: async () => (await import('./grant.ts')).grantCommand,
    },
    {
      name: 'verify',
      summary: 'Recompute every balance from the ledger (staff only)',
      load: async () => (await import('./verify.ts')).verifyCommand,
    },
  ],
};

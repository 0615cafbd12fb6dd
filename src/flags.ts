import type { FlagSpecs } from './commands/spec.ts';

/** Flags that every command takes, in the groups that `--help` shows. */
export const globalFlags = {
  profile: { value: 'PROFILE', help: 'the saved profile to act as', group: 'Connection' },
  account: { value: 'ACCOUNT', help: 'slug or id of the account to act in', group: 'Connection' },
  workspace: { value: 'WORKSPACE', help: 'slug or id of the workspace to act in', group: 'Connection' },
  apiUrl: { value: 'URL', help: 'the API to talk to', group: 'Connection' },
  timeout: {
    value: 'TIME',
    help: 'deadline of a call, retries included: 30s, 2m (default 60s)',
    group: 'Connection',
  },
  maxRetries: { value: 'N', help: 'attempts after the first (default 5)', group: 'Connection' },
  caFile: { value: 'FILE', help: 'certificate authorities to trust, PEM', group: 'Connection' },
  debug: { help: 'show requests and stacks on stderr', group: 'Connection' },
  output: {
    short: 'o',
    value: 'FORMAT',
    help: 'table, json, ndjson, yaml, csv, id or none',
    group: 'Output',
  },
  json: { help: 'the same as -o json', group: 'Output' },
  fields: { value: 'A,B.C', help: 'only these fields, in any format', group: 'Output' },
  noHeaders: { help: 'no heading line', group: 'Output' },
  out: { value: 'FILE', help: 'write the result to a file', group: 'Output' },
  limit: { value: 'N', number: true, help: 'at most so many items of a list', group: 'Output' },
  all: { help: 'the whole list, also on a terminal', group: 'Output' },
  color: {
    value: 'WHEN',
    choices: ['always', 'never', 'auto'],
    help: 'always, never or auto',
    group: 'Output',
  },
  noColor: { help: 'the same as --color never', group: 'Output' },
  quiet: { help: 'no notes and no progress on stderr', group: 'Output' },
  dryRun: { help: 'check on the server, change nothing', group: 'Safety' },
  readOnly: { help: 'refuse every change', group: 'Safety' },
  yes: { help: 'answer yes to a plain confirmation', group: 'Safety' },
  confirm: { value: 'SLUG', help: 'confirm by name what cannot be taken back', group: 'Safety' },
  noInput: { help: 'never ask', group: 'Safety' },
} as const satisfies FlagSpecs;

/** Flags of the verbs that may run in many managed accounts at once (`fanOut` in their spec). */
export const fanOutFlags = {
  accounts: {
    value: 'SELECTOR',
    list: true,
    help: 'run in managed accounts by labels (env=dev,tier=gold) or names (acme-dev,acme-prod)',
    group: 'Fan-out',
  },
  allManaged: { help: 'run in all managed accounts', group: 'Fan-out' },
  maxAccounts: {
    value: 'N',
    number: true,
    help: 'refuse to run in more than so many (default 20 for changes)',
    group: 'Fan-out',
  },
  parallel: {
    value: 'N',
    number: true,
    help: 'run in so many at a time, 1 to 16 (default 4)',
    group: 'Fan-out',
  },
} as const satisfies FlagSpecs;

/** What `tenantctl help TOPIC` prints. */
export const topics: Readonly<Record<string, { readonly summary: string; readonly text: string }>> = {
  'exit-codes': {
    summary: 'What the exit codes mean',
    text: `    0  done, or nothing to do
    1  any other error
    2  usage or invalid input; nothing was changed
    3  partly done: some rows or steps failed
    4  not signed in, or the credential is refused
    5  not found
    6  conflict, stale, or blocked (409, 412, 402)
    7  temporary; safe to run again (network, timeout, 429, 5xx)
    8  a confirmation was needed and not given
    9  not allowed (403); the reasons are printed
   10  changes pending (only with --detailed-exitcode)
  130  interrupted (Ctrl-C)
  143  terminated

With -o json, ndjson, yaml, csv or id an error is one JSON line on stderr:
  {"error":{"code","message","status","request_id","hint","retryable","details","reasons"}}`,
  },
  environment: {
    summary: 'The environment variables',
    text: `A flag wins over a variable, a variable over .tenantctl.json, that over the profile.

  TENANTCTL_PROFILE      the profile to act as
  TENANTCTL_ACCOUNT      the account to act in
  TENANTCTL_WORKSPACE    the workspace to act in
  TENANTCTL_API_URL      the API to talk to
  TENANTCTL_TOKEN        a token instead of the profile's credential
  TENANTCTL_TOKEN_FILE   a file that holds one; read at every call
  TENANTCTL_OUTPUT       table, json, ndjson, yaml, csv, id or none
  TENANTCTL_NO_INPUT     1: never ask
  TENANTCTL_CONFIG_DIR   where profiles and credentials lie
  TENANTCTL_KEYRING      0: keep credentials in a file (mode 0600)
  TENANTCTL_TIMEOUT      deadline of a call: 30s, 2m
  TENANTCTL_MAX_RETRIES  attempts after the first
  TENANTCTL_CA_FILE      certificate authorities to trust, PEM
  TENANTCTL_ALLOW_HTTP   1: plain http beyond this machine
  TENANTCTL_DEBUG        1: show requests and stacks

  NO_COLOR, FORCE_COLOR, CLICOLOR, CLICOLOR_FORCE, TERM, COLUMNS, CI,
  HTTP_PROXY, HTTPS_PROXY, NO_PROXY, XDG_CONFIG_HOME, XDG_STATE_HOME, XDG_CACHE_HOME

Which one won: tenantctl config list --show-origin`,
  },
  output: {
    summary: 'Formats, fields and streams',
    text: `stdout carries the result and nothing else; notes, progress, questions and errors go to
stderr.

  -o table    for people; without a terminal tab-separated, untruncated, uncoloured
  -o json     the objects of the API as they are; --json is the same
  -o ndjson   an object a line, streamed in constant memory
  -o yaml, -o csv
  -o id       the ids alone, for xargs
  -o none     nothing; the exit code tells

  --fields id,account.slug   only these, in any format
  --no-headers               no heading line
  --out FILE                 into a file, replaced only if the run succeeds

A list is whole, unless --limit N. Only a table on a terminal stops at 50 rows and says so;
--all goes on.`,
  },
  bulk: {
    summary: 'Many people at once: inviting, removing, restoring, placing in workspaces',
    text: `  tenantctl invites send --csv people.csv --role user --modules forms,reports
  tenantctl members remove --csv leavers.csv
  tenantctl members restore --csv leavers.csv
  tenantctl workspaces members add --csv places.csv

The file is checked as a whole before anything is sent; --allow-invalid sends the good rows
of a file with bad ones, --allow-partial as many as there are seats for. --dry-run shows the
plan and stops. Addresses invited before, members and disposable addresses are skipped with
their reason: they are no errors. Nor is who was removed before; an address that never was a
member's is one.

Run the same command again after any interruption: only what is missing is sent.

  tenantctl batches list
  tenantctl batches resume BATCH
  tenantctl batches revoke BATCH             takes a wrong file of invitations back
  tenantctl members restore --csv FILE       takes a wrong file of removals back
  --report out.csv                           the rows with _status, an id and _error

Exit 0: every row was done or skipped; 3: some failed.`,
  },
  ci: {
    summary: 'Running in CI',
    text: `Give a token that the account owns, not a person's: it outlives people and can be revoked
by every administrator.

  tenantctl tokens create --account-token --account acme --name ci --role admin
  TENANTCTL_TOKEN=...  TENANTCTL_API_URL=https://api.example.com  tenantctl members list --json

Nothing is ever asked where CI is set or stdin is no terminal: a missing value is exit 2, a
missing confirmation 8, a missing credential 4, all at once. Exit 7 is safe to run again.`,
  },
};

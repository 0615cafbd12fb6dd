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
  estate: {
    summary: 'The estate as files: accounts, people and parsers',
    text: `  # yaml-language-server: $schema=./schemas/estate.json
  schema: tenantctl/v1
  vars: { domain: acme.example }
  accounts:
    acme:
      name: Acme
      members:
        ann@\${domain}: admin
        bob@\${domain}: { role: user, modules: [parsers] }
    acme-dev:
      master: acme
      parsers:
        Invoice: { file: parsers/invoice.yaml }

  tenantctl validate -f base.yaml -f prod.yaml     checks them, without a server

Several -f are laid over each other: maps are merged, what is later wins, null takes out what is
there, a list replaces a list. The files of a folder stand beside each other: two values of one
field are a mistake. What no file names is left alone.

\${NAME} is --var NAME=VALUE, else the environment, else vars; without a value it is a mistake.
$\${ is a \${ that is meant as it is. Secrets are never in a file: secret_values names a variable.

Every mistake is told at once, as FILE:LINE:COLUMN, and nothing is sent: exit 2. The form:
docs/estate.md, and schemas/estate.json for editors.`,
  },
  'fan-out': {
    summary: 'Running a command in many managed accounts at once',
    text: `  tenantctl members list --account acme --all-managed
  tenantctl accounts update --account acme --accounts env=staging --label tier=gold
  tenantctl members deactivate bo@example.com --account acme --all-managed --yes --json

Commands whose --help has the group Fan-out run in managed accounts of the account that you
work in (--account MASTER, or the profile's):

  --accounts env=dev,tier=gold     those that have all these labels
  --accounts acme-dev,acme-prod    those of these slugs or ids; one that is missing: nothing is done
  --all-managed                    all of them
  --parallel N                     so many at a time, 4 unless given

A suspended account is named and skipped. A command that changes something shows the accounts
and asks once for all of them, or needs --yes; it refuses more than --max-accounts (20). On a
protected profile the slug of the master is typed, or given by --confirm. Nothing that deletes,
removes or suspends can be run like this. A profile that is pinned to an account cannot either.

A table has the account in front of each row; of a change it has what was done. -o csv has a
column account, -o id the ids. -o json, yaml and ndjson have an object an account, in the order
of the accounts (ndjson: as they end):

  {"account":{"id","slug"},"ok","outcome","result","error"}

outcome is done, unchanged (nothing to do), skipped (suspended; or whom you named is not there),
failed or not_started. result is what the command alone prints as JSON; --fields and --limit are
about it. error is the one of help exit-codes.

Exit 0: done or nothing to do in all; 3: failed in some or all, the results say where and why.
What would fail alike everywhere ends the run early, with its own code: 2 a flag that makes no
sense, 4 a refused credential, 5 who was named is in none of them, 7 an outage. If nothing came
of it by then, stdout stays empty. Ctrl-C lets the changes in flight finish and begins no others:
130, and what was done is named. Run again, what is so already stays as it is; only
invites resend sends once more.`,
  },
  parsers: {
    summary: 'Parsers as files, their names, and how they get from development to production',
    text: `A parser is named NAME, in the account and workspace that you work in, or
ACCOUNT[/WORKSPACE]/NAME. A file holds one, in YAML or JSON; a YAML file may hold several with
--- between them, a JSON file a list:

  schema: tenantctl/parser/v1
  name: Invoice
  document_type: invoice
  fields:
    - name: total
      type: amount
      rules:
        - kind: label
          label: Total
        - kind: lookup
          url: https://totals.example.com/find
          by: total
          secret: totals_key
  secrets:
    - name: totals_key

Also: preprocessing, tables. The server has the JSON Schema, for editors, at
/schemas/parser.json. Mistakes are told with file, line and column, before anything is sent.

  tenantctl parsers import parsers/ --account acme-dev     create what is new, leave the rest
  tenantctl parsers export --all --dir parsers/            the way back
  tenantctl parsers secrets set Invoice totals_key         asked for masked, never shown

Values of secrets are never exported or copied: each account has its own.

Between the accounts of a family, all or nothing, and run again without harm:

  tenantctl parsers diff --from acme-dev --to acme-prod    what a copy would change
  tenantctl parsers copy --all --from acme-dev --to acme-eu,acme-us --on-conflict overwrite
  tenantctl parsers promotion-path set acme-dev acme-staging acme-prod --account acme
  tenantctl parsers promote --all --account acme           one step along the path

Overwriting refuses what was made or edited at the target; --force overwrites that too. Every
change is a revision: parsers revisions NAME, parsers rollback NAME --to REVISION.`,
  },
  forms: {
    summary: 'Forms as files, their names, and what other accounts have of them',
    text: `A form is named NAME, in the account and workspace that you work in, or
ACCOUNT[/WORKSPACE]/NAME: forms of other accounts too. A file holds one, in YAML or JSON:

  schema: tenantctl/form/v1
  name: Visit
  title: After each visit
  questions:
    - type: text
      name: site
      label: Which site?
      required: true
    - type: group
      name: safety
      label: Safety
      questions:
        - type: boolean
          name: incident
          label: Was there an incident?
        - type: long_text
          name: what
          label: What happened?
          show_if: {question: incident, equals: true}

Types: text, long_text, integer, decimal, date, datetime, boolean, choice, choices, email, phone.
The server has the JSON Schema, for editors, at /schemas/form.json. Mistakes are told with file,
line and column, before anything is sent.

  tenantctl forms create Visit --file visit.yaml --account partner
  tenantctl forms show Visit --as-file                     the way back

What another account has of a form, each role with those before it: viewer sees the questions,
data_collector adds records, data_manager sees and edits them, form_admin edits the questions.
Sharing on and deleting stay with the owning account. While a sub-account is linked, its umbrella
is data_manager of all its forms by itself, and the examples of the umbrella are shown to it.

  tenantctl forms shares Visit --account partner           who has what, and why
  tenantctl forms share Visit umbrella --role viewer       lower or raise it, for this form
  tenantctl forms share Visit umbrella --role automatic    back to what it has by itself
  tenantctl forms unshare Visit umbrella                   nothing at all
  tenantctl forms list --shared --account umbrella         what others share
  tenantctl forms save-copy umbrella/Survey --account partner`,
  },
  delegations: {
    summary: 'Logging in to a managed account',
    text: `  tenantctl accounts login acme-dev --reason "invoice 4711" --for 30m
  tenantctl members list --profile ana@acme-dev
  tenantctl accounts logout acme-dev

For administrators of the master, and users whom it granted the account: they have their own
modules there. It lasts an hour at most and cannot be renewed. Everything inside the account
that would outlive it stays out of reach: people, tokens, plans, links, deletion. --read-only
refuses every change, on the server too.

In this shell alone, until you leave:
  eval "$(tenantctl accounts login acme-dev --reason "invoice 4711" --export)"
  eval "$(tenantctl accounts logout --export)"

For one program alone, which gets TENANTCTL_TOKEN, TENANTCTL_API_URL and TENANTCTL_ACCOUNT;
the exit code is its own:
  tenantctl accounts exec acme-dev --reason sync -- ./sync.sh --all

Who is in, and out with them; both sides may:
  tenantctl accounts delegations list acme-dev --state active
  tenantctl accounts delegations revoke ID --account acme-dev
  tenantctl audit list --account acme-dev     who did what: "user:ana@example.com via acme"

It ends at once when you lose the right, sign out or change your password, when the link ends,
and when either account is suspended.`,
  },
  access: {
    summary: 'Who may do what, and why',
    text: `  tenantctl access explain --action members.remove --account acme
  tenantctl access explain --who bo@example.com --action workspaces.show --target production

The verdict, then each link that it hangs on, by the same function that decides:

  ✓  it held      ✗  it did not      ·  it did not matter, as another way in was open

Last comes what would have to change: the least that helps, as a command where there is one.
"Not yours to do" says that somebody else must run it. Exit 0 whatever the answer is; with
--check it is 9 unless it is allowed. "At this moment it would fail" is no want of a right:
no seat is free, say.

  tenantctl access who-can ACTION [WORKSPACE]   the people who may
  tenantctl access matrix                       every action and role of the account
  tenantctl access matrix --who PERSON          what one person may, and as what
  tenantctl roles show ROLE                     what a role or a module opens

An action is the id of an operation; tenantctl access matrix -o id lists them. Anybody may
ask about themselves; about others, who may list the members. An address that is no member
is explained as a stranger's, whoever has it.`,
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

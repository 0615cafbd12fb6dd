// Writes docs/roles.md from the table that decides; with --check only compares.
import { fileURLToPath } from 'node:url';
import { keysOf } from '../src/contract/keys.ts';
import { formRoles, modules, workspaceRoles } from '../src/contract/limits.ts';
import { type OperationId, operationIds, operationOf } from '../src/contract/operations.ts';
import { type Action, accessTable, type Rule } from '../src/server/domain/access-table.ts';
import { keepGenerated } from './generated-file.ts';

/** Who may do it by a role in the account; the other grants have a column or a word of their own. */
const columns = [
  { title: 'admin', of: (grants: readonly string[]) => (grants.includes('admin') ? 'yes' : '') },
  { title: 'user with', of: (grants: readonly string[]) => listed(grants, modules) },
  { title: 'workspace role', of: (grants: readonly string[]) => workspaceCell(grants) },
  { title: 'others of the account', of: (grants: readonly string[]) => othersCell(grants) },
  { title: "master's", of: (grants: readonly string[]) => masterCell(grants) },
  { title: 'staff', of: (grants: readonly string[]) => (grants.includes('staff') ? 'yes' : '') },
] as const;

const listed = (grants: readonly string[], names: readonly string[]): string =>
  names.filter((name) => grants.includes(name)).join(', ');

function workspaceCell(grants: readonly string[]): string {
  const least = workspaceRoles.find((role) => grants.includes(role));
  if (least !== undefined) return `${least}${least === 'workspace_admin' ? '' : ' or more'}`;
  return grants.includes('workspace') ? 'any' : '';
}

function othersCell(grants: readonly string[]): string {
  if (grants.includes('anyone_in')) return 'every member';
  return listed(grants, ['billing_admin', 'member']);
}

function masterCell(grants: readonly string[]): string {
  const names = [
    ...(grants.includes('master') ? ['admin'] : []),
    ...(grants.includes('granted') ? ['user granted it'] : []),
  ];
  return names.join(', ');
}

/** What other accounts need on a form of this one. */
function formNote(grants: readonly string[]): string[] {
  const least = formRoles.find((role) => grants.includes(`form:${role}`));
  return least === undefined ? [] : [`other accounts with the form role \`${least}\` or more`];
}

function notesOf(rule: Rule): string {
  const notes = [
    ...formNote(rule.grants),
    ...(rule.person === 'signed_in' ? ['in person, not by a token'] : []),
    ...(rule.person === 'behind' ? ['not by a token of the account'] : []),
    ...(rule.delegated === true ? ['also by delegation'] : []),
    ...(rule.only !== undefined ? ['narrowed by the kind of account'] : []),
    ...(rule.suspended === 'admins_read' ? ['admins still read while suspended'] : []),
    ...(rule.suspended === 'allowed' ? ['also while suspended'] : []),
  ];
  return notes.join('; ');
}

const personal: readonly string[] = ['public', 'credential', 'session'];
const ruleOf = (action: Action): Rule => accessTable[action];
const actions = keysOf(accessTable);

/** An operation that is about no account: by anyone, by any credential, by whoever is signed in. */
function isPersonal(action: Action): boolean {
  return ruleOf(action).grants.some((grant) => personal.includes(grant));
}

const isOperation = (action: string): action is OperationId =>
  operationIds.some((operation) => operation === action);

function row(action: Action): string {
  const rule = ruleOf(action);
  const cells = columns.map(({ of }) => of(rule.grants));
  return `| \`${action}\` | ${[...cells, notesOf(rule)].join(' | ')} |`;
}

const wordOf: ReadonlyMap<string, string> = new Map([
  ['public', 'anyone'],
  ['credential', 'any valid credential'],
  ['session', 'a signed-in person, about themselves'],
]);

function openRow(action: Action): string {
  const words = ruleOf(action).grants.map((grant) => wordOf.get(grant) ?? grant);
  const summary = isOperation(action) ? operationOf(action).summary : '';
  return `| \`${action}\` | ${words.join(', ')} | ${summary} |`;
}

function moduleRow(module: (typeof modules)[number]): string {
  const grantsOf = (action: Action): readonly string[] => ruleOf(action).grants;
  const opens = actions.filter((action) => grantsOf(action).includes(module));
  const list = opens.map((action) => `\`${action}\``).join(', ');
  return `| \`${module}\` | ${list === '' ? 'nothing yet' : list} |`;
}

/** The whole page. */
export function rolesDoc(): string {
  const titles = columns.map(({ title }) => title);
  return `# Who may do what

<!-- Generated from src/server/domain/access-table.ts by scripts/roles-doc.ts: edit that, then \`npm run docs\`. -->

This is the table that the server decides by, operation by operation; whatever is not in a row's cells is refused. An
\`admin\` is an \`admin\` of a standard account, a \`super_admin\` of an organization, the owner of a personal account. A
\`user\` has modules and nothing else; a \`member\` of an organization has roles in workspaces and nothing else, a
\`billing_admin\` never acts in one. Where a role in a workspace is asked for, each includes those before it:
${workspaceRoles.map((role) => `\`${role}\``).join(', ')}.

Why you may or may not do something here and now, and what would have to change: every refusal says its reasons.

## What a module opens

A \`user\` may do what the modules that they were granted open, and nothing that is not here. \`pricing\`, \`payment\` and
\`user_management\` can be granted to nobody.

| module | opens |
|---|---|
${modules.map(moduleRow).join('\n')}

## In an account

| operation | ${titles.join(' | ')} | and |
|---|${titles.map(() => '---|').join('')}---|
${actions
  .filter((action) => !isPersonal(action))
  .map(row)
  .join('\n')}

## Without one

| operation | who | |
|---|---|---|
${actions.filter(isPersonal).map(openRow).join('\n')}
`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) keepGenerated('docs/roles.md', rolesDoc());

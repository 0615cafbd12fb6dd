import type { Account, AddressRules, Delegation, Tree, TreeAccount } from '../../contract/types.ts';
import type { Column } from '../../output/columns.ts';
import type { TreeNode } from '../../output/tree.ts';
import { counted } from '../change.ts';

/** An account as a row: the one place that maps it. */
export const accountColumns: readonly Column<Account>[] = [
  { header: 'SLUG', value: (account) => account.slug, keep: true },
  { header: 'NAME', value: (account) => account.name },
  { header: 'KIND', value: (account) => account.kind },
  {
    header: 'STATE',
    value: (account) => account.state,
    tone: (account) => (account.state === 'suspended' ? 'bad' : undefined),
  },
  { header: 'PLAN', value: (account) => account.plan },
  { header: 'ROLE', value: (account) => account.role ?? account.via },
  { header: 'SEATS', value: (account) => seatsText(account), align: 'right' },
  { header: 'ID', value: (account) => account.id, keep: true },
];

/** An account as facts, a line each. */
export const accountFacts: readonly Column<Account>[] = [
  { header: 'SLUG', value: (account) => account.slug },
  { header: 'NAME', value: (account) => account.name },
  { header: 'ID', value: (account) => account.id },
  { header: 'KIND', value: (account) => account.kind },
  {
    header: 'STATE',
    value: stateText,
    tone: (account) => (account.state === 'suspended' ? 'bad' : undefined),
  },
  { header: 'PLAN', value: (account) => account.plan },
  { header: 'SEATS', value: (account) => seatsText(account) },
  { header: 'PARENT', value: parentText },
  {
    header: 'LABELS',
    value: ({ labels }) => Object.entries(labels).map(([key, value]) => `${key}=${value}`),
  },
  { header: 'MANAGED ACCOUNTS', value: featureText },
  { header: 'MAIL', value: mailText },
  { header: 'COPY OUT', value: (account) => account.copy_out },
  { header: 'YOUR ROLE', value: (account) => account.role ?? `none (${account.via})` },
  { header: 'REVISION', value: (account) => account.revision },
  { header: 'CREATED', value: (account) => account.created_at },
  { header: 'UPDATED', value: (account) => account.updated_at },
];

export const delegationColumns: readonly Column<Delegation>[] = [
  { header: 'WHO', value: ({ user, master }) => `${user.email} via ${master.slug}` },
  { header: 'AS', value: ({ role, modules }) => [role, ...modules].join(', ') },
  { header: 'MODE', value: (delegation) => delegation.mode.replace('_', '-') },
  { header: 'REASON', value: (delegation) => delegation.reason },
  {
    header: 'STATE',
    value: (delegation) => delegation.state,
    tone: ({ state }) => (state === 'active' ? undefined : 'dim'),
  },
  { header: 'SINCE', value: (delegation) => delegation.created_at },
  { header: 'EXPIRES', value: (delegation) => delegation.expires_at },
  { header: 'ID', value: (delegation) => delegation.id, keep: true },
];

export const addressRuleFacts: readonly Column<AddressRules>[] = [
  { header: 'ALLOW', value: (rules) => rules.allow },
  { header: 'DENY', value: (rules) => rules.deny },
];

/** The account above, its managed accounts below it, and the workspaces of each. */
export function treeOf({ parent, account, children, sub_accounts }: Tree): TreeNode {
  const above = parent === null ? '' : ` (below ${parent.name})`;
  return {
    id: account.id,
    label: `${labelOf(account)}${above}`,
    children: [...workspacesOf(account), ...children.map(nodeOf), ...sub_accounts.map(subNode)],
  };
}

function nodeOf(account: TreeAccount): TreeNode {
  return { id: account.id, label: labelOf(account), children: workspacesOf(account) };
}

function subNode({ link_id, slug, name }: Tree['sub_accounts'][number]): TreeNode {
  return { id: link_id, label: `${slug} - ${name} [sub-account]` };
}

function workspacesOf({ workspaces }: TreeAccount): TreeNode[] {
  return workspaces.map(({ id, slug }) => ({ id, label: `workspace ${slug}` }));
}

function labelOf(account: TreeAccount): string {
  const labels = Object.entries(account.labels).map(([key, value]) => `${key}=${value}`);
  const facts = [
    account.kind,
    account.plan,
    ...(account.state === 'active' ? [] : [account.state]),
    counted(account.members, 'member'),
    ...(account.pending_invites === 0 ? [] : [`${account.pending_invites} invited`]),
    ...labels,
  ];
  return `${account.slug} - ${account.name} [${facts.join(', ')}]`;
}

function seatsText({ seats }: Account): string {
  return seats.limit === null ? String(seats.used) : `${seats.used}/${seats.limit}`;
}

function stateText({ state, suspended_by }: Account): string {
  return suspended_by === null ? state : `${state} by ${suspended_by}`;
}

function parentText({ parent }: Account): string | null {
  return parent === null ? null : `${parent.account.slug} (${parent.kind}: ${parent.account.name})`;
}

function featureText({ managed_accounts, trial_ends_at }: Account): string {
  return trial_ends_at === null ? managed_accounts : `${managed_accounts} until ${trial_ends_at}`;
}

function mailText({ mail }: Account): string {
  const kinds = [mail.security ? 'security' : '', mail.members ? 'members' : ''].filter(
    (kind) => kind !== '',
  );
  return kinds.length === 0 ? 'none' : kinds.join(', ');
}

import type { Answer } from '../../contract/shapes.ts';
import { isAdminRole, isMaster, rightsIn } from './access.ts';
import { accountTarget, shownAccount, toAccount } from './account-view.ts';
import { DomainError, invalid, refused } from './errors.ts';
import { listAnswer, pageRequest } from './list.ts';
import type { AccountChange, AccountRow, Viewer } from './ports/accounts.ts';
import type { Facts } from './ports/audit.ts';
import { claimSlug, retiredUntil } from './slugs.ts';
import type { AccountWork, Input, Work } from './work.ts';

async function viewerOf(work: Work): Promise<Viewer> {
  const { actor } = work;
  switch (actor.kind) {
    case 'staff':
      return { kind: 'all' };
    case 'user':
      return { kind: 'person', userId: actor.userId };
    case 'key':
    case 'delegation':
      return { kind: 'account', accountId: actor.accountId, userId: null, children: 'none' };
    case 'api':
    case 'account_token': {
      const standing = await work.platform.access.standing(actor, actor.accountId);
      const rights = rightsIn(actor, actor.accountId, standing?.membership ?? null);
      const children = rights === null ? 'none' : isAdminRole(rights.role) ? 'all' : 'granted';
      const userId = actor.kind === 'api' ? actor.userId : null;
      return { kind: 'account', accountId: actor.accountId, userId, children };
    }
    default:
      throw new DomainError('unauthenticated', 'This needs a credential: Authorization: Bearer <token>.');
  }
}

function labelOf(text: string): { name: string; value: string } {
  const [, name, value] = /^([a-z][a-z0-9_.-]{0,62})=(.+)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined) {
    throw invalid('?label', 'must be name=value, such as env=staging.');
  }
  return { name, value };
}

export async function listAccounts(
  work: Work,
  input: Input<'accounts.list'>,
): Promise<Answer<'accounts.list'>> {
  const { q, kind, state, master, label = [] } = input.query;
  const masterId =
    master === undefined ? undefined : (await work.authorise(master, 'accounts.show')).account.id;
  const labels = (typeof label === 'string' ? [label] : label).map(labelOf);
  const filter = { q, kind, state, masterId, labels };
  const page = await work.platform.accounts.list(
    await viewerOf(work),
    filter,
    pageRequest(input),
    work.now.toISOString(),
  );
  return listAnswer({ next: page.next, items: page.items.map((view) => toAccount(work, view)) });
}

export async function showAccount(work: AccountWork): Promise<Answer<'accounts.show'>> {
  return shownAccount(work, work.tenant);
}

export async function accountTree(work: AccountWork): Promise<Answer<'accounts.tree'>> {
  const { account, children } = await work.tenant.account.tree(work.now.toISOString());
  const parent = work.standing.parent;
  const subs = await work.tenant.links.subs();
  return {
    parent: parent && { name: parent.account.name },
    account,
    children: [...children],
    sub_accounts: subs.map(({ linkId, slug, name }) => ({ link_id: linkId, slug, name })),
  };
}

/** Refuses a change based on a reading that is out of date. */
export function mustBeCurrent(noun: string, revision: number, expected: number | null): void {
  if (expected === null || expected === revision) return;
  throw new DomainError('stale', `The ${noun} has changed since you read it. Read it again, then decide.`);
}

const same = (left: unknown, right: unknown): boolean => JSON.stringify(left) === JSON.stringify(right);
const sorted = (labels: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));

/** Which fields the caller may change: settings leave slug and labels alone, labels of a managed account are M's. */
function mustMayChange(work: AccountWork, body: Input<'accounts.update'>['body']): void {
  const { actor, standing, decision } = work;
  const more = body.slug !== undefined || body.labels !== undefined;
  if (more && actor.kind === 'delegation') {
    const text =
      'By delegation one changes the name and mail preferences; slug and labels are how others find the account.';
    throw refused('forbidden', 'delegation', text);
  }
  if (more && decision.as === 'settings') {
    const text =
      'With the module settings one changes the name and mail preferences; the rest is for administrators.';
    throw refused('forbidden', 'settings', text);
  }
  // What leaves the account by it outlives a delegation (D15).
  if (body.copy_out !== undefined && (decision.as === 'settings' || actor.kind === 'delegation')) {
    const text =
      'Who may copy parsers out of the account is set by its administrators or its master, not by delegation.';
    throw refused('forbidden', 'admin', text);
  }
  if (body.labels !== undefined && standing.parent?.kind === 'managed' && !isMaster(actor, standing)) {
    const text = `The labels of a managed account are set by an administrator of its master.`;
    throw refused('forbidden', 'master', text);
  }
}

function changeOf(account: AccountRow, body: Input<'accounts.update'>['body']): AccountChange {
  const { name, slug, labels, mail, copy_out: copyOut } = body;
  const preferences = {
    security: mail?.security ?? account.mail.security,
    members: mail?.members ?? account.mail.members,
  };
  return {
    ...(name !== undefined && name !== account.name && { name }),
    ...(slug !== undefined && slug !== account.slug && { slug }),
    ...(labels !== undefined && !same(sorted(labels), sorted(account.labels)) && { labels: sorted(labels) }),
    ...(!same(preferences, account.mail) && { mail: preferences }),
    ...(copyOut !== undefined && copyOut !== account.copyOut && { copyOut }),
  };
}

/** The changed fields as they were, for the audit trail. */
function factsOf(
  fields: Pick<AccountChange, 'name' | 'slug' | 'labels' | 'mail' | 'copyOut'>,
  of: AccountChange,
): Facts {
  return {
    ...(of.name !== undefined && fields.name !== undefined && { name: fields.name }),
    ...(of.slug !== undefined && fields.slug !== undefined && { slug: fields.slug }),
    ...(of.labels !== undefined && fields.labels !== undefined && { labels: fields.labels }),
    ...(of.mail !== undefined && fields.mail !== undefined && { mail: { ...fields.mail } }),
    ...(of.copyOut !== undefined && fields.copyOut !== undefined && { copy_out: fields.copyOut }),
  };
}

async function changeSlug(work: AccountWork, account: AccountRow, slug: string): Promise<void> {
  await claimSlug(work, slug, account.id);
  await work.tenant.account.reclaimSlug(slug);
  await work.tenant.account.retireSlug(account.slug, work.now.toISOString(), retiredUntil(work.now));
}

export async function updateAccount(
  work: AccountWork,
  input: Input<'accounts.update'>,
): Promise<Answer<'accounts.update'>> {
  mustMayChange(work, input.body);
  const account = await work.tenant.account.read();
  mustBeCurrent('account', account.revision, input.expected);
  const change = changeOf(account, input.body);
  if (Object.keys(change).length === 0) return shownAccount(work, work.tenant);
  if (change.slug !== undefined) await changeSlug(work, account, change.slug);
  await work.tenant.account.update(change, work.now.toISOString());
  const { name, slug, labels, mail, copyOut } = account;
  work.record({
    target: accountTarget({ id: account.id, slug: change.slug ?? slug }),
    before: factsOf({ name, slug, labels, mail, copyOut }, change),
    after: factsOf(change, change),
  });
  return shownAccount(work, work.tenant);
}

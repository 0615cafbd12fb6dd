import type { Answer } from '../../contract/shapes.ts';
import { isAdminRole, rightsIn } from './access.ts';
import { accountTarget } from './account-view.ts';
import { mustBeCurrent } from './accounts.ts';
import { type Actor, personOf } from './actor.ts';
import { depart } from './departures.ts';
import { DomainError, invalid, notFound } from './errors.ts';
import { endLink } from './link-end.ts';
import type { Transaction } from './ports.ts';
import { retiredUntil } from './slugs.ts';
import type { AccountWork, Input } from './work.ts';

const MOST_BLOCKERS = 100;

async function mustHaveNoChildren(work: AccountWork): Promise<void> {
  const children = await work.tenant.links.managed(MOST_BLOCKERS);
  if (children.length === 0) return;
  const text = `${work.standing.account.slug} has managed accounts. Delete or release them first.`;
  const blockers = children.map(({ slug }) => ({ kind: 'managed_account', detail: slug }));
  throw new DomainError('has_managed_accounts', text, { blockers });
}

/** An act on a managed account is told in its trail and, while it outlives the account, in its master's. */
function recordInBoth(work: AccountWork, happening: Parameters<AccountWork['record']>[0]): void {
  work.record(happening);
  const { parent } = work.standing;
  if (parent?.kind === 'managed') work.record({ ...happening, accountId: parent.account.id });
}

/** D16: an umbrella's sub-accounts go on without it, and an umbrella is told of one that is gone. */
async function endSubLinks(work: AccountWork): Promise<void> {
  const { account, parent } = work.standing;
  for (const { linkId, accountId } of await work.tenant.links.subs()) {
    const place = { linkId, umbrellaId: account.id, accountId };
    await endLink(work, place, { by: 'umbrella', keepShares: false });
  }
  if (parent?.kind !== 'sub') return;
  work.record({
    accountId: parent.account.id,
    actor: 'system',
    target: accountTarget(account),
    before: { link: parent.linkId, state: 'active' },
    after: { state: 'ended', by: 'account' },
  });
}

export async function deleteAccount(
  work: AccountWork,
  input: Input<'accounts.delete'>,
): Promise<Answer<'accounts.delete'>> {
  const { account } = work.standing;
  const { tenant, now } = work;
  if (input.query.confirm !== account.slug) {
    throw invalid('?confirm', `must be the slug of the account, ${account.slug}: a deletion is for good.`);
  }
  const { revision, kind, name } = await tenant.account.read();
  mustBeCurrent('account', revision, input.expected);
  await mustHaveNoChildren(work);
  const at = now.toISOString();
  const holdings = await tenant.account.holdings(at);
  // Who could have deleted it is kept in the trail: with it a repeated deletion is recognised (D9).
  const administrators = (await tenant.members.admins()).map(({ userId }) => userId);
  await endSubLinks(work);
  await tenant.account.close(at);
  await tenant.account.retireSlug(account.slug, at, retiredUntil(now));
  const { members, pendingInvites, workspaces, parsers, forms, records } = holdings;
  const master = work.standing.parent?.kind === 'managed' ? work.standing.parent.account.id : null;
  const held = { members, workspaces, parsers, forms, records };
  const before = { kind, name, slug: account.slug, master, administrators, ...held };
  recordInBoth(work, { target: accountTarget(account), before });
  // Nobody can read the trail of an organization that is gone; staff did it, and read theirs.
  if (work.decision.as === 'staff') work.record({ accountId: null, target: accountTarget(account), before });
  const { resources, tokens, keys } = holdings;
  return {
    changed: true,
    members,
    pending_invites: pendingInvites,
    workspaces,
    parsers,
    forms,
    records,
    resources,
    tokens,
    keys,
  };
}

/** Is the actor an administrator of that account, by whatever credential? */
async function administers(transaction: Transaction, actor: Actor, accountId: string): Promise<boolean> {
  const standing = await transaction.platform.access.standing(actor, accountId);
  const rights = standing && rightsIn(actor, accountId, standing.membership);
  return rights !== null && isAdminRole(rights.role);
}

/** Could the actor have deleted that account, and so may hear that it is gone? Everybody else hears 404. */
export async function alreadyDeleted(
  transaction: Transaction,
  actor: Actor,
  input: Input<'accounts.delete'>,
): Promise<Answer<'accounts.delete'> | null> {
  const gone = await transaction.platform.accounts.findGone(input.params.account);
  if (gone === null || gone.kind === 'personal') return null;
  const nothing = {
    members: 0,
    pending_invites: 0,
    workspaces: 0,
    parsers: 0,
    forms: 0,
    records: 0,
    resources: 0,
    tokens: 0,
    keys: 0,
  };
  const answer = { changed: false, ...nothing };
  if (gone.kind === 'organization') return actor.kind === 'staff' ? answer : null;
  const filter = { action: 'accounts.delete', target: gone.id };
  const { items } = await transaction.tenant(gone.id).audit.list(filter, { limit: 1, after: null });
  const { master, administrators } = items[0]?.before ?? {};
  if (typeof master === 'string') return (await administers(transaction, actor, master)) ? answer : null;
  const person = actor.kind === 'user' ? actor.userId : null;
  return person !== null && Array.isArray(administrators) && administrators.includes(person) ? answer : null;
}

/** D25: nobody is locked in; but the last administrator stays (D7). */
export async function leaveAccount(
  work: AccountWork,
  _input: Input<'accounts.leave'>,
): Promise<Answer<'accounts.leave'>> {
  const person = personOf(work.actor);
  const member = person === null ? null : await work.tenant.members.find(person);
  if (member === null) throw notFound('account', work.standing.account.slug);
  await depart(work, member, { kind: 'left', invites: 'revoke' });
  return { changed: true };
}

/** Somebody who left does not see the account any more; that they did leave, their receipt says. */
export async function alreadyLeft(
  transaction: Transaction,
  actor: Actor,
  input: Input<'accounts.leave'>,
): Promise<Answer<'accounts.leave'> | null> {
  if (actor.kind !== 'user') return null;
  const id = await transaction.platform.accounts.findId(input.params.account);
  if (id === null) return null;
  const tenant = transaction.tenant(id);
  const receipt = await tenant.receipts.latest(actor.userId);
  if (receipt?.kind !== 'left' || (await tenant.members.find(actor.userId)) !== null) return null;
  return { changed: false };
}

/** The link to the master ends and the account goes on by itself, so it needs an administrator of its own. */
export async function releaseAccount(
  work: AccountWork,
  _input: Input<'accounts.release'>,
): Promise<Answer<'accounts.release'>> {
  const { account, parent } = work.standing;
  if (parent?.kind !== 'managed') {
    throw new DomainError('not_managed', `${account.slug} has no master to be released from.`);
  }
  if ((await work.tenant.members.activeAdmins()) === 0) {
    const text = `${account.slug} has no active administrator of its own. Invite one, or delete the account.`;
    throw new DomainError('no_admin', text);
  }
  await work.tenantOf(parent.account.id).links.end(parent.linkId, work.now.toISOString());
  recordInBoth(work, {
    target: accountTarget(account),
    before: { master: parent.account.id },
    after: { master: null },
  });
  return { changed: true };
}

export async function alreadyReleased(
  transaction: Transaction,
  actor: Actor,
  input: Input<'accounts.release'>,
): Promise<Answer<'accounts.release'> | null> {
  const id = await transaction.platform.accounts.findId(input.params.account);
  if (id === null) return null;
  const standing = await transaction.platform.access.standing(actor, id);
  if (standing === null || standing.parent !== null) return null;
  const master = await transaction.tenant(id).links.formerMaster();
  return master !== null && (await administers(transaction, actor, master)) ? { changed: false } : null;
}

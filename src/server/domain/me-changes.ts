import type { Answer } from '../../contract/shapes.ts';
import type { User } from '../../contract/types.ts';
import { stillVerified, type Verified, verified } from './auth.ts';
import type { Prepare } from './change.ts';
import { depart, mustKeepAnAdmin } from './departures.ts';
import { DomainError, invalid } from './errors.ts';
import { mailTo, mustMail, offerSecret, type Recipient } from './mailed-secrets.ts';
import type { UserRow } from './ports/users.ts';
import { retiredUntil } from './slugs.ts';
import { mustKeepStaff } from './staff.ts';
import { signedIn } from './tokens.ts';
import { readAddress, toUser } from './users.ts';
import type { AccountWork, Deps, Input, Work } from './work.ts';

type Lookup = Parameters<Prepare<'me.delete', Verified>>[2];

async function withPassword(lookup: Lookup, deps: Deps, password: string, ip: string): Promise<Verified> {
  const user = await lookup(async ({ platform }, actor) =>
    actor.kind === 'user' ? await platform.users.find(actor.userId) : null,
  );
  if (!user) throw new DomainError('unauthenticated', 'Sign in first: only a signed-in person may do this.');
  return await verified(deps, user, password, { subject: user.id, ip });
}

/** A new address takes the password: whoever holds the mailbox holds the user. */
export const prepareUpdate: Prepare<'me.update', Verified | null> = async ({ body, ip }, deps, lookup) => {
  if (body.email === undefined) return null;
  if (body.current_password === undefined)
    throw invalid('/current_password', 'is needed to change the address.');
  return await withPassword(lookup, deps, body.current_password, ip);
};

export async function updateMe(
  work: Work,
  { body, expected }: Input<'me.update'>,
  found: Verified | null,
): Promise<User> {
  const { platform, now } = work;
  const user = await myself(work);
  if (expected !== null && expected !== user.revision) {
    throw new DomainError('stale', 'Your data has changed since it was read. Read it again.');
  }
  const target = { kind: 'user', id: user.id, name: user.email };
  if (body.name !== undefined && body.name !== user.name) {
    await platform.users.setName(user.id, body.name, now.toISOString());
    work.record({ target, before: { name: user.name }, after: { name: body.name } });
  }
  if (body.email !== undefined && found) {
    await stillVerified(work, found);
    const asked = await askForAddress(work, user, readAddress(body.email));
    if (asked) work.record({ target, after: { email_requested: body.email } });
  }
  return toUser(await myself(work));
}

async function myself(work: Work): Promise<UserRow> {
  const user = await work.platform.users.find(signedIn(work).userId);
  if (!user) throw new DomainError('invalid_token', 'The token is unknown or was revoked.');
  return user;
}

/** Mails the link to the new address, and word of it to the old one. A taken address looks like a free one. */
async function askForAddress(work: Work, user: UserRow, to: Recipient): Promise<boolean> {
  if (to.email === user.email) return false;
  mustMail(work);
  const holder = await work.platform.users.findByAddress(to.emailFolded);
  const free = holder === null || holder.id === user.id;
  await work.platform.secrets.revokePending({ userId: user.id }, 'email_change');
  const kind = free ? 'email_change' : null;
  if (!(await offerSecret(work, { purpose: 'email_change', to, userId: user.id, kind }))) return true;
  if (!free) await mailTo(work, 'signup_known', { email: holder.email, emailFolded: holder.emailFolded }, {});
  await mailTo(work, 'notice', user, {
    subject: 'Your address is about to change',
    text: `Somebody, we hope you, asked to make ${to.email} the address that you sign in with. If it was not you, change your password now: that stops it.`,
  });
  return true;
}

export const prepareDelete: Prepare<'me.delete', Verified> = ({ body, ip }, deps, lookup) =>
  withPassword(lookup, deps, body.current_password, ip);

/** The work of one account, for the rules that see a member out; its events go to that account's trail. */
async function workIn(work: Work, accountId: string): Promise<AccountWork | null> {
  const standing = await work.platform.access.standing(work.actor, accountId);
  if (!standing) return null;
  return {
    ...work,
    standing,
    tenant: work.tenantOf(accountId),
    record: (happening) => work.record({ accountId, ...happening }),
  };
}

/** D25: deletes the person with their personal account; refused while an account or the platform needs them. */
export async function deleteMe(
  work: Work,
  _input: Input<'me.delete'>,
  found: Verified,
): Promise<Answer<'me.delete'>> {
  const user = await stillVerified(work, found);
  await mustKeepStaff(work, user);
  const { platform, now } = work;
  const at = now.toISOString();
  const memberships = await platform.users.membershipsOf(user.id);
  const shared: AccountWork[] = [];
  for (const { accountId } of memberships.filter(({ kind }) => kind !== 'personal')) {
    const inside = await workIn(work, accountId);
    if (inside) shared.push(inside);
  }
  await mustBeDispensable(shared, user);
  for (const inside of shared) {
    const member = await inside.tenant.members.find(user.id);
    if (member) await depart(inside, member, { kind: 'left', invites: 'revoke' });
  }
  for (const { accountId, slug } of memberships.filter(({ kind }) => kind === 'personal')) {
    const { account } = work.tenantOf(accountId);
    await account.close(at);
    await account.retireSlug(slug, at, retiredUntil(now));
  }
  await platform.sessions.revokeOfUser(user.id, null, 'user_gone', at);
  await platform.tokens.revokeOfUser(user.id, 'api', at);
  await platform.tokens.revokeOfUser(user.id, 'staff', at);
  await platform.tokens.revokeOfUser(user.id, 'meter', at);
  await platform.staff.remove(user.id);
  await platform.secrets.revokePending({ userId: user.id }, 'password_reset');
  await platform.secrets.revokePending({ userId: user.id }, 'email_change');
  await platform.users.markGone(user.id, at);
  work.record({ target: { kind: 'user', id: user.id, name: user.email }, before: { email: user.email } });
  return { changed: true, left_accounts: shared.map(({ standing }) => standing.account.slug) };
}

/** Names every account that would be left without an administrator, not only the first. */
async function mustBeDispensable(shared: readonly AccountWork[], user: UserRow): Promise<void> {
  const needed: string[] = [];
  for (const inside of shared) {
    const member = await inside.tenant.members.find(user.id);
    if (!member) continue;
    await mustKeepAnAdmin(inside, member).catch((error: unknown) => {
      if (!(error instanceof DomainError) || error.code !== 'last_admin') throw error;
      needed.push(inside.standing.account.slug);
    });
  }
  if (needed.length === 0) return;
  const text = `You are the last active administrator of ${needed.join(', ')}. Make somebody else one, or delete it, first.`;
  throw new DomainError('last_admin', text, {
    blockers: needed.map((detail) => ({ kind: 'account', detail })),
  });
}

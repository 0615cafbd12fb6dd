import { parseAddress } from '../../contract/address.ts';
import type { Answer } from '../../contract/shapes.ts';
import { hashToken, parseToken } from '../../contract/token.ts';
import { isAdminRole, type Standing } from './access.ts';
import { type Actor, personActor } from './actor.ts';
import { stillVerified, type Verified, verified } from './auth.ts';
import type { Prepare } from './change.ts';
import { limitsOf } from './entitlements.ts';
import { DomainError, invalid } from './errors.ts';
import { mustBeStrong } from './passwords.ts';
import type { InviteRow } from './ports/invites.ts';
import type { UserRow } from './ports/users.ts';
import type { Platform, Tenant } from './ports.ts';
import { mustBeSettled } from './settlement.ts';
import { stillEntitled } from './sponsors.ts';
import { createUser } from './users.ts';
import type { Input, Work } from './work.ts';

/** Unknown, mistyped, resent over, of a deleted account: one answer, so that nothing can be probed. */
function dead(): DomainError {
  return new DomainError(
    'invalid_secret',
    'This invitation link is not valid, or a newer one was sent. Ask for a new one.',
  );
}

async function rowOf(platform: Platform, secret: string): Promise<InviteRow> {
  if (parseToken(secret)?.kind !== 'inv') throw dead();
  const row = await platform.inviteSecrets.find(hashToken(secret));
  if (!row) throw dead();
  return row;
}

function mustBeLive(row: InviteRow, now: Date): void {
  if (row.state === 'accepted')
    throw new DomainError('invite_accepted', 'This invitation was accepted already. Sign in.');
  if (row.state === 'declined')
    throw new DomainError('invite_declined', 'This invitation was declined. Ask for a new one.');
  if (row.state === 'revoked') throw new DomainError('invite_revoked', 'This invitation was revoked.');
  if (row.expiresAt <= now.toISOString()) {
    throw new DomainError('invite_expired', 'This invitation has expired. Ask for it to be sent again.');
  }
}

/** An account that takes people: active, or waiting for its first super admin. */
async function openAccount({ platform, now }: Work, actor: Actor, row: InviteRow): Promise<Standing> {
  const standing = await platform.access.standing(actor, row.accountId);
  if (!standing) throw dead();
  mustBeSettled(standing, now);
  if (standing.account.state === 'suspended') {
    throw new DomainError('account_suspended', 'The account is suspended for now: nobody can join it.');
  }
  return standing;
}

export async function previewInvite(
  work: Work,
  { body }: Input<'invites.preview'>,
): Promise<Answer<'invites.preview'>> {
  const row = await rowOf(work.platform, body.secret);
  mustBeLive(row, work.now);
  const { account } = await openAccount(work, work.actor, row);
  const known = await work.platform.users.findByAddress(row.emailFolded);
  const sponsor = 'userId' in row.sponsor ? await work.platform.users.find(row.sponsor.userId) : null;
  return {
    account: { name: account.name, kind: account.kind },
    email: row.email,
    role: row.role,
    modules: [...row.modules],
    invited_by: sponsor?.name ?? sponsor?.email ?? null,
    expires_at: row.expiresAt,
    needs: known?.passwordHash == null ? 'new_password' : 'sign_in',
  };
}

/** How the one who accepts has shown who they are. */
type Proof =
  | { readonly by: 'session' }
  | { readonly by: 'password'; readonly found: Verified }
  | { readonly by: 'new'; readonly passwordHash: string };

/** Everything slow, and everything that can be refused before it: the transaction looks at all of it again. */
export const prepareAccept: Prepare<'invites.accept', Proof> = async ({ body, ip }, deps, lookup) => {
  const { row, user, signedIn } = await lookup(async ({ platform }, actor) => {
    const found = await rowOf(platform, body.secret);
    mustBeLive(found, deps.clock.now());
    return {
      row: found,
      user: await platform.users.findByAddress(found.emailFolded),
      signedIn: actor.kind === 'user',
    };
  });
  if (signedIn) return { by: 'session' };
  if (body.password === undefined) {
    const what = user ? 'the password of your account, or sign in' : 'a password for the new account';
    throw invalid('/password', `is needed: ${what}`);
  }
  if (user?.passwordHash != null) {
    const who = { subject: row.emailFolded, ip };
    return { by: 'password', found: await verified(deps, user, body.password, who) };
  }
  mustBeStrong(body.password, row.emailFolded);
  return { by: 'new', passwordHash: await deps.passwords.hash(body.password) };
};

interface Acceptor {
  readonly userId: string;
  readonly email: string;
}

/** Who accepts. Somebody who has an account keeps their password, name and plan as they are (D19, T13). */
async function acceptorOf(work: Work, row: InviteRow, proof: Proof, name: string | null): Promise<Acceptor> {
  if (proof.by === 'session') {
    const { actor } = work;
    if (actor.kind !== 'user') throw new DomainError('unauthenticated', 'Sign in again.');
    const own = parseAddress(actor.email);
    if (!own.ok || own.folded !== row.emailFolded) {
      throw new DomainError(
        'wrong_address',
        'This invitation is for another address than yours. Sign in with that one.',
      );
    }
    return { userId: actor.userId, email: actor.email };
  }
  const user: UserRow | null = await work.platform.users.findByAddress(row.emailFolded);
  if (proof.by === 'password') {
    const same = await stillVerified(work, proof.found);
    if (same.id !== user?.id)
      throw new DomainError('wrong_address', 'This invitation is for another address than yours.');
    return { userId: same.id, email: same.email };
  }
  if (user)
    throw new DomainError('conflict', 'This address has an account by now. Sign in, then accept again.');
  const { email, emailFolded } = row;
  return {
    userId: await createUser(work, { email, emailFolded, name, passwordHash: proof.passwordHash }),
    email,
  };
}

async function mustHaveSeat(tenant: Tenant, standing: Standing): Promise<void> {
  const { seats } = limitsOf(standing.account);
  if (seats === null || (await tenant.invites.activeMembers()) < seats) return;
  throw new DomainError('no_seat', 'The account has no free seat any more. Ask its administrator.');
}

/** What of the offer is still there, and the names of what is not (D5: accepting degrades safely). */
async function surviving(tenant: Tenant, row: InviteRow) {
  const places = await tenant.invites.places();
  const children = row.children.filter((link) => places.children.some((child) => child.linkId === link));
  const workspaces = row.workspaces.filter(({ workspace }) =>
    places.workspaces.some(({ id }) => id === workspace),
  );
  const dropped = [
    ...row.goneModules,
    ...row.children.filter((link) => !children.includes(link)),
    ...row.workspaces.filter((place) => !workspaces.includes(place)).map((place) => place.workspace),
  ];
  return { children, workspaces, dropped };
}

/** Makes the member, or leaves one who got in otherwise with at least what they had: a role is never lowered (D5). */
async function join(work: Work, tenant: Tenant, row: InviteRow, acceptor: Acceptor, standing: Standing) {
  const at = work.now.toISOString();
  const kept = await surviving(tenant, row);
  const { membership } = standing;
  if (membership?.state === 'deactivated') {
    throw new DomainError(
      'deactivated_member',
      'You are a deactivated member of this account. Ask to be activated.',
    );
  }
  if (membership) {
    if (isAdminRole(row.role) && !isAdminRole(membership.role)) {
      await tenant.members.update(membership.memberId, { role: row.role, modules: [] }, at);
    }
    return { memberId: membership.memberId, dropped: kept.dropped };
  }
  await mustHaveSeat(tenant, standing);
  const memberId = work.deps.newId('member');
  const { userId } = acceptor;
  await tenant.members.insert({
    id: memberId,
    userId,
    role: row.role,
    modules: row.modules,
    children: kept.children,
    at,
  });
  for (const { workspace, role } of kept.workspaces)
    await tenant.workspaces.place(workspace, memberId, role, at);
  return { memberId, dropped: kept.dropped };
}

/**
 * Accepts an invitation (R17, D5): the mailed secret proves the mailbox, and everything else is asked again inside
 * the transaction that claims it: expiry, the account's state, the sponsor's right, the seat, who is signed in.
 */
export async function acceptInvite(
  work: Work,
  { body }: Input<'invites.accept'>,
  proof: Proof,
): Promise<Answer<'invites.accept'>> {
  const row = await rowOf(work.platform, body.secret);
  mustBeLive(row, work.now);
  const { account } = await openAccount(work, work.actor, row);
  if (!(await stillEntitled(work, row.sponsor, row.accountId))) {
    throw new DomainError(
      'sponsor_gone',
      'Whoever invited you may not grant this role any more. Ask for a new invitation.',
    );
  }
  const acceptor = await acceptorOf(work, row, proof, body.name ?? null);
  const actor = personActor(acceptor, work.now);
  const standing = await openAccount(work, actor, row);
  const tenant = work.tenantOf(row.accountId);
  const { memberId, dropped } = await join(work, tenant, row, acceptor, standing);
  const at = work.now.toISOString();
  await tenant.invites.accept(row.id, { userId: acceptor.userId, memberId, at });
  if (account.state === 'provisioning' && row.role === 'super_admin') {
    await tenant.account.update({ state: { is: 'active' } }, at);
  }
  work.record({
    accountId: row.accountId,
    actor,
    target: { kind: 'member', id: memberId, name: acceptor.email },
    after: { invite: row.id, role: row.role, modules: row.modules },
  });
  const { id, slug, name } = account;
  return { account: { id, slug, name }, role: row.role, dropped };
}

export async function declineInvite(
  work: Work,
  { body }: Input<'invites.decline'>,
): Promise<Answer<'invites.decline'>> {
  const row = await rowOf(work.platform, body.secret);
  if (row.state === 'declined') return { changed: false };
  mustBeLive(row, work.now);
  const at = work.now.toISOString();
  const tenant = work.tenantOf(row.accountId);
  await tenant.invites.close([row.id], 'declined', at);
  await work.platform.outbox.cancelForInvites(row.accountId, [row.id], at);
  work.record({
    accountId: row.accountId,
    target: { kind: 'invite', id: row.id, name: row.email },
    before: { state: 'pending' },
    after: { state: 'declined' },
  });
  return { changed: true };
}

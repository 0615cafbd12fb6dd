import { decide, isAdminRole } from './access.ts';
import { type Actor, personActor } from './actor.ts';
import type { Held } from './ports/holdings.ts';
import type { Sponsor } from './ports/invites.ts';
import type { AccountWork, Work } from './work.ts';

/** The one who acts, as somebody who vouches for an invitation. */
export function sponsorOf(actor: Actor): Sponsor {
  if (actor.kind === 'anonymous') throw new Error('nobody vouches');
  return 'userId' in actor ? { userId: actor.userId } : { tokenId: actor.tokenId };
}

async function split(work: AccountWork, userId: string) {
  const sponsored = await work.tenant.invites.sponsoredBy(userId);
  const toAdmins = sponsored.filter((invite) => isAdminRole(invite.role) || invite.role === 'billing_admin');
  const others = sponsored.filter((invite) => !toAdmins.includes(invite));
  return { others, toAdmins };
}

/** Of a preview so many are named. */
const MOST_NAMED = 100;

function held(invites: readonly { readonly id: string; readonly email: string }[]): Held {
  const items = invites.slice(0, MOST_NAMED).map(({ id, email }) => ({ id, name: email, place: null }));
  return { kind: 'invite', count: invites.length, items };
}

/** What would become of the pending invitations that a person vouches for (D5). */
export async function sponsoredInvites(
  work: AccountWork,
  userId: string,
  revokeAll: boolean,
): Promise<{ adopted: Held; revoked: Held }> {
  const { others, toAdmins } = await split(work, userId);
  return revokeAll
    ? { adopted: held([]), revoked: held([...toAdmins, ...others]) }
    : { adopted: held(others), revoked: held(toAdmins) };
}

/**
 * D5: when a sponsor goes, is deactivated or demoted, the one who acts takes over their pending invitations to
 * `user` and `member`; those to roles with power end.
 * @param others `revoke` ends all of them: when somebody leaves by themselves, or the removal asks for it
 */
export async function passSponsorship(
  work: AccountWork,
  userId: string,
  others: 'adopt' | 'revoke' = 'adopt',
): Promise<void> {
  const parts = await split(work, userId);
  const idsOf = (invites: readonly { readonly id: string }[]) => invites.map(({ id }) => id);
  const adopted = others === 'adopt' ? idsOf(parts.others) : [];
  const revoked = idsOf(others === 'adopt' ? parts.toAdmins : [...parts.toAdmins, ...parts.others]);
  const at = work.now.toISOString();
  if (adopted.length > 0) await work.tenant.invites.adopt(adopted, sponsorOf(work.actor), at);
  if (revoked.length > 0) {
    await work.tenant.invites.close(revoked, 'revoked', at);
    await work.platform.outbox.cancelForInvites(work.tenant.accountId, revoked, at);
    for (const id of revoked) {
      work.record({
        action: 'invites.revoke',
        target: { kind: 'invite', id, name: null },
        reason: 'its sponsor lost the right',
      });
    }
  }
}

/** Could the sponsor still send this invitation today (D5)? Asked of the same function that decided at first. */
export async function stillEntitled(
  work: Work,
  sponsor: Sponsor,
  accountId: string,
  action: 'invites.send' | 'sub_accounts.invite' = 'invites.send',
): Promise<boolean> {
  const at = work.now.toISOString();
  if ('tokenId' in sponsor) {
    const actor = await work.platform.access.actorOfToken(sponsor.tokenId, at);
    if (typeof actor === 'string') return false;
    const standing = await work.platform.access.standing(actor, accountId);
    return decide(actor, action, standing).allowed;
  }
  const user = await work.platform.users.find(sponsor.userId);
  if (!user) return false;
  const person = personActor({ userId: user.id, email: user.email }, work.now);
  const standing = await work.platform.access.standing(person, accountId);
  if (decide(person, action, standing).allowed) return true;
  return user.staff && decide({ ...person, kind: 'staff', name: '' }, action, standing).allowed;
}

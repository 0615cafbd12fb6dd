import { notFound } from './errors.ts';
import { invitePerson } from './invites.ts';
import type { AccountWork, Happening, Work } from './work.ts';

/** Invites whoever is to administer an account that is being created, as part of its creation. */
export async function inviteFirstAdmin(work: Work, accountId: string, email: string): Promise<void> {
  const standing = await work.platform.access.standing(work.actor, accountId);
  if (standing === null) throw notFound('account', accountId);
  const record = (happening: Happening) => work.record({ accountId, action: 'invites.send', ...happening });
  const inside: AccountWork = { ...work, standing, tenant: work.tenantOf(accountId), record };
  const role = standing.account.kind === 'organization' ? 'super_admin' : 'admin';
  await invitePerson(inside, { email, role });
}

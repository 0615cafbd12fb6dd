import type { Answer } from '../../contract/shapes.ts';
import { hashToken, mintToken } from '../../contract/token.ts';
import type { Delegation } from '../../contract/types.ts';
import { rightsIn } from './access.ts';
import type { DelegationActor } from './actor.ts';
import { DomainError, notFound } from './errors.ts';
import { listAnswer, pageRequest } from './list.ts';
import type { NewDelegation } from './ports/delegations.ts';
import type { AccountWork, Happening, Input, Work } from './work.ts';

const MINUTE_MS = 60_000;

/** Both sides read in their trail that somebody came and went. */
function tell(work: Work, { account, master, id }: Delegation, happening: Omit<Happening, 'target'>): void {
  const target = { kind: 'delegation', id, name: account.slug };
  for (const side of [account, master]) work.record({ ...happening, target, accountId: side.id });
}

/** Who made it may not be an administrator: then their own are all that they see. */
const ownOnly = ({ actor, decision }: AccountWork): string | undefined =>
  decision.as === 'granted' && 'userId' in actor ? actor.userId : undefined;

export async function listDelegations(
  work: AccountWork,
  input: Input<'delegations.list'>,
): Promise<Answer<'delegations.list'>> {
  const filter = { state: input.query.state, userId: ownOnly(work) };
  return listAnswer(await work.tenant.delegations.list(filter, work.now.toISOString(), pageRequest(input)));
}

/** The session, not its access token of some minutes: that is what a person signs out of. */
function openedBy({ actor }: AccountWork): NewDelegation['openedBy'] & { userId: string } {
  if (actor.kind === 'user') return { userId: actor.userId, sessionId: actor.sessionId };
  if (actor.kind === 'api') return { userId: actor.userId, tokenId: actor.tokenId };
  throw new DomainError('internal', 'Something went wrong here.');
}

/** D15: an administrator's rights in the account, or what a granted user has of modules (R14). */
function rightsFor({ actor, decision, standing }: AccountWork): Pick<NewDelegation, 'role' | 'modules'> {
  if (decision.as === 'master' || standing.parent === null) return { role: 'admin', modules: [] };
  const { account, membership } = standing.parent;
  return { role: 'user', modules: rightsIn(actor, account.id, membership)?.modules ?? [] };
}

export async function createDelegation(
  work: AccountWork,
  { body }: Input<'delegations.create'>,
): Promise<Answer<'delegations.create'>> {
  const { deps, now, standing, tenant } = work;
  const { parent } = standing;
  if (parent === null) throw new DomainError('not_managed', `${standing.account.slug} has no master.`);
  const { userId, ...opened } = openedBy(work);
  const at = now.toISOString();
  const id = deps.newId('delegation');
  const secret = mintToken('dlg');
  const { mode, reason } = body;
  await tenant.delegations.insert({
    id,
    hash: hashToken(secret),
    masterId: parent.account.id,
    linkId: parent.linkId,
    userId,
    ...rightsFor(work),
    mode,
    reason,
    openedBy: opened,
    expiresAt: new Date(now.getTime() + body.minutes * MINUTE_MS).toISOString(),
    at,
  });
  const delegation = await tenant.delegations.find(id, at);
  if (delegation === null) throw new DomainError('internal', 'Something went wrong here.');
  const { role, modules, expires_at } = delegation;
  tell(work, delegation, { after: { role, modules, mode, expires_at }, reason });
  return { delegation, secret };
}

async function end(work: Work, delegation: Delegation, by: string): Promise<{ changed: boolean }> {
  const { delegations } = work.tenantOf(delegation.account.id);
  const changed = await delegations.revoke(delegation.id, by, work.now.toISOString());
  if (changed) tell(work, delegation, { before: { state: delegation.state }, after: { state: 'revoked' } });
  return { changed };
}

export async function revokeDelegation(
  work: AccountWork,
  { params }: Input<'delegations.revoke'>,
): Promise<{ changed: boolean }> {
  const { actor } = work;
  const delegation = await work.tenant.delegations.find(params.delegation, work.now.toISOString());
  const own = ownOnly(work);
  if (delegation === null || (own !== undefined && delegation.user.id !== own))
    throw notFound('delegation', params.delegation);
  if (delegation.state !== 'active' || actor.kind === 'anonymous') return { changed: false };
  return await end(work, delegation, 'userId' in actor ? actor.userId : actor.tokenId);
}

/** Logging out of the account again, by the delegation itself: also a read-only one may. */
export async function leaveDelegation(work: Work, actor: DelegationActor): Promise<{ changed: boolean }> {
  const { accountId, tokenId, userId } = actor;
  const delegation = await work.tenantOf(accountId).delegations.find(tokenId, work.now.toISOString());
  return delegation === null ? { changed: false } : await end(work, delegation, userId);
}

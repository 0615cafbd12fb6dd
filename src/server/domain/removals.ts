import type { Answer } from '../../contract/shapes.ts';
import type { Holding, Member, RemovalPreview } from '../../contract/types.ts';
import type { Standing } from './access.ts';
import { mustBeCurrent } from './accounts.ts';
import { personOf } from './actor.ts';
import { type Departure, depart, mustHavePeople } from './departures.ts';
import { invalid, notFound } from './errors.ts';
import { memberNamed } from './members.ts';
import type { Held } from './ports/holdings.ts';
import { sponsoredInvites } from './sponsors.ts';
import type { AccountWork, Input } from './work.ts';

/** What a removal does with what hangs on the person: see `taking` in the contract. */
export interface Taking {
  readonly revokeInvites: boolean;
  readonly revokeKeys: boolean;
  readonly managed: boolean;
  /** Gets what they made. */
  readonly heir: Member | null;
}

/** As a request or a batch's defaults say it. */
interface Asked {
  readonly revoke_invites?: boolean | undefined;
  readonly revoke_keys?: boolean | undefined;
  readonly managed?: boolean | undefined;
  readonly reassign_to?: string | undefined;
}

/** @param pointer to the name of the heir, for its error */
export async function takingOf(work: AccountWork, asked: Asked, pointer: string): Promise<Taking> {
  return {
    revokeInvites: asked.revoke_invites ?? false,
    revokeKeys: asked.revoke_keys ?? false,
    managed: asked.managed ?? false,
    heir: asked.reassign_to === undefined ? null : await heirNamed(work, asked.reassign_to, pointer),
  };
}

async function heirNamed(work: AccountWork, reference: string, pointer: string): Promise<Member> {
  const heir = await work.tenant.members.find(reference);
  if (heir?.state === 'active') return heir;
  throw invalid(pointer, `must be an active member of ${work.standing.account.slug}; ${reference} is none.`);
}

export function mustBeAnother(heir: Member | null, member: Member, pointer: string): void {
  if (heir?.id === member.id) throw invalid(pointer, 'must be somebody else than the one who is removed.');
}

const MANAGED_AT_ONCE = 1000;

/** The managed accounts of this one that the person is a member of, as work of its own in each. */
async function managedOf(
  work: AccountWork,
  userId: string,
  action: 'members.removal_preview' | 'members.remove',
): Promise<AccountWork[]> {
  const children = await work.tenant.links.managed(MANAGED_AT_ONCE);
  if (children.length === 0) return [];
  const below = new Set(children.map(({ accountId }) => accountId));
  const found: AccountWork[] = [];
  for (const { accountId } of await work.platform.users.membershipsOf(userId)) {
    if (!below.has(accountId)) continue;
    const standing = await work.authorise(accountId, action);
    found.push(workBelow(work, standing));
  }
  return found;
}

function workBelow(work: AccountWork, standing: Standing): AccountWork {
  const accountId = standing.account.id;
  return {
    ...work,
    standing,
    tenant: work.tenantOf(accountId),
    record: (happening) => work.record({ accountId, ...happening }),
  };
}

const made: ReadonlySet<Held['kind']> = new Set(['connector', 'workflow', 'job', 'parser', 'form']);

function fateOf({ kind }: Held, { heir, revokeKeys }: Taking): Holding['fate'] {
  if (kind === 'token' || kind === 'delegation') return 'ends';
  if (kind === 'key') return revokeKeys ? 'ends' : 'stays';
  return made.has(kind) && heir !== null ? 'passes_on' : 'stays';
}

async function managedHolding(work: AccountWork, member: Member, taking: Taking): Promise<Holding[]> {
  const items: Holding['items'] = [];
  for (const { standing, tenant } of await managedOf(work, member.user.id, 'members.removal_preview')) {
    const there = await tenant.members.find(member.user.id);
    if (there) items.push({ id: there.id, name: there.role, place: standing.account.slug });
  }
  if (items.length === 0) return [];
  const fate = taking.managed ? 'ends' : 'stays';
  return [{ kind: 'managed_membership', fate, count: items.length, items }];
}

/** All that hangs on the member, and what this removal does with it. */
async function previewOf(work: AccountWork, member: Member, taking: Taking): Promise<RemovalPreview> {
  const { tenant, now } = work;
  const held = await tenant.holdings.of(member.user.id, now.toISOString());
  const sponsored = await sponsoredInvites(work, member.user.id, taking.revokeInvites);
  return {
    member,
    workspaces: [...(await tenant.members.places(member.id))],
    tokens: held.find(({ kind }) => kind === 'token')?.count ?? 0,
    invites_adopted: sponsored.adopted.count,
    invites_revoked: sponsored.revoked.count,
    holdings: [
      ...held.map((one) => ({ ...one, items: [...one.items], fate: fateOf(one, taking) })),
      ...(sponsored.adopted.count > 0 ? [{ ...sponsored.adopted, fate: 'passes_on' as const }] : []),
      ...(sponsored.revoked.count > 0 ? [{ ...sponsored.revoked, fate: 'ends' as const }] : []),
      ...(await managedHolding(work, member, taking)),
    ],
  };
}

export async function previewRemoval(
  work: AccountWork,
  input: Input<'members.removal_preview'>,
): Promise<Answer<'members.removal_preview'>> {
  const member = await memberNamed(work, input.params.member);
  const taking = await takingOf(work, input.query, '?reassign_to');
  mustBeAnother(taking.heir, member, '?reassign_to');
  return previewOf(work, member, taking);
}

/** Sees somebody out of the managed accounts, if that is part of it. */
export async function departBelow(
  work: AccountWork,
  member: Member,
  { revokeKeys, managed }: Taking,
  kind: Departure['kind'],
): Promise<void> {
  if (!managed) return;
  const invites = kind === 'left' ? 'revoke' : 'adopt';
  for (const below of await managedOf(work, member.user.id, 'members.remove')) {
    const there = await below.tenant.members.find(member.user.id);
    if (there) await depart(below, there, { kind, invites, revokeKeys, action: 'members.remove' });
  }
}

/** How somebody is seen out of the account itself. */
export function departureOf(taking: Taking, kind: Departure['kind']): Departure {
  const { revokeInvites, revokeKeys, heir } = taking;
  const invites = revokeInvites ? 'revoke' : 'adopt';
  return { kind, invites, revokeKeys, heir, action: 'members.remove' };
}

/** D9: whoever was a member once and is not now answers `changed: false`; who never was, 404. */
export async function removeMember(
  work: AccountWork,
  input: Input<'members.remove'>,
): Promise<Answer<'members.remove'>> {
  mustHavePeople(work);
  const reference = input.params.member;
  const member = await work.tenant.members.find(reference);
  if (member === null) {
    const receipt = await work.tenant.receipts.latest(reference);
    if (receipt === null) throw notFound('member', reference);
    return { changed: false, receipt_id: receipt.id, preview: null };
  }
  mustBeCurrent('member', member.revision, input.expected);
  // Who removes themselves has left: nobody else brings them back (D8), and nobody is there to vouch (D5).
  const itself = personOf(work.actor) === member.user.id;
  const asked = await takingOf(work, input.query, '?reassign_to');
  const taking = { ...asked, revokeInvites: asked.revokeInvites || itself };
  mustBeAnother(taking.heir, member, '?reassign_to');
  const preview = await previewOf(work, member, taking);
  const kind = itself ? 'left' : 'removed';
  await departBelow(work, member, taking, kind);
  const receiptId = await depart(work, member, departureOf(taking, kind));
  return { changed: true, receipt_id: receiptId, preview };
}

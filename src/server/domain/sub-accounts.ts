import { foldAddress } from '../../contract/address.ts';
import type { ErrorCode } from '../../contract/errors.ts';
import { looksLikeId } from '../../contract/ids.ts';
import type { Answer } from '../../contract/shapes.ts';
import type { Caps as CapsShown, CreditUsage, Link } from '../../contract/types.ts';
import { accountTarget } from './account-view.ts';
import { mustBeCurrent } from './accounts.ts';
import { personOf } from './actor.ts';
import { mustHold } from './condition.ts';
import { usageOf } from './credit-views.ts';
import { DomainError, invalid, notFound } from './errors.ts';
import { withinMailLimits } from './invites.ts';
import { endLink } from './link-end.ts';
import { formsAfter } from './link-forms.ts';
import { listAnswer, pageRequest } from './list.ts';
import { mustMail } from './mailed-secrets.ts';
import type { Caps } from './ports/sub-invites.ts';
import { offerSubAccount, renewOffer, revokeOffer, type SubOutcome } from './sub-offers.ts';
import { umbrellaConditions } from './umbrellas.ts';
import type { AccountWork, Happening, Input } from './work.ts';

const capFrom = (cap: CapsShown['upload']): number | null => (cap === 'none' ? null : cap);

export function capsFrom(caps: CapsShown): Caps {
  return { upload: capFrom(caps.upload), message: capFrom(caps.message) };
}

const codes: Partial<Record<SubOutcome['outcome'], ErrorCode>> = {
  already_linked: 'already_linked',
  already_invited: 'already_invited',
  declined: 'declined_before',
  disposable: 'disposable_address',
};

/** A refusal of a row as the error that the single operation answers with. */
function errorOf(email: string, refusal: Exclude<SubOutcome, { outcome: 'invited' }>): DomainError {
  const code = codes[refusal.outcome];
  // The detail of a disposable one is about its domain.
  const gap = refusal.outcome === 'disposable' ? ': ' : ' ';
  if (code) return new DomainError(code, `${email}${gap}${refusal.detail}.`);
  return invalid(refusal.outcome === 'invalid_mobile' ? '/mobile' : '/email', refusal.detail);
}

export async function inviteSubAccount(
  work: AccountWork,
  { body }: Input<'sub_accounts.invite'>,
): Promise<Link> {
  mustMail(work);
  mustHold(umbrellaConditions(work.standing));
  const outcome = await offerSubAccount(work, {
    email: body.email,
    invitee: body.invitee ?? null,
    caps: capsFrom(body.caps),
    firstName: body.first_name ?? null,
    mobile: body.mobile ?? null,
    reinviteDeclined: body.reinvite_declined ?? false,
    mayMail: (emailFolded) => withinMailLimits(work, emailFolded),
  });
  if (outcome.outcome !== 'invited') throw errorOf(body.email, outcome);
  return linkNamed(work, outcome.linkId);
}

/** R14: a `user` with `reports` sees the links that they were granted, and nothing else of the umbrella's. */
async function grantedLinks(work: AccountWork): Promise<readonly string[] | undefined> {
  if (work.decision.as !== 'reports') return undefined;
  const { membership } = work.standing;
  const person = membership?.memberId ?? personOf(work.actor);
  const member = person === null ? null : await work.tenant.members.find(person);
  return member?.children.map(({ link_id }) => link_id) ?? [];
}

export async function listSubAccounts(
  work: AccountWork,
  input: Input<'sub_accounts.list'>,
): Promise<Answer<'sub_accounts.list'>> {
  const { q, state, batch } = input.query;
  const filter = { q, state, batch, only: await grantedLinks(work) };
  const at = work.now.toISOString();
  return listAnswer(await work.tenant.subInvites.list(filter, pageRequest(input), at));
}

/** A link by its id, the slug or id of the sub-account, or the address that was invited. */
export async function linkNamed(work: AccountWork, reference: string): Promise<Link> {
  const name = looksLikeId(reference) ? reference : (foldAddress(reference) ?? reference);
  const link = await work.tenant.subInvites.find(name, work.now.toISOString());
  const granted = await grantedLinks(work);
  if (link === null || granted?.includes(link.id) === false) throw notFound('sub-account', reference);
  return link;
}

export async function showSubAccount(
  work: AccountWork,
  { params }: Input<'sub_accounts.show'>,
): Promise<Link> {
  return linkNamed(work, params.link);
}

export async function showSubUsage(
  work: AccountWork,
  { params, query }: Input<'sub_accounts.usage'>,
): Promise<CreditUsage> {
  const { account } = await linkNamed(work, params.link);
  // Before anybody has accepted there is no consumer: an id that nothing has counts nothing.
  return usageOf(work, query, account?.id ?? '');
}

/** Its row, for changing it; `linkNamed` has found it. */
async function rowOf(work: AccountWork, link: Link) {
  const row = await work.tenant.subInvites.row(link.id);
  if (row === null) throw notFound('sub-account', link.id);
  return row;
}

/** How the audit trails of both ends name a link. */
const linkTarget = (link: Link) => ({
  kind: 'link',
  id: link.id,
  name: link.account?.slug ?? link.email,
});

const capFacts = ({ upload, message }: CapsShown) => ({ upload_cap: upload, message_cap: message });

/** D11. The cap of a link concerns both ends, so both trails tell of it; that of an invitation only its sheet. */
export async function updateSubAccount(
  work: AccountWork,
  input: Input<'sub_accounts.update'>,
): Promise<Link> {
  const link = await linkNamed(work, input.params.link);
  mustBeCurrent('link', link.revision, input.expected);
  const caps = { ...link.caps, ...definedCaps(input.body.caps) };
  if (caps.upload === link.caps.upload && caps.message === link.caps.message) return link;
  if (!['invited', 'expired', 'active'].includes(link.state)) {
    const text = `The link to ${linkTarget(link).name} is ${link.state}: there is nothing to cap any more.`;
    throw new DomainError('conflict', text);
  }
  const store = link.state === 'active' ? work.tenant.links : work.tenant.subInvites;
  await store.setCaps(link.id, capsFrom(caps), work.now.toISOString());
  const facts = { before: capFacts(link.caps), after: capFacts(caps) };
  work.record({ target: linkTarget(link), ...facts });
  if (link.state === 'active' && link.account) tellBelow(work, link.account.id, facts);
  return linkNamed(work, link.id);
}

/** Of its umbrella an account sees name and link, and nobody of its people. */
function tellBelow(work: AccountWork, accountId: string, facts: Pick<Happening, 'before' | 'after'>): void {
  work.record({ accountId, actor: 'system', target: accountTarget(work.standing.account), ...facts });
}

function definedCaps({ upload, message }: Input<'sub_accounts.update'>['body']['caps']): Partial<CapsShown> {
  return { ...(upload !== undefined && { upload }), ...(message !== undefined && { message }) };
}

export async function resendSubAccount(
  work: AccountWork,
  { params }: Input<'sub_accounts.resend'>,
): Promise<Link> {
  mustMail(work);
  mustHold(umbrellaConditions(work.standing));
  const link = await linkNamed(work, params.link);
  if (link.state !== 'invited' && link.state !== 'expired') {
    const text = `The invitation of ${link.email} is ${link.state}: there is nothing to send again. Invite them anew.`;
    throw new DomainError('invite_not_pending', text);
  }
  const row = await rowOf(work, link);
  await withinMailLimits(work, row.emailFolded);
  const { caps, firstName, mobile } = row;
  await renewOffer(work, row, { caps, firstName, mobile });
  const renewed = await linkNamed(work, link.id);
  work.record({
    target: linkTarget(link),
    before: { expires_at: link.expires_at },
    after: { expires_at: renewed.expires_at },
  });
  return renewed;
}

/** D10: never refused. An invitation is revoked, a link ends; what has ended stays ended (D9). */
export async function unlinkSubAccount(
  work: AccountWork,
  { params }: Input<'sub_accounts.unlink'>,
): Promise<Answer<'sub_accounts.unlink'>> {
  const link = await linkNamed(work, params.link);
  if (link.state === 'invited' || link.state === 'expired') {
    const changed = await revokeOffer(work, await rowOf(work, link));
    return { changed, link: await linkNamed(work, link.id), ends: null };
  }
  if (link.state !== 'active' || link.account === null) return { changed: false, link, ends: null };
  const place = { linkId: link.id, umbrellaId: work.tenant.accountId, accountId: link.account.id };
  const { ended } = await formsAfter(work, place, false);
  const grants = await work.tenant.links.granted(link.id);
  await endLink(work, place, { by: 'umbrella', keepShares: false });
  return { changed: true, link: await linkNamed(work, link.id), ends: { forms: ended.length, grants } };
}

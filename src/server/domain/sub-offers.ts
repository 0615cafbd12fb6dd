import { parseAddress } from '../../contract/address.ts';
import { parsePhone } from '../../contract/phone.ts';
import { hashToken, mintToken } from '../../contract/token.ts';
import { domainVerdict } from './disposable.ts';
import { expiryFrom, inviterName } from './invites.ts';
import type { Sponsor } from './ports/invites.ts';
import type { Caps, NewSubInvite, SubInviteRow } from './ports/sub-invites.ts';
import { sponsorOf } from './sponsors.ts';
import type { AccountWork } from './work.ts';

/** An account that somebody is asked to bring under the umbrella. */
export interface SubOffer {
  readonly email: string;
  /** Slug of the account that is meant, as given: nobody looks whether it is there. */
  readonly invitee: string | null;
  readonly caps: Caps;
  readonly firstName: string | null;
  readonly mobile: string | null;
  /** Unless given: the one who acts. */
  readonly sponsor?: Sponsor;
  readonly batchId?: string | null;
  /** D1: a declined address is invited again only when asked for as such. */
  readonly reinviteDeclined?: boolean;
  /** Asked before anything is written, and only if something would be: may one more mail leave (D23)? */
  readonly mayMail?: (emailFolded: string) => Promise<void>;
}

/** What came of it; each but `invited` changed nothing. Nothing in it depends on what exists beyond the umbrella (R34). */
export type SubOutcome = { readonly outcome: 'invited'; readonly linkId: string } | SubRefusal;

interface SubRefusal {
  readonly outcome:
    | 'already_linked'
    | 'already_invited'
    | 'declined'
    | 'disposable'
    | 'invalid_email'
    | 'invalid_mobile';
  readonly detail: string;
  /** The link or invitation that stands in the way. */
  readonly linkId: string | null;
}

/** An offer that may be sent, in its comparable form; nothing is written yet. */
export interface ReadySubOffer {
  readonly outcome: 'ready';
  readonly offer: SubOffer;
  readonly email: string;
  readonly emailFolded: string;
  /** An expired invitation of the same address, to be renewed (D1). */
  readonly open: SubInviteRow | null;
}

type Fresh = Pick<
  NewSubInvite,
  'secretHash' | 'messageId' | 'caps' | 'firstName' | 'mobile' | 'sponsor' | 'at' | 'expiresAt'
>;

/** Queues the mail of an invitation; its secret is in no other place. */
async function mailOffer(
  work: AccountWork,
  to: Pick<SubInviteRow, 'id' | 'email' | 'emailFolded' | 'invitee' | 'firstName'>,
  mail: { readonly messageId: string; readonly secret: string },
): Promise<void> {
  await work.platform.outbox.enqueue([
    {
      id: mail.messageId,
      accountId: work.tenant.accountId,
      inviteId: null,
      kind: 'sub_invite',
      recipient: to.email,
      recipientFolded: to.emailFolded,
      payload: {
        secret: mail.secret,
        umbrella: work.standing.account.name,
        inviter: inviterName(work),
        invitee: to.invitee,
        link: to.id,
        expires_at: expiryFrom(work.now),
        first_name: to.firstName,
      },
      at: work.now.toISOString(),
    },
  ]);
  work.afterCommit(work.deps.mailQueued);
}

/** What every sending has anew: the old link dies with its secret (D1). */
function freshFrom(
  work: AccountWork,
  offer: Pick<SubOffer, 'caps' | 'firstName' | 'mobile' | 'sponsor'>,
): { fresh: Fresh; secret: string } {
  const secret = mintToken('inv');
  const { caps, firstName, mobile } = offer;
  const sponsor = offer.sponsor ?? sponsorOf(work.actor);
  const at = work.now.toISOString();
  const ids = { secretHash: hashToken(secret), messageId: work.deps.newId('mail') };
  return { secret, fresh: { ...ids, caps, firstName, mobile, sponsor, at, expiresAt: expiryFrom(work.now) } };
}

/** A new secret and seven new days; what it offers stays unless something else is offered. */
export async function renewOffer(
  work: AccountWork,
  row: SubInviteRow,
  offer: Pick<SubOffer, 'caps' | 'firstName' | 'mobile' | 'sponsor'> = row,
): Promise<void> {
  const { fresh, secret } = freshFrom(work, offer);
  const at = work.now.toISOString();
  await work.platform.outbox.cancelMessages(work.tenant.accountId, idsOf(row.messageId), at);
  await work.tenant.subInvites.renew(row.id, fresh);
  await mailOffer(work, { ...row, firstName: offer.firstName }, { messageId: fresh.messageId, secret });
}

const idsOf = (id: string | null): string[] => (id === null ? [] : [id]);

/** How the audit trail tells of what is offered; telephone numbers are nobody's business there. */
const factsOf = ({ invitee, caps }: Pick<SubOffer, 'invitee' | 'caps'>) => ({
  invitee,
  upload_cap: caps.upload ?? 'none',
  message_cap: caps.message ?? 'none',
});

/** Takes an open invitation back, with its mail if that has not left. @returns whether it was open */
export async function revokeOffer(work: AccountWork, row: SubInviteRow): Promise<boolean> {
  const at = work.now.toISOString();
  const open = await work.tenant.subInvites.close(row.id, 'revoked', at);
  if (!open) return false;
  await work.platform.outbox.cancelMessages(work.tenant.accountId, idsOf(row.messageId), at);
  work.record({
    action: 'sub_accounts.unlink',
    target: { kind: 'link', id: row.id, name: row.email },
    before: { state: 'invited' },
    after: { state: 'revoked' },
  });
  return true;
}

/** Why nobody is invited with it, whatever is known; else what is offered, in its comparable form. */
async function read(work: AccountWork, offer: SubOffer) {
  const refuse = (outcome: 'invalid_email' | 'invalid_mobile' | 'disposable', detail: string) => ({
    refusal: { outcome, detail, linkId: null },
  });
  const address = parseAddress(offer.email);
  if (!address.ok) return refuse('invalid_email', address.reason);
  const phone = offer.mobile === null ? null : parsePhone(offer.mobile);
  if (phone?.ok === false) return refuse('invalid_mobile', phone.reason);
  const verdict = domainVerdict(address.domain, await work.tenant.invites.domainRules());
  if (verdict !== null) return refuse('disposable', verdict);
  const mobile = phone === null ? null : phone.number;
  return { email: address.written, emailFolded: address.folded, mobile };
}

/**
 * Whether an offer may be sent. Only what the umbrella has done itself is looked at, never whether address or account exist: an unknown address, a
 * user's and that of an account under another umbrella take the same steps and come to the same.
 */
export async function judgeSubOffer(work: AccountWork, offer: SubOffer): Promise<ReadySubOffer | SubRefusal> {
  const asked = await read(work, offer);
  if ('refusal' in asked) return asked.refusal;
  const { email, emailFolded, mobile } = asked;
  const { invitee } = offer;
  const known = await work.tenant.subInvites.known(emailFolded, invitee);
  const { open, linked } = known;
  if (linked !== null)
    return { outcome: 'already_linked', detail: 'is linked to this umbrella already', linkId: linked };
  if (open !== null && open.expiresAt > work.now.toISOString())
    return { outcome: 'already_invited', detail: 'has a pending invitation already', linkId: open.id };
  if (open === null && known.declined && offer.reinviteDeclined !== true) {
    const detail = 'declined an invitation before; invite again only on purpose';
    return { outcome: 'declined', detail, linkId: null };
  }
  return { outcome: 'ready', offer: { ...offer, mobile }, email, emailFolded, open };
}

/** Sends what was judged in the same transaction. @returns the id of the invitation */
export async function sendSubOffer(work: AccountWork, ready: ReadySubOffer): Promise<string> {
  const { offer, email, emailFolded, open } = ready;
  const { invitee } = offer;
  const linkId = open?.id ?? work.deps.newId('link');
  if (open) await renewOffer(work, open, offer);
  else {
    const { fresh, secret } = freshFrom(work, offer);
    const batchId = offer.batchId ?? null;
    await work.tenant.subInvites.insert({ id: linkId, email, emailFolded, invitee, batchId, ...fresh });
    const to = { id: linkId, email, emailFolded, invitee, firstName: offer.firstName };
    await mailOffer(work, to, { messageId: fresh.messageId, secret });
  }
  work.record({
    action: 'sub_accounts.invite',
    target: { kind: 'link', id: linkId, name: email },
    after: factsOf(offer),
  });
  return linkId;
}

/**
 * Invites an account under the umbrella: the one way, whoever asks. The caller has authorised `sub_accounts.invite` and
 * looked at the plan (`umbrellaConditions`).
 */
export async function offerSubAccount(work: AccountWork, offer: SubOffer): Promise<SubOutcome> {
  const judged = await judgeSubOffer(work, offer);
  if (judged.outcome !== 'ready') return judged;
  await offer.mayMail?.(judged.emailFolded);
  return { outcome: 'invited', linkId: await sendSubOffer(work, judged) };
}

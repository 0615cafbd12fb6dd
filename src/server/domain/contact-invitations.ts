import type { InvitationOutcome } from '../../contract/limits.ts';
import type { Contact } from '../../contract/types.ts';
import { DomainError, invalid } from './errors.ts';
import { mustMail } from './mailed-secrets.ts';
import type { ContactFields } from './ports/contacts.ts';
import type { Caps } from './ports/sub-invites.ts';
import { judgeSubOffer, type ReadySubOffer, revokeOffer, sendSubOffer } from './sub-offers.ts';
import { umbrellaConditions } from './umbrellas.ts';
import type { AccountWork } from './work.ts';

/** What saving a contact came to for its invitation. */
export interface Invitation {
  readonly outcome: InvitationOutcome;
  readonly detail: string;
}

/** What a save says of the mark (R43). */
export interface Mark {
  /** undefined leaves it as it is. */
  readonly subAccount: boolean | undefined;
  /** What the umbrella would pay for at most; null if the save does not say. */
  readonly caps: Caps | null;
  readonly reinviteDeclined: boolean;
  readonly batchId: string | null;
  /** As for `SubOffer`: null where the batch waits instead. */
  readonly mayMail: ((emailFolded: string) => Promise<void>) | null;
}

/** What a save is to do about the invitation; judged, and nothing written yet. */
export interface Marking {
  /** The pending invitation to take back first. */
  readonly takeBack: string | null;
  readonly send: ReadySubOffer | null;
  /** What it comes to if nothing is sent. */
  readonly invitation: Invitation | null;
  readonly linkId: string | null;
}

/** May the actor invite sub-accounts, and so take their invitations back? A delegation never (D15). */
async function mayInvite(work: AccountWork): Promise<boolean> {
  try {
    await work.authorise(work.tenant.accountId, 'sub_accounts.invite');
    return true;
  } catch (error) {
    if (error instanceof DomainError && error.code === 'forbidden') return false;
    throw error;
  }
}

/** Why this actor invites nobody in this account, whoever it is about; null if nothing stands in the way. */
export async function barrierOf(work: AccountWork): Promise<Invitation | null> {
  if (!(await mayInvite(work))) {
    const detail = 'only an administrator of the account may invite sub-accounts, and none by delegation';
    return { outcome: 'not_permitted', detail };
  }
  const broken = umbrellaConditions(work.standing).find(({ ok }) => !ok);
  return broken ? { outcome: 'no_umbrella', detail: broken.text } : null;
}

const isPending = (link: Contact['link']): boolean => link?.state === 'invited' || link?.state === 'expired';

/**
 * What a save comes to for the invitation: sent when somebody who may invite marks the contact, taken back while it is
 * pending when the mark is cleared or the address becomes another, and never more than that.
 */
export async function judgeMarking(
  work: AccountWork,
  before: Contact | null,
  fields: ContactFields,
  mark: Mark,
  barrier: Invitation | null,
): Promise<Marking> {
  const link = before?.link ?? null;
  const still = { takeBack: null, send: null, linkId: link?.id ?? null };
  const moved = isPending(link) && (await foldedOf(work, link)) !== fields.emailFolded;
  if (mark.subAccount === undefined) {
    if (!moved) return { ...still, invitation: null };
    const text =
      'The contact has a pending invitation at its present address. Say whether to invite the new one (sub_account) or to take it back.';
    throw new DomainError('conflict', text);
  }
  if (!mark.subAccount) return judgeClearing(link, before?.sub_account ?? false, barrier);
  if (barrier) return { ...still, invitation: barrier };
  const { emailFolded } = fields;
  const takeBack = moved ? still.linkId : null;
  if (fields.email === null || emailFolded === null) {
    const detail = 'it has no address to send the invitation to';
    return { ...still, takeBack, invitation: { outcome: 'no_address', detail } };
  }
  if (link?.state === 'active')
    return { ...still, invitation: { outcome: 'already_linked', detail: 'is a sub-account already' } };
  if (link?.state === 'invited' && !moved)
    return {
      ...still,
      invitation: { outcome: 'already_invited', detail: 'has a pending invitation already' },
    };
  return judgeInviting(work, { ...still, takeBack }, fields, fields.email, mark);
}

async function judgeInviting(
  work: AccountWork,
  still: Omit<Marking, 'invitation'>,
  fields: ContactFields,
  email: string,
  mark: Mark,
): Promise<Marking> {
  if (mark.caps === null)
    throw invalid('/caps', 'is missing: how much may the sub-account use a month? Or none');
  mustMail(work);
  const judged = await judgeSubOffer(work, {
    email,
    invitee: null,
    caps: mark.caps,
    firstName: fields.firstName,
    mobile: fields.mobile,
    reinviteDeclined: mark.reinviteDeclined,
    batchId: mark.batchId,
  });
  if (judged.outcome === 'ready') {
    await mark.mayMail?.(judged.emailFolded);
    return { ...still, send: judged, invitation: { outcome: 'invited', detail: 'the invitation is sent' } };
  }
  const { outcome, detail, linkId } = judged;
  // Address and number were read before they came here.
  if (outcome === 'invalid_email' || outcome === 'invalid_mobile') throw invalid('/email', detail);
  return { ...still, linkId: linkId ?? still.linkId, invitation: { outcome, detail } };
}

/** R43: clearing the mark revokes a pending invitation and never ends a link. */
function judgeClearing(link: Contact['link'], wasMarked: boolean, barrier: Invitation | null): Marking {
  const still = { takeBack: null, send: null, linkId: link?.id ?? null };
  if (link === null) return { ...still, invitation: null };
  if (link.state === 'active') {
    if (!wasMarked) return { ...still, invitation: null };
    const detail = 'the link to the sub-account stays: end it with sub-accounts unlink';
    return { ...still, invitation: { outcome: 'still_linked', detail } };
  }
  if (!isPending(link)) return { ...still, invitation: null };
  if (barrier?.outcome === 'not_permitted') {
    const detail = 'its invitation stays pending: only an administrator of the account may take it back';
    return { ...still, invitation: { outcome: 'not_permitted', detail } };
  }
  const detail = 'the pending invitation is taken back';
  return { ...still, takeBack: link.id, invitation: { outcome: 'revoked', detail } };
}

/** What a deletion comes to: as if the mark was cleared first. */
export function judgeDeletion(contact: Contact, barrier: Invitation | null): Marking {
  return judgeClearing(contact.link, true, barrier);
}

async function foldedOf(work: AccountWork, link: Contact['link']): Promise<string | null> {
  const row = link === null ? null : await work.tenant.subInvites.row(link.id);
  return row?.emailFolded ?? null;
}

/** Does it. @returns the link that the contact names from now on */
export async function carryOutMarking(work: AccountWork, marking: Marking): Promise<string | null> {
  if (marking.takeBack !== null) {
    const row = await work.tenant.subInvites.row(marking.takeBack);
    if (row !== null) await revokeOffer(work, row);
  }
  return marking.send === null ? marking.linkId : await sendSubOffer(work, marking.send);
}

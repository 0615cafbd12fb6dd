import { foldAddress } from '../../contract/address.ts';
import type { ErrorCode } from '../../contract/errors.ts';
import { looksLikeId } from '../../contract/ids.ts';
import type { RowOutcome } from '../../contract/limits.ts';
import { limits } from '../../contract/limits.ts';
import type { Answer } from '../../contract/shapes.ts';
import { hashToken, mintToken } from '../../contract/token.ts';
import type { Invite } from '../../contract/types.ts';
import { type Condition, mustHold } from './condition.ts';
import { limitsOf } from './entitlements.ts';
import { DomainError, invalid, notFound, refused } from './errors.ts';
import { listAnswer, pageRequest } from './list.ts';
import { dayStart, mailsPerRecipient, nextDay } from './mail-limits.ts';
import { mustMail } from './mailed-secrets.ts';
import {
  type Asked,
  type Bench,
  type Draft,
  draft,
  isDraft,
  judgeKnown,
  namesOf,
  type Refusal,
} from './offers.ts';
import type { InviteRow, Offer } from './ports/invites.ts';
import type { OutboxMessage } from './ports/outbox.ts';
import { sponsorOf } from './sponsors.ts';
import type { AccountWork, Input } from './work.ts';

const DAY = 86_400_000;

export function expiryFrom(now: Date): string {
  return new Date(now.getTime() + limits.inviteDays * DAY).toISOString();
}

/** Seats of the plan, and how many are taken (D6). */
export async function seatsOf(work: AccountWork): Promise<{ used: number; limit: number | null }> {
  const limit = limitsOf(work.standing.account).seats;
  return { used: await work.tenant.account.seatsUsed(work.now.toISOString()), limit };
}

/** How many more seats can be taken. An unlimited plan needs no counting. */
export async function freeSeats(work: AccountWork): Promise<number> {
  if (limitsOf(work.standing.account).seats === null) return Number.POSITIVE_INFINITY;
  const { used, limit } = await seatsOf(work);
  return limit === null ? Number.POSITIVE_INFINITY : Math.max(0, limit - used);
}

/** An invitation takes a seat (D6). */
export async function seatLeft(work: AccountWork): Promise<Condition> {
  const ok = (await freeSeats(work)) >= 1;
  const text = ok
    ? 'A seat is free.'
    : 'No seat is free: remove somebody, revoke an invitation, or choose a larger plan.';
  return { check: 'seats', ok, text, code: 'no_seat' };
}

export async function benchOf(work: AccountWork, defaults: Asked): Promise<Bench> {
  return {
    kind: work.standing.account.kind,
    adminsOnly: work.decision.as === 'staff',
    ...namesOf(await work.tenant.invites.places()),
    domainRules: await work.tenant.invites.domainRules(),
    defaults,
  };
}

export interface Issue extends Draft {
  readonly firstName: string | null;
}

export function inviterName(work: Pick<AccountWork, 'actor'>): string {
  const { actor } = work;
  if ('email' in actor) return actor.email;
  return 'name' in actor ? actor.name : '';
}

function mailOf(
  work: AccountWork,
  invite: { id: string; email: string; emailFolded: string; role: string; firstName: string | null },
  secret: string,
  id: string,
): OutboxMessage {
  return {
    id,
    accountId: work.tenant.accountId,
    inviteId: invite.id,
    kind: 'invite',
    recipient: invite.email,
    recipientFolded: invite.emailFolded,
    payload: {
      secret,
      account_name: work.standing.account.name,
      inviter: inviterName(work),
      role: invite.role,
      expires_at: expiryFrom(work.now),
      first_name: invite.firstName,
    },
    at: work.now.toISOString(),
  };
}

function trace(
  work: AccountWork,
  invite: { id: string; email: string } & Offer,
  reason: string | null,
): void {
  work.record({
    action: 'invites.send',
    target: { kind: 'invite', id: invite.id, name: invite.email },
    after: { role: invite.role, modules: invite.modules, children: invite.children },
    reason,
  });
}

/**
 * Invites addresses that nothing stands in the way of: rows, mails and traces in this transaction.
 * @returns folded address -> invite id; an address that somebody else invited meanwhile is missing
 */
export async function issueInvites(
  work: AccountWork,
  issues: readonly Issue[],
  batchId: string | null,
  reason: string | null = null,
): Promise<ReadonlyMap<string, string>> {
  const drafted = issues.map((issue) => {
    const secret = mintToken('inv');
    const ids = { id: work.deps.newId('invite'), messageId: work.deps.newId('mail') };
    return { ...issue, ...issue.offer, ...ids, secret, secretHash: hashToken(secret) };
  });
  const at = work.now.toISOString();
  const sending = { sponsor: sponsorOf(work.actor), batchId, at, expiresAt: expiryFrom(work.now) };
  const inserted = await work.tenant.invites.insert(drafted, sending);
  const done = drafted.filter((invite) => inserted.has(invite.emailFolded));
  await work.platform.outbox.enqueue(
    done.map((invite) => mailOf(work, invite, invite.secret, invite.messageId)),
  );
  for (const invite of done) trace(work, invite, reason);
  work.afterCommit(work.deps.mailQueued);
  return new Map(done.map((invite) => [invite.emailFolded, invite.id]));
}

/** A new secret and seven new days for an invitation (D1); with an offer, that is renewed too. */
export async function renewInvite(
  work: AccountWork,
  invite: { id: string; email: string; emailFolded: string; firstName: string | null; role: string },
  offer: Offer | null,
): Promise<void> {
  const secret = mintToken('inv');
  const messageId = work.deps.newId('mail');
  const at = work.now.toISOString();
  await work.platform.outbox.cancelForInvites(work.tenant.accountId, [invite.id], at);
  await work.tenant.invites.renew(invite.id, {
    secretHash: hashToken(secret),
    messageId,
    offer,
    sponsor: sponsorOf(work.actor),
    at,
    expiresAt: expiryFrom(work.now),
  });
  await work.platform.outbox.enqueue([
    mailOf(work, { ...invite, role: offer?.role ?? invite.role }, secret, messageId),
  ]);
  work.afterCommit(work.deps.mailQueued);
}

export async function withinMailLimits(work: AccountWork, emailFolded: string): Promise<void> {
  const since = dayStart(work.now);
  const limit = limitsOf(work.standing.account).mails_per_day;
  const tomorrow = Math.ceil((Date.parse(nextDay(work.now)) - work.now.getTime()) / 1000);
  if (limit !== null && (await work.tenant.invites.mailsSince(since)) >= limit) {
    throw new DomainError(
      'mail_limit',
      `The plan allows ${limit} mails a day; they are used up until 00:00 UTC.`,
      {
        retryAfter: tomorrow,
      },
    );
  }
  if ((await work.platform.outbox.toRecipientSince(emailFolded, since)) >= mailsPerRecipient) {
    throw new DomainError(
      'mail_limit',
      'This address cannot be sent more invitations today. Try again tomorrow.',
      {
        retryAfter: tomorrow,
      },
    );
  }
}

const codes: Partial<Record<RowOutcome, ErrorCode>> = {
  already_member: 'already_member',
  already_invited: 'already_invited',
  disposable: 'disposable_address',
  declined: 'declined_before',
  deactivated_member: 'deactivated_member',
  no_seat: 'no_seat',
};

const pointers: Partial<Record<RowOutcome, string>> = {
  invalid_email: '/email',
  unknown_child: '/children',
  unknown_workspace: '/workspaces',
};

/** A refusal of a row as the error that the single operation answers with. */
function errorOf(email: string, refusal: Refusal): DomainError {
  const code = codes[refusal.outcome];
  if (code) return new DomainError(code, `${email}: ${refusal.detail}.`);
  if (refusal.outcome === 'not_permitted')
    return refused('forbidden', 'offer', `${email}: ${refusal.detail}.`);
  return invalid(pointers[refusal.outcome] ?? '/role', refusal.detail);
}

export interface PersonToInvite extends Asked {
  readonly email: string;
  readonly first_name?: string | undefined;
  readonly reinvite_declined?: boolean | undefined;
  readonly reason?: string | undefined;
}

/** Invites one person, or says why not. Also what account creation calls for the first administrator. */
export async function invitePerson(work: AccountWork, person: PersonToInvite): Promise<Invite> {
  mustMail(work);
  if (work.standing.account.kind === 'personal') {
    throw new DomainError('personal_account', 'A personal account has nobody but its owner.');
  }
  const at = work.now.toISOString();
  const drafted = draft(person.email, person, await benchOf(work, {}));
  if (!isDraft(drafted)) throw errorOf(person.email, drafted);
  const { emailFolded, offer } = drafted;
  const [known] = await work.tenant.invites.known([emailFolded]);
  const verdict = known ? judgeKnown(known, offer, at, person.reinvite_declined ?? false) : null;
  if (verdict) throw errorOf(person.email, verdict);
  mustHold([await seatLeft(work)]);
  await withinMailLimits(work, emailFolded);
  const firstName = person.first_name ?? null;
  const reason = person.reason ?? null;
  const expired = known?.pending;
  let id: string | undefined;
  if (expired) {
    id = expired.id;
    await renewInvite(work, { id, email: drafted.email, emailFolded, firstName, role: offer.role }, offer);
    trace(work, { id, email: drafted.email, ...offer }, reason);
  } else {
    id = (await issueInvites(work, [{ ...drafted, firstName }], null, reason)).get(emailFolded);
  }
  const invite = id === undefined ? null : await work.tenant.invites.find(id, at);
  if (!invite) throw new DomainError('already_invited', `${person.email} has a pending invitation already.`);
  return invite;
}

export async function sendInvite(
  work: AccountWork,
  input: Input<'invites.send'>,
): Promise<Answer<'invites.send'>> {
  if (work.decision.as === 'staff' && input.body.reason === undefined) {
    throw invalid('/reason', 'staff must say why they invite somebody into an account');
  }
  return await invitePerson(work, input.body);
}

async function oneInvite(work: AccountWork, reference: string): Promise<Invite> {
  const at = work.now.toISOString();
  const { invites } = work.tenant;
  const folded = looksLikeId(reference) ? null : foldAddress(reference);
  const invite =
    folded === null ? await invites.find(reference, at) : await invites.findByAddress(folded, at);
  if (!invite) throw notFound('invitation', reference);
  return invite;
}

export async function listInvites(
  work: AccountWork,
  input: Input<'invites.list'>,
): Promise<Answer<'invites.list'>> {
  const { q, state, role, batch } = input.query;
  const at = work.now.toISOString();
  return listAnswer(await work.tenant.invites.list({ q, state, role, batch }, pageRequest(input), at));
}

export function showInvite(work: AccountWork, input: Input<'invites.show'>): Promise<Answer<'invites.show'>> {
  return oneInvite(work, input.params.invite);
}

function mustBeOpen(invite: Invite): void {
  if (invite.state === 'pending' || invite.state === 'expired') return;
  throw new DomainError(
    'invite_not_pending',
    `The invitation of ${invite.email} is ${invite.state}. Invite them anew.`,
  );
}

export async function revokeInvite(
  work: AccountWork,
  input: Input<'invites.revoke'>,
): Promise<Answer<'invites.revoke'>> {
  const invite = await oneInvite(work, input.params.invite);
  if (invite.state === 'revoked') return { changed: false };
  mustBeOpen(invite);
  const at = work.now.toISOString();
  await work.tenant.invites.close([invite.id], 'revoked', at);
  await work.platform.outbox.cancelForInvites(work.tenant.accountId, [invite.id], at);
  work.record({
    target: { kind: 'invite', id: invite.id, name: invite.email },
    before: { state: invite.state },
    after: { state: 'revoked' },
  });
  return { changed: true };
}

function tracedResend(work: AccountWork, invite: { id: string; email: string; expiresAt: string }): void {
  work.record({
    action: 'invites.resend',
    target: { kind: 'invite', id: invite.id, name: invite.email },
    before: { expires_at: invite.expiresAt },
    after: { expires_at: expiryFrom(work.now) },
  });
}

export async function resendInvite(
  work: AccountWork,
  input: Input<'invites.resend'>,
): Promise<Answer<'invites.resend'>> {
  mustMail(work);
  const invite = await oneInvite(work, input.params.invite);
  mustBeOpen(invite);
  // An expired one has given its seat back.
  if (invite.state === 'expired' && (await freeSeats(work)) < 1)
    throw new DomainError('no_seat', 'No seat is free.');
  const row = await work.tenant.invites.row(invite.id);
  if (!row) throw notFound('invitation', input.params.invite);
  await withinMailLimits(work, row.emailFolded);
  await renewInvite(work, row, null);
  tracedResend(work, row);
  return await oneInvite(work, invite.id);
}

/** Why one of many is not sent again right now; null when it is. */
async function resendRefusal(work: AccountWork, row: InviteRow, free: number): Promise<ErrorCode | null> {
  if (row.expiresAt <= work.now.toISOString() && free < 1) return 'no_seat';
  try {
    await withinMailLimits(work, row.emailFolded);
    return null;
  } catch (error) {
    if (error instanceof DomainError) return error.code;
    throw error;
  }
}

export async function resendInvites(
  work: AccountWork,
  input: Input<'invites.resend_many'>,
): Promise<Answer<'invites.resend_many'>> {
  mustMail(work);
  const { state, older_than_seconds: seconds, limit } = input.body;
  // Never again what this call has just sent: without an age, everything sent before now.
  const sentBefore = new Date(work.now.getTime() - (seconds ?? 0) * 1000).toISOString();
  const filter = { expired: state === 'expired', sentBefore };
  const at = work.now.toISOString();
  const rows = await work.tenant.invites.resendable(filter, limit, at);
  let free = state === 'expired' ? await freeSeats(work) : Number.POSITIVE_INFINITY;
  const refusals: { invite_id: string; code: string }[] = [];
  for (const row of rows) {
    const code = await resendRefusal(work, row, free);
    if (code !== null) {
      refusals.push({ invite_id: row.id, code });
      continue;
    }
    free -= 1;
    await renewInvite(work, row, null);
    tracedResend(work, row);
  }
  const left = await work.tenant.invites.countResendable(filter, at);
  return {
    resent: rows.length - refusals.length,
    remaining: Math.max(0, left - refusals.length),
    refused: refusals,
  };
}

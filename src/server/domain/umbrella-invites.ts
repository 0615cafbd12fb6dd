import { foldAddress } from '../../contract/address.ts';
import type { Answer } from '../../contract/shapes.ts';
import { hashToken, parseToken } from '../../contract/token.ts';
import type { ConsentSheet } from '../../contract/types.ts';
import type { Standing } from './access.ts';
import { accountTarget } from './account-view.ts';
import { DomainError, notFound } from './errors.ts';
import { listAnswer, pageRequest } from './list.ts';
import { mustMail } from './mailed-secrets.ts';
import { noticeToAdmins } from './notices.ts';
import type { SubInviteRow } from './ports/sub-invites.ts';
import type { Platform } from './ports.ts';
import { capsShown, consentSheet, umbrellaOf } from './umbrella-consent.ts';
import type { AccountWork, Input, Work } from './work.ts';

/** Unknown, mistyped, sent again meanwhile, of an umbrella that is gone: one answer, so that nothing can be probed. */
function dead(): DomainError {
  return new DomainError(
    'invalid_secret',
    'This invitation link is not valid, or a newer one was sent. Ask for a new one.',
  );
}

async function bySecret(platform: Platform, secret: string): Promise<SubInviteRow> {
  if (parseToken(secret)?.kind !== 'inv') throw dead();
  const row = await platform.subInvitations.findBySecret(hashToken(secret));
  if (row === null) throw dead();
  return row;
}

/** Whoever it was not sent to may not know that it is there. */
async function addressed(work: Work, id: string): Promise<SubInviteRow> {
  const row = await work.platform.subInvitations.row(id);
  const mine = work.actor.kind === 'user' && foldAddress(work.actor.email) === row?.emailFolded;
  if (row === null || !mine) throw notFound('invitation', id);
  return row;
}

function mustBeOpen(row: SubInviteRow, now: Date): void {
  if (row.state === 'accepted')
    throw new DomainError('invite_accepted', 'This invitation was accepted already.');
  if (row.state === 'declined')
    throw new DomainError('invite_declined', 'This invitation was declined. Ask for a new one.');
  if (row.state === 'revoked') throw new DomainError('invite_revoked', 'This invitation was revoked.');
  if (row.expiresAt <= now.toISOString())
    throw new DomainError('invite_expired', 'This invitation has expired. Ask for it to be sent again.');
}

async function mustBeThere(work: Work, row: SubInviteRow): Promise<Standing> {
  const umbrella = await umbrellaOf(work, row.umbrellaId);
  if (umbrella === null) throw notFound('invitation', row.id);
  return umbrella;
}

export async function listUmbrellaInvites(
  work: Work,
  input: Input<'umbrella_invites.list'>,
): Promise<Answer<'umbrella_invites.list'>> {
  const folded = work.actor.kind === 'user' ? foldAddress(work.actor.email) : null;
  const { subInvitations } = work.platform;
  return listAnswer(
    await subInvitations.addressedTo(folded ?? '', pageRequest(input), work.now.toISOString()),
  );
}

/** What the mailed page shows: nothing that needs an account, for nobody has signed in yet. */
export async function previewUmbrellaInvite(
  work: Work,
  { body }: Input<'umbrella_invites.preview'>,
): Promise<Answer<'umbrella_invites.preview'>> {
  const row = await bySecret(work.platform, body.secret);
  mustBeOpen(row, work.now);
  const umbrella = await umbrellaOf(work, row.umbrellaId);
  if (umbrella === null) throw dead();
  const { slug, name } = umbrella.account;
  const sponsor = 'userId' in row.sponsor ? await work.platform.users.find(row.sponsor.userId) : null;
  return {
    id: row.id,
    umbrella: { slug, name },
    email: row.email,
    invitee: row.invitee,
    caps: capsShown(row.caps),
    expires_at: row.expiresAt,
    invited_by: sponsor?.name ?? sponsor?.email ?? null,
  };
}

/** The account that the request names: the one who asks was authorised for it, and the rule reads it again here. */
async function inAccount(
  work: Work,
  account: string,
  action: 'umbrella_invites.consent' | 'umbrella_invites.accept',
): Promise<AccountWork> {
  const standing = await work.authorise(account, action);
  return { ...work, standing, tenant: work.tenantOf(standing.account.id) };
}

export async function showConsent(
  work: Work,
  { params, query }: Input<'umbrella_invites.consent'>,
): Promise<ConsentSheet> {
  const own = await inAccount(work, query.account, 'umbrella_invites.consent');
  const row = await addressed(work, params.link);
  mustBeOpen(row, work.now);
  return consentSheet(own, await mustBeThere(work, row), row);
}

/** D9: accepted already by this very account, and linked since. */
function isLinkedBy(own: AccountWork, row: SubInviteRow): boolean {
  return row.state === 'accepted' && own.standing.parent?.linkId === row.id;
}

/** D12: not allowed is told before not possible, and what stands in the way is told all at once. */
function mustBeAgreed(sheet: ConsentSheet, digest: string): void {
  const { umbrella, account, blockers } = sheet;
  if (blockers.length > 0) {
    const text = `${account.slug} cannot be placed under the umbrella of ${umbrella.name}: ${blockers.map(({ detail }) => detail).join('; ')}.`;
    throw new DomainError('link_blocked', text, { blockers });
  }
  if (sheet.digest === digest) return;
  const text =
    'What accepting comes to is not what was read any more: forms, caps or plans have changed. Read the sheet again.';
  throw new DomainError('consent_changed', text);
}

async function link(own: AccountWork, umbrella: Standing, row: SubInviteRow): Promise<void> {
  const at = own.now.toISOString();
  const { account } = own.standing;
  const above = own.tenantOf(umbrella.account.id);
  const by = { childId: account.id, userId: 'userId' in own.actor ? own.actor.userId : '', at };
  if (!(await above.subInvites.accept(row.id, by)))
    throw new DomainError('invite_accepted', 'This invitation was answered already.');
  await above.links.insert({ id: row.id, childId: account.id, kind: 'sub', caps: row.caps, at });
}

/** Each trail tells of the other end; who accepted is no news to the umbrella, which invited that address. */
function tell(own: AccountWork, umbrella: Standing, sheet: ConsentSheet): void {
  const { account } = own.standing;
  const { link_id: id, caps, digest } = sheet;
  const facts = {
    before: { state: 'invited' },
    after: { link: id, state: 'active', upload_cap: caps.upload, message_cap: caps.message, digest },
  };
  own.record({ accountId: account.id, target: accountTarget(umbrella.account), ...facts });
  own.record({ accountId: umbrella.account.id, target: accountTarget(account), ...facts });
}

export async function acceptUmbrella(
  work: Work,
  { params, body }: Input<'umbrella_invites.accept'>,
): Promise<Answer<'umbrella_invites.accept'>> {
  const own = await inAccount(work, body.account, 'umbrella_invites.accept');
  const row = await addressed(work, params.link);
  const umbrella = await mustBeThere(work, row);
  if (isLinkedBy(own, row)) return { changed: false, sheet: await consentSheet(own, umbrella, row) };
  mustBeOpen(row, work.now);
  mustMail(work);
  const sheet = await consentSheet(own, umbrella, row);
  mustBeAgreed(sheet, body.digest);
  await link(own, umbrella, row);
  tell(own, umbrella, sheet);
  const { slug, name } = own.standing.account;
  await noticeToAdmins(work, own.standing.account, {
    subject: `${slug} is under the umbrella of ${umbrella.account.slug} now`,
    text: [
      `An administrator of ${name} has accepted the invitation of ${umbrella.account.name}.`,
      ...sheet.terms,
    ].join('\n'),
  });
  return { changed: true, sheet };
}

export async function declineUmbrella(
  work: Work,
  { body }: Input<'umbrella_invites.decline'>,
): Promise<Answer<'umbrella_invites.decline'>> {
  if (!('secret' in body) && work.actor.kind === 'anonymous')
    throw new DomainError('unauthenticated', 'This needs a session, or the secret of the mailed link.');
  const row =
    'secret' in body ? await bySecret(work.platform, body.secret) : await addressed(work, body.link);
  if (row.state === 'declined') return { changed: false };
  mustBeOpen(row, work.now);
  const at = work.now.toISOString();
  const tenant = work.tenantOf(row.umbrellaId);
  await tenant.subInvites.close(row.id, 'declined', at);
  await work.platform.outbox.cancelMessages(
    row.umbrellaId,
    row.messageId === null ? [] : [row.messageId],
    at,
  );
  work.record({
    accountId: row.umbrellaId,
    target: { kind: 'link', id: row.id, name: row.email },
    before: { state: 'invited' },
    after: { state: 'declined' },
  });
  return { changed: true };
}

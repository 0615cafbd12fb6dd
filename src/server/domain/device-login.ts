import { randomInt } from 'node:crypto';
import type { Answer } from '../../contract/shapes.ts';
import { hashToken, mintToken, parseToken } from '../../contract/token.ts';
import type { Session } from '../../contract/types.ts';
import { stillVerified, type Verified, verified } from './auth.ts';
import type { Prepare } from './change.ts';
import { DomainError, RefusedAndKept } from './errors.ts';
import type { DeviceLoginRow } from './ports/device-logins.ts';
import type { Platform } from './ports.ts';
import { openSession } from './sessions.ts';
import { readAddress } from './users.ts';
import type { Input, Work } from './work.ts';

/** Seconds: how long somebody has to approve, and how long a device waits between two questions. */
const LIFE = 15 * 60;
const INTERVAL = 5;
/** No vowels, so no words, and none that is read as another (RFC 8628, 6.1): 34 bits, guessed against a rate limit. */
const LETTERS = 'BCDFGHJKLMNPQRSTVWXZ';

const later = (from: Date, seconds: number): string =>
  new Date(from.getTime() + seconds * 1000).toISOString();
const newCode = (): string => Array.from({ length: 8 }, () => LETTERS[randomInt(LETTERS.length)]).join('');
const shown = (code: string): string => `${code.slice(0, 4)}-${code.slice(4)}`;

/** Begins a sign-in: a secret for whatever asks, and a short code for the person who approves it. */
export async function beginDevice(
  work: Work,
  { body, ip }: Input<'auth.device'>,
): Promise<Answer<'auth.device'>> {
  const { deps, now, platform } = work;
  const device = mintToken('device');
  const code = newCode();
  await platform.deviceLogins.insert({
    hash: hashToken(device),
    userCode: code,
    client: body.client ?? null,
    address: ip,
    expiresAt: later(now, LIFE),
    at: now.toISOString(),
  });
  const page = `${deps.setup.publicUrl}/device`;
  return {
    device_code: device,
    user_code: shown(code),
    verification_uri: page,
    verification_uri_complete: `${page}?code=${shown(code)}`,
    expires_in: LIFE,
    interval: INTERVAL,
  };
}

const unknown = (): DomainError =>
  new DomainError(
    'invalid_secret',
    'No sign-in waits with this code: it is mistyped, too old, or has been answered.',
  );

/** One that waits for its answer. Throws as if it had never been where it does not. */
async function waiting(platform: Platform, code: string, now: Date): Promise<DeviceLoginRow> {
  const found = await platform.deviceLogins.byUserCode(code.replace(/[^a-z]/gi, '').toUpperCase());
  if (found?.state !== 'pending' || found.expiresAt <= now.toISOString()) throw unknown();
  return found;
}

export async function previewDevice(
  work: Work,
  { body }: Input<'auth.device_preview'>,
): Promise<Answer<'auth.device_preview'>> {
  const { userCode, client, address, createdAt, expiresAt } = await waiting(
    work.platform,
    body.user_code,
    work.now,
  );
  return { user_code: shown(userCode), client, address, requested_at: createdAt, expires_at: expiresAt };
}

/** Looks at the code before the slow hash: guessing codes costs nothing here, and tells nothing of passwords. */
export const prepareApproval: Prepare<'auth.device_approve', Verified> = async (
  { body, ip },
  deps,
  lookup,
) => {
  const { emailFolded } = readAddress(body.email);
  const user = await lookup(async ({ platform }) => {
    await waiting(platform, body.user_code, deps.clock.now());
    return await platform.users.findByAddress(emailFolded);
  });
  return await verified(deps, user, body.password, { subject: emailFolded, ip });
};

export async function approveDevice(
  work: Work,
  { body }: Input<'auth.device_approve'>,
  found: Verified,
): Promise<{ changed: boolean }> {
  const { hash, client, address } = await waiting(work.platform, body.user_code, work.now);
  const user = await stillVerified(work, found);
  if (!(await work.platform.deviceLogins.answer(hash, { state: 'approved', userId: user.id })))
    throw unknown();
  work.record({ target: { kind: 'user', id: user.id, name: user.email }, after: { client, address } });
  return { changed: true };
}

/** Whoever has the code may: it takes nothing from anybody but the sign-in itself. */
export async function denyDevice(
  work: Work,
  { body }: Input<'auth.device_deny'>,
): Promise<{ changed: boolean }> {
  const { hash, client, address } = await waiting(work.platform, body.user_code, work.now);
  if (!(await work.platform.deviceLogins.answer(hash, { state: 'denied' }))) throw unknown();
  work.record({ target: { kind: 'device', id: address, name: client }, after: { state: 'denied' } });
  return { changed: true };
}

/** The session, once somebody has approved it; until then a refusal with the codes of RFC 8628, 3.5. */
export async function deviceToken(work: Work, { body }: Input<'auth.device_token'>): Promise<Session> {
  const { platform, now } = work;
  const at = now.toISOString();
  const hash = parseToken(body.device_code)?.kind === 'device' ? hashToken(body.device_code) : null;
  const found = hash === null ? null : await platform.deviceLogins.byDevice(hash);
  if (!found || found.state === 'used')
    throw new DomainError('invalid_secret', 'This sign-in is not known, or its session was fetched already.');
  if (found.state === 'denied')
    throw new DomainError('access_denied', 'The sign-in was denied, or what approved it has changed since.');
  if (found.expiresAt <= at)
    throw new DomainError('expired_token', 'Nobody approved the sign-in in time. Begin again.');
  if (found.state === 'pending') {
    await platform.deviceLogins.asked(found.hash, at);
    throw new RefusedAndKept(notYet(found, now));
  }
  if (found.userId === null || !(await platform.deviceLogins.use(found.hash))) throw unknown();
  const session = await openSession(work, found.userId);
  work.record({ target: { kind: 'user', id: session.user.id, name: session.user.email } });
  return session;
}

function notYet({ askedAt }: DeviceLoginRow, now: Date): DomainError {
  // Half a second of grace: the network does not keep time.
  const soon = askedAt !== null && now.getTime() - Date.parse(askedAt) < INTERVAL * 1000 - 500;
  return soon
    ? new DomainError('slow_down', `Ask every ${INTERVAL} seconds, not more often.`)
    : new DomainError('authorization_pending', 'Nobody has approved the sign-in yet. Ask again.');
}

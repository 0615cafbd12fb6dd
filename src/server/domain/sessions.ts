import { hashToken, mintToken, parseToken } from '../../contract/token.ts';
import type { Session } from '../../contract/types.ts';
import { leaveDelegation } from './delegations.ts';
import { DomainError, RefusedAndKept } from './errors.ts';
import type { UserRow } from './ports/users.ts';
import { toUser } from './users.ts';
import type { Input, Work } from './work.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** How long an access token works without a refresh, a refresh token without use, and a session at all. */
export const lifetimes = {
  accessMs: 15 * MINUTE_MS,
  refreshMs: 30 * DAY_MS,
  sessionMs: 90 * DAY_MS,
  /** Refreshes that ran at the same moment present one token several times; later that is theft (RFC 9700, 4.14.2). */
  graceMs: 10_000,
} as const;

type Opener = Pick<Work, 'platform' | 'now'> & { readonly deps: Pick<Work['deps'], 'newId'> };

interface Family {
  readonly sessionId: string;
  /** The absolute end of the session. */
  readonly ends: string;
  readonly parentHash: string | null;
}

const later = (from: Date, milliseconds: number): string =>
  new Date(from.getTime() + milliseconds).toISOString();
const earliest = (a: string, b: string): string => (a < b ? a : b);

async function issue(work: Opener, user: UserRow, { sessionId, ends, parentHash }: Family): Promise<Session> {
  const { platform, now, deps } = work;
  const at = now.toISOString();
  const access = mintToken('user');
  const refresh = mintToken('refresh');
  const accessEnd = earliest(later(now, lifetimes.accessMs), ends);
  const refreshEnd = earliest(later(now, lifetimes.refreshMs), ends);
  await platform.sessions.insertRefresh({
    hash: hashToken(refresh),
    sessionId,
    parentHash,
    expiresAt: refreshEnd,
    at,
  });
  await platform.sessions.insertAccess({
    id: deps.newId('token'),
    hash: hashToken(access),
    sessionId,
    userId: user.id,
    expiresAt: accessEnd,
    at,
  });
  return {
    user: toUser(user),
    access_token: access,
    access_expires_at: accessEnd,
    refresh_token: refresh,
    refresh_expires_at: refreshEnd,
  };
}

/** Signs a person in: a new session with its first tokens. */
export async function openSession(work: Opener, userId: string): Promise<Session> {
  const { platform, now, deps } = work;
  const user = await platform.users.find(userId);
  if (!user) throw new DomainError('invalid_credentials', 'Address or password is wrong.');
  const at = now.toISOString();
  const sessionId = deps.newId('session');
  const ends = later(now, lifetimes.sessionMs);
  await platform.sessions.insert({ id: sessionId, userId, label: null, expiresAt: ends, at });
  await platform.users.signedIn(userId, at);
  return await issue(work, user, { sessionId, ends, parentHash: null });
}

const refused = (): DomainError =>
  new DomainError('invalid_grant', 'The session is over or the refresh token is not valid. Sign in again.');

/**
 * Rotates a refresh token. One that was used before is forgiven within the grace, each time with a session of its
 * own; after it, it has been stolen or replayed, and the whole family ends (RFC 9700, 4.14.2). A rotation
 * changes nothing that anybody administers, so it leaves no audit event; the end of a family does.
 */
export async function refreshSession(work: Work, { body }: Input<'auth.refresh'>): Promise<Session> {
  const { platform, now } = work;
  const at = now.toISOString();
  if (parseToken(body.refresh_token)?.kind !== 'refresh') throw refused();
  const hash = hashToken(body.refresh_token);
  const token = await platform.sessions.findRefresh(hash);
  if (!token?.sessionActive || token.sessionExpiresAt <= at || token.expiresAt <= at) throw refused();
  const { sessionId, usedAt } = token;
  const user = await platform.users.find(token.userId);
  if (!user) throw refused();
  if (usedAt !== null && now.getTime() - Date.parse(usedAt) > lifetimes.graceMs) {
    await platform.sessions.revoke(sessionId, 'reuse', at);
    work.record({
      target: { kind: 'session', id: sessionId, name: user.email },
      after: { state: 'revoked', revoked_reason: 'reuse' },
    });
    throw new RefusedAndKept(refused());
  }
  if (usedAt === null) await platform.sessions.markUsed(hash, at);
  return await issue(work, user, { sessionId, ends: token.sessionExpiresAt, parentHash: hash });
}

export async function logout(work: Work): Promise<{ changed: boolean }> {
  if (work.actor.kind === 'delegation') return await leaveDelegation(work, work.actor);
  if (work.actor.kind !== 'user') throw new DomainError('forbidden', 'Only a session can be logged out of.');
  const { sessionId, email } = work.actor;
  const changed = await work.platform.sessions.revoke(sessionId, 'logout', work.now.toISOString());
  if (changed)
    work.record({ target: { kind: 'session', id: sessionId, name: email }, after: { state: 'revoked' } });
  return { changed };
}

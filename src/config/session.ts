import { join } from 'node:path';
import { authError } from '../errors.ts';
import type { Credentials, StoredCredential } from './credentials.ts';
import { loginAgain } from './delegation.ts';
import type { Host } from './host.ts';
import { withLock } from './lock.ts';
import type { Profile } from './profiles.ts';

/** What the API answers to a refresh; the refresh token is a new one, the old one is used up. */
export interface RefreshedSession {
  readonly access_token: string;
  readonly access_expires_at: string | null;
  readonly refresh_token: string | null;
}

export interface SessionRequest {
  readonly profile: Profile;
  /** The API the token is about to be sent to. */
  readonly apiUrl: string;
  readonly credentials: Credentials;
  readonly host: Host;
  readonly configDirectory: string;
  /** Calls auth/refresh. Its error is passed on, but for a refusal of the refresh token itself. */
  readonly refresh: (refreshToken: string) => Promise<RefreshedSession>;
  /** An access token that the API has just refused with 401: it counts as stale whatever its time says. */
  readonly refused?: string | undefined;
}

/** A session is renewed a little before its end: its token must survive the request's way. */
const LEEWAY_MS = 30_000;

/**
 * The profile's access token, renewed if its time is over. Any number of processes renew it once:
 * lock, read again, refresh only if it is still stale, replace, unlock (cli.md, Configuration).
 * Nothing stored is ever cleared here: after an error the next run finds what this one found.
 */
export async function accessToken(request: SessionRequest): Promise<string> {
  const stored = await load(request);
  if (isFresh(stored, request)) return stored.access_token;
  if (stored.refresh_token === null) throw ended(request.profile);
  const lock = join(request.configDirectory, `refresh-${request.profile.name}.lock`);
  return withLock(lock, request.host, () => renew(request));
}

async function renew(request: SessionRequest): Promise<string> {
  const stored = await load(request);
  if (isFresh(stored, request)) return stored.access_token;
  try {
    return await refreshOnce(request, stored);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    // Somebody outside this lock (a new login, another machine) may have replaced it: look once more.
    const again = await load(request);
    if (again.access_token === stored.access_token) throw ended(request.profile, error);
    if (isFresh(again, request)) return again.access_token;
    return refreshOnce(request, again).catch((second: unknown) => {
      throw isRefusal(second) ? ended(request.profile, second) : second;
    });
  }
}

async function refreshOnce(request: SessionRequest, stored: StoredCredential): Promise<string> {
  if (stored.refresh_token === null) throw ended(request.profile);
  const { access_token, access_expires_at, refresh_token } = await request.refresh(stored.refresh_token);
  const next = { ...stored, access_token, access_expires_at, refresh_token };
  try {
    const kept = await request.credentials.replace(request.profile, stored, next);
    // Another login won meanwhile: whoever signed in last is who acts from here.
    if (kept !== null && kept.api_url === next.api_url) return kept.access_token;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    request.host.warn(`the renewed session of ${request.profile.name} could not be saved: ${why}`);
  }
  return access_token;
}

async function load(request: SessionRequest): Promise<StoredCredential> {
  const { profile } = request;
  const stored = await request.credentials.load(profile);
  if (stored === null) {
    throw authError(`profile ${JSON.stringify(profile.name)} is not signed in`, {
      hint: signInAgain(profile),
    });
  }
  if (new URL(stored.api_url).origin !== new URL(request.apiUrl).origin) {
    throw authError(
      `the credential of profile ${JSON.stringify(profile.name)} is not for ${request.apiUrl}`,
      {
        code: 'credential_for_other_api',
        why: `it was given by ${stored.api_url} and is sent nowhere else`,
        hint: `tenantctl login --profile ${profile.name} --api-url ${request.apiUrl}`,
      },
    );
  }
  return stored;
}

function isFresh(stored: StoredCredential, { host, refused }: SessionRequest): boolean {
  if (stored.access_token === refused) return false;
  if (stored.access_expires_at === null) return true;
  const leeway = stored.refresh_token === null ? 0 : LEEWAY_MS;
  return Date.parse(stored.access_expires_at) - leeway > host.now();
}

/** The refresh token itself was refused; a failing network or server is no such answer. */
function isRefusal(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ('code' in error && error.code === 'invalid_grant') return true;
  return 'status' in error && error.status === 401;
}

const signInAgain = (profile: Profile): string =>
  profile.delegation === null ? `tenantctl login --profile ${profile.name}` : loginAgain(profile);

function ended(profile: Profile, cause?: unknown) {
  const name = JSON.stringify(profile.name);
  const delegated = profile.delegation !== null;
  return authError(
    delegated
      ? `the delegation into ${profile.account?.slug} (profile ${name}) has ended`
      : `the session of profile ${name} has ended`,
    { code: delegated ? 'delegation_ended' : 'session_ended', hint: signInAgain(profile), cause },
  );
}

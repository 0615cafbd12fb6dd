import type { DelegationMode } from '../contract/limits.ts';
import type { Identity } from '../contract/types.ts';
import { conflictError, usageError } from '../errors.ts';
import type { Profile } from './profiles.ts';

/** By whom and until when a run acts inside a managed account. */
export interface Acting {
  /** Slug of the managed account. */
  readonly account: string;
  /** Who acts: their address. */
  readonly user: string | null;
  readonly mode: DelegationMode;
  /** RFC 3339. */
  readonly expires_at: string;
}

export function actingByProfile({ account, user, delegation }: Profile): Acting | null {
  if (account === null || delegation === null) return null;
  return { account: account.slug, user, mode: delegation.mode, expires_at: delegation.expires_at };
}

export function actingByIdentity({ user, credential }: Identity): Acting | null {
  const { account, delegation, expires_at } = credential;
  if (account === null || delegation === null || expires_at === null) return null;
  return { account: account.slug, user: user?.email ?? null, mode: delegation.mode, expires_at };
}

/** `acme-dev as ann@acme.example, read-only, 23 min left` */
export function actingText({ account, user, mode, expires_at }: Acting, now: number): string {
  const who = user === null ? account : `${account} as ${user}`;
  return [who, ...(mode === 'read_only' ? ['read-only'] : []), leftText(expires_at, now)].join(', ');
}

export function leftText(expiresAt: string, now: number): string {
  const ms = Date.parse(expiresAt) - now;
  if (ms <= 0) return 'ended';
  return ms < 60_000 ? 'less than a minute left' : `${Math.ceil(ms / 60_000)} min left`;
}

/** The command that opens it again, by the profile that it was opened with: a delegation opens no other. */
export function loginAgain({ account, delegation }: Profile): string {
  const base = delegation?.base == null ? '' : ` --profile ${delegation.base}`;
  return `tenantctl accounts login ${account?.slug ?? 'ACCOUNT'} --reason TEXT${base}`;
}

/** A delegation's profile is made and forgotten by `accounts login` and `logout`; a session is not to be mixed into it. */
export function refuseDelegated(profile: Profile | null, what: string): void {
  if (profile === null || profile.delegation === null) return;
  const { base } = profile.delegation;
  throw usageError(
    `profile ${JSON.stringify(profile.name)} is a delegation into ${profile.account?.slug}: ${what}`,
    {
      code: 'delegation_profile',
      hint: base === null ? 'tenantctl profiles list' : `the same command with --profile ${base}`,
    },
  );
}

/** What somebody made by that name is not overwritten. */
export function mustBeDelegated(profile: Profile | undefined): void {
  if (profile === undefined || profile.delegation !== null) return;
  throw conflictError(`there is a profile ${JSON.stringify(profile.name)} already, and it is no delegation`, {
    code: 'profile_exists',
    hint: `tenantctl profiles remove ${profile.name}`,
  });
}

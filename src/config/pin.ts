import { authError } from '../errors.ts';
import type { PinnedAccount } from './profiles.ts';

/** What a credential can reach: one account (a token's), or whatever its person can (a session's). */
export type Bound = { readonly account_id: string } | 'session';

export interface PinCheck {
  readonly profile: string;
  readonly pinned: PinnedAccount | null;
  readonly credential: Bound;
  /** The account the command names, id or slug; null if the operation names none. */
  readonly requested: string | null;
}

/**
 * Runs before anything is sent (cli.md, Prompts and safety). A token's account must be the pinned one or
 * its parent; the account acted in must be the pinned one. Gives the account to send: the pinned one by
 * its id, so that a slug that changed hands since leads nowhere else. Throws an auth error.
 */
export function checkPin({ profile, pinned, credential, requested }: PinCheck): string | null {
  if (pinned === null) return requested;
  if (credential !== 'session' && !reaches(credential.account_id, pinned)) {
    throw pinMismatch(profile, pinned, `the token belongs to account ${credential.account_id}`);
  }
  if (requested === null) return null;
  if (requested === pinned.id || requested === pinned.slug) return pinned.id;
  throw pinMismatch(profile, pinned, `the command is for account ${requested}`);
}

const reaches = (account: string, pinned: PinnedAccount) =>
  account === pinned.id || account === pinned.parent_id;

export function pinMismatch(profile: string, pinned: PinnedAccount, why: string) {
  return authError(`profile ${JSON.stringify(profile)} is pinned to account ${pinned.slug} (${pinned.id})`, {
    code: 'profile_mismatch',
    why: `${why}; nothing was sent`,
    hint: 'use the profile of that account (tenantctl profiles list), or one without a pinned account',
  });
}

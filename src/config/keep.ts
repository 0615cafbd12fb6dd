import { usageError } from '../errors.ts';
import type { Credentials, StoredCredential } from './credentials.ts';
import { mustBeDelegated, refuseDelegated } from './delegation.ts';
import type { Host } from './host.ts';
import type { Paths } from './paths.ts';
import { newProfile, type Profile, updateProfiles } from './profiles.ts';

export interface Keeper {
  readonly host: Host;
  readonly paths: Paths;
  readonly credentials: Credentials;
}

/** A sign-in to be kept: what `login`, `signup` and `serve` have in common. */
export interface SignIn {
  readonly profile: string;
  readonly apiUrl: string;
  readonly credential: Omit<StoredCredential, 'api_url'>;
  /** Who signed in, for display. */
  readonly user: string | null;
  /** What --account falls back to, for a token that is bound to an account. */
  readonly defaultAccount?: string | undefined;
  readonly makeDefault?: boolean | 'never' | undefined;
  /** Forgets what a profile of that name was, its guards too: `serve` makes its own anew. */
  readonly replace?: boolean | undefined;
  /** Of a delegation: what it is, the account it is pinned to, and the guards of the profile that opened it. */
  readonly delegation?: Pick<Profile, 'account' | 'protected' | 'read_only' | 'delegation'> | undefined;
}

/**
 * Saves the credential and the profile that names its place. A profile of that name keeps its guards; one that is
 * for another API is refused, because its pin and its guards were meant for that one.
 */
export async function keepSignIn(keeper: Keeper, signIn: SignIn): Promise<Profile> {
  const { host, paths, credentials } = keeper;
  const { profile: name, apiUrl } = signIn;
  const fresh = newProfile(name, apiUrl);
  const place = await credentials.choosePlace();
  // The profile first: it is what may be refused.
  await updateProfiles(paths.config, host, (current) => {
    const known = current.profiles.find((profile) => profile.name === name);
    if (signIn.delegation === undefined) refuseDelegated(known ?? null, 'nobody signs in to it');
    else mustBeDelegated(known);
    const before = (signIn.replace === true ? undefined : known) ?? fresh;
    if (before.api_url !== apiUrl) throw otherApi(before, apiUrl);
    const after = {
      ...before,
      default_account: signIn.defaultAccount ?? before.default_account,
      user: signIn.user,
      ...signIn.delegation,
    };
    const fallback = signIn.makeDefault === 'never' ? null : name;
    return {
      default_profile: signIn.makeDefault === true ? name : (current.default_profile ?? fallback),
      profiles: [...current.profiles.filter((profile) => profile.name !== name), after],
    };
  });
  const kept = await credentials.save(name, { ...signIn.credential, api_url: apiUrl }, place);
  const saved = await updateProfiles(paths.config, host, (current) => ({
    ...current,
    profiles: current.profiles.map((profile) =>
      profile.name === name ? { ...profile, credential: kept } : profile,
    ),
  }));
  return saved.profiles.find((profile) => profile.name === name) ?? fresh;
}

function otherApi(profile: Profile, apiUrl: string) {
  return usageError(`profile ${JSON.stringify(profile.name)} is for ${profile.api_url}, not for ${apiUrl}`, {
    code: 'profile_for_other_api',
    hint: `tenantctl login --profile OTHER --api-url ${apiUrl}`,
  });
}

import { changeProfile, type Profile } from '../../config/profiles.ts';
import type { Context } from '../../context.ts';
import { TenantctlError, usageError } from '../../errors.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';

const spec = {
  path: 'logout',
  summary: 'End the session of a profile, on the server and here',
  about:
    'A token that was kept with `login --with-token` is forgotten here and stays valid: revoke it to end it.',
  examples: ['tenantctl logout', 'tenantctl logout --profile staging'],
  operations: ['auth.logout'],
  next: 'tenantctl profiles list',
  local: true,
} as const satisfies VerbSpec;

export function logoutCommand(ctx: Context, run = logoutRun): Verb {
  return verb(spec, ctx, run);
}

export async function logoutRun(_options: OptionsOf<typeof spec>, ctx: Context): Promise<void> {
  const { profile, credentials, paths, host, settings } = ctx.config();
  if (profile === null)
    throw usageError('there is no profile to sign out of', { hint: 'tenantctl profiles list' });
  if (profile.delegation !== null) throw notASession(profile);
  const stored = await credentials.load(profile);
  const ended =
    stored?.kind === 'user' && settings.credential.value.from === 'profile' && (await endSession(ctx));
  await credentials.remove(profile);
  await changeProfile(paths.config, host, profile.name, { credential: null, user: null });
  const changed = stored !== null;
  const text = changed
    ? `Signed out of profile ${profile.name}.`
    : `Profile ${profile.name} was not signed in.`;
  await ctx.out.result({ profile: profile.name, changed, revoked: ended }, text);
}

function notASession({ name, account }: Profile) {
  return usageError(`profile ${JSON.stringify(name)} is a delegation into ${account?.slug}, and no session`, {
    code: 'delegation_profile',
    hint: `tenantctl accounts logout ${account?.slug}`,
  });
}

/** What is stored here goes in any case; that the server could not be told is said, not fatal. */
async function endSession(ctx: Context): Promise<boolean> {
  try {
    return (await ctx.client().call('auth.logout')).changed;
  } catch (error) {
    if (!(error instanceof TenantctlError) || error.outcome === 'interrupted') throw error;
    if (error.outcome !== 'auth')
      ctx.out.warn(`the server was not told, the session ends by itself: ${error.message}`);
    return false;
  }
}

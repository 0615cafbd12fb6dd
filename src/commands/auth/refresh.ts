import { loginAgain } from '../../config/delegation.ts';
import type { Context } from '../../context.ts';
import { authError, usageError } from '../../errors.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';

const spec = {
  path: 'auth refresh',
  summary: 'Renew the session now',
  about: 'Never needed by hand: every command renews it when its time is over.',
  examples: ['tenantctl auth refresh', 'tenantctl auth refresh --profile staging'],
  operations: ['auth.refresh'],
  local: true,
} as const satisfies VerbSpec;

export function refreshCommand(ctx: Context, run = refreshRun): Verb {
  return verb(spec, ctx, run);
}

export async function refreshRun(_options: OptionsOf<typeof spec>, ctx: Context): Promise<void> {
  const { settings, profile, credentials } = ctx.config();
  if (settings.credential.value.from !== 'profile' && settings.credential.value.from !== 'nowhere') {
    throw usageError(`${settings.credential.source} gives the token, and such a token is not renewed`, {
      code: 'not_renewable',
    });
  }
  const stored = profile === null ? null : await credentials.load(profile);
  if (profile === null || stored === null)
    throw authError('nobody is signed in', { hint: 'tenantctl login' });
  if (stored.refresh_token === null) {
    throw usageError(`the token of profile ${JSON.stringify(profile.name)} is not renewed`, {
      code: 'not_renewable',
      why: 'Only a session is: a token, a delegation too, ends when it was made to end.',
      hint: profile.delegation === null ? undefined : loginAgain(profile),
    });
  }
  await ctx.credential().renew(stored.access_token);
  const renewed = await credentials.load(profile);
  const expires = renewed?.access_expires_at ?? null;
  await ctx.out.result(
    { profile: profile.name, expires_at: expires },
    `Renewed; it holds until ${expires ?? 'revoked'}.`,
  );
}

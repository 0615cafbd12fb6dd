import { forgetNames } from '../../config/names.ts';
import { findProfile, removeProfile } from '../../config/profiles.ts';
import type { Context } from '../../context.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';

const spec = {
  path: 'profiles remove',
  summary: 'Remove a profile and its credential',
  about: 'The session stays valid on the server until it expires: sign out first to end it.',
  args: { name: { help: 'the profile' } },
  examples: [
    'tenantctl profiles remove staging',
    'tenantctl logout --profile staging && tenantctl profiles remove staging --yes',
  ],
  operations: [],
  next: 'tenantctl profiles list',
  local: true,
} as const satisfies VerbSpec;

export function removeCommand(ctx: Context, run = removeRun): Verb {
  return verb(spec, ctx, run);
}

export async function removeRun(options: OptionsOf<typeof spec>, ctx: Context): Promise<void> {
  const config = ctx.config({ newProfile: true });
  const { profiles, paths, host, credentials } = config;
  const profile = findProfile(profiles, options.name);
  const signedIn = profile.credential === null ? [] : [`the credential of ${profile.user ?? 'a token'}`];
  await ctx.confirmed({
    weight: 'yes',
    what: `remove profile ${profile.name} (${profile.api_url})`,
    consequences: signedIn,
    command: `tenantctl profiles remove ${profile.name}`,
  });
  await credentials.remove(profile);
  await removeProfile(paths.config, host, profile.name);
  forgetNames(config, profile.name);
  await ctx.out.result({ name: profile.name, changed: true }, `Removed profile ${profile.name}.`);
}

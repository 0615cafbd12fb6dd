import { refuseDelegated } from '../../config/delegation.ts';
import { findProfile, useProfile } from '../../config/profiles.ts';
import type { Context } from '../../context.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';

const spec = {
  path: 'profiles use',
  summary: 'Make a profile the default',
  args: { name: { help: 'the profile; without it you choose', optional: true } },
  examples: ['tenantctl profiles use staging', 'TENANTCTL_PROFILE=staging tenantctl accounts list'],
  operations: [],
  next: 'tenantctl whoami',
  local: true,
} as const satisfies VerbSpec;

export function useCommand(ctx: Context, run = useRun): Verb {
  return verb(spec, ctx, run);
}

export async function useRun(options: OptionsOf<typeof spec>, ctx: Context): Promise<void> {
  const { profiles, paths, host } = ctx.config({ newProfile: true });
  const choices = profiles.profiles
    .filter(({ delegation }) => delegation === null)
    .map(({ name, api_url }) => ({ name, value: name, description: api_url }));
  const name =
    options.name ?? (await ctx.prompt.select({ message: 'Which profile?', flag: 'NAME', choices }));
  refuseDelegated(findProfile(profiles, name), 'it is never the default, so that nobody acts there unawares');
  await useProfile(paths.config, host, name);
  await ctx.out.result({ default_profile: name }, `Profile ${name} is the default now.`);
}

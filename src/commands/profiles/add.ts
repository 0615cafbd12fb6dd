import { newProfile, updateProfiles } from '../../config/profiles.ts';
import { requireApiUrl } from '../../config/resolve.ts';
import type { Context } from '../../context.ts';
import { conflictError, usageError } from '../../errors.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';

const spec = {
  path: 'profiles add',
  summary: 'Add a profile',
  about:
    'It has the address of --api-url (or of the profile in use) and nobody is signed in. --read-only keeps it from ever changing anything.',
  args: { name: { help: 'how it is called' } },
  flags: { protected: { help: 'every change must be confirmed by name (--confirm)' } },
  examples: [
    'tenantctl profiles add staging --api-url https://staging.example.com',
    'tenantctl profiles add production --api-url https://api.example.com --protected',
  ],
  operations: [],
  next: 'tenantctl login --profile NAME',
  local: true,
} as const satisfies VerbSpec;

export function addCommand(ctx: Context, run = addRun): Verb {
  return verb(spec, ctx, run);
}

export async function addRun(options: OptionsOf<typeof spec>, ctx: Context): Promise<void> {
  if (ctx.flags.account !== undefined) {
    throw usageError('--account pins a profile to an account, which needs a sign-in first', {
      hint: `tenantctl login --profile ${options.name}, then tenantctl profiles update ${options.name} --account ACCOUNT`,
    });
  }
  const { settings, paths, host } = ctx.config({ newProfile: true });
  const profile = {
    ...newProfile(options.name, requireApiUrl(settings)),
    protected: options.protected === true,
    read_only: ctx.flags.readOnly === true,
  };
  await updateProfiles(paths.config, host, (current) => {
    if (current.profiles.some(({ name }) => name === profile.name)) throw exists(profile.name);
    return {
      default_profile: current.default_profile ?? profile.name,
      profiles: [...current.profiles, profile],
    };
  });
  await ctx.out.result(profile, `Added profile ${profile.name} for ${profile.api_url}.`);
}

function exists(name: string) {
  return conflictError(`there is a profile ${JSON.stringify(name)} already`, {
    code: 'profile_exists',
    hint: `tenantctl profiles update ${name}`,
  });
}

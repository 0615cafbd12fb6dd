import { findProfile } from '../../config/profiles.ts';
import type { Context } from '../../context.ts';
import { usageError } from '../../errors.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { profileColumns, rowOf } from './columns.ts';

const spec = {
  path: 'profiles show',
  summary: 'Show a profile',
  args: { name: { help: 'the profile; without it the one in use', optional: true } },
  examples: ['tenantctl profiles show', 'tenantctl profiles show staging --json'],
  operations: [],
  next: 'tenantctl auth status',
} as const satisfies VerbSpec;

export function showCommand(ctx: Context, run = showRun): Verb {
  return verb(spec, ctx, run);
}

export async function showRun(options: OptionsOf<typeof spec>, ctx: Context): Promise<void> {
  const { profiles, settings } = ctx.config({ newProfile: true });
  const name = options.name ?? settings.profile.value;
  if (name === null) throw usageError('which profile?', { hint: 'tenantctl profiles list' });
  await ctx.out.item(profileColumns, rowOf(findProfile(profiles, name), profiles));
}

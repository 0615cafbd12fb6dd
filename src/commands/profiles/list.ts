import type { Context } from '../../context.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { profileColumns, rowOf } from './columns.ts';

const spec = {
  path: 'profiles list',
  summary: 'List the profiles',
  examples: ['tenantctl profiles list', 'tenantctl profiles list --json | jq -r .[].name'],
  operations: [],
  next: 'tenantctl profiles use NAME',
} as const satisfies VerbSpec;

export function listCommand(ctx: Context, run = listRun): Verb {
  return verb(spec, ctx, run);
}

export async function listRun(_options: OptionsOf<typeof spec>, ctx: Context): Promise<void> {
  const { profiles } = ctx.config({ newProfile: true });
  const rows = profiles.profiles.map((profile) => rowOf(profile, profiles)).slice(0, ctx.flags.limit);
  await ctx.out.list(profileColumns, rows, ctx.listing('No profile yet. Try: tenantctl login --api-url URL'));
}

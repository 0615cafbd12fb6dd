import { type Profile, removeProfile } from '../../config/profiles.ts';
import type { Context } from '../../context.ts';
import { usageError } from '../../errors.ts';
import { tellChange } from '../change.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { close } from './open.ts';

const spec = {
  path: 'accounts logout',
  summary: 'Leave a managed account that you logged in to, and forget its profile',
  about:
    'It also forgets one that has ended by itself. Without ACCOUNT it leaves the one that this run acts in, or the only one that the profile logged in to.',
  args: { account: { help: 'slug or id', optional: true } },
  flags: { export: { help: 'print the shell lines that choose no profile in this shell any more' } },
  examples: [
    'tenantctl accounts logout acme-dev',
    'tenantctl accounts logout',
    'eval "$(tenantctl accounts logout --export)"',
  ],
  operations: ['auth.logout'],
  next: 'tenantctl profiles list',
  local: true,
} as const satisfies VerbSpec;

export type LogoutOptions = OptionsOf<typeof spec>;

export function logoutCommand(ctx: Context, run = logoutRun): Verb {
  return verb(spec, ctx, run);
}

export async function logoutRun(options: LogoutOptions, ctx: Context): Promise<void> {
  const { paths, host, credentials } = ctx.config({ newProfile: true });
  const profile = chosen(options.account, ctx);
  let revoked = false;
  if (profile !== undefined) {
    revoked = await closed(profile, ctx);
    await credentials.remove(profile);
    await removeProfile(paths.config, host, profile.name);
  }
  const slug = profile?.account?.slug ?? options.account ?? 'a managed account';
  const done = revoked
    ? `Logged out of ${slug}.`
    : `The log-in to ${slug} had ended already; forgot its profile.`;
  const already = `Nobody is logged in to ${slug} here.`;
  const changed = profile !== undefined;
  if (options.export === true) {
    ctx.out.note(changed ? done : already);
    await ctx.out.raw('unset TENANTCTL_PROFILE\n');
    return;
  }
  await tellChange(ctx, {
    value: { profile: profile?.name ?? null, changed, revoked },
    changed,
    done,
    already,
  });
}

/** The delegation to leave among those kept here: the named account's, the run's own, or the only one. */
function chosen(named: string | undefined, ctx: Context): Profile | undefined {
  const { profiles, settings } = ctx.config({ newProfile: true });
  const current = settings.profile.value;
  const open = profiles.profiles.filter(({ delegation }) => delegation !== null);
  const own = open.find(({ name }) => name === current);
  if (named === undefined && own !== undefined) return own;
  const fits = open.filter(
    ({ account }) => named === undefined || account?.slug === named || account?.id === named,
  );
  const mine = fits.filter(({ name, delegation }) => name === current || delegation?.base === current);
  const [first, ...others] = mine.length > 0 ? mine : named === undefined ? [] : fits;
  if (others.length === 0) return first;
  throw usageError('which account?', {
    code: 'no_account',
    why: `You are logged in to several: ${[first, ...others].map((one) => one?.name).join(', ')}.`,
    hint: 'tenantctl accounts logout ACCOUNT, with --profile NAME if it was by another profile',
  });
}

async function closed(profile: Profile, ctx: Context): Promise<boolean> {
  const stored = await ctx.config({ newProfile: true }).credentials.load(profile);
  if (stored === null || profile.delegation === null) return false;
  return await close({ secret: stored.access_token, delegation: profile.delegation }, ctx, stored.api_url);
}

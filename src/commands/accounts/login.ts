import { mustBeDelegated } from '../../config/delegation.ts';
import { keepSignIn } from '../../config/keep.ts';
import { checkName, type Profile } from '../../config/profiles.ts';
import { requireApiUrl } from '../../config/resolve.ts';
import type { Context } from '../../context.ts';
import type { Account, Delegation } from '../../contract/types.ts';
import { counted } from '../change.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { checkOpening, close, isReadOnly, type Opened, open, openFlags } from './open.ts';

const spec = {
  path: 'accounts login',
  summary: 'Log in to a managed account for a while, as a profile of its own',
  about:
    'For administrators of its master and users whom that granted the account. The profile is called PROFILE@ACCOUNT, is pinned to the account and never the default: name it with --profile, or use it in this shell alone by eval "$(tenantctl accounts login ... --export)". With --read-only the server refuses every change by it. Both accounts read in their trail who logged in, why, and what they did.',
  args: { account: { help: 'slug or id' } },
  flags: {
    ...openFlags,
    export: { help: 'print the shell lines that choose the profile in this shell' },
  },
  examples: [
    'tenantctl accounts login acme-dev --reason "invoice 4711" --for 30m',
    'tenantctl accounts login acme-prod --reason "look at parsers" --read-only',
    'eval "$(tenantctl accounts login acme-dev --reason "invoice 4711" --export)"',
  ],
  operations: ['accounts.show', 'delegations.create', 'auth.logout'],
  next: 'tenantctl accounts logout ACCOUNT',
  local: true,
} as const satisfies VerbSpec;

export type LoginOptions = OptionsOf<typeof spec>;

export function loginCommand(ctx: Context, run = loginRun): Verb {
  return verb(spec, ctx, run);
}

export async function loginRun(options: LoginOptions, ctx: Context): Promise<void> {
  await checkOpening(options, ctx);
  const account = await ctx.client().call('accounts.show', { params: { account: options.account } });
  const name = nameFor(account, ctx);
  const former = await formerOf(name, ctx);
  // Between the two a secret is known to nobody else: Ctrl-C waits until it is kept.
  ctx.holdInterrupt();
  const opened = await open({ ...options, account: account.id }, ctx);
  const kept = await keep(name, opened, ctx);
  if (former !== null) await close(former, ctx);
  await tell(kept, opened.delegation, options, ctx);
}

/** `PROFILE@ACCOUNT`; a name that cannot be used is told before anything is opened. */
function nameFor({ slug }: Account, ctx: Context): string {
  const { profile, profiles } = ctx.config();
  const name = checkName(`${profile?.name ?? 'default'}@${slug}`);
  mustBeDelegated(profiles.profiles.find((one) => one.name === name));
  return name;
}

/** The delegation that the profile held so far: whoever logs in again is done with it. */
async function formerOf(name: string, ctx: Context): Promise<Former | null> {
  const { profiles, credentials } = ctx.config();
  const profile = profiles.profiles.find((one) => one.name === name);
  const stored = profile === undefined ? null : await credentials.load(profile);
  if (stored === null || profile?.delegation == null) return null;
  return { secret: stored.access_token, delegation: profile.delegation };
}

type Former = Parameters<typeof close>[0];

async function keep(name: string, opened: Opened, ctx: Context): Promise<Profile> {
  const { settings, profile } = ctx.config();
  const { delegation, secret } = opened;
  const { account, master, mode, expires_at, id } = delegation;
  try {
    return await keepSignIn(ctx.config(), {
      profile: name,
      apiUrl: requireApiUrl(settings),
      credential: { kind: 'dlg', access_token: secret, access_expires_at: expires_at, refresh_token: null },
      user: delegation.user.email,
      defaultAccount: account.slug,
      makeDefault: 'never',
      replace: true,
      delegation: {
        account: { id: account.id, slug: account.slug, parent_id: master.id },
        protected: settings.protected.value,
        read_only: isReadOnly(ctx),
        delegation: { id, base: profile?.name ?? null, mode, expires_at },
      },
    });
  } catch (error) {
    // What could not be kept nobody can use: it must not live on by itself.
    await close(opened, ctx);
    throw error;
  }
}

async function tell(
  { name }: Profile,
  delegation: Delegation,
  options: LoginOptions,
  ctx: Context,
): Promise<void> {
  const { account, user, mode, expires_at } = delegation;
  const minutes = Math.round((Date.parse(expires_at) - Date.parse(delegation.created_at)) / 60_000);
  const how = mode === 'read_only' ? ', read-only' : '';
  const done = `Logged in to ${account.slug} as ${user.email}${how}, until ${expires_at} (${counted(minutes, 'minute')}).`;
  if (options.export === true) {
    ctx.out.note(done);
    // No secret: the name of the profile is all that this shell needs.
    await ctx.out.raw(`export TENANTCTL_PROFILE='${name}'\n`);
  } else {
    await ctx.out.result({ profile: name, delegation }, done);
    ctx.out.note(`Act there with: tenantctl members list --profile ${name}`);
  }
  ctx.out.note(
    options.export === true
      ? 'Leave with: eval "$(tenantctl accounts logout --export)"'
      : `Leave with: tenantctl accounts logout ${account.slug}`,
  );
  warnOverridden(account.slug, ctx);
}

/** The environment wins over a profile: then the new one is not what it says. */
function warnOverridden(slug: string, ctx: Context): void {
  const { credential, account } = ctx.config().settings;
  if (credential.origin === 'env')
    ctx.out.warn(`${credential.source} is set, and is used instead of this profile's credential`);
  if (account.origin === 'env' && account.value !== slug)
    ctx.out.warn(`${account.source} says ${account.value}, and this profile acts in ${slug} alone`);
}

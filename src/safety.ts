import type { Client } from './client/client.ts';
import type { Guard } from './client/guard.ts';
import { checkPin } from './config/pin.ts';
import type { ClientChoice, Context } from './context.ts';

/** What the person has agreed to in this run: nobody types the same name twice for one command. */
export interface Agreement {
  readonly slugs: Set<string>;
  asked: Promise<void> | undefined;
}

/** The profile's guards (pinned, protected, read-only) as the client enforces them, for every command alike. */
export function guardOf(
  ctx: Context,
  choice: ClientChoice,
  agreement: Agreement,
  unpinned: () => Client,
): Guard {
  const { settings, profile } = ctx.config({ newProfile: choice.apiUrl !== undefined });
  let bound: Promise<string> | undefined;
  return {
    dryRun: ctx.flags.dryRun === true,
    readOnly: settings.read_only.value,
    beforeWrite: async (account) => {
      if (!settings.protected.value) return;
      const slug = account ?? settings.account.value ?? profile?.name ?? '';
      if (!agreement.slugs.has(slug)) await (agreement.asked ??= confirmWrite(ctx, slug));
    },
    place: async (requested) => {
      if (profile === null || profile.account === null || choice.unpinned === true) return requested;
      bound ??= boundOf(ctx, unpinned);
      const account = await bound;
      const credential = account === 'session' ? account : { account_id: account };
      const placed = checkPin({
        profile: profile.name,
        pinned: profile.account,
        credential,
        requested: requested ?? null,
      });
      return placed ?? undefined;
    },
  };
}

/** `session`, which reaches what its person can, or an account's id; what a token is bound to only the server knows. */
async function boundOf(ctx: Context, unpinned: () => Client): Promise<string> {
  if (ctx.config().settings.credential.value.from === 'profile') {
    const { profile, credentials } = ctx.config();
    const stored = profile === null ? null : await credentials.load(profile);
    if (stored?.kind === 'user') return 'session';
    // A delegation is made for the account that its profile is pinned to.
    if (profile?.delegation && profile.account) return profile.account.id;
  }
  const { credential } = await unpinned().call('me.show');
  return credential.account?.id ?? 'session';
}

/** Once a run: the same answer holds for all its requests. */
async function confirmWrite(ctx: Context, slug: string): Promise<void> {
  const name = ctx.config().profile?.name ?? '';
  await ctx.confirmed({
    weight: 'slug',
    what: `change ${slug} through the protected profile ${name}`,
    slug,
  });
}

import { refuseDelegated } from '../../config/delegation.ts';
import { changeProfile, findProfile, type PinnedAccount, type Profile } from '../../config/profiles.ts';
import { readApiUrl } from '../../config/values.ts';
import type { Context } from '../../context.ts';
import { usageError } from '../../errors.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';

const spec = {
  path: 'profiles update',
  summary: 'Change the guards, the pin or the address of a profile',
  about:
    '--account ACCOUNT pins it: nothing is ever sent that acts in another account. --read-only and --protected set a guard, their --no- forms take it away. A new --api-url signs it out and drops the pin.',
  args: { name: { help: 'the profile' } },
  flags: {
    protected: { help: 'every change must be confirmed by name (--confirm)' },
    noProtected: { help: 'no longer' },
    noReadOnly: { help: 'no longer read-only' },
    noAccount: { help: 'no longer pinned' },
  },
  examples: [
    'tenantctl profiles update production --protected --account acme',
    'tenantctl profiles update production --no-protected',
  ],
  operations: ['accounts.show'],
  next: 'tenantctl profiles show NAME',
  local: true,
} as const satisfies VerbSpec;

export type UpdateOptions = OptionsOf<typeof spec>;

export function updateCommand(ctx: Context, run = updateRun): Verb {
  return verb(spec, ctx, run);
}

export async function updateRun(options: UpdateOptions, ctx: Context): Promise<void> {
  const { profiles, paths, host, credentials } = ctx.config({ newProfile: true });
  const before = findProfile(profiles, options.name);
  const { account, apiUrl } = ctx.flags;
  if (account !== undefined || apiUrl !== undefined || options.noAccount === true)
    refuseDelegated(before, 'its account and its API are what it was opened for');
  const fields = await changesOf(options, before, ctx);
  if (Object.keys(fields).length === 0) {
    throw usageError('nothing to change', { hint: 'tenantctl profiles update --help' });
  }
  if (fields.api_url !== undefined) await credentials.remove(before);
  const after = findProfile(await changeProfile(paths.config, host, before.name, fields), before.name);
  await ctx.out.result(after, `Changed profile ${after.name}: ${Object.keys(fields).join(', ')}.`);
}

type Fields = Partial<{ -readonly [K in keyof Omit<Profile, 'name'>]: Profile[K] }>;

async function changesOf(options: UpdateOptions, before: Profile, ctx: Context): Promise<Fields> {
  const { apiUrl, account, readOnly } = ctx.flags;
  const fields: Fields = {};
  if (options.protected === true || options.noProtected === true)
    fields.protected = options.noProtected !== true;
  if (readOnly === true || options.noReadOnly === true) fields.read_only = options.noReadOnly !== true;
  if (options.noAccount === true) fields.account = null;
  if (apiUrl !== undefined) {
    const url = readApiUrl(apiUrl, '--api-url', ctx.world.env.TENANTCTL_ALLOW_HTTP === '1');
    if (url !== before.api_url)
      Object.assign(fields, { api_url: url, account: null, credential: null, user: null });
  }
  if (account !== undefined) fields.account = await pinTo(account, before, ctx);
  return fields;
}

/** The id is what is pinned: a slug can change hands. */
async function pinTo(account: string, profile: Profile, ctx: Context): Promise<PinnedAccount> {
  const client = ctx.as({ profile: profile.name, apiUrl: undefined }).client({ unpinned: true });
  const found = await client.call('accounts.show', { params: { account } });
  return { id: found.id, slug: found.slug, parent_id: found.parent?.account.id ?? null };
}

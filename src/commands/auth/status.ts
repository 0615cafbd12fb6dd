import { type Acting, actingByIdentity, actingByProfile, actingText } from '../../config/delegation.ts';
import type { Context } from '../../context.ts';
import { authError } from '../../errors.ts';
import type { Column } from '../../output/columns.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';

const spec = {
  path: 'auth status',
  summary: 'Show where the credential comes from, where it lies and whether it works',
  about: 'Exits with 4 if there is none or the server refuses it.',
  flags: { offline: { help: 'do not ask the server' } },
  examples: ['tenantctl auth status', 'tenantctl auth status --offline --json'],
  operations: ['me.show'],
  next: 'tenantctl login',
} as const satisfies VerbSpec;

export function statusCommand(ctx: Context, run = statusRun): Verb {
  return verb(spec, ctx, run);
}

interface Status {
  readonly profile: string | null;
  readonly api_url: string | null;
  readonly source: string;
  readonly store: string | null;
  readonly location: string | null;
  readonly plaintext: boolean | null;
  readonly expires_at: string | null;
  readonly user: string | null;
  /** The managed account that it acts in by delegation. */
  readonly acting: Acting | null;
  /** null: not asked. */
  readonly valid: boolean | null;
}

export async function statusRun(options: OptionsOf<typeof spec>, ctx: Context): Promise<void> {
  const { settings, profile, credentials } = ctx.config();
  const { from } = settings.credential.value;
  if (from === 'nowhere') {
    throw authError('nobody is signed in', { hint: 'tenantctl login', code: 'not_signed_in' });
  }
  const place = from === 'profile' && profile !== null ? credentials.where(profile) : null;
  const stored = from === 'profile' && profile !== null ? await credentials.load(profile) : null;
  const me = options.offline === true ? null : await ctx.client({ unpinned: true }).call('me.show');
  const status: Status = {
    profile: settings.profile.value,
    api_url: settings.api_url.value,
    source: from === 'profile' ? 'profile' : (settings.credential.source ?? from),
    store: place?.store ?? null,
    location: place?.location ?? null,
    plaintext: place?.plaintext ?? null,
    expires_at: me?.credential.expires_at ?? stored?.access_expires_at ?? null,
    user: me === null ? (profile?.user ?? null) : (me.user?.email ?? me.credential.name),
    acting: me === null ? savedActing(ctx) : actingByIdentity(me),
    valid: me === null ? null : true,
  };
  const now = ctx.world.clock.now();
  const acting: Column<Status> = {
    header: 'ACTING IN',
    value: (row) => row.acting && actingText(row.acting, now),
  };
  await ctx.out.item([...columns, acting], status);
}

/** What the profile says, where the server is not asked. */
function savedActing(ctx: Context): Acting | null {
  const { settings, profile } = ctx.config();
  return settings.credential.value.from === 'profile' && profile !== null ? actingByProfile(profile) : null;
}

const columns: readonly Column<Status>[] = [
  { header: 'PROFILE', value: (status) => status.profile },
  { header: 'API', value: (status) => status.api_url },
  { header: 'USER', value: (status) => status.user },
  { header: 'SOURCE', value: (status) => status.source },
  { header: 'STORE', value: (status) => status.store },
  { header: 'LOCATION', value: (status) => status.location },
  { header: 'PLAINTEXT', value: (status) => status.plaintext },
  { header: 'EXPIRES', value: (status) => status.expires_at },
  { header: 'VALID', value: (status) => status.valid ?? 'not asked' },
];

import type { Context } from '../../context.ts';
import type { Identity } from '../../contract/types.ts';
import type { Column } from '../../output/columns.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';

const spec = {
  path: 'whoami',
  summary: 'Show who the credential belongs to, and what it is bound to',
  examples: [
    'tenantctl whoami',
    'tenantctl whoami --profile staging',
    'tenantctl whoami --json | jq -r .user.email',
  ],
  operations: ['me.show'],
  next: 'tenantctl accounts list',
} as const satisfies VerbSpec;

export function whoamiCommand(ctx: Context, run = whoamiRun): Verb {
  return verb(spec, ctx, run);
}

export async function whoamiRun(_options: OptionsOf<typeof spec>, ctx: Context): Promise<void> {
  const me = await ctx.client({ unpinned: true }).call('me.show');
  const { settings } = ctx.config();
  const here: Column<Identity>[] = [
    { header: 'PROFILE', value: () => settings.profile.value },
    { header: 'API', value: () => settings.api_url.value },
  ];
  await ctx.out.item([...identityColumns, ...here], me);
}

const identityColumns: readonly Column<Identity>[] = [
  { header: 'USER', value: (me) => me.user?.email },
  { header: 'NAME', value: (me) => me.user?.name },
  { header: 'STAFF', value: (me) => me.user?.staff },
  { header: 'CREDENTIAL', value: (me) => [me.credential.kind, me.credential.name].filter(Boolean).join(' ') },
  { header: 'ACCOUNT', value: (me) => me.credential.account?.slug },
  { header: 'WORKSPACE', value: (me) => me.credential.workspace?.slug },
  { header: 'ROLE', value: (me) => me.credential.role ?? me.credential.workspace?.role },
  { header: 'DELEGATION', value: delegationText },
  { header: 'EXPIRES', value: (me) => me.credential.expires_at },
];

function delegationText({ credential: { delegation } }: Identity): string | null {
  if (delegation === null) return null;
  const { master, mode, reason } = delegation;
  return `of ${master.slug}${mode === 'read_only' ? ', read-only' : ''}: ${reason}`;
}

import type { Context } from '../../context.ts';
import type { BodyInput } from '../../contract/shapes.ts';
import type { Account } from '../../contract/types.ts';
import { TenantctlError, usageError } from '../../errors.ts';
import { orGone } from '../change.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { labelsFrom } from './labels.ts';

const spec = {
  path: 'accounts create',
  summary: 'Create an account',
  about:
    'Of your own; with --master a managed account of that one, which needs nobody in it; with --organization, for staff, one that opens when its first super admin accepts. With --if-not-exists an account of that slug is left as it is, so that a script may be run again.',
  args: { name: { help: 'what people read; the slug is made from it unless --slug is given' } },
  flags: {
    slug: { value: 'SLUG', help: '3 to 63 of a-z, 0-9 and hyphens' },
    plan: {
      value: 'PLAN',
      help: 'the plan to start on, by default basic; for an organization the cheapest that is for one',
    },
    master: { value: 'ACCOUNT', help: 'make it a managed account of this one' },
    label: { value: 'KEY=VALUE', repeat: true, help: 'a label such as env=staging' },
    adminEmail: { value: 'ADDRESS', help: 'with --master: invite its first administrator' },
    organization: { help: 'an organization (staff only)' },
    superAdmin: { value: 'ADDRESS', help: 'with --organization: invite its first super admin' },
    ifNotExists: { help: 'if you can see an account of that slug, show it and do nothing' },
  },
  examples: [
    'tenantctl accounts create "Acme Ltd" --slug acme',
    'tenantctl accounts create acme-dev --master acme --label env=dev --if-not-exists --json',
    'tenantctl accounts create "Big Corp" --organization --super-admin ana@big.example --profile staff',
  ],
  operations: ['accounts.show', 'accounts.create'],
  next: 'tenantctl invites send ADDRESS --account ACCOUNT',
} as const satisfies VerbSpec;

export type CreateOptions = OptionsOf<typeof spec>;

export function createCommand(ctx: Context, run = createRun): Verb {
  return verb(spec, ctx, run);
}

export async function createRun(options: CreateOptions, ctx: Context): Promise<void> {
  checkTogether(options);
  const labels = options.label === undefined ? undefined : labelsFrom(options.label);
  const body: BodyInput<'accounts.create'> = {
    name: options.name,
    slug: options.ifNotExists === true ? slugOf(options) : options.slug,
    kind: options.organization === true ? 'organization' : 'standard',
    plan: options.plan,
    master: options.master,
    labels: labels === undefined ? undefined : { ...labels },
    admin_email: options.superAdmin ?? options.adminEmail,
  };
  if (options.ifNotExists !== true) return await tellCreated(ctx, await created(ctx, body));
  const found = (await seen(ctx, body)) ?? (await createdOrSeen(ctx, body));
  if (!('existing' in found)) return await tellCreated(ctx, found);
  ctx.out.note(`Nothing to do: ${found.existing.slug} exists.`);
  for (const difference of differences(body, found.existing)) ctx.out.warn(difference);
  await ctx.out.result(found.existing, `Account ${found.existing.slug} (${found.existing.id}) exists.`);
}

async function tellCreated(ctx: Context, account: Account): Promise<void> {
  const master = account.parent === null ? '' : `, managed by ${account.parent.account.slug}`;
  await ctx.out.result(account, `Created ${account.slug} (${account.id}) on plan ${account.plan}${master}.`);
  if (account.state === 'provisioning') ctx.out.note('It opens when its first super admin accepts.');
}

async function created(ctx: Context, body: BodyInput<'accounts.create'>): Promise<Account> {
  return await ctx.client().call('accounts.create', { body });
}

type Found = { readonly existing: Account };

async function seen(ctx: Context, { slug = '' }: BodyInput<'accounts.create'>): Promise<Found | null> {
  const existing = await orGone(ctx.client().call('accounts.show', { params: { account: slug } }));
  return existing === null ? null : { existing };
}

/** Two pipelines may start at once: the one that comes second takes what the first one made. */
async function createdOrSeen(ctx: Context, body: BodyInput<'accounts.create'>): Promise<Found | Account> {
  try {
    return await created(ctx, body);
  } catch (thrown) {
    if (!(thrown instanceof TenantctlError) || thrown.code !== 'slug_taken') throw thrown;
    const found = await seen(ctx, body);
    if (found === null) throw thrown;
    return found;
  }
}

function checkTogether(options: CreateOptions): void {
  const refuse = (message: string, hint?: string) => usageError(message, { code: 'invalid_value', hint });
  if (options.organization === true && options.master !== undefined)
    throw refuse('--organization and --master exclude each other: an organization has no master');
  if (options.organization === true && options.superAdmin === undefined)
    throw refuse('--organization needs --super-admin ADDRESS: who opens it');
  if (options.organization !== true && options.superAdmin !== undefined)
    throw refuse('--super-admin goes with --organization', 'use --admin-email with --master');
  if (options.adminEmail !== undefined && options.master === undefined)
    throw refuse('--admin-email goes with --master', 'an account of your own has you as its administrator');
}

const slugForm = /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/;

/** To know whether it exists, its slug must be known before. */
function slugOf({ slug, name }: CreateOptions): string {
  if (slug !== undefined) return slug;
  if (slugForm.test(name)) return name;
  throw usageError('--if-not-exists needs --slug', {
    code: 'missing_flag',
    why: `"${name}" is not a slug itself, and an account is found by its slug.`,
  });
}

/** What was asked for and is otherwise: it is told, and left alone. */
function differences(body: BodyInput<'accounts.create'>, { slug, ...has }: Account): string[] {
  const { parent } = has;
  const asked = body.master;
  const sameMaster = asked === undefined ? parent === null : isNamed(parent?.account, asked);
  const masterText = parent === null ? 'no master' : `the master ${parent.account.slug}`;
  const labels = Object.entries(body.labels ?? {}).filter(([key, value]) => has.labels[key] !== value);
  return [
    ...(body.kind === has.kind ? [] : [`${slug} is of kind ${has.kind}, not ${body.kind}`]),
    ...(body.plan === undefined || body.plan === has.plan
      ? []
      : [`${slug} is on plan ${has.plan}, not ${body.plan}`]),
    ...(sameMaster ? [] : [`${slug} has ${masterText}, not ${asked ?? 'none'}`]),
    ...labels.map(([key, value]) => `${slug} has ${key}=${has.labels[key] ?? ''}, not ${key}=${value}`),
  ];
}

function isNamed(account: { id: string; slug: string } | undefined, reference: string): boolean {
  return account !== undefined && (account.id === reference || account.slug === reference);
}

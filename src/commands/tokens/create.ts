import type { Context } from '../../context.ts';
import { accountRoles, modules } from '../../contract/limits.ts';
import type { Token, TokenWithSecret } from '../../contract/types.ts';
import { usageError } from '../../errors.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { mustBeShown, showOnce } from '../shown-once.ts';

const spec = {
  path: 'tokens create',
  summary: 'Make a token, and show its secret once',
  about:
    'A token of your own membership has a role no higher than yours and ends with it. With --account-token the account owns it: it takes no seat, outlives people, and every administrator can revoke it. With --staff, staff make theirs, with a reason and their password; with --meter one that reports usage (usage record) and can do nothing else.',
  args: { name: { help: 'what it is for, for people' } },
  flags: {
    accountToken: { help: 'the account owns it; needs --role' },
    staff: { help: 'a staff token; needs --reason and your password' },
    meter: { help: 'a metering token, made by staff; needs --reason and your password' },
    role: { value: 'ROLE', choices: accountRoles, help: 'its role in the account (your own by default)' },
    modules: {
      value: 'MODULE,...',
      list: true,
      choices: modules,
      help: `with the role user: ${modules.join(', ')}`,
    },
    expiresInDays: {
      value: 'N',
      number: true,
      help: 'days until it ends (90, at most 365; with --staff 7, at most 30)',
    },
    reason: { value: 'TEXT', help: 'with --staff and --meter: why' },
    passwordStdin: { help: 'with --staff and --meter: read your password from the first line of stdin' },
  },
  examples: [
    'tenantctl tokens create laptop --account acme',
    'tenantctl tokens create ci --account-token --role admin --account acme-dev --out ci-token.txt',
    'tenantctl tokens create on-call --staff --reason "incident 12" --json',
  ],
  operations: ['tokens.create', 'account_tokens.create'],
  next: 'TENANTCTL_TOKEN_FILE=FILE tenantctl whoami',
} as const satisfies VerbSpec;

export type CreateOptions = OptionsOf<typeof spec>;

export function createCommand(ctx: Context, run = createRun): Verb {
  return verb(spec, ctx, run);
}

export async function createRun(options: CreateOptions, ctx: Context): Promise<void> {
  checkTogether(options);
  mustBeShown(ctx, 'secret,token.id');
  const make = isStaffs(options) ? await staffToken(options, ctx) : memberOrAccountToken(options, ctx);
  await showOnce(ctx, make, ({ token }) => described(token));
}

/** Made by staff, with their password once more. */
const isStaffs = ({ staff, meter }: CreateOptions): boolean => staff === true || meter === true;

type Maker = () => Promise<TokenWithSecret>;

function memberOrAccountToken(options: CreateOptions, ctx: Context): Maker {
  const account = ctx.account();
  const { name, role, modules: granted, expiresInDays: expires_in_days } = options;
  if (options.accountToken !== true) {
    const body = { kind: 'api' as const, name, account, role, modules: granted, expires_in_days };
    return () => ctx.client().call('tokens.create', { body });
  }
  if (role === undefined) {
    throw usageError('--role is missing', {
      code: 'missing_flag',
      why: 'A token that the account owns has no person whose role it could take.',
      hint: `tenantctl tokens create ${name} --account-token --role admin --account ${account}`,
    });
  }
  const body = { name, role, modules: granted, expires_in_days };
  return () => ctx.client().call('account_tokens.create', { params: { account }, body });
}

async function staffToken(options: CreateOptions, ctx: Context): Promise<Maker> {
  const question = { message: 'Why', flag: '--reason' };
  const reason = options.reason ?? (await ctx.prompt.input(question));
  const { name, expiresInDays: expires_in_days } = options;
  const current_password = await passwordOf(options, ctx);
  const kind = options.meter === true ? ('meter' as const) : ('staff' as const);
  const body = { kind, name, reason, current_password, expires_in_days };
  return () => ctx.client().call('tokens.create', { body });
}

async function passwordOf(options: CreateOptions, ctx: Context): Promise<string> {
  if (options.passwordStdin !== true) {
    return await ctx.prompt.password({ message: 'Password', flag: '--password-stdin' });
  }
  const [line = ''] = (await ctx.readStdin('the password')).split(/\r?\n/);
  if (line === '') throw usageError('stdin holds no password', { code: 'empty_stdin' });
  return line;
}

function checkTogether(options: CreateOptions): void {
  const refuse = (message: string) => usageError(message, { code: 'invalid_value' });
  const { staff, meter, accountToken, role, modules: granted, reason, passwordStdin } = options;
  const flag = meter === true ? '--meter' : '--staff';
  if (staff === true && meter === true) throw refuse('--staff and --meter exclude each other');
  if (isStaffs(options) && accountToken === true)
    throw refuse(`${flag} and --account-token exclude each other`);
  if (isStaffs(options) && (role !== undefined || granted !== undefined))
    throw refuse(`${flag} goes without --role and --modules: what it may is no role of an account`);
  if (!isStaffs(options) && (reason !== undefined || passwordStdin === true))
    throw refuse('--reason and --password-stdin go with --staff or --meter');
}

function described({ name, id, kind, role, expires_at }: Token): string {
  return `Made the ${kind} token ${name} (${id})${role === null ? '' : ` with the role ${role}`}, until ${expires_at}`;
}

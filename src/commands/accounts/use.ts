import { changeProfile } from '../../config/profiles.ts';
import type { Context } from '../../context.ts';
import type { Account } from '../../contract/types.ts';
import { usageError } from '../../errors.ts';
import type { Choice } from '../../prompt/prompt.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';

const spec = {
  path: 'accounts use',
  summary: 'Choose the account that commands act in without --account',
  about:
    'It is kept in the profile. --account, TENANTCTL_ACCOUNT and a project file .tenantctl.json win over it.',
  args: { account: { help: 'slug or id; without it you choose', optional: true } },
  examples: [
    'tenantctl accounts use acme',
    'tenantctl accounts use',
    'tenantctl accounts use acme-dev --profile ci',
  ],
  operations: ['accounts.list', 'accounts.show'],
  next: 'tenantctl members list',
  local: true,
} as const satisfies VerbSpec;

export type UseOptions = OptionsOf<typeof spec>;

export function useCommand(ctx: Context, run = useRun): Verb {
  return verb(spec, ctx, run);
}

export async function useRun(options: UseOptions, ctx: Context): Promise<void> {
  const { profile, paths, host } = ctx.config();
  if (profile === null) {
    throw usageError('there is no profile to keep it in', {
      code: 'no_profile',
      hint: 'tenantctl login, or set TENANTCTL_ACCOUNT',
    });
  }
  const named = options.account ?? ctx.flags.account;
  const account = named === undefined ? await chosen(ctx) : await shown(ctx, named);
  await changeProfile(paths.config, host, profile.name, { default_account: account.slug });
  await ctx.out.result(
    { profile: profile.name, account: { id: account.id, slug: account.slug, name: account.name } },
    `Profile ${profile.name} acts in ${account.slug} now.`,
  );
  const { origin, source, value } = ctx.config().settings.account;
  if ((origin === 'env' || origin === 'project') && value !== account.slug)
    ctx.out.warn(`${source ?? origin} says ${value}, and wins`);
}

async function shown(ctx: Context, account: string): Promise<Account> {
  return await ctx.client().call('accounts.show', { params: { account } });
}

/** More are searched: on the server, so that it does not matter how many there are. */
const fewAccounts = 10;

async function chosen(ctx: Context): Promise<Account> {
  const question = { message: 'Which account?', flag: 'ACCOUNT', hint: 'tenantctl accounts use ACCOUNT' };
  if (!ctx.prompt.allowed) return await ctx.prompt.select<Account>({ ...question, choices: [] });
  const few = await choicesOf(ctx, undefined);
  if (few.length === 0) {
    throw usageError('there is no account to choose', { hint: 'tenantctl accounts create NAME' });
  }
  if (few.length <= fewAccounts) return await ctx.prompt.select({ ...question, choices: few });
  const message = 'Which account? (type to search)';
  const find = (text: string) => choicesOf(ctx, text === '' ? undefined : text);
  return await ctx.prompt.search<Account>({ ...question, message, find });
}

async function choicesOf(ctx: Context, q: string | undefined): Promise<Choice<Account>[]> {
  const choices: Choice<Account>[] = [];
  for await (const account of ctx.client().pages('accounts.list', { query: { q } }, fewAccounts + 1))
    choices.push({ name: `${account.slug} - ${described(account)}`, value: account });
  return choices;
}

/** What somebody was added to, as what; their own account is told apart from all others (R25). */
function described({ name, kind, role, via, plan, parent }: Account): string {
  if (kind === 'personal' && via === 'member') return `${name}, your personal account`;
  const as = role ?? (parent === null ? via : `managed by ${parent.account.slug}`);
  return `${name}, ${kind}, ${plan}: ${as}`;
}

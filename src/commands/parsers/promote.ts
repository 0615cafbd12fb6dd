import type { Context } from '../../context.ts';
import type { PromotionPath } from '../../contract/types.ts';
import { usageError } from '../../errors.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { copyParsers } from './copying.ts';
import { masterOf, pathText } from './family.ts';
import { plainNamesOrAll } from './names.ts';

const spec = {
  path: 'parsers promote',
  summary: 'Copy parsers one step along the promotion path',
  about:
    "From the path's first account to the one after it, unless --from and --to say otherwise; a step may not go backwards. What is there already is overwritten, but for what was made or edited there, which refuses the whole promotion unless --force. On a terminal the plan is shown and asked about; elsewhere the command is the consent.",
  args: { name: { help: 'names or ids; or --all', rest: true, optional: true } },
  flags: {
    from: { value: 'ACCOUNT', help: "the source (default: the path's first account)" },
    to: { value: 'ACCOUNT', help: 'the target (default: the one after the source)' },
    force: { help: 'overwrite also what was made or edited at the target' },
  },
  examples: [
    'tenantctl parsers promote Invoice --account acme',
    'tenantctl parsers promote --all --from acme-staging --account acme --dry-run',
    'tenantctl parsers promote --all --from acme-dev --to acme-staging --json',
  ],
  operations: ['accounts.show', 'promotion_path.show', 'parsers.copy'],
  next: 'tenantctl parsers diff --from ACCOUNT --to ACCOUNT',
} as const satisfies VerbSpec;

export type PromoteOptions = OptionsOf<typeof spec>;

export function promoteCommand(ctx: Context, run = promoteRun): Verb {
  return verb(spec, ctx, run);
}

export async function promoteRun(options: PromoteOptions, ctx: Context): Promise<void> {
  const names = plainNamesOrAll(ctx, options.name);
  const { force = false } = options;
  const master = await masterOf(ctx, options.from ?? ctx.account());
  const path = await ctx.client().call('promotion_path.show', { params: { account: master.id } });
  const { from, to } = stepOf(path, options, master.slug);
  ctx.out.note(`Promoting from ${from.slug} to ${to.slug}, along ${pathText(path)}.`);
  await copyParsers(ctx, {
    from: { account: from.slug, workspace: ctx.flags.workspace },
    to: [{ account: to.slug, workspace: undefined }],
    names,
    onConflict: 'overwrite',
    force,
  });
}

type Step = PromotionPath['accounts'][number];

function stepOf(path: PromotionPath, { from, to }: PromoteOptions, master: string): { from: Step; to: Step } {
  const { accounts } = path;
  if (accounts.length === 0) {
    throw usageError(`${master} has no promotion path`, {
      code: 'no_promotion_path',
      hint: `tenantctl parsers promotion-path set DEV STAGING PROD --account ${master}`,
    });
  }
  const at = from === undefined ? 0 : positionOf(path, '--from', from);
  const next = to === undefined ? at + 1 : positionOf(path, '--to', to);
  const [source, target] = [accounts[at], accounts[next]];
  if (source !== undefined && target !== undefined && next > at) return { from: source, to: target };
  const what =
    target === undefined ? `${source?.slug} is the last account of the path` : 'that would go backwards';
  throw usageError(`${what}: ${pathText(path)}`, {
    code: 'not_on_path',
    hint: 'tenantctl parsers copy NAME --from ACCOUNT --to ACCOUNT copies between any two',
  });
}

function positionOf(path: PromotionPath, flag: string, account: string): number {
  const at = path.accounts.findIndex(({ id, slug }) => id === account || slug === account);
  if (at !== -1) return at;
  throw usageError(`${flag} ${account}: not on the path ${pathText(path)}`, {
    code: 'not_on_path',
    hint: 'tenantctl parsers promotion-path show',
  });
}

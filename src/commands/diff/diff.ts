import { appendFile } from 'node:fs/promises';
import type { Context } from '../../context.ts';
import { pruneKinds } from '../../contract/change-kinds.ts';
import { conflictError, pendingChanges, usageError } from '../../errors.ts';
import { changeSetText } from '../../estate/changes.ts';
import { type Difference, differenceOf } from '../../estate/compare/difference.ts';
import { drawDifference, markdownOf, mostShownOn } from '../../estate/compare/draw.ts';
import { estateFromFiles } from '../../estate/files/from-files.ts';
import { safeJson } from '../../output/text.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { estateFlags } from '../estate-flags.ts';
import { againstLive } from './against.ts';
import { hereOf } from './here.ts';

const spec = {
  path: 'diff',
  summary: 'Show what is different between the estate and its files',
  about:
    'Reads what the files name in a few requests, compares by name, and shows what apply would make (+), change (~), remove (-), and what is in the way (!), with fields before and after, who gets mail, seats and price. What the files do not name is left alone, unless --prune says otherwise. With --out it saves the change set, which apply then carries out as it was reviewed. In GitHub Actions it also writes the summary of the step. With --against it compares the accounts with those of another profile.',
  args: {
    account: {
      help: 'with --against: the accounts (default: yours and those it manages)',
      rest: true,
      optional: true,
    },
  },
  flags: {
    ...estateFlags,
    prune: {
      value: 'KIND',
      list: true,
      choices: pruneKinds,
      help: `also what the files do not name, of these kinds: ${pruneKinds.join(', ')}`,
    },
    renewExpired: { help: 'send invitations that have expired again' },
    reinvite: { help: 'invite also who was removed, left or declined, sub-accounts too' },
    against: { value: 'PROFILE', help: 'compare with what another profile reaches, instead of files' },
    map: {
      value: 'HERE=THERE',
      list: true,
      help: 'with --against: an account that is called otherwise there',
    },
    detailedExitcode: { help: 'exit 10 if anything differs' },
  },
  examples: [
    'tenantctl diff -f estate/ -f prod.yaml',
    'tenantctl diff -f estate/ --prune member --out changes.json --detailed-exitcode',
    'tenantctl diff acme-staging --against production --map acme-staging=acme-prod',
  ],
  // And the dry runs of deletions, which tell what goes along.
  operations: ['estate.read', 'accounts.show', 'accounts.list', 'plans.list', 'subscription.preview'],
  next: 'tenantctl apply FILE',
} as const satisfies VerbSpec;

export type DiffOptions = OptionsOf<typeof spec>;

export function diffCommand(ctx: Context, run = diffRun): Verb {
  return verb(spec, ctx, run);
}

export async function diffRun(options: DiffOptions, ctx: Context): Promise<void> {
  const difference = await differenceFor(options, ctx);
  await tell(difference, ctx);
  const { totals, changes } = difference.set;
  if (options.detailedExitcode === true && changes.length > 0) throw pendingChanges('there are differences');
  // Two estates that are compared are as they are: nobody asked for anything that could be in the way.
  if (totals.conflict > 0 && options.against === undefined)
    throw conflictError('what is marked with ! cannot be done as the files say', {
      code: 'estate_conflict',
      hint: 'each says what to do about it',
    });
}

async function differenceFor(options: DiffOptions, ctx: Context): Promise<Difference> {
  const { file = [], against, account, map } = options;
  if (against !== undefined) {
    if (file.length > 0) throw usageError('--against goes without --file', { code: 'invalid_value' });
    return await againstLive({ profile: against, accounts: account, map: map ?? [] }, ctx);
  }
  if (account.length > 0 || map !== undefined)
    throw usageError('accounts and --map are for --against; the files say which accounts they are about', {
      code: 'invalid_value',
    });
  if (file.length === 0)
    throw usageError('--file is missing', { code: 'missing_flag', hint: 'tenantctl diff -f FILE' });
  const { estate: wanted, files } = await estateFromFiles(ctx, { file, var: options.var });
  const { prune = [], renewExpired = false, reinvite = false } = options;
  const choices = { prune: [...new Set(prune)].sort(), renew_expired: renewExpired, reinvite };
  const asked = { wanted, files, choices, here: hereOf(ctx) };
  return await ctx.out.wait('Reading what is there', differenceOf(asked, { client: ctx.client() }));
}

async function tell(difference: Difference, ctx: Context): Promise<void> {
  const { set, notes, costs } = difference;
  const { out } = ctx.flags;
  const summary = ctx.world.env['GITHUB_STEP_SUMMARY'];
  if (summary !== undefined && summary !== '') await appendFile(summary, markdownOf(difference));
  if (out === undefined || out === '-')
    return await ctx.out.drawn((paint) => drawDifference(difference, paint, mostShownOn(ctx.world.stdout)), {
      ...set,
      notes,
      costs,
    });
  // The file is the change set, whatever the format; people read the rest beside it.
  await ctx.out.raw(safeJson(changeSetText(set)));
  ctx.out.say(drawDifference(difference, (_tone, text) => text, mostShownOn(ctx.world.stderr)).trimEnd());
}

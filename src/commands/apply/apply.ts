import type { Context } from '../../context.ts';
import { pruneKinds } from '../../contract/change-kinds.ts';
import { usageError } from '../../errors.ts';
import { brake, type Limits, shareOf } from '../../estate/apply/brakes.ts';
import { drawDifference, mostShownOn } from '../../estate/compare/draw.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { estateFlags } from '../estate-flags.ts';
import { againOf } from './again.ts';
import { carryOutSet } from './carrying.ts';
import { consented, mustBeFree } from './consent.ts';
import { countsOf } from './result.ts';
import { type Review, reviewOf } from './review.ts';

const spec = {
  path: 'apply',
  summary: 'Make the estate what its files say',
  about:
    'From files it shows what is different and asks. A change set that diff saved was reviewed: it is not asked about, and nothing is sent if anything that it touches moved since (6). What stands in something waits for it, what is free runs in parallel, deletions go last. A run that was cut is simply run again: nothing is made twice, and nobody is mailed twice. What the files do not name is left alone, unless --prune says otherwise. help estate explains it.',
  args: {
    source: {
      help: 'files or folders of the estate, later ones laid over earlier ones; or one change set',
      rest: true,
    },
  },
  flags: {
    file: { ...estateFlags.file, help: 'the same as SOURCE' },
    var: estateFlags.var,
    prune: {
      value: 'KIND',
      list: true,
      choices: pruneKinds,
      help: `remove what the files do not name, of these kinds: ${pruneKinds.join(', ')}`,
    },
    maxDeletes: { value: 'N', number: true, help: 'refuse to remove more than so many (default 0)' },
    maxShare: {
      value: 'PERCENT',
      help: 'refuse to remove a larger share of a kind in the named accounts (default 10%)',
    },
    renewExpired: { help: 'send invitations that have expired again' },
    reinvite: { help: 'invite also who was removed by hand, declined, or is invited with another offer' },
    skipConflicts: { help: 'carry out the rest although something conflicts; then 3' },
    parallel: { value: 'N', number: true, help: 'so many steps at a time, 1 to 16 (default 4)' },
  },
  examples: [
    'tenantctl apply estate/base.yaml estate/prod.yaml',
    'tenantctl apply estate/ --prune member --max-deletes 5 --yes --confirm acme',
    'tenantctl diff -f estate/ --out changes.json && tenantctl apply changes.json',
  ],
  operations: [
    'estate.read',
    'plans.list',
    'accounts.show',
    'accounts.create',
    'accounts.update',
    'accounts.unlock',
    'accounts.lock',
    'subscription.show',
    'subscription.preview',
    'subscription.change',
    'subscription.cancel_change',
    'workspaces.show',
    'workspaces.create',
    'workspaces.update',
    'workspaces.delete',
    'permission_sets.show',
    'permission_sets.save',
    'permission_sets.delete',
    'members.show',
    'members.update',
    'members.activate',
    'members.deactivate',
    'members.remove',
    'invites.revoke',
    'batches.create',
    'batches.show',
    'batches.rows',
    'batches.send',
    'batches.finish',
    'workspace_members.list',
    'workspace_members.update',
    'workspace_members.remove',
    'promotion_path.show',
    'promotion_path.update',
    'parsers.show',
    'parsers.create',
    'parsers.update',
    'parsers.copy',
    'parsers.delete',
    'forms.show',
    'forms.create',
    'forms.update',
    'forms.delete',
    'sub_accounts.show',
    'sub_accounts.invite',
    'sub_accounts.update',
    'sub_accounts.unlink',
  ],
  next: 'tenantctl diff',
} as const satisfies VerbSpec;

export type ApplyOptions = OptionsOf<typeof spec>;

export function applyCommand(ctx: Context, run = applyRun): Verb {
  return verb(spec, ctx, run);
}

export async function applyRun(options: ApplyOptions, ctx: Context): Promise<void> {
  const sources = [...options.source, ...(options.file ?? [])];
  if (sources.length === 0)
    throw usageError('nothing to apply: name the files of the estate, or a change set');
  const limits = limitsOf(options);
  const parallel = parallelOf(options);
  const review = await reviewOf(ctx, sources, options);
  const { set } = review;
  if (set.changes.length === 0) return await tellNothing(ctx, review);
  const dry = ctx.flags.dryRun === true;
  const { stdout, stderr } = ctx.world;
  if (!dry && review.saved === null)
    ctx.out.note(drawDifference(review.difference, plain, mostShownOn(stderr)).trimEnd());
  brake(set, limits);
  mustBeFree(review, options.skipConflicts === true);
  if (dry)
    return await ctx.out.drawn((paint) => drawDifference(review.difference, paint, mostShownOn(stdout)), set);
  if (set.changes.length > set.totals.conflict) await consented(ctx, review);
  await carryOutSet(ctx, { ...review, parallel, again: againOf(ctx, sources, options) });
}

function limitsOf({ maxDeletes = 0, maxShare = '10%' }: ApplyOptions): Limits {
  return { maxDeletes, maxShare: shareOf(maxShare) };
}

const MOST_AT_ONCE = 16;

function parallelOf({ parallel = 4 }: ApplyOptions): number {
  if (parallel >= 1 && parallel <= MOST_AT_ONCE) return parallel;
  throw usageError(`--parallel ${parallel}: not from 1 to ${MOST_AT_ONCE}`, { code: 'invalid_value' });
}

async function tellNothing(ctx: Context, { set: { digest }, difference }: Review): Promise<void> {
  for (const { text } of difference.notes) ctx.out.note(text);
  ctx.out.event({ event: 'summary', ended: 'done', digest, ...countsOf([]), again: null });
  if (ctx.out.format === 'ndjson') return;
  const result = { digest, outcomes: countsOf([]), changes: [] };
  await ctx.out.result(result, 'The estate is as its files say.', { changed: false });
}

const plain = (_tone: unknown, text: string): string => text;

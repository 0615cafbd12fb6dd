import type { Context } from '../../context.ts';
import { usageError } from '../../errors.ts';
import { type ChangeSet, changeSetOf, mustBeOf, openChangeSet } from '../../estate/changes.ts';
import { compare, liveCounts } from '../../estate/compare.ts';
import { sourcesOutside } from '../../estate/compare-parsers.ts';
import { estateFromFiles } from '../../estate/from-files.ts';
import { readLive } from '../../estate/live.ts';
import { settledIn } from '../../estate/moved.ts';
import { withConflicts } from '../../estate/preflight.ts';
import type { ApplyOptions } from './apply.ts';

/** What would be done, and how it came to be reviewed. */
export interface Review {
  readonly set: ChangeSet;
  /** Keys of changes that are so already. */
  readonly settled: ReadonlySet<string>;
  /** The change set's file; null where it was just found from files. */
  readonly saved: string | null;
}

export async function reviewOf(
  ctx: Context,
  sources: readonly string[],
  options: ApplyOptions,
): Promise<Review> {
  const [first = ''] = sources;
  const saved = await openChangeSet(first, ctx.world.cwd);
  if (saved === null) return await fromFiles(ctx, sources, options);
  if (sources.length > 1)
    throw usageError(`${first} is a change set: it is applied alone`, { code: 'invalid_value' });
  return await fromSaved(ctx, first, saved, options);
}

/** As which account, where: what a change set is for. */
function here(ctx: Context) {
  const { api_url, account } = ctx.config().settings;
  return { api: api_url.value ?? '', account: account.value ?? null };
}

/** Reviewed before: it holds if nothing that it touches has moved since. */
async function fromSaved(ctx: Context, name: string, set: ChangeSet, options: ApplyOptions): Promise<Review> {
  for (const [flag, given] of Object.entries({
    '--var': options.var,
    '--prune': options.prune,
    '--renew-expired': options.renewExpired,
    '--reinvite': options.reinvite,
  })) {
    if (given === undefined) continue;
    throw usageError(`${flag} is a choice of diff: ${name} was reviewed as it is`, { code: 'invalid_value' });
  }
  mustBeOf(set, name, here(ctx));
  const touched = Object.keys(set.accounts);
  const live = await ctx.out.wait('Reading what is there', readLive(touched, { client: ctx.client() }));
  return { set, settled: settledIn(set, name, live.estate), saved: name };
}

async function fromFiles(ctx: Context, sources: readonly string[], options: ApplyOptions): Promise<Review> {
  const wanted = (await estateFromFiles(ctx, { file: sources, var: options.var })).estate;
  const { prune = [], renewExpired = false, reinvite = false } = options;
  const choices = { prune, renew_expired: renewExpired, reinvite };
  const named = wanted.accounts.map(({ account }) => account);
  const sides = { named: new Set(named) };
  const client = ctx.client();
  const reading = readLive([...named, ...sourcesOutside(sides, wanted.parsers)], { client });
  const live = await ctx.out.wait('Reading what is there', reading);
  const { changes, notes } = compare(wanted, live, choices);
  for (const { text } of notes) ctx.out.note(text);
  const ids = new Map(live.estate.accounts.map(({ account, id }) => [account, id]));
  const set = changeSetOf({
    ...here(ctx),
    made_at: new Date(ctx.world.clock.now()).toISOString(),
    files: [...sources],
    choices,
    accounts: Object.fromEntries(named.map((slug) => [slug, ids.get(slug) ?? null])),
    live: liveCounts({ ...sides, live: live.estate }),
    changes: await withConflicts(changes, client),
  });
  return { set, settled: new Set(), saved: null };
}

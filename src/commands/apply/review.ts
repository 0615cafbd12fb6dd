import type { Context } from '../../context.ts';
import { usageError } from '../../errors.ts';
import { mustBeReadable, settledIn } from '../../estate/apply/moved.ts';
import { type Change, type ChangeSet, mustBeOf, openChangeSet, totalsOf } from '../../estate/changes.ts';
import { type Difference, differenceOf } from '../../estate/compare/difference.ts';
import { withConflicts } from '../../estate/compare/preflight.ts';
import { copySource } from '../../estate/fields.ts';
import { changePlace } from '../../estate/files/change-place.ts';
import { estateFromFiles } from '../../estate/files/from-files.ts';
import { readLive } from '../../estate/live/live.ts';
import type { ApplyOptions } from './apply.ts';

/** What would be done, and how it came to be reviewed. */
export interface Review {
  readonly set: ChangeSet;
  /** As it is shown. */
  readonly difference: Difference;
  /** Keys of changes that are so already. */
  readonly settled: ReadonlySet<string>;
  /** The change set's file; null where it was just found from files. */
  readonly saved: string | null;
  /** What is said of a change begins with it: where the files ask for it, or its account where there are none. */
  readonly placeOf: (change: Change) => string;
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
  const chosen = {
    '--var': options.var,
    '--prune': options.prune,
    '--renew-expired': options.renewExpired,
    '--reinvite': options.reinvite,
  };
  for (const [flag, given] of Object.entries(chosen)) {
    if (given === undefined) continue;
    throw usageError(`${flag} is a choice of diff: ${name} was reviewed as it is`, { code: 'invalid_value' });
  }
  mustBeOf(set, name, here(ctx));
  const client = ctx.client();
  const sources = set.changes.flatMap((change) => copySource(change)?.account ?? []);
  const accounts = [...Object.keys(set.accounts), ...sources];
  const live = await ctx.out.wait('Reading what is there', readLive(accounts, { client }));
  mustBeReadable(set, name, live);
  const settled = settledIn(set, name, live.estate);
  const changes = await withConflicts(set.changes, client, settled);
  // It stays the change set that it is: the keys of its requests hang on its digest.
  const judged = { ...set, changes, totals: totalsOf(changes) };
  return {
    set: judged,
    difference: { set: judged, notes: [], costs: [] },
    settled,
    saved: name,
    placeOf: ({ account }) => account,
  };
}

async function fromFiles(ctx: Context, sources: readonly string[], options: ApplyOptions): Promise<Review> {
  const read = await estateFromFiles(ctx, { file: sources, var: options.var });
  const { estate: wanted, files, secretVariables } = read;
  // A change set is kept and shown, so no value of a secret may come to be in it.
  if (secretVariables.length > 0)
    ctx.out.note('Values of secrets are not sent. Try: tenantctl parsers secrets list --missing');
  const { prune = [], renewExpired = false, reinvite = false } = options;
  const choices = { prune: [...new Set(prune)].sort(), renew_expired: renewExpired, reinvite };
  const client = ctx.client();
  const made_at = new Date(ctx.world.clock.now()).toISOString();
  const asked = { wanted, files, choices, here: { ...here(ctx), made_at } };
  const difference = await ctx.out.wait('Reading what is there', differenceOf(asked, { client }));
  const placeOf = (change: Change) => changePlace(read.tree, change);
  return { set: difference.set, difference, settled: new Set(), saved: null, placeOf };
}

import type { Context } from '../../context.ts';
import { conflictError, type Detail } from '../../errors.ts';
import { type ChangeSet, nameOf } from '../../estate/changes.ts';
import { counted } from '../change.ts';
import type { Review } from './review.ts';

const TOLD = 20;

/** Throws if something conflicts and nobody said to leave it: what the files ask for as a whole cannot come to be. */
export function mustBeFree({ set: { changes, totals }, placeOf }: Review, skip: boolean): void {
  if (totals.conflict === 0 || skip) return;
  const conflicts = changes.filter(({ op }) => op === 'conflict');
  throw conflictError(`${counted(conflicts.length, 'conflict')}: nothing was sent`, {
    code: 'estate_conflict',
    why: 'What the files ask for cannot be done as it stands.',
    hint: 'settle each of them, or carry out the rest with --skip-conflicts',
    details: firstOf(
      conflicts.map((change) => ({
        pointer: placeOf(change),
        detail: `${nameOf(change)}: ${change.note ?? 'it conflicts'}`,
      })),
    ),
  });
}

/** Of a long list its beginning, and how much there is more. */
export function firstOf(details: readonly Detail[]): Detail[] {
  const more = details.length - TOLD;
  return more > 0 ? [...details.slice(0, TOLD), { detail: `and ${more} more` }] : [...details];
}

/**
 * What was reviewed is not asked about again; a protected profile asks in any case. Deletions and protected profiles
 * want the name typed: once, for all accounts of the run.
 */
export async function consented(ctx: Context, { set, saved }: Review): Promise<void> {
  const guarded = ctx.config().settings.protected.value;
  if (saved !== null && !guarded) return;
  const deletes = saved === null && set.totals.delete > 0;
  const slug = slugOf(ctx, set);
  await ctx.confirmed({
    weight: guarded || deletes ? 'slug' : 'yes',
    what: `apply ${counted(set.changes.length - set.totals.conflict, 'change')}${guarded ? ` through the protected profile ${ctx.config().profile?.name ?? ''}` : ''}`,
    consequences: consequencesOf(set),
    slug,
  });
}

/**
 * The account that the run works in, or the only one that the files name, or else the profile: the same for the same
 * command whatever differs today, so that a pipeline can say it.
 */
function slugOf(ctx: Context, { accounts }: ChangeSet): string {
  const { settings, profile } = ctx.config();
  const named = Object.keys(accounts);
  const [only] = named;
  if (settings.account.value !== undefined && settings.account.value !== null) return settings.account.value;
  if (only !== undefined && named.length === 1) return only;
  return profile?.name ?? 'apply';
}

function consequencesOf({ changes, totals }: ChangeSet): string[] {
  const accounts = new Set(changes.map(({ account }) => account)).size;
  const made = `${totals.create} made, ${totals.update} changed, ${totals.delete} removed, in ${counted(accounts, 'account')}`;
  const mails = totals.mails === 0 ? [] : [`mail goes to ${counted(totals.mails, 'person', 'people')}`];
  const conflicts = totals.conflict === 0 ? [] : [`${counted(totals.conflict, 'conflict')} left as they are`];
  const gone = changes.filter(({ op }) => op === 'delete');
  const removed = gone.slice(0, TOLD).map((change) => `removed: ${nameOf(change)}`);
  const more = gone.length > TOLD ? [`and ${gone.length - TOLD} more removed`] : [];
  return [made, ...mails, ...conflicts, ...removed, ...more];
}

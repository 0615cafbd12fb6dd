import { readOnly } from '../client/guard.ts';
import { counted } from '../commands/change.ts';
import { writes } from '../commands/help-text.ts';
import type { VerbSpec } from '../commands/spec.ts';
import { pinMismatch } from '../config/pin.ts';
import type { Context } from '../context.ts';
import { notFoundError, usageError } from '../errors.ts';
import { type RunIn, runAll } from './round.ts';
import { takesAway } from './rule.ts';
import { type FanOutFlags, type Wish, wishOf } from './selection.ts';
import { isActive, type Target, type Targets, targetsOf } from './targets.ts';

export interface Request {
  readonly flags: FanOutFlags;
  readonly spec: VerbSpec;
  /** What the verb itself was given. */
  readonly given: Readonly<Record<string, unknown>>;
  readonly ctx: Context;
}

/**
 * Checks what the command line tells, and gives what runs the verb in every account that is meant: choose, show,
 * agree, run, print. Nothing is read or sent before that is called.
 */
export function fanOut({ flags, spec, given, ctx }: Request): (run: RunIn) => Promise<void> {
  const away = spec.operations.find(takesAway);
  if (away !== undefined) throw new TypeError(`${spec.path} calls ${away} and must not fan out`);
  const wish = wishOf(flags, spec, given, writes(spec));
  return async (run) => {
    mayBegin(spec, ctx);
    const targets = await targetsOf(wish.selection, ctx);
    const active = targets.chosen.filter(isActive);
    mustBeSome(targets, active);
    mustBeFew(wish, active);
    await agreed(spec, targets, active, ctx);
    await runAll({ spec, wish, ctx, run, chosen: targets.chosen });
  };
}

/** What would be refused in each account is refused once. */
function mayBegin(spec: VerbSpec, ctx: Context): void {
  const { settings, profile } = ctx.config();
  if (profile?.account)
    throw pinMismatch(profile.name, profile.account, 'the command is for managed accounts');
  if (writes(spec) && settings.read_only.value && ctx.flags.dryRun !== true) throw readOnly(spec.path);
}

function mustBeSome({ master, chosen }: Targets, active: readonly Target[]): void {
  if (active.length > 0) return;
  throw notFoundError('none of these accounts is active', {
    why: chosen.map(({ slug, state }) => `${slug} is ${state}`).join(', '),
    hint: `tenantctl accounts list --master ${master.slug}`,
  });
}

function mustBeFew({ maxAccounts }: Wish, active: readonly Target[]): void {
  if (maxAccounts === undefined || active.length <= maxAccounts) return;
  throw usageError(`${active.length} accounts are more than the ${maxAccounts} of --max-accounts`, {
    code: 'too_many_accounts',
    why: 'Nothing was changed.',
    hint: `--max-accounts ${active.length}, or fewer of them with --accounts`,
  });
}

/** Shown to everybody, asked of who changes. */
async function agreed(
  spec: VerbSpec,
  { master, chosen }: Targets,
  active: readonly Target[],
  ctx: Context,
): Promise<void> {
  for (const one of chosen) if (!isActive(one)) ctx.out.warn(`${one.slug} is ${one.state}: skipped`);
  const slugs = active.map(({ slug }) => slug);
  const where = `in ${counted(active.length, 'account')} managed by ${master.slug}`;
  if (!writes(spec) || ctx.flags.dryRun === true) {
    ctx.out.note(`Running ${spec.path} ${where}: ${slugs.join(', ')}`);
    return;
  }
  const { settings, profile } = ctx.config();
  const what = `run ${spec.path} ${where}`;
  await ctx.confirmed(
    settings.protected.value
      ? {
          weight: 'slug',
          what: `${what} through the protected profile ${profile?.name ?? ''}`,
          consequences: slugs,
          slug: master.slug,
        }
      : { weight: 'yes', what, consequences: slugs },
  );
}
